"""docs/deploy.md's commands name what is there: files, outputs, parameters, secrets."""

import json
import re

import pytest

from function_app import errors
from infra.check.finding import ROOT
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import build, pod_of

TEXT = (ROOT / "docs/deploy.md").read_text()
COMMANDS = "\n".join(re.findall(r"(?ms)^```bash\n(.*?)^```", TEXT))


def test_every_file_a_command_names_is_there() -> None:
    names = set(re.findall(r"(?<![\w/.-])(?:infra|edge|face_api|function_app)/[\w./-]+\.\w+", COMMANDS))
    names |= {f"{room}/Dockerfile" for room in re.findall(r"-f (\w+)/Dockerfile", COMMANDS)}

    assert len(names) >= 8
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []


def test_every_output_a_command_reads_is_one_of_the_templates() -> None:
    outputs = set(re.findall(r"(?m)^output (\w+) ", (ROOT / "infra/azure/main.bicep").read_text()))
    wanted = set(re.findall(r"\$\(out (\w+)\)", COMMANDS))
    hub = set(re.findall(r"properties\.outputs\.(\w+)\.value -o tsv\)", COMMANDS))

    assert len(wanted) >= 8
    assert wanted <= outputs
    assert hub <= json.loads((ROOT / "infra/stack_hub/premises.json").read_text())["outputs"].keys()


def test_every_secret_that_a_pod_needs_is_made() -> None:
    made = set(re.findall(r"--from-file=(\w+)(?![.\w])", COMMANDS))
    needed = set()
    for manifest in build(ROOT / OVERLAYS / "production", ROOT):
        pod = pod_of(manifest)
        for volume in pod["spec"].get("volumes", []) if pod else ():
            sources = volume.get("projected", {"sources": [{"secret": volume.get("secret", {})}]})["sources"]
            for source in (one["secret"] for one in sources if not one["secret"].get("optional")):
                needed |= {item["key"] for item in source.get("items", [])}

    assert needed
    assert needed == made


def test_every_secure_parameter_of_the_hub_is_given() -> None:
    given = set(re.findall(r"(\w+):\{value:\$\w\}", COMMANDS))
    parameters = json.loads((ROOT / "infra/stack_hub/premises.json").read_text())["parameters"]

    assert given == {name for name, one in parameters.items() if one["type"] == "securestring"}


def test_every_placeholder_of_a_manifest_is_filled_in() -> None:
    filled = set(re.findall(r"\$\{(\w+)\}", next(line for line in COMMANDS.splitlines() if "envsubst" in line)))
    placeholders = set()
    for path in (ROOT / "infra/iot_edge").glob("*.json"):
        placeholders |= set(re.findall(r"\$\{(\w+)\}", path.read_text()))

    assert placeholders == filled


def test_a_pipe_never_hides_that_a_key_could_not_be_read() -> None:
    """Finding 4: an empty file went on to the next steps."""
    for number, line in enumerate(COMMANDS.splitlines()):
        if " | " in line and line.lstrip().startswith("az "):
            assert "set -o pipefail" in "\n".join(COMMANDS.splitlines()[:number]), line


def test_no_deployment_is_made_over_a_running_job() -> None:
    """Finding 17: each goes through deploy.sh or azd, which stop the job first."""
    pages = [TEXT, (ROOT / "docs/operate.md").read_text()]

    assert not [page for page in pages if "az deployment group create -n footfall" in page]


def test_the_hubs_private_certificate_reaches_cli_cluster_and_cameras() -> None:
    """Finding 7."""
    assert "REQUESTS_CA_BUNDLE=" in COMMANDS
    assert "configmap premises-ca --from-file=roots.pem" in COMMANDS
    assert "private_ca.layered" in COMMANDS
    component = (ROOT / "infra/stack_hub/kubernetes/components/private-ca/worker.yaml").read_text()
    assert "/run/premises-ca/roots.pem" in component
    layered = json.loads((ROOT / "infra/iot_edge/private_ca.layered.json").read_text())["modulesContent"]["$edgeAgent"]
    assert layered == {"properties.desired.modules.edge.env.REQUESTS_CA_BUNDLE": {"value": "/ca/roots.pem"}}
    assert "/var/lib/footfall/ca:/ca:ro" in (ROOT / "infra/iot_edge/edge.layered.json").read_text()


def test_the_devices_keys_belong_to_the_services_that_read_them() -> None:
    """Finding 10."""
    assert "chown aziotcs:aziotcs /var/secrets/*.pem" in COMMANDS
    assert "chown aziotks:aziotks /var/secrets/*.key" in COMMANDS


def test_the_newest_row_is_found_by_time_among_all() -> None:
    """Finding 21: the last of the alphabet, out of the first 5,000, is some store."""
    listing = next(line for line in COMMANDS.split("\n\n") if "storage blob list" in line)

    assert '--num-results "*"' in listing
    assert "max_by" in listing
    assert "[-1]" not in COMMANDS


def test_the_clusters_logs_go_to_the_table_that_the_alerts_read() -> None:
    """Finding 15."""
    assert "enableContainerLogV2" in COMMANDS
    assert "amalogs.useAADAuth=true" in COMMANDS


def test_other_processors_are_built_with_buildx_and_one_base() -> None:
    """Finding 8: `FROM arm32v7/python` matches no platform on an amd64 machine."""
    dockerfile = (ROOT / "edge/Dockerfile").read_text()

    assert "docker buildx build --platform linux/arm/v7" in COMMANDS
    assert "${ARCHITECTURE}" not in dockerfile
    assert re.search(r"(?m)^FROM --platform=\$BUILDPLATFORM .* AS weights$", dockerfile)


def test_a_layered_deployment_lies_above_its_base() -> None:
    found = re.findall(r"--content ~/footfall-secrets/(\S+)\.json\s*\\?\s*--priority (\d+)", COMMANDS)
    priorities = {name: int(priority) for name, priority in found}

    assert priorities["edge.layered"] > priorities["base"]


@pytest.mark.parametrize("name", ["workloads", "docs"])
def test_links_of_the_page_lead_somewhere(name: str) -> None:
    page = ROOT / {"workloads": "infra/README.md", "docs": "docs/operate.md"}[name]
    for target in re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_runbook_of_waiting_pictures_knows_every_reason_they_wait_for() -> None:
    reasons = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, errors.Passing)}
    page = (ROOT / "docs/operate.md").read_text()

    assert len(reasons) > 5
    assert [name for name in sorted(reasons - {"Passing"}) if f"`{name}`" not in page] == []
