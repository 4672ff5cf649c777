"""What each installation comes to: legal names and SKUs, enough grants, closed doors, a fitting query."""

import re
from collections.abc import Iterator
from pathlib import Path

from infra.check.azure_facts import LOGS, METRICS, NAMES, ROLES, SKUS
from infra.check.finding import Finding, Unreadable
from infra.check.snapshots import Deployment, Planned, deployments

CLOSED_DOORS: dict[str, dict[str, tuple[object, ...]]] = {
    "microsoft.storage/storageaccounts": {
        "allowBlobPublicAccess": (False,),
        "allowSharedKeyAccess": (False,),
        "minimumTlsVersion": ("TLS1_2",),
        "supportsHttpsTrafficOnly": (True,),
    },
    "microsoft.storage/storageaccounts/blobservices/containers": {"publicAccess": ("None",)},
    "microsoft.eventhub/namespaces": {"minimumTlsVersion": ("1.2",)},
    "microsoft.eventhub/namespaces/eventhubs/authorizationrules": {"rights": (["Send"], ["Listen"])},
    "microsoft.devices/iothubs": {"minTlsVersion": ("1.2",)},
    "microsoft.containerregistry/registries": {"adminUserEnabled": (False,), "anonymousPullEnabled": (False,)},
}
"""Properties that must read exactly so, or as one of a few."""

ALERTS = ("microsoft.insights/metricalerts", "microsoft.insights/scheduledqueryrules")
JOB = "microsoft.streamanalytics/streamingjobs"
EVENTS_PER_UNIT = 1000
_ROLE = re.compile(r"roleDefinitions\('([^']+)'\)")
_SCOPE = re.compile(r"'/subscriptions/[^']*?/providers/[^']+?/([^'/]+(?:/eventhubs/[^'/]+)?)'")
_UNTAGGED = ("microsoft.authorization", "microsoft.insights/diagnosticsettings")


def check(root: Path) -> Iterator[Finding]:
    """Each environment, and each option."""
    try:
        found = list(deployments(root))
    except Unreadable as fault:
        yield Finding("evaluation", fault.file, fault.reason)
        return
    for deployment in found:
        for resource in deployment.resources:
            yield from legal(resource)
            yield from _closed(resource)
            yield from _marked(resource)
            yield from _logged(resource)
        yield from _grants(deployment)
        yield from _query(deployment.resources)
        yield from _partitions(deployment)
        yield from _alerts(deployment)


def legal(resource: Planned) -> Iterator[Finding]:
    """Its name and SKU are ones Azure takes."""
    name = resource.name.rpartition("/")[2]
    pattern = NAMES.get(resource.type.lower())
    if pattern and not pattern.fullmatch(name):
        yield Finding("illegal-name", resource.file, f"{resource.type} can't be named {name!r}")
    skus = SKUS.get(resource.type.lower())
    for body in (resource.body, resource.body.get("properties", {})):
        sku = body.get("sku")
        if skus and isinstance(sku, dict) and sku.get("name") not in skus:
            known = ", ".join(sorted(skus))
            yield Finding("sku", resource.file, f"{resource.name}: SKU {sku.get('name')!r} is none of {known}")


def _closed(resource: Planned) -> Iterator[Finding]:
    properties = resource.body.get("properties", {})
    for name, wanted in CLOSED_DOORS.get(resource.type.lower(), {}).items():
        if properties.get(name) not in wanted:
            must = " or ".join(map(repr, wanted))
            yield Finding("open-door", resource.file, f"{resource.name}: {name} must be {must}")


def _logged(resource: Planned) -> Iterator[Finding]:
    """What is asked for of logs and metrics is there: Azure's types take any word."""
    if resource.type.lower() == "microsoft.insights/diagnosticsettings":
        target = resource.body["id"].rpartition("/providers/")[0].rpartition("/providers/")[2].split("/")
        kind = "/".join((target[0], *target[1::2]))
        for one in resource.body["properties"].get("logs", []):
            if one.get("category") not in LOGS.get(kind.lower(), ()):
                yield Finding("log-category", resource.file, f"{kind} has no log {one.get('category')!r}")
    if resource.type.lower() == ALERTS[0]:
        for one in resource.body["properties"]["criteria"]["allOf"]:
            if one["timeAggregation"] not in METRICS.get(one["metricName"], ()):
                said = f"{resource.name}: there is no {one['timeAggregation']} of a metric {one['metricName']!r}"
                yield Finding("metric", resource.file, said)


def _marked(resource: Planned) -> Iterator[Finding]:
    """Whatever can carry tags says which installation it belongs to, and two installations share no name."""
    kind = resource.type.lower()
    if kind.count("/") > 1 or kind.startswith(_UNTAGGED):
        return
    environment = (resource.body.get("tags") or {}).get("azd-env-name")
    if not environment:
        yield Finding("tags", resource.file, f"{resource.name}: carries no tags of its installation")
    elif f"-{environment}" not in resource.name and kind not in (
        "microsoft.storage/storageaccounts",
        "microsoft.containerregistry/registries",  # letters and digits only; told apart by uniqueString
        "microsoft.insights/workbooks",  # a GUID of its workspace, whose name is checked
    ):
        yield Finding("shared-name", resource.file, f"{resource.name}: two installations in one group would share it")


