"""The rules of rules.yaml: each says what is wrong, and what can't be judged is wrong too."""

from typing import Any

import pytest

from infra.check.rules import judge

POD: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "runAsUser": 999, "seccompProfile": {"type": "RuntimeDefault"}},
    "automountServiceAccountToken": False,
}
MODULE: dict[str, Any] = {"name": "edge", "settings": {"image": "registry/edge:1", "createOptions": "{}"}}
OPTIONS: dict[str, Any] = {"User": "10001:10001", "HostConfig": {"CapDrop": ["ALL"]}}
SERVICE: dict[str, Any] = {"image": "azurite:3", "ports": ["127.0.0.1:80:80"]}
HUB: dict[str, Any] = {
    "kind": "Storage",
    "sku": {"name": "Standard_LRS"},
    "properties": {"supportsHttpsTrafficOnly": True},
}
SERVING: dict[str, Any] = {"readinessProbe": {"httpGet": {}}, "livenessProbe": {"httpGet": {}}}
ROUTE: dict[str, Any] = {"route": "FROM /messages/* INTO $upstream"}
CLUSTER: dict[str, Any] = {
    "masterProfile": {"count": 3},
    "agentPoolProfiles": [{"count": 3}],
    "orchestratorProfile": {
        "kubernetesConfig": {
            "networkPolicy": "calico",
            "addons": [{"name": "azuredisk-csi-driver", "enabled": True}],
            "kubeletConfig": {"--node-status-update-frequency": "1m"},
            "controllerManagerConfig": {"--node-monitor-grace-period": "5m", "--route-reconciliation-period": "1m"},
        }
    },
    "servicePrincipalProfile": {"clientId": "", "secret": ""},
}
SPACE = {"type": "Microsoft.EventHub/namespaces", "name": "space", "sku": {"capacity": 2}}
EVENTS = {"type": "Microsoft.EventHub/namespaces/eventhubs", "name": "space/footfall"}

STREAM = {
    "query": "SELECT * INTO [rows] FROM events TIMESTAMP BY t",
    "inputs": ["events"],
    "outputs": ["rows"],
    "parts": [],
}
ALERT = {"name": "footfall-prod-job-slow", "properties": {"description": "Slow: docs/operate.md#job-slow"}}
RUNBOOKS = {
    "described": ["Slow: docs/operate.md#job-slow", "Again: docs/operate.md#job-slow"],
    "text": "## Other\n### else\n## Runbooks\n\n### job-slow\nDo.\n## Other\n### more\n",
}
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
    "text": "sig=[parameters('sig')]",
    "given": {"name": {"value": "x"}},
    "parameters": {"name": {}, "other": {}},
}
DOCKERFILE = {
    "file": "edge/Dockerfile",
    "text": "FROM node:22 AS built\nFROM built\nRUN pip install -q --require-hashes -r x",
    "bases": ["node:22", "built", "python@sha256:0"],
    "last": "built\nUSER 1:1\n",
}


def stored(name: str) -> dict[str, Any]:
    return {"name": f"job/{name}", "properties": {"datasource": {"type": "Microsoft.Storage/Blob"}}}


def installation(partitions: int, units: int) -> dict[str, Any]:
    events = EVENTS | {"properties": {"partitionCount": partitions}}
    return {"resources": [SPACE, events], "outputs": {"sizes": {"throughputUnits": units}}}


def metric(name: str, aggregation: str) -> dict[str, Any]:
    return {"properties": {"criteria": {"allOf": [{"metricName": name, "timeAggregation": aggregation}]}}}


def logs(on: str, category: str) -> dict[str, Any]:
    return {"on": on, "properties": {"logs": [{"category": category}]}}


def rules(about: str, value: object) -> list[str]:
    return [one.rule for one in judge(about, "file", "it", value)]


