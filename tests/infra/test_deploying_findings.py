"""The findings on deploying whose check is a test: with the fault planted anew in a copy, that test fails.

The others are caught by `infra.check`, with their faults in tests/infra/faults. By number, as the tests name them.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.check.finding import ROOT
from tests.face_api.postgres import NO_POSTGRES

PAGE, MANUAL = "docs/deploy.md", "docs/operate.md"
DOCUMENT, CHOICES = "tests/infra/test_deploy_doc.py::", "tests/infra/test_findings.py::"
KUBERNETES = "infra/stack_hub/kubernetes"
SIZES = "tests/local_size/test_model.py::"


@dataclass(frozen=True)
class Planted:
    """One finding's fault, and the test that must fail with it."""

    finding: int
    file: str
    replace: str
    by: str
    test: str


FAULTS = (
    Planted(4, PAGE, "set -o pipefail\n", "", f"{DOCUMENT}test_a_pipe_never_hides_that_a_key_could_not_be_read"),
    Planted(
        7,
        PAGE,
        "export REQUESTS_CA_BUNDLE=",
        "export CA_BUNDLE=",
        f"{DOCUMENT}test_the_hubs_private_certificate_reaches_cli_cluster_and_cameras",
    ),
    Planted(
        10,
        PAGE,
        "sudo chown aziotks:aziotks",
        "sudo true",
        f"{DOCUMENT}test_the_devices_keys_belong_to_the_services_that_read_them",
    ),
    Planted(
        11,
        "infra/stack_hub/function_app.json",
        '"allowedValues": [',
        '"allowedValues": [ "FC1",',
        f"{CHOICES}test_the_functions_plan_is_one_whose_polling_trigger_fires",
    ),
    Planted(
        12,
        "infra/stream_analytics/footfall.asaql",
        "Named AS (",
        "Footfall AS (",
        f"{CHOICES}test_no_step_of_the_query_is_called_like_its_input",
    ),
    Planted(
        13,
        f"{KUBERNETES}/overlays/production/replicas.yaml",
        "maxReplicas: 40",
        "maxReplicas: 20",
        f"{SIZES}test_the_production_overlay_stops_where_a_cell_does",
    ),
    Planted(
        15,
        PAGE,
        "enableContainerLogV2",
        "enableLogs",
        f"{DOCUMENT}test_the_clusters_logs_go_to_the_table_that_the_alerts_read",
    ),
    Planted(
        16,
        MANUAL,
        "az rest --method post",
        "az monitor log-analytics workspace table … purge",
        f"{CHOICES}test_the_leak_runbook_purges_with_a_command_that_there_is",
    ),
    Planted(
        17,
        MANUAL,
        "`infra/azure/deploy.sh $GROUP $PARAMETERS`",
        "`az deployment group create -n footfall`",
        f"{DOCUMENT}test_no_deployment_is_made_over_a_running_job",
    ),
    Planted(
        19,
        PAGE,
        "seccomp=unconfined",
        "seccomp=default",
        f"{CHOICES}test_whoever_deploys_is_told_to_be_an_operator_and_what_the_dev_kit_is",
    ),
    Planted(
        20,
        PAGE,
        "in that group: devices",
        "devices",
        f"{CHOICES}test_whoever_deploys_is_told_to_be_an_operator_and_what_the_dev_kit_is",
    ),
    Planted(
        21,
        PAGE,
        "max_by([], &properties.lastModified).name",
        "[-1].name",
        f"{DOCUMENT}test_the_newest_row_is_found_by_time_among_all",
    ),
    Planted(
        22,
        "infra/stack_hub/function_app.json",
        '"APPLICATIONINSIGHTS_CONNECTION_STRING"',
        '"INSIGHTS"',
        f"{CHOICES}test_the_functions_host_is_told_where_to_log",
    ),
    Planted(
        25,
        "infra/check/options/azure-eventstream.snapshot.json",
        '"Standard_LRS"',
        '"Standard_ZRS"',
        f"{CHOICES}test_a_region_without_zones_can_be_deployed_to",
    ),
    Planted(
        28,
        f"{KUBERNETES}/base/postgres.yaml",
        "max_connections=340",
        "max_connections=100",
        f"{SIZES}test_the_database_takes_the_connections_of_the_largest_cell",
    ),
    Planted(
        29,
        "face_api/storage/postgres.py",
        "            if waited >= patience_seconds:\n",
        "            if True:\n",
        "tests/face_api/test_late_database.py::test_a_database_that_comes_later_is_waited_for_and_both_are_said_once",
    ),
    Planted(
        30,
        "face_api/logs.py",
        '    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)\n',
        "",
        "tests/face_api/test_late_database.py::test_an_outage_is_said_once_when_it_begins_and_once_when_it_is_over",
    ),
    Planted(
        31,
        "function_app/erasure.py",
        "        wait(SECONDS_BETWEEN)\n",
        "        return 1\n",
        "tests/function_app/test_erasure.py::test_a_service_that_is_away_is_waited_for_one_line_a_try",
    ),
    Planted(
        32,
        "function_app/storage/refusals.py",
        "{error.status_code}{known}",
        "{error.status_code}",
        "tests/function_app/test_refusals.py",
    ),
    Planted(
        34,
        "face_api/storage/postgres.py",
        "            reconnect_timeout=_WAIT_SECONDS,  # so that its waits, which double, end soon after an outage\n",
        "",
        "tests/face_api/test_late_database.py::test_the_pools_waits_which_double_end_with_a_requests_patience",
    ),
)


class Checkout:
    """A copy of what Git has here, in which tests are run in turn."""

    def __init__(self, root: Path) -> None:
        self.root = root
        command = [str(shutil.which("git")), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, root / name)
        runs = [sys.executable, "-m", "tests.support.forked_pytest"]
        self.runs = subprocess.Popen(
            runs, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def run(self, test: str) -> tuple[int, str]:
        """Pytest's status, and what it said."""
        assert self.runs.stdin is not None
        assert self.runs.stdout is not None
        self.runs.stdin.write(f"{json.dumps(['-q', '-x', '-rs', '-p', 'no:cacheprovider', test])}\n")
        self.runs.stdin.flush()
        answer = json.loads(self.runs.stdout.readline())
        return answer["status"], answer["said"]

    def close(self) -> None:
        """End the process that runs them."""
        self.runs.communicate(timeout=60)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    with closing(Checkout(tmp_path_factory.mktemp("checkout"))) as made:
        yield made


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.finding))
def test_the_check_of_a_finding_fails_when_its_fault_is_planted(fault: Planted, checkout: Checkout) -> None:
    path = checkout.root / fault.file
    text = path.read_text()
    assert fault.replace in text, f"{fault.file} no longer holds {fault.replace!r}: the fault needs a new place"
    path.write_text(text.replace(fault.replace, fault.by))
    try:
        status, said = checkout.run(fault.test)
    finally:
        path.write_text(text)

    if NO_POSTGRES in said:
        pytest.skip(NO_POSTGRES)
    assert status == 1, said[-2000:]
    assert " failed" in said
