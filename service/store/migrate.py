"""Bringing a database to the program's version, and refusing to work with any other.

Revisions are numbered; Alembic itself is imported only where tables are changed, since the
check at every start needs no more than one small query.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.errors import Misconfigured
from service.store.database import reading, writing

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0018"
"""The revision that this program's tables have."""

_LOCK = 0x706C616E
"""The number of the PostgreSQL lock under which tables are changed."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to a revision, all the way or not at all.

    Raises Misconfigured when they are newer than this program.
    """
    from alembic import command

    _make_private(engine)
    with _changing(engine) as (connection, config):
        _refuse_newer(_revision(connection))
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the tables back to an older revision; `base` removes them with all that they hold.

    Raises Misconfigured when they are newer than this program.
    """
    from alembic import command

    with _changing(engine) as (connection, config):
        _refuse_newer(_revision(connection))
        command.downgrade(config, revision)


def current(engine: Engine) -> str | None:
    """The revision of the tables, or None where there are none.

    Raises Misconfigured when the database cannot be reached.
    """
    if not _is_there(engine):
        return None
    try:
        with reading(engine) as connection:
            return _revision(connection)
    except sa.exc.DBAPIError as error:
        raise Misconfigured(
            f"The database cannot be used: {str(error.orig).strip()}",
            "Check database_url, and that the database is running and open to this account.",
        ) from error


def pending(engine: Engine) -> bool:
    """Whether an upgrade has something to do."""
    found = current(engine)
    return found is None or (_is_known(found) and found < HEAD)


def require_current(engine: Engine) -> None:
    """Make sure that the tables are those of this program. Raises Misconfigured."""
    found = current(engine)
    _refuse_newer(found)
    if found == HEAD:
        return
    what = "has no tables yet" if found is None else f"is at revision {found}, older than {HEAD}"
    raise Misconfigured(
        f"The database {engine.url.database} {what}.",
        "Run `planbridge db upgrade`. If you expected one with data, check the current folder.",
    )


def _refuse_newer(found: str | None) -> None:
    if found is not None and not _is_known(found):
        raise Misconfigured(
            f"The database is at revision {found}; this program knows none beyond {HEAD}.",
            "Use the newer Planbridge that upgraded it.",
        )


def _is_known(revision: str) -> bool:
    return revision.isdecimal() and len(revision) == len(HEAD) and revision <= HEAD


def _is_there(engine: Engine) -> bool:
    # Looking into a SQLite file that is missing would leave an empty one behind.
    file = engine.url.database
    return engine.dialect.name != "sqlite" or file in {None, "", ":memory:"} or Path(file).exists()


def _make_private(engine: Engine) -> None:
    """A new file is its owner's alone: it will hold education records."""
    file = Path(engine.url.database or "")
    if engine.dialect.name == "sqlite" and file.parent.is_dir() and not _is_there(engine):
        file.touch(mode=0o600)


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        sa.text("SELECT version_num FROM alembic_version")
    ).scalar()
    return found


@contextmanager
def _changing(engine: Engine) -> Iterator[tuple[Connection, Config]]:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "service.store:migrations")
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            _require_unicode(connection)
        config.attributes["connection"] = connection
        yield connection, config


def _require_unicode(connection: Connection) -> None:
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise Misconfigured(
            f"The database stores text as {encoding}, which lacks the letters of many names.",
            "Create it anew: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.",
        )