@pytest.mark.parametrize(
    ("about", "right"),
    [
        ("pod", POD),
        ("module", MODULE),
        ("create options", OPTIONS),
        ("compose service", SERVICE),
        ("hub: Microsoft.Storage/storageAccounts", HUB),
        ("route", ROUTE),
        ("route", ROUTE | {"priority": 9}),
        ("cluster", CLUSTER),
        ("installation", installation(2, 2)),
        ("installation", installation(32, 2)),
        ("taggable", {"name": "footfall-prod-x", "type": "a/b", "tags": {"azd-env-name": "prod"}}),
        ("taggable", {"name": "x", "type": "Microsoft.Storage/storageAccounts", "tags": {"azd-env-name": "prod"}}),
        ("twin", {"name": "$edgeHub", "desired": {"properties.desired": {"schemaVersion": "1.2"}}}),
        ("twin", {"name": "$edgeHub", "desired": {"properties.desired.routes.r": ""}}),
        ("parameter", {"name": "apiKey", "type": "securestring", "minLength": 1, "metadata": {"description": "x"}}),
        ("serving container", SERVING),
        ("serving container", SERVING | {"startupProbe": {"timeoutSeconds": 5}}),
        ("Microsoft.Insights/metricAlerts", metric("Errors", "Total")),
        (
            "resource",
            {"type": "Microsoft.KeyVault/vaults", "name": "keys", "properties": {"sku": {"name": "standard"}}},
        ),
        ("resource", {"type": "Microsoft.KeyVault/vaults/secrets", "name": "keys/one-2"}),
        ("resource", {"type": "a/b", "name": "What we know nothing of", "sku": {"name": "any"}}),
        ("Microsoft.Insights/diagnosticSettings", logs("Microsoft.StreamAnalytics/streamingjobs", "Execution")),
        ("streaming job", STREAM),
        ("alert", ALERT),
        ("runbooks", RUNBOOKS),
        ("template", TEMPLATE),
        ("template output", {"text": "[parameters('open')]", "secure": ["key"]}),
        ("template output", {"text": "[parameters('open')]", "secure": []}),
        ("dockerfile", DOCKERFILE),
        ("dockerfile", DOCKERFILE | {"file": "infra/drill/Dockerfile", "text": "RUN pip install x", "bases": []}),
        ("hub: ", {"name": "x/y", "type": "Microsoft.Web/sites", "apiVersion": "2018-02-01"}),
        ("what no rule is about", {}),
    ],
)
def test_what_is_right_is_not_said(about: str, right: object) -> None:
    assert rules(about, right) == []


