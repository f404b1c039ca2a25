"""What the plan shows of linked goals: facts for the case manager's notes, never a judgement.

How far a student has come is written by the responsible educator. A goal without recent evidence,
a goal that the student changed, and courses that part from the IEP are named, each with the
adjustment that could be proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from schemas.ilp.activities import Activity
from schemas.ilp.entry import Entry
from schemas.ilp.experiences import Experience, ServiceLearning
from schemas.ilp.goals import ActionStep, Goal, GoalStatus, StepStatus
from schemas.ilp.plan import ELEMENTS, Plan
from service.iep.change import Change, Version
from service.iep.checks.duties import courses_agree
from service.iep.checks.facts import Facts, StateLaw
from service.iep.checks.result import Outcome
from service.iep.feed.draft import WRITERS
from service.iep.links import LinkKind

QUIET_DAYS: Final = 90
"""After so many days without anything done, a goal is listed as without recent evidence."""

_BEARING: Final = ("ACT.01", "ACT.02", "ACT.03", "EXP.01", "EXP.02", "EXP.03", "GOA.07")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something in the plan that bears on a linked goal."""

    element: str
    entry: str
    what: str
    status: str
    on: date | None
    hours: Decimal | None
    writer: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What could be proposed, and the simple rule by which it came up."""

    rule: str
    why: str
    change: Change
    part: str
    item: str | None
    entry: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """One linked goal: what was done for it, in numbers and by entry."""

    link: str
    goal: str
    statement: str
    entry: str
    facts: tuple[Fact, ...]
    completed: int
    hours: Decimal
    last: date | None
    quiet: bool
    adjustments: tuple[Adjustment, ...] = ()


def progress_notes(
    plan: Plan, links: Iterable[Mapping[str, Any]], found: Version, today: date
) -> list[Note]:
    """A note for each link to a goal that the version has, the quietest first."""
    notes = [
        _note(plan, link, found, today)
        for link in links
        if found.iep.goal(link["goal_id"]) is not None
    ]
    return sorted(notes, key=lambda note: (note.last or date.min, note.goal, note.link))


def course_adjustments(plan: Plan, found: Version, today: date, law: StateLaw) -> list[Adjustment]:
    """That the plan's courses and the IEP's course of study part."""
    said = courses_agree(Facts(found.iep, today, law, plan))
    if said.outcome is not Outcome.NOT_MET:
        return []
    return [Adjustment("courses", said.reason, Change.ADD, "course_of_study", None, None)]


def _note(plan: Plan, link: Mapping[str, Any], found: Version, today: date) -> Note:
    goal = found.iep.goal(link["goal_id"])
    assert goal is not None  # noqa: S101  # the caller leaves out links to other goals
    facts = tuple(_facts(plan, link["ilp_entry"]))
    done = [one for one in facts if one.status == StepStatus.COMPLETED]
    last = max((one.on for one in done if one.on is not None and one.on <= today), default=None)
    quiet = last is None or last < today - timedelta(days=QUIET_DAYS)
    return Note(
        link=link["id"],
        goal=goal.id,
        statement=goal.statement,
        entry=link["ilp_entry"],
        facts=facts,
        completed=len(done),
        hours=sum((one.hours for one in done if one.hours), Decimal(0)),
        last=last,
        quiet=quiet,
        adjustments=tuple(_adjustments(plan, link, found, quiet=quiet)),
    )


def _facts(plan: Plan, goal: str) -> Iterator[Fact]:
    for element in _BEARING:
        for entry in plan.entries(element):
            if goal in _goals(entry):
                yield _fact(element, entry)


def _goals(entry: Entry) -> set[str]:
    if isinstance(entry, ActionStep):
        return {entry.goal.root}
    if isinstance(entry, Activity | Experience | ServiceLearning):
        return {goal.root for goal in entry.goals}
    return set()


def _fact(element: str, entry: Entry) -> Fact:
    held: Any = entry
    if isinstance(entry, ActionStep):
        what, on, hours = entry.text, entry.completed or entry.due, None
    elif isinstance(entry, Activity):
        what, on, hours = entry.title, entry.end or entry.start, entry.hours
    else:
        name = held.organization.name or "an organization"
        what, on, hours = f"{ELEMENTS[element].name}: {name}", held.end or held.start, held.hours
    writer = WRITERS[entry.changed.kind]
    return Fact(element, entry.id, what, str(held.status), on, hours, writer)


def _adjustments(
    plan: Plan, link: Mapping[str, Any], found: Version, *, quiet: bool
) -> Iterator[Adjustment]:
    if link["kind"] == LinkKind.REPLACED_BY:
        return
    goal = next((one for one in plan.goals.every_goal() if one.id == link["ilp_entry"]), None)
    part = _part(found, link["goal_id"])
    told = (part, link["goal_id"], link["ilp_entry"])
    if goal is None:
        yield Adjustment("gone", "the plan no longer shows the goal", Change.CHANGE, *told)
    elif goal.status in (GoalStatus.REPLACED, GoalStatus.DROPPED):
        yield Adjustment("changed", f"the student {goal.status} the goal", Change.CHANGE, *told)
    elif _reworded_since(goal, link["made_at"]):
        yield Adjustment("changed", "the student changed the goal's words", Change.CHANGE, *told)
    elif quiet:
        why = f"nothing was completed in {QUIET_DAYS} days"
        yield Adjustment("quiet", why, Change.CHANGE, *told)


def _reworded_since(goal: Goal, moment: str) -> bool:
    """Whether the goal read otherwise at a moment."""
    then = datetime.fromisoformat(moment)
    before = [one for one in goal.versions() if one.changed.at <= then]
    return bool(before) and before[-1].text != goal.text


def _part(found: Version, goal: str) -> str:
    after = {one.id for one in found.iep.postsecondary_goals}
    return "postsecondary_goals" if goal in after else "annual_goals"
