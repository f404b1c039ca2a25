"""The database's refusals are the same whether migrations or the metadata made the tables."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from service.store.audit_tables import audit_event, audit_payload
from service.store.database import reading, writing
from service.store.tables import metadata

QUERIES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'",
    "postgresql": """
        SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname LIKE 'audit%'
        UNION ALL SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'audit%'
    """,
}


def refusals(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        rows = connection.exec_driver_sql(QUERIES[engine.dialect.name].replace("%", "%%")).all()
    return {name: " ".join(text.split()) for name, text in rows}


def test_migrations_and_metadata_refuse_alike(engine: Engine) -> None:
    migrated = refusals(engine)
    assert len(migrated) >= 6
    with writing(engine) as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    assert refusals(engine) == migrated


def test_dropped_tables_leave_no_refusals_behind(engine: Engine) -> None:
    with writing(engine) as connection:
        metadata.drop_all(connection)
    with reading(engine) as connection:
        assert not sa.inspect(connection).has_table(audit_event.name)
        assert not sa.inspect(connection).has_table(audit_payload.name)
    assert refusals(engine) == {}
