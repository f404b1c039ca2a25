"""Tables go up and down with their data, and agree with what the program believes of them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine
from support.postgres import Cluster

from service.errors import Misconfigured
from service.store import migrate
from service.store.database import open_engine, reading, writing
from service.store.migrate import current, downgrade, pending, require_current, upgrade
from service.store.tables import ROSTER, metadata

SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE name <> 'alembic_version'",
    "postgresql": """
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL
        SELECT conname || conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT table_name || '.' || column_name, ordinal_position || data_type || is_nullable
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
}


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    """An open database without tables."""
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


def schema_of(engine: Engine) -> dict[str, str]:
    """What the database itself says about its tables, but for layout and order of constraints.

    SQLite quotes the name of a table that was made anew.
    """
    with reading(engine) as connection:
        found = connection.execute(sa.text(SCHEMA[engine.dialect.name])).all()
    return {
        name: " ".join(sorted(re.sub(r"\s+", " ", text or "").replace('"', "").split(", ")))
        for name, text in found
        if "alembic_version" not in name
    }


def set_revision(engine: Engine, revision: str) -> None:
    with writing(engine) as connection:
        connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{revision}'"))


def add_counter(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(sa.text("INSERT INTO counter VALUES ('district', 'run', 7)"))


def counters(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(sa.text("SELECT * FROM counter"))]


def test_metadata_and_migrations_agree(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrations_make_what_the_metadata_makes(engine: Engine) -> None:
    migrated = schema_of(engine)
    with writing(engine) as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    assert migrated == schema_of(engine)


@pytest.mark.parametrize("table", sorted(ROSTER))
def test_roster_tables_know_their_missing_rows(engine: Engine, table: str) -> None:
    assert re.search(r"WHERE \(?state = 'missing'", schema_of(engine)[f"ix_{table}_missing"])


def test_roster_tables_are_stored_by_key(sqlite_template: Path) -> None:
    engine = open_engine(f"sqlite:///{sqlite_template}")
    found = schema_of(engine)
    engine.dispose()
    assert not [name for name in ROSTER if "WITHOUT ROWID" not in found[name]]


def test_the_newest_revision_is_the_one_that_the_program_expects() -> None:
    config = Config()
    config.set_main_option("script_location", "service.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


def test_up_down_and_up_again(empty: Engine) -> None:
    upgrade(empty)
    first = schema_of(empty)
    downgrade(empty, "base")
    assert schema_of(empty) == {}
    upgrade(empty)
    assert schema_of(empty) == first


def test_down_removes_tables_that_hold_rows(engine: Engine) -> None:
    add_counter(engine)
    downgrade(engine, "base")
    upgrade(engine)
    assert counters(engine) == []


def test_an_upgrade_with_nothing_to_do_keeps_the_rows(engine: Engine) -> None:
    add_counter(engine)
    upgrade(engine)
    assert counters(engine) == [("district", "run", 7)]


def test_two_upgrades_at_once_both_succeed(empty: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, [empty, empty]))
    require_current(empty)


def test_an_upgrade_that_fails_leaves_nothing(empty: Engine) -> None:
    with writing(empty) as connection:
        connection.execute(sa.text("CREATE TABLE lease (surprise INTEGER)"))
    before = schema_of(empty)
    with pytest.raises(sa.exc.DBAPIError):
        upgrade(empty)
    assert schema_of(empty) == before
    assert current(empty) is None


def test_a_migrated_database_is_current(engine: Engine) -> None:
    require_current(engine)
    assert (current(engine), pending(engine)) == (migrate.HEAD, False)


def test_a_database_without_tables_asks_for_an_upgrade(empty: Engine) -> None:
    assert (current(empty), pending(empty)) == (None, True)
    with pytest.raises(Misconfigured, match="has no tables yet") as caught:
        require_current(empty)
    assert "planbridge db upgrade" in caught.value.fix


def test_an_older_database_asks_for_an_upgrade(engine: Engine) -> None:
    set_revision(engine, "0000")
    assert pending(engine)
    with pytest.raises(Misconfigured, match="at revision 0000, older than") as caught:
        require_current(engine)
    assert "planbridge db upgrade" in caught.value.fix


@pytest.mark.parametrize("revision", ["9999", "strange"])
def test_a_newer_database_asks_for_a_newer_program(engine: Engine, revision: str) -> None:
    set_revision(engine, revision)
    assert not pending(engine)
    with pytest.raises(Misconfigured, match=f"at revision {revision}") as caught:
        require_current(engine)
    assert "newer Planbridge" in caught.value.fix


@pytest.mark.parametrize("change", [upgrade, lambda engine: downgrade(engine, "base")])
def test_a_newer_database_is_left_alone(engine: Engine, change: Any) -> None:
    set_revision(engine, "9999")
    with pytest.raises(Misconfigured, match="at revision 9999"):
        change(engine)
    assert current(engine) == "9999"


@pytest.mark.postgres
def test_a_database_without_unicode_is_refused(postgres: Cluster) -> None:
    name = postgres.create(encoding="LATIN1")
    engine = open_engine(postgres.url(name))
    with pytest.raises(Misconfigured, match="stores text as LATIN1"):
        upgrade(engine)
    assert current(engine) is None
    engine.dispose()


def test_the_password_stays_unsaid() -> None:
    engine = open_engine("postgresql+psycopg://sync:hush@127.0.0.1:1/district")
    with pytest.raises(Misconfigured, match="cannot be used") as caught:
        require_current(engine)
    assert "hush" not in caught.value.problem


def test_looking_for_a_missing_file_makes_none(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'planbridge.db'}")
    assert current(engine) is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "planbridge.db"
    file.write_text("sourcedId,status\n" * 100)
    engine = open_engine(f"sqlite:///{file}")
    with pytest.raises(Misconfigured, match="file is not a database"):
        require_current(engine)
    engine.dispose()


def test_the_check_at_every_start_does_not_import_alembic(sqlite_template: Path) -> None:
    program = (
        "import sys; from service.store.database import open_engine;"
        "from service.store.migrate import require_current;"
        f"require_current(open_engine('sqlite:///{sqlite_template}'));"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
