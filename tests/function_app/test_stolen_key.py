"""A stolen upload key holds up no other camera, and is noticed; `tests.function_app.stolen_key` runs it for longer."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from function_app.worker.turns import camera_of, has_its_share, in_turns
from local.azurite import StorageAccount
from tests.function_app.stolen_key import ODD, attack
from tests.support.event_hubs import EventHub

NAMES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 99)).map(lambda it: f"s/{it[0]}/{it[1]}"), unique=True
)


@given(NAMES)
def test_each_camera_gets_its_turn_and_keeps_its_order(names: list[str]) -> None:
    turns = in_turns(names)

    assert Counter(turns) == Counter(names)
    for camera in {camera_of(name) for name in names}:
        own = [name for name in names if camera_of(name) == camera]
        assert [name for name in turns if camera_of(name) == camera] == own
        for place, name in enumerate(own):
            before = Counter(camera_of(each) for each in turns[: turns.index(name)])
            assert all(count <= place + 1 for count in before.values())


def test_one_camera_has_half_of_the_hands_and_one_at_least() -> None:
    in_work = {"s/a/1", "s/a/2", "s/b/1"}

    assert has_its_share("s/a/3", in_work, hands=4)
    assert not has_its_share("s/b/2", in_work, hands=4)
    assert not has_its_share("s/c/1", in_work, hands=1)
    assert has_its_share("s/b/2", {"s/b/1"}, hands=1)


def test_beside_a_thief_a_normal_cameras_pictures_are_done_the_retention_holds_and_it_is_told(
    storage: StorageAccount, event_hub: EventHub
) -> None:
    wanted = {"tiny": 300, "largest": 3, **dict.fromkeys(ODD, 6)}

    outcome = attack(storage, event_hub, 15, wanted, backlog=400)

    assert outcome.p50 < 5 + 4 * outcome.calm_p95  # at 69d6e49's order: the whole of the run
    assert all(outcome.done[kind] for kind in wanted)
    assert (outcome.health["status"], outcome.health["crowded"]) == ("ok", 1)
    assert outcome.counters["cameras_crowded"] == 1
    assert outcome.leased > 0
    assert [fault for fault in outcome.faults() if "p95" not in fault] == []
