"""docs/deploy.md's commands name what is there: files, outputs, parameters, secrets."""

import json
import re

import pytest
import yaml

from function_app import errors
from infra.check.azure_resources import deployments
from infra.check.bicep.deployment import Deployment
from infra.check.finding import ROOT
from infra.check.kubernetes import OVERLAYS
from infra.check.kustomize import build, containers, pod_of

TEXT = (ROOT / "docs/deploy.md").read_text()
COMMANDS = "\n".join(re.findall(r"(?ms)^```bash\n(.*?)^```", TEXT))


def test_every_file_a_command_names_is_there() -> None:
    names = set(re.findall(r"(?<![\w/.-])(?:infra|edge|face_api|function_app)/[\w./-]+\.\w+", COMMANDS))
    names |= {f"{room}/Dockerfile" for room in re.findall(r"-f (\w+)/Dockerfile", COMMANDS)}

    assert len(names) >= 10
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []


def test_every_output_a_command_reads_is_one_of_the_templates() -> None:
    planned = next(iter(deployments(ROOT)))
    assert isinstance(planned, Deployment)
    wanted = set(re.findall(r"\$\(out (\w+)\)", COMMANDS))
    hub = set(re.findall(r"properties\.outputs\.(\w+)\.value -o tsv\)", COMMANDS))

    assert len(wanted) >= 8
    assert wanted <= planned.outputs().keys()
    assert hub <= json.loads((ROOT / "infra/stack_hub/premises.json").read_text())["outputs"].keys()


def test_every_secret_that_a_pod_needs_is_made() -> None:
    made = set(re.findall(r"--from-file=(\w+)", COMMANDS))
    needed = set()
    for manifest in build(ROOT / OVERLAYS / "production", ROOT):
        pod = pod_of(manifest)
        for container in containers(pod) if pod else ():
            for variable in container.get("env", []):
                reference = variable.get("valueFrom", {}).get("secretKeyRef")
                if reference and not reference.get("optional"):
                    needed.add(reference["key"])
        for volume in pod["spec"].get("volumes", []) if pod else ():
            needed |= {item["key"] for item in volume.get("secret", {}).get("items", [])}

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


def test_the_erasure_script_is_python() -> None:
    documents = yaml.safe_load_all((ROOT / "infra/stack_hub/kubernetes/base/erasure.yaml").read_text())
    script = next(one["data"]["erase.py"] for one in documents if one["kind"] == "ConfigMap")

    compile(script, "erase.py", "exec")
