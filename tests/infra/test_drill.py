"""The drill without a cluster: what it applies, how it compares, and what it says where there is nothing to try."""

import io
import json
import ssl
import tarfile
from argparse import Namespace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra.check.finding import ROOT
from infra.check.kustomize import containers, pod_of
from infra.check.network import check_network
from infra.drill.__main__ import IMAGES, _tried, chosen, main
from infra.drill.cluster import Cluster, DidNotHold
from infra.drill.growth import fillers, free_processors, millis
from infra.drill.scene import Scene, authority
from infra.drill.table import LONG, NEEDED, SHORT
from infra.drill.trials import Drill, closed, packed

SCENE = Scene("drill", "drill-outside", {name: f"test/{name}:1" for name in IMAGES})
PRODUCTION = ROOT / "infra/stack_hub/kubernetes/overlays/production"


def test_without_a_cluster_it_says_so_with_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KUBECTL", "/nowhere/kubectl")

    assert main([]) == 2
    assert "no drill: /nowhere/kubectl is not there: set KUBECTL" in capsys.readouterr().err


def test_the_overlay_under_trial_has_the_policies_of_the_one_that_is_deployed() -> None:
    manifests = SCENE.overlay(PRODUCTION, None)

    assert list(check_network("drill", manifests)) == []
    assert {one["metadata"].get("namespace", "drill") for one in manifests} == {"drill"}


def test_the_chart_under_trial_is_the_overlay_under_trial() -> None:
    def named(manifests: list[Any]) -> dict[tuple[str, str], Any]:
        return {(one["kind"], one["metadata"]["name"]): one.get("spec", one.get("data")) for one in manifests}

    assert named(SCENE.chart(None)) == named(SCENE.overlay(PRODUCTION, None))


def test_images_are_those_given_and_the_worker_trusts_the_stand_ins() -> None:
    manifests = SCENE.overlay(PRODUCTION, None)

    images = {one["image"] for each in manifests if (pod := pod_of(each)) for one in containers(pod)}
    assert images == {"test/footfall-worker:1", "test/footfall-face-api:1", "postgres:17.6-bookworm"}
    (worker,) = (one for one in manifests if one["kind"] == "Deployment" and one["metadata"]["name"] == "worker")
    assert {"name": "REQUESTS_CA_BUNDLE", "value": "/run/premises-ca/roots.pem"} in worker["spec"]["template"]["spec"][
        "containers"
    ][0]["env"]


def test_nothing_of_the_stand_ins_is_left_to_fill_in_and_no_secret_is_written_out() -> None:
    documents = list(yaml.safe_load_all(SCENE.premises()))

    assert {"Namespace", "Secret", "Service", "Deployment", "ConfigMap"} == {one["kind"] for one in documents}
    assert "$" not in yaml.safe_dump([one for one in documents if one["kind"] != "Secret"])
    for one in documents:
        if one["kind"] != "Secret":
            assert SCENE.hub_key not in yaml.safe_dump(one)


def test_the_storage_has_a_certificate_that_the_roots_vouch_for(tmp_path: Path) -> None:
    roots, certificate, key = authority("storage.test")
    for name, text in (("roots", roots), ("certificate", certificate), ("key", key)):
        (tmp_path / name).write_text(text)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    client = ssl.create_default_context(cafile=str(tmp_path / "roots"))
    client.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 has it
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname="storage.test")
    other = server.wrap_bio(to_server, to_client, server_side=True)

    done = False
    for _ in range(10):
        for side in (one, other):
            try:
                side.do_handshake()
                done = done or side is one
            except ssl.SSLWantReadError:
                pass

    assert done


@given(st.lists(st.binary(min_size=1, max_size=64), min_size=1, max_size=8))
def test_pictures_arrive_as_they_were_packed(pictures: list[bytes]) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed(pictures))) as archive:
        found = [archive.extractfile(member) for member in archive.getmembers()]
        assert [one.read() for one in found if one] == pictures


class Answers(Cluster):
    """A cluster whose stand-ins have received so much, and where so many blobs were set aside."""

    poison = 0

    def inside(self, *arguments: str, stdin: bytes = b"", seconds: float = 180) -> dict[str, Any]:  # noqa: ARG002
        left = {"pictures": 0, "pictures-poison": self.poison}
        return {"left": left, "seconds": 2.0, "messages": 12, "distinct": 10, "sums": {"faces": 30, "newVisitors": 5}}


class Aside(Answers):
    """The same, with one blob set aside."""

    poison = 1


def drill(undisturbed: dict[str, int], cluster: Cluster | None = None) -> Drill:
    before = {"messages": 4, "distinct": 4, "sums": {"faces": 12, "newVisitors": 5}}
    cluster = cluster or Answers("kubectl", "a", "b")
    return Drill(cluster, [b"x"], [], 1, "filler", undisturbed=undisturbed, sent=before)


