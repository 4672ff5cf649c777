"""Templates of two versions of the model must never be compared: a store holds those of one, and says which."""

import structlog

from face_api.storage.database import Database

_SCHEMA = "CREATE TABLE IF NOT EXISTS template_version (version TEXT PRIMARY KEY)"
_OF_FACES = (
    "templates",
    "sealed_templates",
    "removed_templates",
    "visitor_keys",
    "visitors",
    "observations",
    "remembered",
    "visit_cameras",
    "face_ids",
    "sealed_faces",
    "persisted_faces",
)
"""Every table, of earlier versions of this service too, that holds templates or is of no use without them."""

log = structlog.get_logger()


def keep_only(database: Database, version: str) -> None:
    """Forgets, in the files too, every face whose template is of another version, and says so once.

    Face lists stay, without their faces. Call it before any other store opens its tables. No older replica may be at
    work on the same database: it would go on to add what has just been forgotten.
    """
    with database.transaction() as transaction:
        transaction.lock("schema")
        transaction.execute(_SCHEMA)
        if transaction.execute("SELECT version FROM template_version") == [(version,)]:
            return
        there = sorted(transaction.tables().intersection(_OF_FACES))
        forgotten = [table for table in there if transaction.execute(f"SELECT 1 FROM {table} LIMIT 1")]  # noqa: S608
        for table in there:
            transaction.execute(f"DROP TABLE {table}")
        transaction.execute("DELETE FROM template_version")
        transaction.execute("INSERT INTO template_version VALUES (?)", (version,))
    if forgotten:
        database.scrub()
        log.warning("faces forgotten", reason="their templates are of another version of the model", version=version)
