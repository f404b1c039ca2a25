"""Opening the database: SQLite in WAL mode by default, PostgreSQL when a URL says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from service.errors import Busy, Misconfigured

_PATIENCE = 30
"""Seconds that a writer waits for another, which may be one that was killed a moment ago."""

_UNUSABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
}
"""SQLite's codes for a file that is the operator's to mend."""

_LOCKED = {"55P03", "40P01"}
"""PostgreSQL's states for a lock waited for in vain, and for a deadlock."""


def open_engine(url: str, tenant: str | None = None) -> Engine:
    """An engine for `sqlite:///…` or `postgresql+psycopg://…`, with our pragmas set.

    On PostgreSQL its transactions see the rows of this tenant alone, and without one none at all,
    unless the database's role is a superuser, whom row security does not hold. Raises
    Misconfigured for any other URL; a database that cannot be reached shows at first use.
    """
    try:
        engine = sa.create_engine(url)
    except (sa.exc.ArgumentError, ImportError):
        engine = None
    if engine is None or engine.dialect.name not in {"sqlite", "postgresql"}:
        raise Misconfigured(
            "database_url names no database that this program knows.",
            "Use sqlite:///planbridge.db or postgresql+psycopg://USER@HOST/DATABASE.",
        )
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_pragmas)
        sa.event.listen(engine, "begin", _begin)
    else:
        sa.event.listen(engine, "begin", _name_tenant)
    return engine if tenant is None else of_tenant(engine, tenant)


def of_tenant(engine: Engine, tenant: str) -> Engine:
    """The same engine and pool, for another tenant."""
    return engine.execution_options(tenant=tenant)


def _name_tenant(connection: Connection) -> None:
    # For this transaction only: a pooled connection goes to the next without any tenant.
    tenant = connection.get_execution_options().get("tenant")
    if tenant is not None:
        connection.exec_driver_sql("SELECT set_config('planbridge.tenant', %s, true)", (tenant,))


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_PATIENCE * 1000}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "wal_autocheckpoint=65536",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
        "analysis_limit=400",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A reader that upgrades to a writer mid-way can fail with "database is locked" at once;
    # a transaction that will write therefore takes its place in the queue at the start.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database; nothing can be written through it on PostgreSQL."""
    # PostgreSQL would by default show each statement whatever was committed before it.
    options: dict[str, Any] = (
        {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        if engine.dialect.name == "postgresql"
        else {}
    )
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: everything inside happens, or nothing does.

    Raises Busy where another transaction holds what this one needs for too long, Misconfigured
    where the file cannot be written or the server cannot be reached.
    """
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}s'")
            yield connection
    except sa.exc.DBAPIError as error:
        if _is_contended(error.orig):
            raise Busy(
                "Another process is writing to the database and has not finished.",
                "Wait until it has, then try again; nothing was written.",
            ) from error
        if _is_unusable(error):
            said = str(error.orig).strip().partition("\n")[0].removesuffix(".")
            raise Misconfigured(
                f"The database cannot be written: {said}.",
                "Check database_url, permissions, the space left, and that a server runs; "
                "nothing was written.",
            ) from error
        raise


@contextmanager
def checkpointing(engine: Engine) -> Iterator[None]:
    """Let SQLite move what was committed from its log to its file beside the work of the block.

    Readers and writers go on meanwhile; what is left over is moved when the database is closed.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    moving = Thread(target=_checkpoint, args=(engine,))
    moving.start()
    try:
        yield
    finally:
        moving.join()


def _checkpoint(engine: Engine) -> None:
    connection = engine.raw_connection()
    try:
        with suppress(sqlite3.Error):  # Whatever is wrong, the next write will say so.
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        connection.close()


def refresh_statistics(engine: Engine) -> None:
    """Let SQLite look at how keys are spread, without which it reads a table for a few rows.

    A matter of milliseconds; PostgreSQL does the same on its own.
    """
    if engine.dialect.name == "sqlite":
        with writing(engine) as connection:
            connection.exec_driver_sql("ANALYZE")


def _is_contended(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return getattr(error, "sqlstate", None) in _LOCKED


def _is_unusable(error: sa.exc.DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode & 0xFF in _UNUSABLE
    return isinstance(error, sa.exc.OperationalError)
