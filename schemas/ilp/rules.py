"""Rules across elements that hold in every state (`ilp-content.md` §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from schemas.codes.grades import grade_number
from schemas.ilp.activities import Activity
from schemas.ilp.courses import CourseStatus
from schemas.ilp.entry import BOOKKEEPING, Entry
from schemas.ilp.goals import Goal, GoalStatus, StepStatus
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.ilp.redaction import SPECIAL_EDUCATION, redact, view_of
from schemas.ilp.reviews import Decision, SignOff
from schemas.meta import PrivacyClass


class Outcome(StrEnum):
    """What a rule says of a plan; a withheld element makes it `CANNOT_TELL`, never `NOT_MET`."""

    MET = "met"
    NOT_MET = "not-met"
    NOT_APPLICABLE = "not-applicable"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule says: the elements it looked at, the entries that counted, and why."""

    rule: str
    outcome: Outcome
    elements: tuple[str, ...]
    entries: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A rule's word on some entries, before it is put under the rule's name."""

    outcome: Outcome
    reason: str
    entries: tuple[str, ...] = ()


Check = Callable[[Plan, date], Iterator[Said]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its id, what it asks, the elements it must see, and the check.

    A check says nothing where the rule is met.
    """

    id: str
    statement: str
    elements: tuple[str, ...]
    check: Check


def _not_met(reason: str, *entries: str) -> Said:
    return Said(Outcome.NOT_MET, reason, entries)


def requirements_are_mapped(plan: Plan, on: date) -> Iterator[Said]:
    """Rule 1: courses point to lines of the requirement map, and each gap is what it must be."""
    requirement_map = plan.courses.requirement_map
    lines = requirement_map.lines if requirement_map else ()
    known = {line.id for line in lines}
    for course in plan.courses.planned_courses:
        if course.requirement and course.requirement not in known:
            yield _not_met(f"no requirement {course.requirement} in the map", course.id)
    for line in lines:
        gap = max(Decimal(0), line.needed - line.earned - line.planned)
        if line.gap != gap:
            yield _not_met(f"requirement {line.id} has the gap {line.gap}, not {gap}", line.id)


def goals_have_courses(plan: Plan, on: date) -> Iterator[Said]:
    """Rule 2: from grade 9, current career and postsecondary goals are tied to planned courses."""
    student = plan.profile.name_and_grade
    grade = grade_number(student.grade_level.code) if student else None
    if grade is None:
        yield Said(Outcome.CANNOT_TELL, "the grade has no place in the order of grades")
    elif grade < FIRST_HIGH_SCHOOL_GRADE:
        yield Said(Outcome.NOT_APPLICABLE, "asked from grade 9")
    else:
        yield from _goals_without_course(plan)


FIRST_HIGH_SCHOOL_GRADE: Final = 9


def _goals_without_course(plan: Plan) -> Iterator[Said]:
    served = {
        goal.root
        for course in plan.courses.planned_courses
        if course.status is not CourseStatus.DROPPED
        for goal in course.goals
    }
    goals: tuple[Goal, ...] = (*plan.goals.career_goals, *plan.goals.postsecondary_goals)
    for goal in goals:
        if goal.status is GoalStatus.CURRENT and goal.id not in served:
            yield _not_met("no planned course is tied to this goal", goal.id)


TWO_YEARS: Final = timedelta(days=730)


def phases_are_active(plan: Plan, on: date) -> Iterator[Said]:
    """Rule 3: in the two years up to `on`, each of the three phases has an activity."""
    phases: dict[str, tuple[Activity, ...]] = {
        "self-exploration": plan.activities.self_exploration,
        "career exploration": plan.activities.career_exploration,
        "career planning and management": plan.activities.career_planning,
    }
    for phase, activities in phases.items():
        if not any(_took_place(activity, on - TWO_YEARS, on) for activity in activities):
            yield _not_met(f"no {phase} activity in two years")


