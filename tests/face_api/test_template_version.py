"""Templates that another version of the model made are forgotten, with all that is of no use without them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from face_api.errors import FaceNotFound
from face_api.storage.face_lists import FaceLists, ListKind
from face_api.storage.postgres import PostgresDatabase
from face_api.storage.postgres_templates import PostgresTemplates
from face_api.storage.sqlite import SqliteDatabase
from face_api.storage.sqlite_templates import SqliteTemplates
from face_api.storage.template_version import keep_only
from tests.face_api.postgres import folder_of
from tests.face_api.stores import NOON, Stores, face
from tests.face_api.traces import looks_of, traces


class Shop:
    """A store's database, which may be opened by one version of the service after the other."""

    def __init__(self, database: SqliteDatabase | PostgresDatabase, folder: Path) -> None:
        self.database = database
        self.folder = folder

    def opened_by(self, version: str) -> tuple[Stores, FaceLists]:
        """As the service of that version opens it."""
        keep_only(self.database, version)
        database = self.database
        if isinstance(database, SqliteDatabase):
            stores = Stores.over(database, lambda: SqliteTemplates(database), self.folder)
        else:
            stores = Stores.over(database, lambda: PostgresTemplates(database), self.folder)
        return stores, FaceLists(database, ListKind.SMALL, stores.clock)


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """Empty, of either kind."""
    if request.param == "sqlite":
        sqlite = SqliteDatabase(tmp_path)
        yield Shop(sqlite, tmp_path)
        sqlite.close()
        return
    dsn = request.getfixturevalue("postgres_dsn")
    postgres = PostgresDatabase(dsn)
    with postgres.transaction() as transaction:
        for table in transaction.tables():
            transaction.execute(f"DROP TABLE {table}")
    yield Shop(postgres, folder_of(dsn))
    postgres.close()


def test_when_the_model_makes_other_templates_then_those_before_are_forgotten_and_that_is_said_once(
    shop: Shop,
) -> None:
    with capture_logs() as lines:
        before, lists = shop.opened_by("one")
        before.see("shop", "1", NOON, face(1))
        (kept_id,) = before.face_ids.add([face(2)], "recognition_01", 86400)
        lists.create("staff", "Staff", None, "recognition_01")
        lists.add_face("staff", face(3), None)
        after, lists = shop.opened_by("two")
        assert after.templates.count() == 0
        with pytest.raises(FaceNotFound):
            after.face_ids.get([kept_id])
        assert lists.get("staff").name == "Staff"
        assert lists.faces("staff") == []
        assert [seen.visit for seen in after.see("shop", "2", NOON + 9, face(1))] == ["new"]
        shop.opened_by("two")
    assert [line["event"] for line in lines] == ["faces forgotten"]
    assert lines[0]["version"] == "two"


def test_while_the_version_stays_nothing_is_forgotten(shop: Shop) -> None:
    with capture_logs() as lines:
        before, _ = shop.opened_by("one")
        before.see("shop", "1", NOON, face(1))
        after, _ = shop.opened_by("one")
        assert [seen.visit for seen in after.see("shop", "2", NOON + 9, face(1))] == ["present"]
    assert lines == []


def test_a_store_from_before_there_were_versions_is_of_another(shop: Shop) -> None:
    before, _ = shop.opened_by("one")
    before.see("shop", "1", NOON, face(1))
    with shop.database.transaction() as transaction:
        transaction.execute("DROP TABLE template_version")
    after, _ = shop.opened_by("one")
    assert after.templates.count() == 0


def test_what_is_forgotten_is_gone_from_sqlites_files(tmp_path: Path) -> None:
    shop = Shop(SqliteDatabase(tmp_path), tmp_path)
    stores, lists = shop.opened_by("one")
    stores.see("shop", "1", NOON, face(1))
    lists.create("staff", "Staff", None, "recognition_01")
    lists.add_face("staff", face(3), None)
    needles = looks_of(face(1)) + looks_of(face(3))
    assert [needle for needle in needles if traces(tmp_path, needle)]
    shop.opened_by("two")
    assert [needle for needle in needles if traces(tmp_path, needle)] == []
    shop.database.close()


def test_no_table_that_holds_faces_is_left_out(shop: Shop) -> None:
    """Whoever adds a table must name it in keep_only, or here."""
    shop.opened_by("one")
    keep_only(shop.database, "two")
    with shop.database.transaction() as transaction:
        assert transaction.tables() - {"sqlite_sequence"} == {"template_version", "face_lists", "answers"}
