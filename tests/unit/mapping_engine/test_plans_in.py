"""Whole plans on their way in: always valid, revised where we held one, nothing dropped unsaid."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.mapping_books import book
from support.mapping_tables import book as made
from support.mapping_tables import said

from mappings.engine.errors import MappingTableError
from mappings.engine.loss import Losses
from mappings.engine.plans import write_plan
from mappings.engine.plans_in import read_plans
from schemas.ilp.entry import Origin
from schemas.ilp.plan import Plan
from schemas.standards.shape import StandardRecord

TOY = book("toy")
ON = frozenset({"interests"})
ORIGIN = Origin(source="toy", at=datetime(2026, 10, 1, tzinfo=UTC))
STUDENT = {"number": "7", "first": "Ada", "last": "Ash", "grade": "09"}
GOAL = {
    "student": {"number": "7"},
    "key": "g1",
    "text": "Nurse",
    "state": "current",
    "kind": "career",
}


def plans(
    *records: tuple[str, dict[str, Any]], olds: dict[str, Any] | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    losses = Losses()
    given = [StandardRecord(entity, values) for entity, values in records]
    return list(read_plans(TOY, given, ORIGIN, losses, olds, ON)), said(losses)


def one(*records: tuple[str, dict[str, Any]], olds: dict[str, Any] | None = None) -> dict[str, Any]:
    (plan,) = plans(*records, olds=olds)[0]
    return plan


@pytest.fixture(scope="module")
def held(fixtures: Path) -> dict[str, Any]:
    """A whole plan of the fixture district."""
    document = json.loads((fixtures / "plans/grade-12-amara-okafor.ilp.json").read_text("utf-8"))
    return Plan.model_validate(document["plan"]).model_dump(mode="json", exclude_defaults=True)


def sent(plan: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    context = {"$student": {"number": "7"}}
    return [(each[0], each[1]) for each in write_plan(TOY, plan, context, Losses(), ON)]


def test_a_plan_that_comes_back_unchanged_is_the_same(held: dict[str, Any]) -> None:
    assert plans(*sent(held), olds={"7": held}) == ([held], [])


def test_an_entry_that_changed_gets_its_next_version(held: dict[str, Any]) -> None:
    records = sent(held)
    goal = next(values for entity, values in records if entity == "goals")
    goal["text"] = "Something else"
    before, after = (
        plan["goals"]["career_goals"][0] for plan in (held, one(*records, olds={"7": held}))
    )
    assert (after["text"], after["version"]) == ("Something else", before["version"] + 1)
    assert after["earlier"][-1]["text"] == before["text"]


def test_an_entry_that_changed_keeps_what_the_standard_cannot_say(held: dict[str, Any]) -> None:
    records = sent(held)
    next(values for entity, values in records if entity == "goals")["state"] = "dropped"
    before, after = (
        plan["goals"]["career_goals"][0] for plan in (held, one(*records, olds={"7": held}))
    )
    assert (after["status"], after.get("priority")) == ("dropped", before.get("priority"))


def test_an_entry_that_is_gone_there_is_left_out_and_named(held: dict[str, Any]) -> None:
    records = [each for each in sent(held) if each[0] != "events"]
    found, losses = plans(*records, olds={"7": held})
    assert "advising_sessions" not in found[0].get("activities", {})
    assert any("the source has it no longer" in loss for loss in losses)


def test_elements_that_the_standard_lacks_stay(held: dict[str, Any]) -> None:
    assert one(*sent(held)[:1], olds={"7": held})["reviews"] == held["reviews"]


def test_what_every_plan_needs_and_nobody_said_is_withheld() -> None:
    assert one(("students", STUDENT))["withheld"] == ["PRO.01", "PRO.04"]


def test_entries_without_an_id_get_one_that_lasts() -> None:
    first, second = (one(("students", STUDENT)) for _ in range(2))
    assert first["profile"]["name_and_grade"]["id"] == second["profile"]["name_and_grade"]["id"]


def test_new_entries_say_where_they_came_from() -> None:
    goal = one(("goals", GOAL))["goals"]["career_goals"][0]
    assert (goal["version"], goal["changed"]["source"]) == (1, "toy")


def test_students_are_told_apart() -> None:
    found, _ = plans(("students", STUDENT), ("students", {**STUDENT, "number": "8"}))
    assert len(found) == 2


def test_a_record_that_names_no_student_is_a_loss() -> None:
    goal = {key: value for key, value in GOAL.items() if key != "student"}
    assert plans(("goals", goal)) == ([], [": does not say whose it is (1)"])


def test_a_value_that_the_plan_refuses_is_left_out_and_named() -> None:
    people = [{"name": "B"}, {"name": "x" * 501}]
    event = {"student": {"number": "7"}, "day": "2026-10-05", "minutes": -5, "people": people}
    found, losses = plans(("events", event))
    (session,) = found[0]["activities"]["advising_sessions"]
    assert (session["participants"], "minutes" in session) == ([{"name": "B"}], False)
    assert [loss.partition(":")[0] for loss in losses] == [
        "minutes",
        "participants[]",
        "participants[].name",
    ]


def test_an_entry_without_what_it_needs_is_left_out_and_named() -> None:
    goal = {key: value for key, value in GOAL.items() if key != "state"}
    found, losses = plans(("goals", goal))
    assert "goals" not in found[0]
    assert losses == [": status: the plan refuses it: Field required (1)"]


def test_of_two_that_a_plan_has_once_the_first_stands() -> None:
    found, losses = plans(("students", STUDENT), ("students", {**STUDENT, "first": "Eve"}))
    assert found[0]["profile"]["name_and_grade"]["legal_given_name"] == "Ada"
    assert losses == [": a plan has one of these, and another came first (1)"]


def test_an_id_of_another_form_is_replaced_and_named() -> None:
    found, losses = plans(("goals", {**GOAL, "key": "a goal / 1"}))
    assert found[0]["goals"]["career_goals"][0]["id"].startswith("goa.01-")
    assert losses == ["id: no id of ours has this form (1)"]


def test_of_two_records_with_one_id_the_first_stands() -> None:
    (plan,), losses = plans(("goals", GOAL), ("goals", {**GOAL, "text": "Surgeon"}))
    assert [goal["text"] for goal in plan["goals"]["career_goals"]] == ["Nurse"]
    assert losses == ["text: another record says otherwise and came first (1)"]


def test_a_book_that_knows_no_students_is_refused() -> None:
    with pytest.raises(MappingTableError, match="names no `student`"):
        list(read_plans(made([], []), [], ORIGIN, Losses()))
