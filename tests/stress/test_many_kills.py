"""Hundreds of kills, at every boundary and at random moments, on both databases."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from support.theatre import Theatre, open_theatre

pytestmark = [pytest.mark.stress, pytest.mark.timeout(3600)]

RANDOM_KILLS = int(os.environ.get("PLANBRIDGE_STRESS_KILLS", "12"))
"""Kills at random moments, for each night and database."""


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)],
)
def theatre(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Theatre]:
    """All nights, staged on either database."""
    with open_theatre(request.param, request, tmp_path_factory.mktemp("theatre")) as theatre:
        yield theatre


def test_no_kill_does_harm(
    theatre: Theatre, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    kills: Counter[str] = Counter()
    harmed = {}
    for name, staged in theatre.nights.items():
        for number in staged.points.numbers("step", "before commit", "after commit"):
            kills["at boundaries"] += 1
            harmed[name, number] = theatre.harm_of_kill(name, number)
        for number in staged.points.numbers("INSERT", "UPDATE", "DELETE", "after rename")[::15]:
            kills["amid transactions"] += 1
            harmed[name, number] = theatre.harm_of_kill(name, number)
    with capsys.disabled():
        print(f"\n{dict(kills)} kills, {request.node.name}", flush=True)
    assert {key: harm for key, harm in harmed.items() if harm} == {}
    assert kills.total() >= 100


def test_no_kill_at_a_random_moment_does_harm(
    theatre: Theatre, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    draws = random.Random(20270104)
    moments = [
        (name, draws.uniform(0, 0.8 * staged.seconds))
        for name, staged in theatre.nights.items()
        for _ in range(RANDOM_KILLS)
    ]
    harmed, killed = {}, 0
    for name, seconds in moments:
        with theatre.eve_of(name) as ground:
            killed += theatre.kill(name, ground, seconds=seconds).killed
            harmed[name, seconds] = theatre.harm(name, ground)
    with capsys.disabled():
        print(f"\n{killed} of {len(moments)} runs killed, {request.node.name}", flush=True)
    assert {key: harm for key, harm in harmed.items() if harm} == {}
    assert killed >= len(moments) / 4
