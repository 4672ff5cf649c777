"""The Stack Hub's ARM templates, bound to the API profile 2020-09-01-hybrid, and the cluster's AKS Engine model."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.check.azure_resources import legal
from infra.check.files import read_json, texts
from infra.check.finding import Finding
from infra.check.secrets import SECRET_NAME
from infra.check.snapshots import hub_templates

PROFILE = {
    "microsoft.storage": "2019-06-01",
    "microsoft.web": "2018-02-01",
    "microsoft.keyvault": "2019-09-01",
    "microsoft.network": "2018-11-01",
    "microsoft.eventhub": "2018-01-01-preview",
    "microsoft.compute": "2020-06-01",
    "microsoft.resources": "2016-06-01",
}
"""API version of each provider in the profile 2020-09-01-hybrid."""

SLOW_KUBELET = {"--node-status-update-frequency": "1m"}
SLOW_CONTROLLERS = {"--node-monitor-grace-period": "5m", "--route-reconciliation-period": "1m"}
"""Timings of AKS Engine's sample for a Stack Hub."""

SCHEMA = "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#"
_CALL = re.compile(r"(\w+)\((?:'([^']*)')?")
_GIVES_AWAY = re.compile(r"^(list\w*|getSecret)$", re.IGNORECASE)
_KEY_IN_TEXT = re.compile(r"(AccountKey|SharedAccessKey|SharedAccessSignature|sig)=[A-Za-z0-9+/%]{8}")


def check(root: Path) -> Iterator[Finding]:
    """Every template in infra/stack_hub, as written and as worked out, and cluster.json."""
    folder = root / "infra/stack_hub"
    for path in sorted(folder.glob("*.json")):
        file = str(path.relative_to(root))
        if path.name == "cluster.json":
            yield from _cluster(file, read_json(path, root)["properties"])
        elif not path.name.endswith(".parameters.json"):
            given = read_json(path.with_suffix(".parameters.json"), root).get("parameters", {})
            yield from _template(file, read_json(path, root), given)
    for deployment in hub_templates(root):
        for resource in deployment.resources:
            yield from legal(resource)
            yield from _resource(resource.file, resource.type, resource.api_version, resource.body)


def _template(file: str, template: dict[str, Any], given: dict[str, Any]) -> Iterator[Finding]:
    declared: dict[str, dict[str, Any]] = template["parameters"]
    if template["$schema"] != SCHEMA:
        yield Finding("profile", file, f"$schema must be {SCHEMA}")
    body = {key: template[key] for key in ("variables", "resources", "outputs")}
    used = set(_calls(body))
    for name, parameter in declared.items():
        yield from _parameter(file, name, parameter)
        if ("parameters", name) not in used:
            yield Finding("unused", file, f"parameter {name} is never used")
    for name in template["variables"]:
        if ("variables", name) not in used:
            yield Finding("unused", file, f"variable {name} is never used")
    for name in sorted(given.keys() - declared.keys()):
        yield Finding("parameter-file", file, f"the parameter file gives {name}, which is not declared")
    for name in sorted(given.keys() & declared.keys()):
        if declared[name]["type"].lower().startswith("secure"):
            yield Finding("plain-secret", file, f"the parameter file holds the secret {name}")
    yield from _outputs(file, template)
    for text in texts(template):
        if _KEY_IN_TEXT.search(text):
            yield Finding("plain-secret", file, "a key stands in the template")


def _calls(value: object) -> Iterator[tuple[str, str]]:
    """Functions that the expressions in a JSON value call, each with its first argument if that is a plain string."""
    for text in texts(value):
        if text.startswith("[") and not text.startswith("[["):
            yield from _CALL.findall(text)


