"""Nights of IEPs on SQLite and PostgreSQL; killed at any point, a night ends as if undisturbed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.hamlet import Hamlet
from support.iep_csv import write_csv
from support.iep_docs import example, of_student
from support.killable import Killable, killable

from service.nightly import run_source
from service.settings import Settings
from service.sources import add_source
from service.store.database import open_engine, reading, writing
from service.store.iep_tables import IEP_MIRROR, iep_version
from service.sync.report import RunReport

STUDENTS = ("111", "222", "333")


@dataclass(frozen=True)
class Place:
    """An installation with three students and a source of IEPs called `sis`."""

    folder: Path
    url: str

    @property
    def settings(self) -> dict[str, Any]:
        about = {"database_url": self.url, "data": str(self.folder / "data")}
        return {**about, "now": "2026-12-01T02:00:00Z"}

    def night(self, source: str = "sis") -> RunReport:
        engine = open_engine(self.url)
        try:
            return run_source(Settings(**self.settings), engine, source)
        finally:
            engine.dispose()

    def deliver(self, fixtures: Path, *students: str, **parts: Any) -> None:
        plain = example(fixtures)
        write_csv(self.folder / "iep", [of_student(plain, one, **parts) for one in students])

    def mirror(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that the mirror holds, but for the moment of receipt."""
        engine = open_engine(self.url)
        try:
            with reading(engine) as connection:
                return {name: _rows(connection, table) for name, table in IEP_MIRROR.items()}
        finally:
            engine.dispose()


def _rows(connection: sa.Connection, table: sa.Table) -> list[tuple[Any, ...]]:
    kept = [column for column in table.columns if column.name not in ("received_at", "run")]
    return sorted((tuple(row) for row in connection.execute(sa.select(*kept))), key=repr)


def settle(place: Place, engine: Engine) -> None:
    """Bring the students, and name the sources."""
    hamlet = Hamlet(others=0)
    for number in STUDENTS:
        hamlet.student(f"s{number}", f"Given{number}", f"Family{number}", identifier=number)
    hamlet.write(place.folder / "roster")
    with writing(engine) as connection:
        for name, kind, path in (
            ("roster", "oneroster-csv", place.folder / "roster"),
            ("sis", "iep-csv", place.folder / "iep"),
        ):
            add_source(connection, Settings().tenant, name, kind, {"path": str(path)})
    place.night("roster")


@pytest.fixture
def place(engine: Engine, database_url: str, tmp_path: Path) -> Place:
    made = Place(tmp_path / "place", database_url)
    settle(made, engine)
    return made


def test_a_first_night_and_an_amendment(place: Place, engine: Engine, fixtures: Path) -> None:
    place.deliver(fixtures, *STUDENTS)
    place.night()
    place.deliver(fixtures, *STUDENTS, version="8")

    report = place.night()

    with reading(engine) as connection:
        numbers = connection.execute(sa.select(iep_version.c.number)).scalars()
        assert sorted(numbers) == [1, 1, 1, 2, 2, 2]
    assert report.counts["iep"].updated == 3


def test_an_absence_and_a_return(place: Place, fixtures: Path) -> None:
    place.deliver(fixtures, *STUDENTS)
    place.night()
    before = place.mirror()
    place.deliver(fixtures, *STUDENTS[1:])
    place.night()
    place.deliver(fixtures, *STUDENTS)

    assert place.night().counts["iep"].revived == 1
    assert place.mirror() == before


@pytest.fixture(scope="module")
def program() -> Iterator[Killable]:
    with killable() as running:
        yield running


@pytest.fixture
def eve(tmp_path: Path, sqlite_template: Path, fixtures: Path) -> Place:
    """A place on the eve of a night that amends, loses and brings IEPs."""
    folder = tmp_path / "eve"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "planbridge.db")
    made = Place(folder, f"sqlite:///{folder / 'planbridge.db'}")
    engine = open_engine(made.url)
    settle(made, engine)
    engine.dispose()
    made.deliver(fixtures, *STUDENTS[:2])
    made.night()
    made.deliver(fixtures, *STUDENTS[1:], version="8")
    return made


def moved(eve: Place, folder: Path) -> Place:
    """A copy of a place; its source still looks where the first one does."""
    shutil.copytree(eve.folder, folder)
    return Place(folder, f"sqlite:///{folder / 'planbridge.db'}")


def harm(eve: Place, program: Killable, folder: Path, every: int) -> list[int]:
    """The points at which a kill, carried on, leaves something else than an undisturbed night."""
    whole = moved(eve, folder / "whole")
    passed = program.night(whole.settings).numbers("step", "before commit", "after commit")
    assert len(passed) > every
    harmed = []
    for point in passed[::-every]:
        place = moved(eve, folder / f"killed-{point}")
        assert program.night(place.settings, point=point).killed
        place.night()
        if place.mirror() != whole.mirror():
            harmed.append(point)
    return harmed


def test_a_killed_night_ends_as_if_undisturbed(
    eve: Place, program: Killable, tmp_path: Path
) -> None:
    assert harm(eve, program, tmp_path, every=8) == []


@pytest.mark.stress
def test_a_night_killed_anywhere_ends_as_if_undisturbed(
    eve: Place, program: Killable, tmp_path: Path
) -> None:
    assert harm(eve, program, tmp_path, every=1) == []