def test_the_same_sums_hold_whatever_came_twice() -> None:
    one = drill({"faces": 18, "distinct": 6})

    assert one.compare(one.gained()[0]) == "6 tallies, as undisturbed"
    assert one.gained()[0] == {}, "what came was told once"


def test_a_lost_or_doubled_tally_is_named_with_both_numbers() -> None:
    one = drill({"faces": 21, "distinct": 7})

    with pytest.raises(DidNotHold, match=r"distinct: 6 for 7, faces: 18 for 21"):
        one.compare(one.gained()[0])


def test_a_line_after_one_that_did_not_hold_is_not_blamed_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    one = drill({})

    def lost(_drill: Drill) -> str:
        raise DidNotHold("lost")

    def next_line(this: Drill) -> str:
        return str(this.gained()[0])

    monkeypatch.setattr("infra.drill.__main__._set", lambda *_: one)
    trials = {"first": lambda _drill: "holds", "lost": lost, "next": next_line}
    results = _tried(trials, one.cluster, SCENE, Namespace(until_fault=False))

    assert [(held, said) for _, held, said, _ in results] == [(True, "holds"), (False, "lost"), (True, "{}")]


def test_a_line_whose_pictures_never_end_does_not_end_the_drill() -> None:
    one = drill({}, Aside("kubectl", "a", "b"))

    one.settle()

    assert one.sent["distinct"] == 4, "nothing was told of what came"


def test_only_what_is_no_picture_may_be_in_poison() -> None:
    one = drill({}, Aside("kubectl", "a", "b"))

    with pytest.raises(DidNotHold, match="1 good pictures ended in poison"):
        one.drained()
    one.set_aside = 1
    one.drained()


@given(st.integers(0, 10**6))
def test_processors_are_counted_in_thousandths(thousandths: int) -> None:
    assert millis(f"{thousandths}m") == millis(str(thousandths / 1000)) == thousandths


class Shell(Answers):
    """A cluster whose containers say so of themselves."""

    look: ClassVar[dict[str, Any]] = {}

    def run(self, *arguments: str, stdin: bytes = b"", seconds: float = 60, check: bool = True) -> str:  # noqa: ARG002
        return json.dumps({"root": "EROFS", "user": 10001, "names": ["PATH"], **self.look})


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ({"root": "written"}, r"deploy/worker: its root is not read-only \(written\)"),
        ({"root": "EACCES"}, r"deploy/worker: its root is not read-only \(EACCES\)"),
        ({"user": 0}, "deploy/worker: it runs as root"),
        ({"names": ["PATH", "EventHub"]}, "deploy/worker: EventHub stands in its environment"),
    ],
)
def test_a_container_that_is_not_closed_is_named(
    monkeypatch: pytest.MonkeyPatch, look: dict[str, Any], said: str
) -> None:
    shell = Shell("kubectl", "a", "b")
    assert closed(drill({}, shell)).startswith("roots read-only")

    monkeypatch.setattr(Shell, "look", look)
    with pytest.raises(DidNotHold, match=said):
        closed(drill({}, shell))


class Nodes(Answers):
    """Two nodes that take pods and one that doesn't; one pod has asked for something, one has ended."""

    def json(self, *arguments: str) -> dict[str, Any]:
        def pod(node: str, phase: str) -> dict[str, Any]:
            spec = {"nodeName": node, "containers": [{"resources": {"requests": {"cpu": "250m"}}}, {}]}
            return {"spec": spec, "status": {"phase": phase}}

        def node(name: str, **spec: Any) -> dict[str, Any]:
            return {"metadata": {"name": name}, "spec": spec, "status": {"allocatable": {"cpu": "2"}}}

        if arguments[0] == "nodes":
            return {"items": [node("a"), node("b"), node("c", unschedulable=True)]}
        return {"items": [pod("a", "Running"), pod("b", "Succeeded"), pod("c", "Running")]}


def test_nodes_are_filled_to_the_last_thousandth() -> None:
    free = free_processors(Nodes("kubectl", "a", "b"))

    assert free == {"a": 1750, "b": 2000}
    filled = [json.loads(one) for one in fillers(free, "outside", "image").split("\n---\n")]
    asked = [one["spec"]["containers"][0]["resources"]["requests"]["cpu"] for one in filled]
    assert [(one["spec"]["nodeName"], cpu) for one, cpu in zip(filled, asked, strict=True)] == [
        ("a", "1750m"),
        ("b", "2000m"),
    ]


def test_some_lines_alone_are_tried_behind_those_that_they_build_on() -> None:
    found = list(chosen(LONG, ["full", "a tenth"]))

    assert found == [*NEEDED, "full nodes: a rollout waits", "a tenth of connections and replicas"]
    assert chosen(LONG, []) == LONG


def test_the_long_form_tries_all_of_the_short_one() -> None:
    assert SHORT.items() <= LONG.items()
