"""Two plans of one student that went different ways are united, and nothing of either is lost."""

from __future__ import annotations

from typing import Any

import pytest
from support.ilp_entries import changed, entry, plan_with

from schemas.ilp.plan import Plan
from schemas.ilp.rules import Signed
from service.ilp.unite import United, unite

CHANGE = changed(9, "D")


def goal(id_: str, text: str, **more: Any) -> dict[str, Any]:
    return entry(id_, text=text, status="current", **more)


def plan(*goals: dict[str, Any], **more: list[dict[str, Any]]) -> Plan:
    return plan_with({"GOA.01": list(goals), **more})


def texts(united: United) -> list[str]:
    return [one.text for one in united.plan.goals.career_goals]


def test_what_only_they_changed_is_taken() -> None:
    base = plan(goal("g", "Nurse"))
    united = unite(base, base, plan(goal("g", "Midwife")), CHANGE)
    assert texts(united) == ["Midwife"]
    assert united.plan.goals.career_goals[0].earlier[0].text == "Nurse"


def test_what_only_we_changed_stays() -> None:
    base = plan(goal("g", "Nurse"))
    assert texts(unite(base, plan(goal("g", "Midwife")), base, CHANGE)) == ["Midwife"]


def test_different_fields_of_one_entry_are_both_taken() -> None:
    base = plan(goal("g", "Nurse"))
    united = unite(base, plan(goal("g", "Midwife")), plan(goal("g", "Nurse", priority=1)), CHANGE)
    [one] = united.plan.goals.career_goals
    assert (one.text, one.priority, united.clashes) == ("Midwife", 1, [])


def test_a_field_that_both_changed_stays_ours_and_is_asked_about() -> None:
    united = unite(plan(goal("g", "Nurse")), plan(goal("g", "A")), plan(goal("g", "B")), CHANGE)
    assert texts(united) == ["A"]
    [clash] = united.clashes
    assert (clash.element, clash.field, clash.base, clash.theirs) == (
        "GOA.01",
        "text",
        "Nurse",
        "B",
    )


def test_entries_of_both_sides_are_kept() -> None:
    base = plan(goal("g", "Nurse"))
    ours, theirs = (
        plan(goal("g", "Nurse"), goal("h", "A")),
        plan(goal("g", "Nurse"), goal("i", "B")),
    )
    assert texts(unite(base, ours, theirs, CHANGE)) == ["Nurse", "A", "B"]


@pytest.mark.parametrize("swapped", [False, True])
def test_what_one_side_removed_goes(swapped: bool) -> None:
    base, less = plan(goal("g", "A"), goal("h", "B")), plan(goal("g", "A"))
    sides = (base, less) if swapped else (less, base)
    assert texts(unite(base, *sides, CHANGE)) == ["A"]


def test_what_one_side_removed_and_the_other_changed_stays() -> None:
    base = plan(goal("g", "A"), goal("h", "B"))
    theirs = plan(goal("g", "A"), goal("h", "C"))
    assert texts(unite(base, plan(goal("g", "A")), theirs, CHANGE)) == ["A", "C"]


def test_what_something_refers_to_is_not_removed() -> None:
    step = entry("s", goal="h", text="Visit", status="planned")
    base = plan(goal("g", "A"), goal("h", "B"))
    theirs = plan(goal("g", "A"), goal("h", "B"), **{"GOA.07": [step]})
    united = unite(base, plan(goal("g", "A")), theirs, CHANGE)
    assert texts(united) == ["A", "B"]


def test_without_a_common_past_both_are_kept() -> None:
    united = unite(None, plan(goal("g", "A")), plan(goal("h", "B")), CHANGE)
    assert texts(united) == ["A", "B"]


def test_the_next_version_says_so() -> None:
    base = plan(goal("g", "A"))
    header = unite(base, base, plan(goal("g", "B")), CHANGE).plan.profile.header
    assert header is not None
    assert header.plan_version == 9


def test_one_id_for_two_things_cannot_be_united() -> None:
    theirs = plan_with({"ACT.04": [entry("g", on="2026-09-01", participants=({"name": "Lee"},))]})
    with pytest.raises(ValueError, match="more than one entry has the id g"):
        unite(None, plan(goal("g", "A")), theirs, CHANGE)


SIGNED = entry(
    "sign",
    role="S",
    person={"name": "Signer"},
    decision="approved",
    on="2026-09-01",
    method="wet",
    plan_version=7,
    elements=("GOA.01",),
    entries=("g",),
)
SEEN = plan(goal("g", "Nurse"), **{"REV.02": [SIGNED]})


@pytest.mark.parametrize("other", [[goal("g", "Midwife")], [goal("g", "Nurse"), goal("h", "B")]])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_signature_ends_with_what_its_signer_did_not_see(
    other: list[dict[str, Any]], swapped: bool
) -> None:
    sides = (plan(*other), SEEN) if swapped else (SEEN, plan(*other))
    united = unite(plan(goal("g", "Nurse")), *sides, CHANGE).plan
    assert Signed(united).lapsed_by(united.reviews.sign_offs[0]) == ("GOA.01",)


def test_a_signature_holds_on_what_both_sides_have() -> None:
    base = plan(goal("g", "Nurse"))
    united = unite(base, SEEN, base, CHANGE).plan
    assert Signed(united).lapsed_by(united.reviews.sign_offs[0]) == ()
