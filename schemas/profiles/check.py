"""Whether a plan holds what a profile asks; what the reader may not see is never called missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from schemas.codes.grades import grade_number
from schemas.ilp.assessments import ExamResult
from schemas.ilp.entry import AuthorKind, Entry
from schemas.ilp.plan import Plan
from schemas.ilp.reviews import Decision, SignOff
from schemas.ilp.rules import Outcome, Signed, hides_approvals
from schemas.ilp.supports import LinkedPlanStatus, LinkedPlanType
from schemas.profiles.model import Condition, Courses, Profile, ProfileRule

SIGNED: Final = "REV.02"
_GONE: Final = frozenset({"cancelled", "dropped", "replaced", "ended"})
_NEW_YEAR: Final = (7, 1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says of a plan: which entries counted, what is missing, or why it is silent."""

    rule: ProfileRule
    outcome: Outcome
    entries: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """A plan of a student in a grade, in the school year that began on `since`.

    `adult`: whether the student is 18, None where nobody knows.
    """

    plan: Plan
    grade: int
    since: date
    today: date
    adult: bool | None
    signed: Signed

    def withheld(self, *elements: str) -> tuple[str, ...]:
        """Which of these this copy does not show, in whole or in part."""
        hidden = {path[:6] for path in self.plan.withheld}
        if hides_approvals(self.plan):
            hidden.add(SIGNED)
        return tuple(one for one in elements if one in hidden)

    def counting(self, element: str, yearly: bool = False) -> tuple[Entry, ...]:
        """The entries of an element that stand: of this school year, for a yearly rule."""
        found = (one for one in self.plan.entries(element) if _stands(one))
        return tuple(one for one in found if not yearly or self.since <= day_of(one) <= self.today)


def check_profile(
    profile: Profile, plan: Plan | None, grade: int, today: date, adult: bool | None = None
) -> list[Verdict]:
    """What each rule of a profile says of a plan, or of there being none.

    School years begin on the first of July. `adult` tells whether the student is 18.
    """
    if plan is None:
        return [_of_no_plan(rule, grade) for rule in profile.rules]
    year = today.year if (today.month, today.day) >= _NEW_YEAR else today.year - 1
    case = _Case(plan, grade, date(year, *_NEW_YEAR), today, adult, Signed(plan))
    return [_verdict(rule, case) for rule in profile.rules]


def _verdict(rule: ProfileRule, case: _Case) -> Verdict:
    silent = _not_due(rule, case.grade)
    if silent:
        return Verdict(rule, Outcome.NOT_APPLICABLE, reason=silent)
    if rule.when is not None:
        condition = _CONDITIONS[rule.when]
        holds = condition.holds(case)
        if unseen := () if holds else case.withheld(*condition.elements):
            return Verdict(rule, Outcome.CANNOT_TELL, reason=f"withheld: {', '.join(unseen)}")
        if holds is None:
            return Verdict(rule, Outcome.CANNOT_TELL, reason=condition.unclear)
        if not holds:
            return Verdict(rule, Outcome.NOT_APPLICABLE, reason=condition.otherwise)
    return _judged(rule, case)


def _of_no_plan(rule: ProfileRule, grade: int) -> Verdict:
    silent = _not_due(rule, grade) or (rule.when and "nothing tells whether it applies") or ""
    if silent:
        return Verdict(rule, Outcome.NOT_APPLICABLE, reason=silent)
    missing = tuple(" or ".join(group) for group in rule.need)
    return Verdict(rule, Outcome.NOT_MET, (), missing, "there is no plan")


def _not_due(rule: ProfileRule, grade: int) -> str:
    if grade < min(rule.grades):
        return f"due in grade {min(rule.grades)}"
    if rule.yearly and grade not in rule.grades:
        return "not asked in this grade"
    return ""


def _judged(rule: ProfileRule, case: _Case) -> Verdict:
    entries: list[str] = []
    missing: list[str] = []
    unseen: list[str] = []
    for group in rule.need:
        found = [one.id for element in group for one in _found(rule, element, case)]
        entries += found
        if not found and (why := _untold(rule, group, case)):
            unseen.append(why)
        elif not found:
            missing.append(" or ".join(group))
    if missing:
        return Verdict(rule, Outcome.NOT_MET, tuple(entries), tuple(missing), _short(rule, case))
    if unseen:
        return Verdict(rule, Outcome.CANNOT_TELL, tuple(entries), reason="; ".join(unseen))
    if rule.courses is not None:
        return _with_courses(rule, rule.courses, case, entries)
    return Verdict(rule, Outcome.MET, tuple(entries))


def _found(rule: ProfileRule, element: str, case: _Case) -> tuple[Entry, ...]:
    found = case.counting(element, element in rule.yearly)
    if element != SIGNED:
        return found
    # What was signed in its grade stays signed: plans change in later years.
    is_over = not rule.yearly and case.grade > max(rule.grades)
    valid = [
        one
        for one in found
        if isinstance(one, SignOff)
        and one.decision is Decision.APPROVED
        and (is_over or not case.signed.lapsed_by(one))
    ]
    roles = {one.role for one in valid}
    return tuple(valid) if valid and roles.issuperset(_signers(rule, case)) else ()


