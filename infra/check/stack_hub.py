"""The Stack Hub's ARM templates, bound to the API profile 2020-09-01-hybrid, and the cluster's AKS Engine model."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.check.arm_template import ArmTemplate, calls, read_json, template, texts
from infra.check.azure_resources import legal
from infra.check.bicep.evaluate import Runtime
from infra.check.bicep_source import SECRET_NAME
from infra.check.finding import Finding

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

SCHEMA = "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#"
_GIVES_AWAY = re.compile(r"^(list\w*|getSecret)$", re.IGNORECASE)
_KEY_IN_TEXT = re.compile(r"(AccountKey|SharedAccessKey|SharedAccessSignature|sig)=[A-Za-z0-9+/%]{8}")


def check(root: Path) -> Iterator[Finding]:
    """Every template in infra/stack_hub and cluster.json."""
    folder = root / "infra/stack_hub"
    for path in sorted(folder.glob("*.json")):
        if path.name == "cluster.json":
            yield from _cluster(str(path.relative_to(root)), read_json(path, root)["properties"])
        elif not path.name.endswith(".parameters.json"):
            yield from _template(template(path, root))


def _template(arm: ArmTemplate) -> Iterator[Finding]:
    declared: dict[str, dict[str, Any]] = arm.template["parameters"]
    if arm.template["$schema"] != SCHEMA:
        yield Finding("profile", arm.file, f"$schema must be {SCHEMA}")
    body = {key: arm.template[key] for key in ("variables", "resources", "outputs")}
    used = {(function, name) for function, name in calls(body)}
    for name, parameter in declared.items():
        yield from _parameter(arm.file, name, parameter)
        if ("parameters", name) not in used:
            yield Finding("unused", arm.file, f"parameter {name} is never used")
    for name in arm.template["variables"]:
        if ("variables", name) not in used:
            yield Finding("unused", arm.file, f"variable {name} is never used")
    for name in sorted(arm.given.keys() - declared.keys()):
        yield Finding("parameter-file", arm.file, f"the parameter file gives {name}, which is not declared")
    for name in sorted(arm.given.keys() & declared.keys()):
        if declared[name]["type"].lower().startswith("secure"):
            yield Finding("plain-secret", arm.file, f"the parameter file holds the secret {name}")
    yield from _outputs(arm)
    for text in texts(arm.template):
        if _KEY_IN_TEXT.search(text):
            yield Finding("plain-secret", arm.file, "a key stands in the template")
    for resource in arm.resources:
        yield from legal(resource)
        yield from _resource(arm.file, resource.type, resource.api_version, resource.body)


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


def _outputs(arm: ArmTemplate) -> Iterator[Finding]:
    declared = arm.template["parameters"]
    for name, output in arm.template["outputs"].items():
        for function, argument in calls([output, _behind(output, arm)]):
            parameter = declared.get(argument, {}) if function == "parameters" else {}
            if _GIVES_AWAY.match(function) or parameter.get("type", "").lower().startswith("secure"):
                yield Finding("secret-output", arm.file, f"output {name} gives a secret away")


def _behind(output: object, arm: ArmTemplate) -> list[object]:
    return [arm.template["variables"].get(name) for function, name in calls(output) if function == "variables"]


def _resource(file: str, kind: str, version: str, body: dict[str, Any]) -> Iterator[Finding]:
    wanted = PROFILE.get(kind.lower().partition("/")[0])
    if version != wanted:
        yield Finding("profile", file, f"{kind}@{version}: the profile 2020-09-01-hybrid has {wanted}")
    name = str(body["name"])
    if isinstance(body["name"], Runtime):
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
    if any(model["servicePrincipalProfile"].values()):
        yield Finding("plain-secret", file, "the service principal belongs on aks-engine's command line, not here")
