"""The Bicep worked out with each parameter file: legal names and SKUs, enough grants, closed doors, a fitting query."""

import re
from collections.abc import Iterator
from pathlib import Path

from infra.check.azure_facts import NAMES, ROLES, SKUS
from infra.check.bicep.deployment import Deployment, Planned, deployment, read
from infra.check.bicep.evaluate import Value
from infra.check.bicep.syntax import Literal
from infra.check.finding import Finding, Unreadable

CLOSED_DOORS: dict[str, dict[str, Value]] = {
    "microsoft.storage/storageaccounts": {
        "allowBlobPublicAccess": False,
        "allowSharedKeyAccess": False,
        "minimumTlsVersion": "TLS1_2",
        "supportsHttpsTrafficOnly": True,
    },
    "microsoft.storage/storageaccounts/blobservices/containers": {"publicAccess": "None"},
    "microsoft.eventhub/namespaces": {"minimumTlsVersion": "1.2"},
    "microsoft.eventhub/namespaces/eventhubs/authorizationrules": {"rights": ["Send"]},
    "microsoft.devices/iothubs": {"minTlsVersion": "1.2"},
    "microsoft.containerregistry/registries": {"adminUserEnabled": False, "anonymousPullEnabled": False},
}
"""Properties that must read exactly so."""

JOB = "microsoft.streamanalytics/streamingjobs"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def check(root: Path) -> Iterator[Finding]:
    """Each parameter file, as it is and with every optional text filled in (the Power BI branch)."""
    for planned in deployments(root):
        if isinstance(planned, Finding):
            yield planned
            continue
        try:
            resources = planned.resources
            planned.outputs()
        except Unreadable as fault:
            yield Finding("evaluation", fault.file, fault.reason)
            continue
        for resource in resources:
            yield from legal(resource)
            yield from _closed(resource)
        yield from _grants(resources)
        yield from _query(resources)


def deployments(root: Path) -> Iterator[Deployment | Finding]:
    """Every parameter file's deployment, then the first one's with the optional texts filled in."""
    main = root / "infra/azure/main.bicep"
    files = sorted(main.parent.glob("parameters.*.json"))
    try:
        for file in files:
            yield deployment(main, file, root)
        optional = {name: "0" * 36 for name, part in read(main, root).parameters.items() if part.default == Literal("")}
        yield deployment(main, files[0], root, optional)
    except Unreadable as fault:
        yield Finding("evaluation", fault.file, fault.reason)


def legal(resource: Planned) -> Iterator[Finding]:
    """Its name and SKU are ones Azure takes."""
    name = resource.name.rpartition("/")[2]
    pattern = NAMES.get(resource.type.lower())
    if pattern and not pattern.fullmatch(name):
        yield Finding("illegal-name", resource.file, f"{resource.symbol}: {resource.type} can't be named {name!r}")
    skus = SKUS.get(resource.type.lower())
    for body in (resource.body, resource.body.get("properties", {})):
        sku = body.get("sku")
        if skus and isinstance(sku, dict) and sku.get("name") not in skus:
            known = ", ".join(sorted(skus))
            yield Finding("sku", resource.file, f"{resource.symbol}: SKU {sku.get('name')!r} is none of {known}")


def _closed(resource: Planned) -> Iterator[Finding]:
    properties = resource.body.get("properties", {})
    for name, wanted in CLOSED_DOORS.get(resource.type.lower(), {}).items():
        if properties.get(name) != wanted:
            yield Finding("open-door", resource.file, f"{resource.symbol}: {name} must be {wanted!r}")


def _grants(resources: tuple[Planned, ...]) -> Iterator[Finding]:
    """Whatever signs in with its own identity was given the role it needs, and no grant is broader than those known."""
    given: set[tuple[str, str, str]] = set()
    for grant in (one for one in resources if one.type == "Microsoft.Authorization/roleAssignments"):
        properties = grant.body["properties"]
        found = _GUID.search(str(properties["roleDefinitionId"]))
        role = ROLES.get(found.group() if found else "")
        if role is None:
            yield Finding("role", grant.file, f"{grant.symbol}: a role this check doesn't know, or too broad a one")
            continue
        given.add((str(properties["principalId"]), grant.body["scope"].name, role))
    for job in (one for one in resources if one.type.lower() == JOB):
        principal = job.member("identity.principalId")
        for what, scope, role in _needs(job, resources):
            if not any((principal, place, role) in given for place in (scope, scope.partition("/")[0])):
                yield Finding("missing-role", job.file, f"{what}: the job needs {role} on {scope}")


def _needs(job: Planned, resources: tuple[Planned, ...]) -> Iterator[tuple[str, str, str]]:
    for part in resources:
        if not part.name.startswith(f"{job.name}/") or "datasource" not in part.body.get("properties", {}):
            continue
        source = part.body["properties"]["datasource"]
        where = source["properties"]
        if where.get("authenticationMode") != "Msi":
            continue
        if source["type"].endswith("EventHub"):
            scope = f"{where['serviceBusNamespace']}/{where['eventHubName']}"
            yield part.symbol, scope, "Azure Event Hubs Data Receiver"
        if source["type"] == "Microsoft.Storage/Blob":
            for account in where["storageAccounts"]:
                yield part.symbol, account["accountName"], "Storage Blob Data Contributor"


def _query(resources: tuple[Planned, ...]) -> Iterator[Finding]:
    """The query reads the job's inputs and writes all its outputs; blobs go to containers that exist."""
    for job in (one for one in resources if one.type.lower() == JOB):
        query = re.sub(r"--[^\n]*", "", job.body["properties"]["transformation"]["properties"]["query"])
        parts = [one for one in resources if one.name.startswith(f"{job.name}/")]
        for kind, pattern in (("outputs", r"\bINTO\s+\[?(\w+)"), ("inputs", r"\bFROM\s+\[?(\w+)\]?\s+TIMESTAMP")):
            wanted = set(re.findall(pattern, query, re.IGNORECASE))
            there = {one.name.rpartition("/")[2] for one in parts if one.type.lower() == f"{JOB}/{kind}"}
            for name in sorted(wanted ^ there):
                lacks = "the job" if name in wanted else "the query"
                yield Finding("query", job.file, f"{lacks} has no {kind.removesuffix('s')} {name}")