def _took_place(activity: Activity, since: date, until: date) -> bool:
    first, last = activity.start or activity.end, activity.end or activity.start
    if activity.status is StepStatus.CANCELLED or first is None or last is None:
        return False
    return first <= until and last >= since


_ORDINARY: Final = replace(
    view_of(frozenset(PrivacyClass) - {PrivacyClass.SPED}), marks=frozenset({"ART.03.private"})
)


class Signed:
    """What signatures on a plan cover.

    What an IEP team wrote is approved in the IEP, and a private reflection is nobody's to approve:
    neither counts unless special education itself is signed.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @cached_property
    def _ordinary(self) -> Plan:
        # Most readers' copies show no more than that to begin with.
        shows_no_more = _ORDINARY.withheld <= set(self._plan.withheld)
        return self._plan if shows_no_more else redact(self._plan, _ORDINARY)

    def entries(self, elements: Sequence[str]) -> list[tuple[str, Entry]]:
        """The entries that a signature on these elements covers, each after its element."""
        known = [element for element in elements if element in ELEMENTS]
        plan = self._ordinary if SPECIAL_EDUCATION.isdisjoint(known) else self._plan
        return [(element, entry) for element in known for entry in plan.entries(element)]

    def _covered(self, sign_off: SignOff) -> list[tuple[str, Entry]]:
        return self.entries([element.root for element in sign_off.elements])

    def lapsed_by(self, sign_off: SignOff) -> tuple[str, ...]:
        """What ended a signature: signed elements that changed, signed entries that are gone.

        Empty while it holds, whoever looks: readers who are shown a sign-off hear the same of it.
        """
        signed = self._covered(sign_off)
        changed = {
            element: None
            for element, entry in signed
            if entry.changed.plan_version > sign_off.plan_version
        }
        gone = set(sign_off.entries) - {entry.id for _, entry in signed}
        return (*changed, *sorted(gone))

    def untold_since(self, held: Plan) -> Iterator[str]:
        """Elements with an entry that was signed in `held`, reads otherwise here, and hides it.

        It says that it last changed in the version that was signed, so the signature would go on.
        """
        signed = Signed(held)
        for sign_off in held.reviews.sign_offs:
            if signed.lapsed_by(sign_off):
                continue
            known = {entry.id: _said(entry) for _, entry in signed._covered(sign_off)}
            for element, entry in self._covered(sign_off):
                is_told = entry.changed.plan_version > sign_off.plan_version
                if not is_told and known.get(entry.id) != _said(entry):
                    yield element


def _said(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(exclude=set(BOOKKEEPING))


def hides_approvals(plan: Plan) -> bool:
    """Whether this copy leaves out entries: sign-offs that cover them are left out as well."""
    return any(path in ELEMENTS or path.endswith(".others") for path in plan.withheld)


def approvals_name_versions(plan: Plan, on: date) -> Iterator[Said]:
    """Rule 4: reviews name an existing version; each role's last approval still holds."""
    header = plan.profile.header
    newest = header.plan_version if header else 0
    for review in plan.reviews.reviews:
        if review.plan_version is None:
            yield _not_met("the review names no version of the plan", review.id)
        elif review.plan_version > newest:
            yield _not_met(f"the plan has no version {review.plan_version}", review.id)
    signed = Signed(plan)
    for sign_off in _last_approvals(plan):
        if sign_off.plan_version > newest:
            yield _not_met(f"the plan has no version {sign_off.plan_version}", sign_off.id)
        elif not hides_approvals(plan) and (changed := signed.lapsed_by(sign_off)):
            yield _not_met(f"lapsed: {', '.join(changed)} changed since", sign_off.id)
    if hides_approvals(plan):
        yield Said(Outcome.CANNOT_TELL, "approvals of what is withheld are withheld as well")


