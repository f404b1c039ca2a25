"""Laws of the nightly sync, over any sequence of nights that a tiny district may live through."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.model import FIELDS
from support.nightlife import Event, Life, lives, replayed
from support.postgres import Cluster
from support.tiny import STUDENTS

from service.sync.report import RunState

Given = tuple[str, list[Event]]
Database = Callable[[], str]
Texts = dict[str, dict[str, str | None]]
_ONE_FOLDER = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
SOME = settings(max_examples=12, suppress_health_check=_ONE_FOLDER)
FEW = settings(max_examples=5, suppress_health_check=_ONE_FOLDER)
KEPT = {"state", *(name for fields in FIELDS.values() for name in fields)}


@contextmanager
def life(url: str, version: str) -> Iterator[Life]:
    """A district of its own, in a database without anything."""
    with tempfile.TemporaryDirectory(prefix="nights-") as folder:
        lived = Life(url, Path(folder), version)
        try:
            yield lived
        finally:
            lived.engine.dispose()


@pytest.fixture
def new_database(sqlite_template: Path, tmp_path: Path) -> Callable[[], str]:
    """Makes one empty database after the other."""

    def make() -> str:
        file = tmp_path / "planbridge.db"
        for rest in tmp_path.glob("planbridge.db*"):
            rest.unlink()
        shutil.copy(sqlite_template, file)
        return f"sqlite:///{file}"

    return make


@SOME
@given(lives())
def test_the_store_holds_what_the_model_says(new_database: Database, given: Given) -> None:
    with life(new_database(), given[0]) as lived:
        for event in given[1]:
            lived.live(event)
            assert lived.held() == lived.expected()
            assert lived.conflicts() == lived.expected_conflicts()
            assert lived.attachments() == lived.expected_attachments()


@FEW
@given(lives(nights=3), st.sampled_from(["same", "shuffled", "zip"]))
def test_the_same_night_again_changes_nothing(
    new_database: Database, given: Given, how: str
) -> None:
    with life(new_database(), given[0]) as lived:
        for event in given[1]:
            lived.live(event)
        before = lived.image()
        lived.deliver_again(how)
        assert lived.run() is RunState.QUIET
        assert lived.image() == before


@FEW
@given(lives())
def test_no_night_removes_or_alters_a_plan(new_database: Database, given: Given) -> None:
    with life(new_database(), given[0]) as lived:
        for student in STUDENTS:
            lived.live(("plan", student))
        for event in (one for one in given[1] if one[0] != "plan"):
            before = lived.versions()
            lived.live(event)
            assert lived.versions() == before


@FEW
@given(lives())
def test_two_people_are_never_merged_by_machine(new_database: Database, given: Given) -> None:
    with life(new_database(), given[0]) as lived:
        for event in given[1]:
            lived.live(event)
        people = lived.people()
        assert len({record_id for _, record_id in people}) == len(people)


@FEW
@given(lives())
def test_the_journal_explains_every_change(new_database: Database, given: Given) -> None:
    with life(new_database(), given[0]) as lived:
        for event in given[1]:
            before, told = lived.texts(), len(lived.entries())
            lived.live(event)
            after, lines = lived.texts(), lived.entries()[told:]
            added = {line["record_id"] for line in lines if line["action"] == "add"}
            assert after.keys() - before.keys() == added
            assert _kept(replayed(before, lines)) == _kept(after, before)


def _kept(records: Texts, only: Texts | None = None) -> Texts:
    """State and compared fields of records, or of those that are among others."""
    return {
        key: {name: value for name, value in values.items() if name in KEPT}
        for key, values in records.items()
        if only is None or key in only
    }


@pytest.mark.postgres
@settings(max_examples=3)
@given(lives(nights=3))
def test_a_server_holds_what_the_model_says(
    postgres: Cluster, postgres_template: str, given: Given
) -> None:
    name = postgres.create(postgres_template)
    with life(postgres.url(name), given[0]) as lived:
        for event in given[1]:
            lived.live(event)
        held, expected = lived.held(), lived.expected()
    postgres.drop(name)
    assert held == expected
