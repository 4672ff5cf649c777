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
    about = {"given": given, "text": path.read_text(), **template}
    yield from rules.judge("template", file, "template", about)
    for name, parameter in template["parameters"].items():
        about = {"name": name, "given": name in given, **parameter}
        yield from rules.judge("parameter", file, f"parameter {name}", about)
    secure = [name for name, one in template["parameters"].items() if one["type"].lower().startswith("secure")]
    for name, output in template["outputs"].items():  # Bicep's linter doesn't look behind variables
        behind = [template["variables"].get(one) for one in re.findall(r"variables\('(\w+)'\)", str(output["value"]))]
        about = {"text": " ".join(map(str, (output["value"], *behind))), "secure": secure}
        yield from rules.judge("template output", file, f"output {name}", about)