@pytest.mark.parametrize(
    ("about", "wrong", "rule"),
    [
        ("pod", POD | {"hostPID": True}, "locked-down"),
        ("pod", POD | {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, "locked-down"),
        ("pod", POD | {"automountServiceAccountToken": None}, "locked-down"),
        ("module", MODULE | {"settings": {"image": "registry:5000/edge"}}, "image"),
        ("module", MODULE | {"settings": {"image": "edge:latest"}}, "image"),
        ("module", MODULE | {"name": "a.b"}, "module-name"),
        ("module", MODULE | {"env": {"PictureStorage": {"value": "a key"}}}, "plain-secret"),
        ("create options", OPTIONS | {"User": "0:0"}, "root"),
        ("create options", OPTIONS | {"User": "root"}, "root"),
        ("create options", {"HostConfig": {"CapDrop": ["ALL"]}}, "root"),
        ("create options", OPTIONS | {"HostConfig": {"CapDrop": ["ALL"], "Privileged": True}}, "root"),
        ("compose service", SERVICE | {"ports": ["80:80"]}, "open-door"),
        ("compose service", SERVICE | {"network_mode": "host"}, "locked-down"),
        ("compose service", SERVICE | {"environment": {"FACE_API_KEY": "x"}}, "secret-in-environment"),
        ("hub: Microsoft.Storage/storageAccounts", HUB | {"kind": "StorageV2"}, "profile"),
        ("route", ROUTE | {"priority": 10}, "route"),
        ("route", {"route": "FROM nowhere"}, "route"),
        ("cluster", CLUSTER | {"masterProfile": {"count": 1}}, "cluster"),
        ("cluster", CLUSTER | {"agentPoolProfiles": [{"count": 3}, {"count": 2}]}, "cluster"),
        ("cluster", CLUSTER | {"servicePrincipalProfile": {"secret": "x"}}, "plain-secret"),
        ("installation", installation(1, 2), "partitions"),
        ("installation", installation(2, 3), "partitions"),
        ("taggable", {"name": "x", "type": "a/b"}, "tags"),
        ("taggable", {"name": "x", "type": "a/b", "tags": {"azd-env-name": "prod"}}, "shared-name"),
        ("twin", {"name": "$edgeHub", "desired": {"properties.desired": {"schemaVersion": "9"}}}, "schema"),
        ("twin", {"name": "$edgeHub", "desired": {"properties.desired": {}}}, "schema"),
        ("twin", {"name": "edge", "desired": {"properties.desired.x": "y" * 40_000}}, "twin-size"),
        (
            "parameter",
            {"name": "apiKey", "type": "string", "minLength": 1, "metadata": {"description": "x"}},
            "plain-secret",
        ),
        ("declaration", {"kind": "param", "type": "int", "file": "x", "decorators": "@description('x')"}, "unbounded"),
        ("serving container", SERVING | {"startupProbe": {}}, "probe"),
        ("Microsoft.Insights/metricAlerts", metric("LateEvents", "Total"), "metric"),
        ("resource", {"type": "Microsoft.KeyVault/vaults", "name": "my--keys"}, "illegal-name"),
        ("resource", {"type": "Microsoft.KeyVault/vaults/secrets", "name": "keys/one_2"}, "illegal-name"),
        ("resource", {"type": "Microsoft.Web/serverfarms", "name": "a", "sku": {"name": "s1"}}, "sku"),
        ("resource", {"type": "Microsoft.Web/serverfarms", "name": "a", "sku": {}}, "sku"),
        ("resource", {"type": "Microsoft.Web/serverfarms", "name": "a", "sku": {"name": ["S1"]}}, "sku"),
        (
            "Microsoft.Insights/diagnosticSettings",
            logs("Microsoft.StreamAnalytics/streamingjobs", "Runs"),
            "log-category",
        ),
        ("Microsoft.Insights/diagnosticSettings", logs("what/has/none", "Execution"), "log-category"),
        ("hub: ", {"name": "x/y", "type": "Microsoft.Web/sites", "apiVersion": "2023-12-01"}, "profile"),
        ("hub: ", {"name": "x/y", "type": "Microsoft.Sql/servers"}, "profile"),
        ("Microsoft.Insights/metricAlerts", metric("Errors", "Average"), "metric"),
        ("Microsoft.Insights/metricAlerts", metric("OutputWatermarkDelaySeconds", "Maximum"), "quiet-night"),
        ("alert", ALERT | {"name": "footfall-prod-late"}, "runbook"),
        ("alert", ALERT | {"properties": {"description": "Slow."}}, "runbook"),
        ("runbooks", RUNBOOKS | {"described": []}, "runbook"),
        ("runbooks", RUNBOOKS | {"described": ["docs/operate.md#job-slow", "docs/operate.md#late"]}, "runbook"),
        ("runbooks", RUNBOOKS | {"text": "## Runbooks\n## Other\n### job-slow\n"}, "runbook"),
        ("streaming job", STREAM | {"inputs": []}, "query"),
        ("streaming job", STREAM | {"inputs": ["events", "more"]}, "query"),
        ("streaming job", STREAM | {"outputs": []}, "query"),
        ("streaming job", STREAM | {"outputs": ["rows", "more"]}, "query"),
        ("streaming job", STREAM | {"parts": [stored("windows"), stored("powerbi")]}, "twice"),
        ("template", TEMPLATE | {"$schema": "of another year"}, "profile"),
        ("template", TEMPLATE | {"text": "AccountKey=abcdefgh"}, "plain-secret"),
        ("template", TEMPLATE | {"given": {"name": {}, "nam": {}}}, "parameter-file"),
        ("template output", {"text": "[Parameters('Key')]", "secure": ["key", "word"]}, "secret-output"),
        ("template output", {"text": "[listKeys('x').keys[0]]", "secure": []}, "secret-output"),
        ("dockerfile", DOCKERFILE | {"bases": ["built", "node:slim"]}, "base"),
        (
            "dockerfile",
            DOCKERFILE | {"text": "RUN pip install x && pip install --require-hashes -r y", "bases": []},
            "hashes",
        ),
        ("dockerfile", {"file": "x", "text": "ENV API_KEY=1", "last": "x\nUSER 1:1\n"}, "plain-secret"),
        ("dockerfile", {"file": "x", "text": "", "last": "x\nUSER 1\nUSER root\n"}, "root"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_else(about: str, wrong: object, rule: str) -> None:
    assert rules(about, wrong) == [rule]


def test_what_cannot_be_judged_is_a_fault() -> None:
    (one,) = (fault for fault in judge("twin", "file", "edge", {"name": "edge"}) if fault.rule == "schema")

    assert "can't be judged" in one.message
