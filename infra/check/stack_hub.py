"""The Stack Hub's ARM templates, bound to the API profile 2020-09-01-hybrid, and the cluster's AKS Engine model.

What Bicep's own linter says of the templates, `bicep` tells.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from infra.check import rules
from infra.check.files import read_json
from infra.check.finding import Finding
from infra.check.snapshots import HUB, hub_templates

SCHEMA = "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#"
_KEY_IN_TEXT = re.compile(r"(AccountKey|SharedAccessKey|SharedAccessSignature|sig)=[A-Za-z0-9+/%]{8}")


def check(root: Path) -> Iterator[Finding]:
    """Every template in infra/stack_hub, as written and as worked out, and cluster.json."""
    for path in sorted((root / HUB).glob("*.json")):
        file = str(path.relative_to(root))
        if path.name == "cluster.json":
            yield from rules.judge("cluster", file, "cluster", read_json(path, root)["properties"])
        elif not path.name.endswith(".parameters.json"):
            yield from _template(path, file, root)
    for deployment in hub_templates(root):
        for resource in deployment.resources:
            kind, name = resource["type"], resource["name"]
            for about in ("resource", "hub: ", f"hub: {kind}"):
                yield from rules.judge(about, deployment.file, f"{kind} {name}", resource)


def _template(path: Path, file: str, root: Path) -> Iterator[Finding]:
    template = read_json(path, root)
    given = read_json(path.with_suffix(".parameters.json"), root).get("parameters", {})
    if template["$schema"] != SCHEMA:
        yield Finding("profile", file, f"$schema must be {SCHEMA}")
    if _KEY_IN_TEXT.search(path.read_text()):
        yield Finding("plain-secret", file, "a key stands in the template")
    for name, parameter in template["parameters"].items():
        about = {"name": name, "given": name in given, **parameter}
        yield from rules.judge("parameter", file, f"parameter {name}", about)
    for name in sorted(given.keys() - template["parameters"].keys()):
        yield Finding("parameter-file", file, f"the parameter file gives {name}, which is not declared")
    secure = "|".join(name for name, one in template["parameters"].items() if one["type"].lower().startswith("secure"))
    gives_away = re.compile(rf"\b(list\w*|getSecret)\(|parameters\('({secure or 'none'})'\)", re.IGNORECASE)
    for name, output in template["outputs"].items():  # Bicep's linter doesn't look behind variables
        behind = re.findall(r"variables\('(\w+)'\)", str(output["value"]))
        if gives_away.search(
            " ".join([str(output["value"]), *(str(template["variables"].get(one)) for one in behind)])
        ):
            yield Finding("secret-output", file, f"output {name} gives a secret away")