def _signers(rule: ProfileRule, case: _Case) -> tuple[AuthorKind, ...]:
    """Whose approval a rule asks of this student."""
    return rule.signers if case.adult else (*rule.signers, *rule.signers_for_minors)


def _untold(rule: ProfileRule, group: tuple[str, ...], case: _Case) -> str:
    """Why nobody can say that what was not found is missing; empty where one can."""
    if hidden := case.withheld(*group):
        return f"withheld: {', '.join(hidden)}"
    grown = replace(case, adult=True)
    if case.adult is None and SIGNED in group and _found(rule, SIGNED, grown):
        return f"{' and '.join(rule.signers_for_minors)} signs for minors; no birth date is known"
    return ""


def _short(rule: ProfileRule, case: _Case) -> str:
    """What could be there and still not count."""
    words = [f"{' and '.join(rule.yearly)} of this school year"] if rule.yearly else []
    if SIGNED in rule.elements and (signers := _signers(rule, case)):
        words.append(f"approved by {' and '.join(signers)}, and not changed since")
    return "; ".join(words)


def _with_courses(rule: ProfileRule, asked: Courses, case: _Case, entries: list[str]) -> Verdict:
    for grade in asked.grades:
        planned = [
            one
            for one in case.plan.courses.planned_courses
            if _stands(one) and grade_number(one.grade_level.code) == grade
        ]
        codes = [one.sced.code for one in planned if one.sced is not None]
        if any(code.startswith(asked.sced_subject_area) for code in codes):
            continue
        if len(codes) < len(planned) or case.withheld("CRS.01"):
            reason = f"courses of grade {grade} are withheld or carry no SCED code"
            return Verdict(rule, Outcome.CANNOT_TELL, tuple(entries), reason=reason)
        missing = f"CRS.01 of SCED subject area {asked.sced_subject_area} in grade {grade}"
        return Verdict(rule, Outcome.NOT_MET, tuple(entries), (missing,))
    return Verdict(rule, Outcome.MET, tuple(entries))


def _stands(entry: Any) -> bool:
    """Whether an entry counts: not cancelled, dropped or replaced, and not a `no`."""
    return str(getattr(entry, "status", "")) not in _GONE and getattr(entry, "met", True) is True


def day_of(entry: Any) -> date:
    """The day that an entry is of: its own date, else when it was last changed."""
    for name in ("on", "taken_on", "end", "start"):
        found = getattr(entry, name, None)
        if isinstance(found, date):
            return found
    changed: date = entry.changed.at.date()
    return changed


@dataclass(frozen=True, slots=True)
class _When:
    """A condition: the elements that tell it, the test, and what to say where it fails.

    The test says None where what is on record does not tell; `unclear` says so.
    """

    elements: tuple[str, ...]
    holds: Callable[[_Case], bool | None]
    otherwise: str
    unclear: str = ""


def _has_iep(case: _Case) -> bool:
    linked = case.plan.supports.linked_plans
    active = (one for one in linked if one.status is not LinkedPlanStatus.ENDED)
    kinds = {one.plan_type for one in active}
    return LinkedPlanType.IEP in kinds or bool(case.counting("GOA.09"))


def _has_supports(case: _Case) -> bool:
    return any(case.counting(one) for one in ("SUP.03", "ACC.01", "ACC.02", "GOA.09"))


def _mathematics_below_3(case: _Case) -> bool | None:
    tests = (one for one in case.plan.assessments.academic_assessments if _is_mathematics(one))
    told = {_is_below_3(one) for one in tests}
    return True if True in told else None if None in told else False


def _is_mathematics(one: ExamResult) -> bool:
    """Whether a test is of mathematics in middle school, as far as anybody said in which grade."""
    grade = grade_number(one.grade_level.code) if one.grade_level else None
    return grade in (None, 6, 7, 8) and "math" in f"{one.subject} {one.test}".lower()


def _is_below_3(one: ExamResult) -> bool | None:
    """Whether the level is below the one that the rule names; None for a level in words."""
    numbers = re.findall(r"\d+", one.level or "")
    if len(numbers) != 1 or numbers[0] not in "1234":
        return None
    return False if numbers[0] in "34" else True if one.grade_level else None


_CONDITIONS: Final[Mapping[Condition, _When]] = {
    Condition.IEP: _When(("SUP.03", "GOA.09"), _has_iep, "no IEP is on record"),
    Condition.SUPPORTS: _When(
        ("SUP.03", "ACC.01", "ACC.02", "GOA.09"), _has_supports, "no other plan is on record"
    ),
    Condition.MIDDLE_SCHOOL_MATHEMATICS: _When(
        ("ASM.05",),
        _mathematics_below_3,
        "no mathematics level below 3 in grades 6 to 8",
        "a mathematics result names no level from 1 to 4, or no grade",
    ),
}