def _parameter(file: str, name: str, parameter: dict[str, Any]) -> Iterator[Finding]:
    secure = parameter["type"].lower().startswith("secure")
    if SECRET_NAME.search(name) and not secure:
        yield Finding("plain-secret", file, f"parameter {name} holds a secret: its type must be securestring")
    if secure and "defaultValue" in parameter:
        yield Finding("plain-secret", file, f"parameter {name} has its secret in the template")
    if not parameter.get("metadata", {}).get("description"):
        yield Finding("undescribed", file, f"parameter {name} has no description")
    bounds = {"minLength", "maxLength", "minValue", "maxValue", "allowedValues"}
    if not bounds & parameter.keys():
        yield Finding("unbounded", file, f"parameter {name} needs a range, or the values allowed")


def _outputs(file: str, template: dict[str, Any]) -> Iterator[Finding]:
    declared = template["parameters"]
    for name, output in template["outputs"].items():
        behind = [template["variables"].get(one) for function, one in _calls(output) if function == "variables"]
        for function, argument in _calls([output, behind]):
            parameter = declared.get(argument, {}) if function == "parameters" else {}
            if _GIVES_AWAY.match(function) or parameter.get("type", "").lower().startswith("secure"):
                yield Finding("secret-output", file, f"output {name} gives a secret away")


def _resource(file: str, kind: str, version: str, body: dict[str, Any]) -> Iterator[Finding]:
    wanted = PROFILE.get(kind.lower().partition("/")[0])
    if version != wanted:
        yield Finding("profile", file, f"{kind}@{version}: the profile 2020-09-01-hybrid has {wanted}")
    name = str(body["name"])
    if name.startswith("["):
        yield Finding("illegal-name", file, f"{kind}: its name is not known before the deployment")
    if "/" not in name and body.get("location") != "westeurope":  # what resourceGroup().location works out to
        yield Finding("profile", file, f"{name}: location must be [resourceGroup().location]")
    properties = body.get("properties", {})
    if kind == "Microsoft.Storage/storageAccounts":
        if body.get("kind") != "Storage" or body["sku"]["name"] != "Standard_LRS":
            yield Finding("profile", file, f"{name}: a Hub has storage of kind Storage and SKU Standard_LRS only")
        if properties.get("supportsHttpsTrafficOnly") is not True:
            yield Finding("open-door", file, f"{name}: supportsHttpsTrafficOnly must be true")
        for foreign in properties.keys() - {"supportsHttpsTrafficOnly"}:
            yield Finding("profile", file, f"{name}: {foreign} is not documented for a Hub")
    if kind.endswith("/containers") and properties.get("publicAccess") != "None":
        yield Finding("open-door", file, f"{name}: pictures must be private: publicAccess None")
    if kind == "Microsoft.Web/sites" and properties.get("httpsOnly") is not True:
        yield Finding("open-door", file, f"{name}: httpsOnly must be true")


def _cluster(file: str, model: dict[str, Any]) -> Iterator[Finding]:
    """The model that `aks-engine-azurestack generate` reads: enough machines, a policy engine, and no secret."""
    pools = [model["masterProfile"], *model["agentPoolProfiles"]]
    for pool in pools:
        if pool["count"] < 3:
            yield Finding("cluster", file, "production needs 3 masters and 3 agents or more")
    kubernetes = model["orchestratorProfile"]["kubernetesConfig"]
    if kubernetes.get("networkPolicy") != "calico":
        yield Finding("cluster", file, "without networkPolicy calico no NetworkPolicy is enforced")
    addons = {one["name"] for one in kubernetes.get("addons", []) if one["enabled"]}
    if "azuredisk-csi-driver" not in addons:
        yield Finding("cluster", file, "without azuredisk-csi-driver no claim gets a disk: the database never starts")
    slow = {"kubeletConfig": SLOW_KUBELET, "controllerManagerConfig": SLOW_CONTROLLERS}
    for part, wanted in slow.items():
        for name, value in wanted.items():
            if kubernetes.get(part, {}).get(name) != value:
                yield Finding("cluster", file, f"{part}: {name} must be {value}: a Hub's resource manager is slow")
    if any(model["servicePrincipalProfile"].values()):
        yield Finding("plain-secret", file, "the service principal belongs on aks-engine's command line, not here")
