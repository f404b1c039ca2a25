"""Suggested links: scored, with reasons, and never more than that."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.iep_story import first_version, second_version

from schemas.iep.document import read_iep
from schemas.ilp.document import read_document
from schemas.ilp.plan import Plan
from service.iep.suggest import LEAST, suggestions


@pytest.fixture
def plan(fixtures: Path) -> Plan:
    path = fixtures / "plans" / "grade-11-jose-ramirez.ilp.json"
    return read_document(path.read_bytes())


def test_the_same_area_and_words_come_first(plan: Plan) -> None:
    found = suggestions(plan, second_version())
    assert {(one.entry, one.goal) for one in found[:2]} == {
        ("goal-career", "PSG-2"),
        ("goal-after", "PSG-1"),
    }


def test_an_occupations_title_counts(plan: Plan) -> None:
    (career,) = (one for one in suggestions(plan, first_version()) if one.entry == "goal-career")
    assert "ONET-SOC 31-2021.00 (Physical Therapist Assistants)" in " ".join(career.reasons)


def test_every_suggestion_has_reasons_and_a_score(plan: Plan) -> None:
    found = suggestions(plan, second_version())
    assert all(one.reasons and LEAST <= one.score <= 100 for one in found)


def test_goals_of_another_trade_are_not_suggested(plan: Plan, fixtures: Path) -> None:
    cars = read_iep((fixtures / "iep" / "example.json").read_bytes()).iep
    assert suggestions(plan, cars) == []
