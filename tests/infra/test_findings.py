"""What no tool sees: sentences that a reader needs, and choices that a snapshot shows."""

import json
import re
from typing import Any

from infra.check.finding import ROOT

DEPLOY = (ROOT / "docs/deploy.md").read_text()


def snapshot(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((ROOT / name).read_text())["predictedResources"]
    return found


def test_the_functions_plan_is_one_whose_polling_trigger_fires() -> None:
    """Finding 11."""
    page = " ".join((ROOT / "docs/functions.md").read_text().split())

    assert "The plan must be Premium or Dedicated" in page
    template = json.loads((ROOT / "infra/stack_hub/function_app.json").read_text())
    assert template["parameters"]["planSku"]["allowedValues"] == ["S1", "S2", "S3"]


def test_no_step_of_the_query_is_called_like_its_input() -> None:
    """Finding 12: names that differ in their case only might be one to the service."""
    query = (ROOT / "infra/stream_analytics/footfall.asaql").read_text()
    steps = [name.lower() for name in re.findall(r"(?m)^(?:WITH )?(\w+) AS \($", query)]
    inputs = {name.lower() for name in re.findall(r"\bFROM (\w+) TIMESTAMP BY", query)}

    assert steps
    assert len(steps) == len(set(steps))
    assert not inputs & set(steps)


def test_a_region_without_zones_can_be_deployed_to() -> None:
    """Finding 25."""
    bodies = json.dumps(snapshot("infra/check/options/azure-eventstream.snapshot.json"))

    assert "param zones = false" in (ROOT / "infra/check/options/azure-eventstream.bicepparam").read_text()
    assert "Standard_ZRS" not in bodies
    assert '"zoneRedundant": true' not in bodies


def test_the_functions_host_is_told_where_to_log() -> None:
    """Finding 22."""
    template = json.loads((ROOT / "infra/stack_hub/function_app.json").read_text())
    (site,) = (one for one in template["resources"] if one["type"] == "Microsoft.Web/sites")
    names = {one["name"]: one["value"] for one in site["properties"]["siteConfig"]["appSettings"]}

    assert names["APPLICATIONINSIGHTS_CONNECTION_STRING"] == "[parameters('applicationInsights')]"
    assert template["parameters"]["applicationInsights"]["type"] == "securestring"
    assert "properties.ConnectionString" in DEPLOY


def test_whoever_deploys_is_told_to_be_an_operator_and_what_the_dev_kit_is() -> None:
    """Findings 19 and 20."""
    page = " ".join(DEPLOY.split())

    assert "You, and whoever operates it, in that group" in page
    assert "out of support since 2022" in page
    assert "seccomp=unconfined" in page


def test_the_leak_runbook_purges_with_a_command_that_there_is() -> None:
    """Finding 16."""
    page = (ROOT / "docs/operate.md").read_text()

    assert "az rest --method post" in page
    assert "workspace table … purge" not in page


def test_reads_of_the_results_are_not_logged() -> None:
    """Section 4d: they would cost more than the job, and nothing asks for them."""
    for environment in ("dev", "test", "prod"):
        assert "StorageRead" not in json.dumps(snapshot(f"infra/azure/main.{environment}.snapshot.json"))


def test_after_power_bis_streaming_the_rows_go_to_a_hub_that_fabric_reads() -> None:
    resources = snapshot("infra/check/options/azure-eventstream.snapshot.json")
    (output,) = (one for one in resources if one["name"].endswith("/powerbi"))

    assert output["properties"]["datasource"]["type"] == "Microsoft.EventHub/EventHub"
    assert output["properties"]["datasource"]["properties"]["eventHubName"] == "rows"
    assert [one for one in resources if one["name"].endswith("/rows/eventstream")]
    assert not [one for one in snapshot("infra/azure/main.prod.snapshot.json") if one["name"].endswith("/powerbi")]


def test_with_an_issuer_no_key_is_made_and_the_worker_may_send_and_nothing_else() -> None:
    resources = snapshot("infra/check/options/azure-private.snapshot.json")
    (namespace,) = (one for one in resources if one["type"] == "Microsoft.EventHub/namespaces")
    (federated,) = (one for one in resources if one["type"].endswith("/federatedIdentityCredentials"))

    assert not [one for one in resources if one["type"].endswith("/authorizationRules")]
    assert namespace["properties"]["disableLocalAuth"] is True
    assert federated["properties"]["subject"] == "system:serviceaccount:footfall:worker"
    component = (ROOT / "infra/stack_hub/kubernetes/components/workload-identity/service-account.yaml").read_text()
    assert "azure.workload.identity/client-id" in component


def test_with_a_subnet_the_public_doors_are_shut_to_all_but_the_job() -> None:
    resources = snapshot("infra/check/options/azure-private.snapshot.json")
    (rules,) = (one for one in resources if one["type"].endswith("/networkRuleSets"))
    (account,) = (one for one in resources if one["type"] == "Microsoft.Storage/storageAccounts")
    doors = [one for one in resources if one["type"] == "Microsoft.Network/privateEndpoints"]

    assert rules["properties"]["defaultAction"] == "Deny"
    assert rules["properties"]["trustedServiceAccessEnabled"] is True
    assert account["properties"]["networkAcls"] == {"defaultAction": "Deny", "bypass": "AzureServices"}
    assert {one["properties"]["privateLinkServiceConnections"][0]["properties"]["groupIds"][0] for one in doors} == {
        "namespace",
        "blob",
    }
