"""The invented example passes; each variant fails exactly where the reference says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from schemas.iep.document import read_iep
from schemas.iep.iep import PARTS, Iep
from schemas.ilp.document import read_document
from service.iep.checks.facts import Facts, StateLaw, law_of
from service.iep.checks.result import Outcome, Result, rules
from service.iep.checks.run import check, indicator13
from service.iep.checks.silence import silent_parts

LAW = StateLaw(transition_age=16, transfers=True)
ON = date(2026, 3, 10)
AREAS = ("education-training", "employment", "independent-living")
Failed = set[tuple[str, str | None]]


@pytest.fixture
def example(fixtures: Path) -> Iep:
    return iep(fixtures, "example")


def iep(fixtures: Path, name: str) -> Iep:
    return read_iep((fixtures / "iep" / f"{name}.json").read_bytes()).iep


def facts(of: Iep, on: date = ON, law: StateLaw = LAW) -> Facts:
    return Facts(of, on, law)


def said(results: list[Result], outcome: Outcome, prefix: str = "I13") -> Failed:
    return {
        (one.rule, one.area)
        for one in results
        if one.outcome is outcome and one.rule.startswith(prefix)
    }


def of_rule(results: list[Result], rule: str) -> Outcome:
    (found,) = (one.outcome for one in results if one.rule == rule)
    return found


def test_the_example_meets_indicator_13(example: Iep) -> None:
    results = check(facts(example))
    assert indicator13(results) is Outcome.MET
    assert len(said(results, Outcome.MET)) == 6 * 3 + 2


@pytest.mark.parametrize(
    ("variant", "fails"),
    [
        ("not-measurable", {("I13-1", "employment")}),
        ("not-updated", {("I13-2", "education-training")}),
        ("no-assessment", {("I13-3", "employment")}),
        ("no-services", {("I13-4", "employment")}),
        ("no-course-of-study", {("I13-5", area) for area in AREAS}),
        ("course-of-study-ends-early", {("I13-5", area) for area in AREAS}),
        ("no-annual-goal", {("I13-6", "employment")}),
        ("not-invited", {("I13-7", None)}),
        ("invited-too-late", {("I13-7", None)}),
        ("consent-too-late", {("I13-8", None)}),
    ],
)
def test_each_variant_fails_exactly_there(fixtures: Path, variant: str, fails: Failed) -> None:
    results = check(facts(iep(fixtures, f"example-{variant}")))
    assert said(results, Outcome.NOT_MET) == fails
    assert said(results, Outcome.CANNOT_TELL) == set()


@pytest.mark.parametrize("variant", ["consent-refused", "no-agencies", "agency-not-likely"])
def test_no_agency_needs_an_invitation(fixtures: Path, variant: str) -> None:
    results = check(facts(iep(fixtures, f"example-{variant}")))
    assert of_rule(results, "I13-8") is Outcome.NOT_APPLICABLE
    assert indicator13(results) is Outcome.MET


def test_independent_living_undecided_cannot_be_told(fixtures: Path) -> None:
    results = check(facts(iep(fixtures, "example-independent-living-undecided")))
    assert ("I13-1", "independent-living") in said(results, Outcome.CANNOT_TELL)
    assert any("none appropriate" in text for one in results for text in one.warnings)


def test_independent_living_decided_against_does_not_apply(fixtures: Path) -> None:
    results = check(facts(iep(fixtures, "example-independent-living-not-applicable")))
    assert ("I13-1", "independent-living") in said(results, Outcome.NOT_APPLICABLE)
    assert indicator13(results) is Outcome.MET


@pytest.mark.parametrize(
    ("variant", "whole"),
    [
        ("sixteen-after-the-end", Outcome.NOT_APPLICABLE),
        ("sixteen-on-the-last-day", Outcome.MET),
    ],
)
def test_the_rule_begins_with_the_iep_in_effect_at_16(
    fixtures: Path, variant: str, whole: Outcome
) -> None:
    assert indicator13(check(facts(iep(fixtures, f"example-{variant}")))) is whole


def test_a_wish_is_a_warning_and_decides_nothing(example: Iep) -> None:
    goal = example.postsecondary_goals[1].model_copy(update={"statement": "will explore cars"})
    goals = (example.postsecondary_goals[0], goal, example.postsecondary_goals[2])
    results = check(facts(example.model_copy(update={"postsecondary_goals": goals})))
    assert indicator13(results) is Outcome.MET
    assert any("will explore" in text for one in results for text in one.warnings)


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        (date(2026, 11, 17), Outcome.NOT_APPLICABLE),
        (date(2026, 11, 18), Outcome.NOT_MET),
    ],
)
def test_rights_are_explained_a_year_before_majority(
    fixtures: Path, day: date, outcome: Outcome
) -> None:
    results = check(facts(iep(fixtures, "example-rights-not-explained"), day))
    assert of_rule(results, "RIGHTS-1") is outcome


def test_rights_that_stay_with_parents_need_no_statement(fixtures: Path) -> None:
    law = replace(LAW, transfers=False)
    results = check(facts(iep(fixtures, "example-rights-not-explained"), date(2027, 1, 1), law))
    assert of_rule(results, "RIGHTS-1") is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(("transfers", "outcome"), [(True, "not_met"), (False, "met")])
def test_a_parents_signature_after_majority(example: Iep, transfers: bool, outcome: str) -> None:
    agency = example.agencies[0]
    assert agency.consent_to_release is not None
    late = agency.consent_to_release.model_copy(update={"signed_on": date(2027, 11, 18)})
    changed = agency.model_copy(update={"consent_to_release": late})
    grown = example.model_copy(update={"agencies": (changed,)})
    results = check(facts(grown, date(2027, 11, 18), replace(LAW, transfers=transfers)))
    assert of_rule(results, "CONSENT-1") == outcome


@pytest.mark.parametrize(
    ("day", "outcome"), [(date(2027, 3, 1), "met"), (date(2027, 3, 2), "not_met")]
)
def test_a_release_expires(example: Iep, day: date, outcome: str) -> None:
    assert of_rule(check(facts(example, day)), "CONSENT-2") == outcome


@pytest.mark.parametrize(
    ("day", "outcome"), [(date(2026, 8, 31), "met"), (date(2026, 9, 1), "not_met")]
)
def test_a_release_ends_with_its_revocation(fixtures: Path, day: date, outcome: str) -> None:
    results = check(facts(iep(fixtures, "example-release-revoked"), day))
    assert of_rule(results, "CONSENT-2") == outcome


@pytest.mark.parametrize(
    ("day", "outcome"), [(date(2027, 3, 1), "met"), (date(2027, 3, 2), "not_met")]
)
def test_a_review_lapses(example: Iep, day: date, outcome: str) -> None:
    assert of_rule(check(facts(example, day)), "REVIEW-1") == outcome


@pytest.mark.parametrize(
    ("leap", "born"), [((3, 1), date(2024, 3, 1)), ((2, 28), date(2024, 2, 28))]
)
def test_a_leap_birthday_is_the_states_to_say(
    fixtures: Path, leap: tuple[int, int], born: date
) -> None:
    leapling = iep(fixtures, "example-leap-day")
    assert leapling.student.birth_date == date(2008, 2, 29)
    known = facts(leapling, law=replace(LAW, leap_birthday=leap))
    assert known.birthday(17) == born.replace(year=2025)
    assert known.birthday(16) == date(2024, 2, 29)


def test_a_states_earlier_age_is_asked_beside_indicator_13(fixtures: Path) -> None:
    young = iep(fixtures, "example-sixteen-after-the-end")
    results = check(facts(young, law=law_of("TX", transfers=True)))
    assert of_rule(results, "STATE-AGE") is Outcome.MET
    assert indicator13(results) is Outcome.NOT_APPLICABLE


def test_courses_that_part_from_the_plan_are_listed(example: Iep, fixtures: Path) -> None:
    path = fixtures / "plans" / "grade-11-jose-ramirez.ilp.json"
    plan = read_document(path.read_bytes())
    results = check(replace(facts(example, date(2026, 11, 1)), plan=plan))
    (courses,) = (one for one in results if one.rule == "COURSES-1")
    assert courses.outcome is Outcome.NOT_MET
    assert "only in the IEP: Auto Service II" in courses.reason
    assert "only in the plan: Algebra II" in courses.reason


def test_what_a_delivery_cannot_hold_is_never_a_failure(example: Iep) -> None:
    empty = Iep(id=example.id, student=example.student, header=example.header)
    results = check(Facts(empty, ON, LAW, silent=silent_parts("edfi-6.1")))
    assert said(results, Outcome.NOT_MET, "") == set()


def test_every_rule_names_its_law_and_parts_that_there_are(example: Iep) -> None:
    asked = {one.rule for one in check(facts(example))}
    assert asked == set(rules())
    assert all(set(rule.parts) <= set(PARTS) and rule.cite for rule in rules().values())
