"""The drill refuses a cluster that enforces no network policy, before anything is tried on it."""

from typing import ClassVar

import pytest

from infra.drill.cluster import Cluster, DidNotHold, NoCluster
from infra.drill.enforced import enforced


class Network(Cluster):
    """A cluster whose connections all work until there is a policy; with one, as `policed` says."""

    policed: ClassVar[bool] = True
    works: ClassVar[bool] = True
    said: ClassVar[list[str]] = []

    def run(self, *arguments: str, stdin: bytes = b"", seconds: float = 60, check: bool = True) -> str:  # noqa: ARG002
        self.said.append(" ".join(arguments))
        return ""

    def apply(self, manifests: str) -> list[str]:
        self.said.append(manifests)
        return []

    def reaches(self, workload: str, host: str, port: int) -> bool:
        assert (workload, host, port) == ("pod/probe", "storage.outside.svc.cluster.local", 443)
        return self.works and not (self.policed and any("NetworkPolicy" in one for one in self.said))


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    monkeypatch.setattr(Network, "said", [])
    return Network("kubectl", "drill", "outside")


def test_a_cluster_that_enforces_policies_is_tried_and_the_probe_goes(network: Network) -> None:
    enforced(network, "image", within=0)

    assert "delete pod/probe" in network.said[-1]
    assert all("namespace: outside" in one for one in network.said if "kind:" in one)


def test_a_forbidden_connection_that_passes_is_named_and_ends_the_drill(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Network, "policed", False)

    with pytest.raises(NoCluster, match=r"no network policy is enforced: .*reaches storage:443"):
        enforced(network, "image", within=0)
    assert "delete pod/probe" in network.said[-1]


def test_a_probe_that_reaches_nothing_anyway_proves_nothing(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Network, "works", False)

    with pytest.raises(DidNotHold, match="a pod without a policy reaches the storage: not within"):
        enforced(network, "image", within=0)
