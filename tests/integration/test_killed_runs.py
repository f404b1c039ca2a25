"""A run killed anywhere, and carried on, leaves exactly what an undisturbed run leaves."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from support.theatre import Theatre, open_theatre

NIGHTS = (
    "first load",
    "changes",
    "conflict",
    "same rows",
    "held",
    "held, applied",
    "accepted at once",
)


@pytest.fixture(scope="module")
def sqlite(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    """The nights, staged on SQLite."""
    with open_theatre("sqlite", request, tmp_path_factory.mktemp("theatre")) as theatre:
        yield theatre


@pytest.fixture(scope="module")
def postgresql(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    """The first nights, staged on PostgreSQL."""
    with open_theatre("postgresql", request, tmp_path_factory.mktemp("theatre"), 3) as theatre:
        yield theatre


def test_a_kill_at_any_step_does_no_harm(sqlite: Theatre) -> None:
    points = sqlite.nights["conflict"].points.numbers("step", "after commit")
    harmed = {point: sqlite.harm_of_kill("conflict", point) for point in points}
    assert {point: harm for point, harm in harmed.items() if harm} == {}


@pytest.mark.parametrize("name", ["first load", "same rows", "held", "held, applied"])
def test_a_kill_between_transactions_does_no_harm(sqlite: Theatre, name: str) -> None:
    points = sqlite.nights[name].points.numbers("after commit")
    harmed = {point: sqlite.harm_of_kill(name, point) for point in points[1::2]}
    assert {point: harm for point, harm in harmed.items() if harm} == {}


@pytest.mark.parametrize("name", NIGHTS)
def test_a_night_killed_again_and_again_ends_undisturbed(sqlite: Theatre, name: str) -> None:
    with sqlite.eve_of(name) as ground:
        sqlite.kill_repeatedly(name, ground, every=14)
        assert sqlite.harm(name, ground) == []


@pytest.mark.parametrize("name", NIGHTS[::2])
def test_a_kill_at_a_random_moment_does_no_harm(sqlite: Theatre, name: str) -> None:
    moment = random.Random(name).uniform(0.01, 0.6)
    assert sqlite.harm_of_kill(name, seconds=moment) == []


@pytest.mark.postgres
def test_a_kill_on_a_server_does_no_harm(postgresql: Theatre) -> None:
    points = postgresql.nights["conflict"].points.numbers("before commit", "after commit")
    harmed = {point: postgresql.harm_of_kill("conflict", point) for point in points[::4]}
    assert {point: harm for point, harm in harmed.items() if harm} == {}


@pytest.mark.postgres
def test_a_night_killed_again_and_again_on_a_server(postgresql: Theatre) -> None:
    with postgresql.eve_of("changes") as ground:
        postgresql.kill_repeatedly("changes", ground, every=14)
        assert postgresql.harm("changes", ground) == []