def _last_approvals(plan: Plan) -> list[SignOff]:
    """Each role's newest approval; older ones lapse as plans move on, and need no word."""
    newest: dict[str, SignOff] = {}
    for sign_off in sorted(plan.reviews.sign_offs, key=lambda each: (each.plan_version, each.on)):
        if sign_off.decision is Decision.APPROVED:
            newest[sign_off.role] = sign_off
    return list(newest.values())


def replaced_goals_have_history(plan: Plan, on: date) -> Iterator[Said]:
    """Rule 5: a goal that was reworded, replaced or dropped has a line in the goal history."""
    lines = {(line.goal.root, line.goal_version) for line in plan.goals.goal_history}
    told = {goal for goal, _ in lines}
    for goal in plan.goals.every_goal():
        for before, after in pairwise(goal.versions()):
            if before.text != after.text and (goal.id, before.version) not in lines:
                yield _not_met(f"nothing says why version {before.version} changed", goal.id)
        if goal.status in (GoalStatus.REPLACED, GoalStatus.DROPPED) and goal.id not in told:
            yield _not_met(f"nothing says why the goal was {goal.status}", goal.id)


def special_education_goes_together(plan: Plan, on: date) -> Iterator[Said]:
    """Rule 6: a copy that withholds one special-education element withholds all of them."""
    kept = sorted(SPECIAL_EDUCATION.difference(plan.withheld))
    if not plan.withheld:
        yield Said(Outcome.NOT_APPLICABLE, "nothing is withheld from this copy")
    elif kept and len(kept) < len(SPECIAL_EDUCATION):
        yield _not_met(f"withheld in part: {', '.join(kept)} could still appear")


def aid_status_is_bare(plan: Plan, on: date) -> Iterator[Said]:
    """Rule 7: aid applications hold status and date only, so no words of a reason either."""
    for status in plan.finance.aid_applications:
        if any(version.changed.reason for version in status.versions()):
            yield _not_met("a reason in words could hold tax data", status.id)


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "ILP-1",
        "Planned courses point to requirements, and gaps are needed less earned less planned.",
        ("CRS.01", "CRS.03"),
        requirements_are_mapped,
    ),
    Rule(
        "ILP-2",
        "From grade 9, each career and postsecondary goal is tied to a planned course.",
        ("PRO.02", "GOA.01", "GOA.02", "CRS.01"),
        goals_have_courses,
    ),
    Rule(
        "ILP-3",
        "Each of the three phases has an activity within two years.",
        ("ACT.01", "ACT.02", "ACT.03"),
        phases_are_active,
    ),
    Rule(
        "ILP-4",
        "Reviews and approvals name the version they saw; a later change ends an approval.",
        ("PRO.04", "REV.01", "REV.02"),
        approvals_name_versions,
    ),
    Rule(
        "ILP-5",
        "A replaced goal keeps its history with a reason.",
        ("GOA.08",),
        replaced_goals_have_history,
    ),
    Rule(
        "ILP-6",
        "Special-education elements are withheld together.",
        tuple(sorted(SPECIAL_EDUCATION)),
        special_education_goes_together,
    ),
    Rule(
        "ILP-7",
        "Financial-aid applications hold status and date only.",
        ("FIN.03",),
        aid_status_is_bare,
    ),
)


def _results(rule: Rule, plan: Plan, on: date) -> Iterator[RuleResult]:
    # Rule 6 is about withholding itself; the others cannot judge what they do not see.
    unseen = [element for element in rule.elements if element in plan.withheld]
    if unseen and rule.check is not special_education_goes_together:
        said = [Said(Outcome.CANNOT_TELL, f"withheld: {', '.join(unseen)}")]
    else:
        said = list(rule.check(plan, on)) or [Said(Outcome.MET, "")]
    for each in said:
        yield RuleResult(rule.id, each.outcome, rule.elements, each.entries, each.reason)


def check_plan(plan: Plan, on: date) -> list[RuleResult]:
    """What each rule says of the plan as of a day: one result where met, else one per fault."""
    return [result for rule in RULES for result in _results(rule, plan, on)]
