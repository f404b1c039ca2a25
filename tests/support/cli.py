"""The real command in a folder of its own: in this process for speed, or as a program of its own.

Everything goes through `service.cli.main.main`, arguments in and exit status out, on a real
SQLite file.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.cli.main import main

RECORDS_OF_WORK = frozenset({"run", "run_step", "plan", "counter", "lease"})
"""Tables that say what was tried; all others say what is held."""

_LOG = frozenset({"audit_event", "audit_payload"})
"""Tables that say who asked: every command adds to them."""

_PROGRAM = "from service.cli.main import main; main()"

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document that standard output holds."""
        return json.loads(self.out)


@dataclass(slots=True)
class Home:
    """A folder where somebody works; commands run in it with `variables` set."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def delivery(self) -> Path:
        """Where the source `sis` looks for tonight's package."""
        return self.folder / "delivery"

    @property
    def database(self) -> Path:
        """The embedded database."""
        return self.folder / "planbridge.db"

    def __call__(self, *words: object, **variables: str) -> Answer:
        """Run the command in this process; `variables` are without their PLANBRIDGE_ prefix."""
        given = {f"PLANBRIDGE_{name}": value for name, value in variables.items()}
        with _at(self.folder, [str(word) for word in words], self.variables | given):
            return _run()

    def program(self, *words: object, **variables: str) -> subprocess.Popen[str]:
        """Start the command as a process of its own."""
        given = {f"PLANBRIDGE_{name}": value for name, value in variables.items()}
        return subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *map(str, words)],
            cwd=self.folder,
            env={**os.environ, **self.variables, **given},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def deliver(self, package: Path) -> None:
        """Put a package, folder or zip, where the source looks for it."""
        if self.delivery.is_dir():
            shutil.rmtree(self.delivery)
        self.delivery.unlink(missing_ok=True)
        copy = shutil.copytree if package.is_dir() else shutil.copyfile
        copy(package, self.delivery)

    def night(self, package: Path, *words: object, **variables: str) -> dict[str, Any]:
        """Deliver a package and run the night; returns its report."""
        self.deliver(package)
        return self.run("sis", *words, **variables)

    def run(self, source: str, *words: object, **variables: str) -> dict[str, Any]:
        """Run a source's night; returns its report."""
        answer = self("sync", "run", source, *words, "--json", **variables)
        report: dict[str, Any] = answer.json
        assert report.get("exit_status", 1) == answer.status, answer
        return report

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(sql, values).fetchall()

    def value(self, sql: str, *values: object) -> Any:
        """The first cell of the first row."""
        return self.query(sql, *values)[0][0]

    def held(self) -> Rows:
        """Everything that the database holds of the district, table by table."""
        return {name: rows for name, rows in self.all().items() if name not in RECORDS_OF_WORK}

    def all(self) -> Rows:
        """The database without its audit log, table by table, rows in a fixed order."""
        names = [
            name for (name,) in self.query("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            name: sorted((row for row in self._rows(name) if row[1:2] != ("audit",)), key=repr)
            for name in names
            if name not in _LOG | {"sqlite_stat1"}
        }

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        return self.query(f'SELECT * FROM "{name}"')

    def checkpoint(self, name: str) -> None:
        """Remember the database, and what vouches for its log, as they are now."""
        copy_database(self.database, self.folder / f"{name}.checkpoint")
        shutil.copytree(self._audit, self.folder / f"{name}.audit", dirs_exist_ok=True)

    def rewind(self, name: str) -> None:
        """Make the database what it was at a checkpoint, and what vouches for its log."""
        copy_database(self.folder / f"{name}.checkpoint", self.database)
        shutil.rmtree(self._audit, ignore_errors=True)
        shutil.copytree(self.folder / f"{name}.audit", self._audit)

    @property
    def _audit(self) -> Path:
        return self.folder / ".planbridge" / "audit"


def amended(home: Home, student: str, by: str, section: str = "directory") -> None:
    """Log a request to amend a section and accept it, which lets the custodian carry it out."""
    words = ("request", "add", student, "amendment", "--by", by, "--section", section, "--json")
    made = home(*words).json["id"]
    answer = home("request", "answer", made, "accepted", "--reason", "it was wrong")
    assert answer.status == 0, answer


def inspecting(home: Home, student: str, by: str) -> None:
    """Log a formal request to inspect the whole record, which opens it to the custodian."""
    answer = home("request", "add", student, "inspection", "--by", by, "--formal")
    assert answer.status == 0, answer


def copy_database(given: Path, target: Path) -> None:
    """Copy a database that others may have open."""
    with (
        contextlib.closing(sqlite3.connect(given)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def changed_tables(before: Rows, after: Rows) -> set[str]:
    """The tables that differ."""
    return {name for name in before | after if before.get(name) != after.get(name)}


def make_home(folder: Path, **variables: str) -> Home:
    """A folder after `planbridge init`, whose clock can be set, with a CSV source called `sis`."""
    home = Home(folder, {f"PLANBRIDGE_{name}": value for name, value in variables.items()})
    folder.mkdir(parents=True, exist_ok=True)
    # The custodian is there before the first of any test's nights.
    before = {"NOW": variables.get("NOW", "2026-01-01T00:00:00Z")}
    answer = home("init", "--rehearsal", **before)
    assert answer.status == 0, answer
    answer = home(
        "source", "add", "sis", "--kind", "oneroster-csv", "--path", home.delivery, **before
    )
    assert answer.status == 0, answer
    return home


def mistake(answer: Answer, *words: str) -> bool:
    """Whether a mistake was answered in a sentence or two that hold these words."""
    told = answer.err
    return (
        answer.status == 1
        and answer.out == ""
        and told.startswith("error: ")
        and "\n  fix: " in told
        and all(word in told for word in words)
    )


@contextlib.contextmanager
def _at(folder: Path, words: list[str], variables: Mapping[str, str]) -> Iterator[None]:
    arguments, environment = sys.argv, dict(os.environ)
    with contextlib.chdir(folder):
        sys.argv = ["planbridge", *words]
        os.environ.update(variables)
        try:
            yield
        finally:
            sys.argv = arguments
            os.environ.clear()
            os.environ.update(environment)


def _run() -> Answer:
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return Answer(status, out.getvalue(), err.getvalue())
