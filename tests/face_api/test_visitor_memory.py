"""The visitor memory, the same statements on SQLite and on PostgreSQL with pgvector."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from face_api.errors import FaceNotFound
from face_api.faces.template import distance
from face_api.memory.records import EXACT_GAPS
from face_api.memory.templates import KEPT_TEMPLATES, PRESENT_WITHIN, recognised_within
from face_api.memory.visitors import Occasion
from face_api.memory.visits import UNKNOWN, Sighting
from face_api.storage.postgres import PostgresDatabase
from face_api.storage.postgres_templates import PostgresTemplates
from tests.face_api.stores import GAP, MEMORY, NOON, Stores, face

NEW = Sighting("new", first_at_camera=True)
RETURNING = Sighting("returning", first_at_camera=True)
PRESENT = Sighting("present", first_at_camera=False)
MOVED = Sighting("present", first_at_camera=True)


def test_new_then_present_then_returning(stores: Stores) -> None:
    assert stores.see("shop", "1", NOON, face(1)) == [NEW]
    assert stores.see("shop", "2", NOON + 40, face(1, turned=0.4)) == [PRESENT]
    assert stores.see("shop", "3", NOON + 40 + GAP, face(1)) == [PRESENT]
    assert stores.see("shop", "4", NOON + 41 + 2 * GAP, face(1)) == [RETURNING]


def test_a_stranger_is_new_and_memories_are_apart(stores: Stores) -> None:
    stores.see("shop", "1", NOON, face(1))
    assert stores.see("shop", "2", NOON, face(2)) == [NEW]
    assert stores.see("other", "1", NOON, face(1)) == [NEW]


def test_the_more_there_are_the_more_alike_a_face_must_be() -> None:
    limits = [recognised_within(among) for among in (0, 1, 100, 1_000, 10_000, 100_000, 10**9)]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] == PRESENT_WITHIN
    assert 0.78 < limits[4] < 0.82
    assert 0.60 <= limits[-1] < 0.75


def test_who_is_here_is_known_more_readily_than_who_was_here_before(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores.templates, "size", lambda *_: 5_000)
    alike = face(1, turned=1.12)
    assert 0.80 < distance(face(1).vector, alike.vector) < PRESENT_WITHIN
    stores.see("shop", "1", NOON, face(1))
    assert stores.see("shop", "2", NOON + GAP + 1, alike) == [NEW]
    stores.see("other", "1", NOON, face(1))
    assert stores.see("other", "2", NOON + 1, alike) == [PRESENT]


def test_in_a_crowd_even_who_is_here_must_be_more_alike(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("face_api.memory.templates._FALSE_MATCHES", 0.0003)
    alike = face(1, turned=1.12)
    stores.see("shop", "1", NOON, face(1))
    stores.see("crowd", "1", NOON, face(1), *(face(other) for other in range(100, 130)))
    assert stores.see("crowd", "2", NOON + 1, alike) == [NEW]
    assert stores.see("shop", "2", NOON + 1, alike) == [PRESENT]
    stores.clock.time += GAP
    stores.see("crowd", "3", NOON + GAP, face(1))
    assert stores.see("crowd", "4", NOON + GAP + 1, face(1, turned=1.12, view=2)) == [PRESENT]


def test_a_visitor_counts_once_a_visit_and_at_each_camera_once(stores: Stores) -> None:
    assert stores.see("shop", "1", NOON, face(1), camera="door") == [NEW]
    assert stores.see("shop", "2", NOON + 1, face(1), camera="display") == [MOVED]
    assert stores.see("shop", "3", NOON + 2, face(1), camera="door") == [PRESENT]
    assert stores.see("shop", "4", NOON + 3, face(1), camera="display") == [PRESENT]
    later = stores.clock.time = NOON + 4 + GAP
    assert stores.see("shop", "5", later, face(1), camera="display") == [RETURNING]
    assert stores.see("shop", "6", later + 1, face(1), camera="door") == [MOVED]


def test_when_a_visit_is_over_where_it_was_is_known_no_longer(stores: Stores) -> None:
    stores.see("shop", "1", NOON, face(1), camera="door")
    stores.clock.time = NOON + EXACT_GAPS * GAP + 1
    assert stores.visitors.forget_expired() == 1
    with stores.database.transaction() as transaction:
        assert transaction.execute("SELECT * FROM visit_cameras") == []
    assert stores.see("shop", "late", NOON + 1, face(1), camera="door") == [MOVED]


def test_one_picture_shows_a_person_once(stores: Stores) -> None:
    stores.see("shop", "1", NOON, face(1))
    near, far = face(1, turned=0.1), face(1, turned=0.5)
    assert [one.visit for one in stores.see("shop", "2", NOON + 5, far, near)] == ["new", "present"]


def test_the_same_observation_changes_nothing_and_answers_the_same(stores: Stores) -> None:
    answer = stores.see("shop", "1", NOON, face(1), face(2))
    assert stores.see("shop", "1", NOON + 50, face(1), face(2)) == answer
    assert stores.see("shop", "1", NOON + 50, face(1), face(2), face(3)) == [*answer, UNKNOWN]
    ids = stores.face_ids.add([face(4), face(5)], "recognition_01", 60)
    first = stores.visitors.observe(Occasion("shop", "2", NOON, "cam-1"), ids)
    stores.clock.time += 3600
    assert stores.visitors.observe(Occasion("shop", "2", NOON, "cam-1"), ids) == first


def test_faces_not_to_be_remembered_are_unknown(stores: Stores) -> None:
    poor = face(1, quality=0.0)
    assert stores.see("shop", "1", NOON, poor, face(2)) == [UNKNOWN, NEW]
    assert stores.see("shop", "2", NOON, poor) == [UNKNOWN]
    assert stores.templates.count() == 1


def test_an_unknown_face_id_is_refused_and_nothing_is_noted(stores: Stores) -> None:
    ids = stores.face_ids.add([face(1)], "recognition_01", 60)
    with pytest.raises(FaceNotFound):
        stores.visitors.observe(Occasion("shop", "1", NOON, "cam-1"), [*ids, str(uuid.uuid4())])
    assert stores.visitors.observe(Occasion("shop", "1", NOON, "cam-1"), ids) == [NEW]


def test_late_pictures_belong_to_their_own_visit(stores: Stores) -> None:
    stores.see("shop", "1", NOON, face(1))
    stores.see("shop", "2", NOON + 3 * GAP, face(1))
    assert stores.see("shop", "late", NOON + 100, face(1)) == [PRESENT]
    assert stores.see("shop", "later", NOON - 2 * GAP, face(1)) == [RETURNING]
    assert stores.see("shop", "latest", NOON + 3 * GAP + 10, face(1)) == [PRESENT]


def test_another_view_is_learned_so_that_a_third_one_matches(stores: Stores) -> None:
    front, side, far_side = face(1), face(1, turned=0.6), face(1, turned=1.6)
    assert distance(front.vector, far_side.vector) > PRESENT_WITHIN > distance(side.vector, far_side.vector)
    stores.see("shop", "1", NOON, front)
    assert stores.see("shop", "2", NOON + 1, side) == [PRESENT]
    assert stores.see("shop", "3", NOON + 2, far_side) == [PRESENT]


def test_a_visitor_never_has_more_than_the_best_few_templates(stores: Stores) -> None:
    for number in range(20):
        stores.see("shop", str(number), NOON + number, face(1, turned=0.6, view=number, quality=0.3 + number / 100))
    assert stores.templates.count() == KEPT_TEMPLATES


def test_after_the_memorys_time_nobody_is_known_and_nothing_is_left(stores: Stores) -> None:
    stores.see("shop", "1", NOON, face(1))
    stores.clock.time = NOON + MEMORY + 1
    assert stores.see("shop", "2", NOON + MEMORY + 1, face(1)) == [NEW]
    stores.clock.time = NOON + 2 * MEMORY + 2
    assert stores.visitors.forget_expired() == 6  # two visitors, where they were, and two answers
    assert stores.templates.count() == 0
    assert stores.see("shop", "1", NOON + 2 * MEMORY + 2, face(1)) == [NEW]


def test_an_answer_that_expired_is_given_anew_also_before_it_is_swept(stores: Stores) -> None:
    stores.see("shop", "1", NOON, face(1))
    stores.clock.time = NOON + MEMORY + 1
    assert stores.see("shop", "1", NOON + MEMORY + 1, face(2)) == [NEW]
    assert stores.see("shop", "2", NOON + MEMORY + 3, face(2)) == [PRESENT]


def test_a_camera_whose_clock_is_fast_takes_visitors_for_new_but_forgets_nobody(stores: Stores) -> None:
    stores.see("shop", "1", NOON, face(1))
    assert stores.see("shop", "2", NOON + MEMORY + 1, face(1, turned=0.3)) == [NEW]
    assert stores.see("shop", "3", NOON + 5, face(1)) == [PRESENT]


def test_deleting_a_memory_forgets_all_of_it_and_no_other(stores: Stores) -> None:
    stores.see("shop", "1", NOON, face(1), face(2))
    stores.see("other", "1", NOON, face(1))
    assert stores.visitors.forget("shop") == 2
    assert stores.see("shop", "1", NOON + 9, face(1)) == [NEW]
    assert stores.see("other", "2", NOON + 9, face(1)) == [PRESENT]


def test_32_threads_that_see_one_new_face_at_once_make_one_visitor(stores: Stores) -> None:
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda number: stores.see("shop", f"o{number}", NOON, face(1)), range(32)))
    kinds = sorted(sighting.visit for (sighting,) in answers)
    assert kinds == ["new"] + ["present"] * 31
    assert stores.templates.count() == 1


def test_two_replicas_on_postgresql_share_one_memory(postgres_dsn: str) -> None:
    here, there = PostgresDatabase(postgres_dsn), PostgresDatabase(postgres_dsn)
    one = Stores.over(here, lambda: PostgresTemplates(here))
    other = Stores.over(there, lambda: PostgresTemplates(there))
    memory = f"m{uuid.uuid4().hex[:8]}"
    ids = one.face_ids.add([face(77)], "recognition_01", 60)
    assert other.visitors.observe(Occasion(memory, "1", NOON, "cam-1"), ids) == [NEW]
    assert one.see(memory, "2", NOON + 3, face(77)) == [PRESENT]
    here.close()
    there.close()
