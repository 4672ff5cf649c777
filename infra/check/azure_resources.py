"""What each installation comes to: legal names and SKUs, enough grants, closed doors, a fitting query."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.check import rules
from infra.check.finding import Finding
from infra.check.snapshots import Deployment, Resource, deployments

JOB = "microsoft.streamanalytics/streamingjobs"
_UNTAGGED = ("microsoft.authorization", "microsoft.insights/diagnosticsettings")


def check(root: Path) -> Iterator[Finding]:
    """Each environment, and each option."""
    for deployment in deployments(root):
        for resource in deployment.resources:
            kind, name = resource["type"].lower(), resource["name"]
            extended = resource["id"].rpartition("/providers/")[0].rpartition("/providers/")[2]
            about = resource | {"on": re.sub(r"(/[^/]+)/[^/]+", r"\1", extended)}
            yield from rules.judge("resource", deployment.file, f"{resource['type']} {name}", resource)
            yield from rules.judge(kind, deployment.file, name, about)
            if kind.count("/") < 2 and not kind.startswith(_UNTAGGED):
                yield from rules.judge("taggable", deployment.file, name, resource)
            if kind == JOB:
                yield from _job(deployment, resource)
        whole = {"resources": deployment.resources, "outputs": deployment.outputs}
        yield from rules.judge("installation", deployment.file, "Event Hubs", whole)


def _job(deployment: Deployment, job: Resource) -> Iterator[Finding]:
    """It has the roles it needs; its query reads its inputs and writes its outputs, all of them, none twice."""
    parts = [one for one in deployment.resources if one["name"].startswith(f"{job['name']}/")]
    grants = [one for one in deployment.resources if one["type"] == "Microsoft.Authorization/roleAssignments"]
    given = [
        (one["id"], str(one["properties"]["roleDefinitionId"]))
        for one in grants  # named after the job, given to its identity
        if f"'{job['name']}'" in one["id"] and "outputs.principalId" in str(one["properties"]["principalId"])
    ]
    for part in parts:
        for place, role in _needs(part):
            places = [f"/{one}'" for one in (place, place.partition("/")[0])]
            if not any(f"('{role}')" in known and any(one in where for one in places) for where, known in given):
                said = f"{part['name']}: the job needs {role} on {place}"
                yield Finding("missing-role", deployment.file, said)
    query = re.sub(r"--[^\n]*", "", job["properties"]["transformation"]["properties"]["query"])
    about: dict[str, Any] = {"query": query, "parts": parts}
    for kind in ("inputs", "outputs"):
        about[kind] = [one["name"].rpartition("/")[2] for one in parts if one["type"].lower() == f"{JOB}/{kind}"]
    yield from rules.judge("streaming job", deployment.file, job["name"], about)


def _needs(part: Resource) -> Iterator[tuple[str, str]]:
    source = part["properties"].get("datasource", {"properties": {}})
    where = source["properties"]
    if where.get("authenticationMode") == "Msi":
        if source["type"].endswith("EventHub"):
            role = "Receiver" if part["type"].endswith("inputs") else "Sender"
            yield f"{where['serviceBusNamespace']}/eventhubs/{where['eventHubName']}", f"Azure Event Hubs Data {role}"
        for account in where.get("storageAccounts", ()):
            yield account["accountName"], "Storage Blob Data Contributor"