def _grants(deployment: Deployment) -> Iterator[Finding]:
    """Whatever signs in with its own identity was given the role it needs, and no grant is broader than those known."""
    given: set[tuple[str, str, str]] = set()
    for grant in (one for one in deployment.resources if one.type == "Microsoft.Authorization/roleAssignments"):
        properties = grant.body["properties"]
        role = _ROLE.search(str(properties["roleDefinitionId"]))
        if role is None or role[1] not in ROLES:
            known = role[1] if role else properties["roleDefinitionId"]
            yield Finding("role", grant.file, f"{known}: a role this check doesn't know, or too broad a one")
            continue
        scope = _SCOPE.search(str(grant.body["id"]))
        who = f"{grant.body['id']} {properties['principalId']}"  # named after the job, given to its identity
        given.add((who, scope[1].replace("/eventhubs", "") if scope else "", role[1]))
    for job in (one for one in deployment.resources if one.type.lower() == JOB):
        for what, scope_of, wanted in _needs(job, deployment.resources):
            places = (scope_of, scope_of.partition("/")[0])
            if not any(
                f"'{job.name}'" in who and "outputs.principalId" in who and place in places and wanted == role
                for who, place, role in given
            ):
                yield Finding("missing-role", job.file, f"{what}: the job needs {wanted} on {scope_of}")


def _needs(job: Planned, resources: tuple[Planned, ...]) -> Iterator[tuple[str, str, str]]:
    for part in resources:
        if not part.name.startswith(f"{job.name}/") or "datasource" not in part.body.get("properties", {}):
            continue
        source = part.body["properties"]["datasource"]
        where = source["properties"]
        if where.get("authenticationMode") != "Msi":
            continue
        if source["type"].endswith("EventHub"):
            role = "Receiver" if part.type.endswith("inputs") else "Sender"
            yield part.name, f"{where['serviceBusNamespace']}/{where['eventHubName']}", f"Azure Event Hubs Data {role}"
        if source["type"] == "Microsoft.Storage/Blob":
            for account in where["storageAccounts"]:
                yield part.name, account["accountName"], "Storage Blob Data Contributor"


def _query(resources: tuple[Planned, ...]) -> Iterator[Finding]:
    """The query reads the job's inputs and writes all its outputs, to containers and hubs that exist; none twice."""
    for job in (one for one in resources if one.type.lower() == JOB):
        query = re.sub(r"--[^\n]*", "", job.body["properties"]["transformation"]["properties"]["query"])
        parts = [one for one in resources if one.name.startswith(f"{job.name}/")]
        for kind, pattern in (("outputs", r"\bINTO\s+\[?(\w+)"), ("inputs", r"\bFROM\s+\[?(\w+)\]?\s+TIMESTAMP")):
            wanted = set(re.findall(pattern, query, re.IGNORECASE))
            there = {one.name.rpartition("/")[2] for one in parts if one.type.lower() == f"{JOB}/{kind}"}
            for name in sorted(wanted ^ there):
                lacks = "the job" if name in wanted else "the query"
                yield Finding("query", job.file, f"{lacks} has no {kind.removesuffix('s')} {name}")
        stored = {
            one.name.rpartition("/")[2] for one in parts if "Blob" in str(one.body["properties"].get("datasource"))
        }
        if {"windows", "powerbi"} <= stored:
            yield Finding("twice", job.file, "the rows of `windows` are stored a second time as `powerbi`")


def _partitions(deployment: Deployment) -> Iterator[Finding]:
    """A partition takes one unit's load: fewer of them leave units idle."""
    for space in (one for one in deployment.resources if one.type == "Microsoft.EventHub/namespaces"):
        units = space.body["sku"]["capacity"]
        hub = next(one for one in deployment.resources if one.name == f"{space.name}/footfall")
        if hub.body["properties"]["partitionCount"] < units:
            yield Finding("partitions", deployment.file, f"{units} throughput units on fewer partitions")
        if deployment.outputs["sizes"]["throughputUnits"] != units:
            yield Finding("partitions", deployment.file, "the throughput units are not those of the formula")


def _alerts(deployment: Deployment) -> Iterator[Finding]:
    """No metric alone that stands high through every quiet night."""
    for alert in (one for one in deployment.resources if one.type.lower() == ALERTS[0]):
        conditions = {one["metricName"] for one in alert.body["properties"]["criteria"]["allOf"]}
        if conditions == {"OutputWatermarkDelaySeconds"}:
            yield Finding("quiet-night", deployment.file, f"{alert.name}: without events the watermark stands still")
