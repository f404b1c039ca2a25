"""Every rule of every profile against a plan that holds it and one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pytest
from support.rich_plan import rich_plan, without

from schemas.ilp.plan import REQUIRED, Plan
from schemas.ilp.rules import Outcome
from schemas.profiles.check import Verdict, check_profile
from schemas.profiles.model import Profile, ProfileRule, shipped, states

TODAY: Final = date(2026, 11, 20)


def every_rule() -> Iterator[Any]:
    for state in states():
        for rule in shipped(state).rules:
            yield pytest.param(shipped(state), rule, id=rule.id)


EVERY_RULE = pytest.mark.parametrize(("profile", "rule"), list(every_rule()))


def verdict(
    profile: Profile, rule: ProfileRule, plan: Plan | None, grade: int | None = None
) -> Verdict:
    found = check_profile(profile, plan, grade or max(rule.grades), TODAY)
    return next(one for one in found if one.rule.id == rule.id)


@EVERY_RULE
def test_a_plan_that_holds_everything_meets_it(profile: Profile, rule: ProfileRule) -> None:
    found = verdict(profile, rule, rich_plan())
    assert (found.outcome, found.missing) == (Outcome.MET, ())
    assert found.entries


@EVERY_RULE
def test_without_what_it_needs_it_is_not_met(profile: Profile, rule: ProfileRule) -> None:
    group = next((one for one in rule.need if not set(one) & set(REQUIRED)), rule.need[0])
    found = verdict(profile, rule, without(rich_plan(), *group))
    assert found.outcome is Outcome.NOT_MET
    assert found.missing == (" or ".join(group),)


@EVERY_RULE
def test_what_is_withheld_is_never_missing(profile: Profile, rule: ProfileRule) -> None:
    hidden = without(rich_plan(), *rule.elements, withheld=True)
    assert verdict(profile, rule, hidden).outcome is Outcome.CANNOT_TELL


@EVERY_RULE
def test_before_its_grade_it_asks_nothing(profile: Profile, rule: ProfileRule) -> None:
    if min(rule.grades) == 1:
        pytest.fail("a rule from grade 1 would need another test")
    found = verdict(profile, rule, without(rich_plan(), "GOA.01"), min(rule.grades) - 1)
    assert found.outcome is Outcome.NOT_APPLICABLE
