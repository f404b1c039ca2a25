"""Installations in which the same night can be run from its eve any number of times."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from support.killable import Killable, Outcome, killable
from support.postgres import Cluster
from support.rehearsals import TENANT, Rehearsal, write_nights
from support.store_image import Image, differences, gaps, store_image

from service.nightly import apply_numbered, run_source
from service.settings import Settings
from service.sources import add_source
from service.store.database import open_engine, writing

Copy = Callable[[str, Path], str]
"""Copies a database that nobody has open; given are its address and the new folder."""


@dataclass(frozen=True)
class Ground:
    """One installation: a database and the folders beside it."""

    url: str
    folder: Path

    def settings(self, now: str) -> dict[str, Any]:
        """Its settings on a day, as plain JSON values."""
        return {
            "database_url": self.url,
            "data": str(self.folder / "data"),
            "publish": {"folder": str(self.folder / "sink")},
            "now": f"{now}T03:00:00Z",
        }

    def image(self) -> Image:
        """Everything that its database holds."""
        engine = open_engine(self.url)
        try:
            return store_image(engine)
        finally:
            engine.dispose()

    def sink(self) -> dict[str, str]:
        """What was delivered to the folder, file by file."""
        files = sorted((self.folder / "sink").glob("*"))
        return {file.name: file.read_text(encoding="utf-8") for file in files}

    def gaps(self) -> list[str]:
        """The series of numbers that have gaps."""
        engine = open_engine(self.url)
        try:
            return gaps(engine, TENANT)
        finally:
            engine.dispose()

    def carry_on(self, night: Rehearsal) -> None:
        """Do in this process what somebody does who finds the night unfinished."""
        engine = open_engine(self.url)
        settings = Settings(**self.settings(night.now))
        try:
            if night.plan is not None:
                apply_numbered(settings, engine, night.plan, night.reason)
            else:
                run_source(settings, engine, "sis", night.reason)
        finally:
            engine.dispose()


@dataclass(frozen=True)
class Staged:
    """A night ready to be run: its eve, and what an undisturbed run makes of it, in seconds."""

    night: Rehearsal
    eve: Ground
    image: Image
    sink: dict[str, str]
    points: Outcome
    seconds: float


@dataclass(frozen=True)
class Theatre:
    """All nights staged on one kind of database, and the program that can be killed."""

    root: Path
    copy: Copy
    drop: Callable[[str], None]
    program: Killable
    nights: dict[str, Staged]

    @contextmanager
    def eve_of(self, name: str) -> Iterator[Ground]:
        """A copy of the installation on the eve of a night, gone at the end of the block."""
        staged = self.nights[name]
        _deliver(staged.night, self.root / "delivery")
        ground = _copy(staged.eve, self.root / "work", self.copy)
        try:
            yield ground
        finally:
            self.drop(ground.url)

    def kill(
        self, name: str, ground: Ground, point: int | None = None, seconds: float | None = None
    ) -> Outcome:
        """Run a night there and kill it at a point or after some seconds."""
        night = self.nights[name].night
        outcome = self.program.night(
            ground.settings(night.now),
            plan=night.plan,
            reason=night.reason,
            point=point,
            seconds=seconds,
        )
        assert not outcome.error, outcome.error
        return outcome

    def kill_repeatedly(self, name: str, ground: Ground, every: int) -> int:
        """Kill each attempt at a night a little later than the one before, until one ends."""
        kills = 0
        while ground.image() != self.nights[name].image:
            if not self.kill(name, ground, (kills + 1) * every).killed:
                break
            kills += 1
        return kills

    def harm(self, name: str, ground: Ground) -> list[str]:
        """Carry on until the night is finished; what is not as after an undisturbed run."""
        staged = self.nights[name]
        if ground.image() != staged.image:
            ground.carry_on(staged.night)
        found = differences(ground.image(), staged.image)
        if ground.sink() != staged.sink:
            found.append(f"delivered: {sorted(ground.sink())}")
        return [*found, *(f"gaps in {name}" for name in ground.gaps())]

    def harm_of_kill(
        self, name: str, point: int | None = None, seconds: float | None = None
    ) -> list[str]:
        """What one kill does to a night, carried on afterwards; nothing, if all is well."""
        with self.eve_of(name) as ground:
            self.kill(name, ground, point, seconds)
            return self.harm(name, ground)


@contextmanager
def open_theatre(
    kind: str, request: pytest.FixtureRequest, root: Path, nights: int | None = None
) -> Iterator[Theatre]:
    """The first so many nights, or all, staged on `sqlite` or `postgresql`."""
    fixture = request.getfixturevalue
    (root / "first").mkdir()
    copy: Copy = _copy_file
    drop: Callable[[str], None] = _drop_nothing
    if kind == "postgresql":
        cluster: Cluster = fixture("postgres")
        copy, drop = _copier(cluster), lambda url: cluster.drop(_database(url))
        first = Ground(cluster.url(cluster.create(fixture("postgres_template"))), root / "first")
    else:
        shutil.copy(fixture("sqlite_template"), root / "first" / "planbridge.db")
        first = Ground(_file_url(root / "first"), root / "first")
    with killable() as program:
        staged = islice(_stage(root, first, copy, program), nights)
        yield Theatre(root, copy, drop, program, {one.night.name: one for one in staged})


def _stage(root: Path, first: Ground, copy: Copy, program: Killable) -> Iterator[Staged]:
    """Run all nights undisturbed, keeping every eve."""
    delivery = root / "delivery"
    with _writing(first) as connection:
        add_source(connection, TENANT, "sis", "oneroster-csv", {"path": str(delivery)})
    ground = first
    for position, night in enumerate(write_nights(root / "nights")):
        eve = ground
        with _writing(eve) as connection:
            night.day_before(connection)
        _deliver(night, delivery)
        ground = _copy(eve, root / f"after{position}", copy)
        settings = ground.settings(night.now)
        start = time.monotonic()
        points = program.night(settings, plan=night.plan, reason=night.reason)
        seconds = time.monotonic() - start
        assert not points.error, points.error
        yield Staged(night, eve, ground.image(), ground.sink(), points, seconds)


def _deliver(night: Rehearsal, delivery: Path) -> None:
    shutil.rmtree(delivery, ignore_errors=True)
    shutil.copytree(night.package, delivery)


@contextmanager
def _writing(ground: Ground) -> Iterator[Connection]:
    engine = open_engine(ground.url)
    with writing(engine) as connection:
        yield connection
    engine.dispose()


def _copy(ground: Ground, folder: Path, copy: Copy) -> Ground:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ground.folder, folder)
    return Ground(copy(ground.url, folder), folder)


def _copy_file(_url: str, folder: Path) -> str:
    return _file_url(folder)


def _file_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'planbridge.db'}"


def _drop_nothing(_url: str) -> None:
    """A file goes with its folder."""


def _copier(cluster: Cluster) -> Copy:
    return lambda url, _folder: cluster.url(cluster.create(_database(url)))


def _database(url: str) -> str:
    return str(sa.make_url(url).database)
