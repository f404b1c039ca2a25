"""Running the check on one IEP."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.ilp.goals import TransitionArea
from service.iep.checks.duties import DUTIES
from service.iep.checks.facts import Facts
from service.iep.checks.indicator13 import items
from service.iep.checks.result import Outcome, Result, Said, rules

_ITEMS = "I13-"


def check(facts: Facts) -> list[Result]:
    """What every rule says, in the order of the rules."""
    found = [_result(rule, said, area) for rule, area, said in items(facts)]
    return found + [_result(rule, duty(facts)) for rule, duty in DUTIES.items()]


def indicator13(results: Iterable[Result]) -> Outcome:
    """Whether the IEP meets Indicator 13: every answer is yes, or not applicable."""
    answers = {one.outcome for one in results if one.rule.startswith(_ITEMS)}
    for worst in (Outcome.NOT_MET, Outcome.CANNOT_TELL, Outcome.MET):
        if worst in answers:
            return worst
    return Outcome.NOT_APPLICABLE


def _result(rule: str, said: Said, area: TransitionArea | None = None) -> Result:
    known = rules()[rule]
    return Result(
        rule=rule,
        outcome=said.outcome,
        cite=known.cite,
        reason=said.reason,
        elements=said.elements,
        area=area,
        warnings=said.warnings,
    )
