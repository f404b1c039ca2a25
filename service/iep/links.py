"""Links between a plan's goals and an IEP's goals, many to many, made and ended by people.

A link names the plan's entry, the IEP's source, id and goal, and the words that the goal had. When
an amendment arrives, a link follows a goal that is provably the same; every other waits for the
case manager, who is shown what the goal may have become.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.iep.fates import Fate, GoalFate, match_goals, text_digest
from schemas.iep.transition import IepGoal
from schemas.ilp.goals import Goal
from schemas.ilp.plan import ELEMENTS, Plan
from service.access.workflow.clerk import require_text
from service.errors import Invalid, NotFound
from service.iep.change import Version
from service.iep.guarded import require_known
from service.iep.ledger import LINKS, SECTION
from service.iep.proposing import require_version
from service.store.iep_work_tables import iep_link

if TYPE_CHECKING:
    from service.office import Visit


class LinkKind(StrEnum):
    """What a plan's goal is to an IEP's goal."""

    SUPPORTS = "supports"
    DERIVED_FROM = "derived_from"
    REPLACED_BY = "replaced_by"
    CONFLICTS_WITH = "conflicts_with"


GOALS: Final = tuple(place.id for place in ELEMENTS.values() if issubclass(place.model, Goal))
"""The elements of a plan whose entries are goals."""


def add_link(
    visit: Visit, student: str, ends: tuple[str, str], kind: LinkKind, found: Version, plan: Plan
) -> str:
    """Link an entry of the plan with a goal of the current version; gives the link's id.

    `ends` are the entry's id and the goal's. Raises Refused, Invalid or NotFound.
    """
    visit.require(student, "write", SECTION, LINKS)
    entry, goal = ends
    element = element_of(plan, entry)
    held = _goal(found, goal)
    again = [
        row
        for row in links_of(visit.connection, visit.tenant, student)
        if (row["ilp_entry"], row["goal_id"], row["kind"]) == (entry, goal, kind)
    ]
    if again:
        raise Invalid(f"They are linked already ({again[0]['id']}).", "End that link first.")
    return visit.clerk.add(
        iep_link,
        student_id=student,
        kind=kind,
        ilp_entry=entry,
        ilp_element=element,
        iep_source=found.source,
        iep_id=found.iep_id,
        goal_id=goal,
        goal_digest=text_digest(held.statement),
        reason=require_text("reason", visit.act.reason),
        made_by=visit.subject.account_id,
        made_at=visit.act.at,
    )


def kind_of(given: str) -> LinkKind:
    """A kind as it was typed. Raises Invalid."""
    try:
        return LinkKind(given)
    except ValueError:
        raise Invalid(f"No link is {given!r}.", f"Use one of {', '.join(LinkKind)}.") from None


def end_link(visit: Visit, link_id: str) -> None:
    """End a link now; the act's reason says why. Raises Denied, Refused or Invalid."""
    row = _link(visit, link_id)
    why = require_text("reason", visit.act.reason)
    ended = {"ended_at": visit.act.at, "ended_by": visit.subject.account_id, "end_reason": why}
    _set(visit.connection, visit.tenant, row["id"], **ended)


def move_link(
    visit: Visit, link_id: str, goal: str, version: Callable[[str], Version | None]
) -> None:
    """Say which goal of the student's current `version` a link goes to. Raises as `end_link`."""
    row = _link(visit, link_id)
    require_text("reason", visit.act.reason)
    found = require_version(version(row["student_id"]))
    _set(visit.connection, visit.tenant, row["id"], **_pointing(found, _goal(found, goal)))


def links_of(
    connection: Connection, tenant: str, student: str, *, ended: bool = False
) -> list[dict[str, Any]]:
    """A student's links, those that are over too if asked for."""
    table = iep_link
    query = sa.select(table).where(table.c.tenant == tenant, table.c.student_id == student)
    if not ended:
        query = query.where(table.c.ended_at.is_(None))
    rows = connection.execute(query.order_by(table.c.made_at, table.c.id))
    return [_row(row) for row in rows]


def told(links: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Links as they are shown: a digest of a goal's words would confirm guesses at them."""
    return [{name: value for name, value in one.items() if name != "goal_digest"} for one in links]


def repoint(
    connection: Connection, tenant: str, student: str, before: Version, now: Version, at: str
) -> list[str]:
    """Let links follow their goals into a new version; gives the ids of those that wait now."""
    fates = {fate.goal: fate for fate in match_goals(before.iep, now.iep)}
    waiting = []
    for row in links_of(connection, tenant, student):
        if row["iep_source"] != now.source or row["queued_at"] is not None:
            continue
        fate = fates.get(row["goal_id"])
        if fate is not None and fate.fate is Fate.KEPT:
            goal = now.iep.goal(fate.now[0])
            assert goal is not None  # noqa: S101  # `match_goals` names goals of the new version
            _set(connection, tenant, row["id"], **_pointing(now, goal))
        else:
            told = json.dumps(_candidates(fate, now), ensure_ascii=False)
            _set(connection, tenant, row["id"], queued_at=at, candidates=told)
            waiting.append(row["id"])
    return waiting


def element_of(plan: Plan, entry: str) -> str:
    """The element that an entry of the plan belongs to. Raises NotFound, Invalid for no goal."""
    found = next((place.id for place, one in plan.every_entry() if one.id == entry), None)
    if found is None:
        raise NotFound(f"The plan shows no entry {entry!r}.", "Name a goal that you can see.")
    if found not in GOALS:
        raise Invalid(f"{entry!r} is no goal of the plan.", f"Link one of {', '.join(GOALS)}.")
    return found


def _pointing(found: Version, goal: IepGoal) -> dict[str, Any]:
    """What a link says once it points to a goal of a version."""
    return {
        "iep_id": found.iep_id,
        "goal_id": goal.id,
        "goal_digest": text_digest(goal.statement),
        "queued_at": None,
        "candidates": None,
    }


def _candidates(fate: GoalFate | None, now: Version) -> dict[str, Any]:
    """What the case manager is shown: how it looks, and the goals that come into question."""
    if fate is None:
        return {"looks": "unknown", "reason": "the goal was not in the version before", "goals": []}
    ids: Iterable[str] = fate.now
    return {"looks": fate.fate, "reason": fate.reason, "goals": list(ids), "version": now.number}


def _goal(found: Version, goal: str) -> IepGoal:
    held = found.iep.goal(goal)
    if held is None:
        raise NotFound(
            f"The current version of the IEP has no goal {goal!r}.", "Name a goal that it has."
        )
    return held


def _link(visit: Visit, link_id: str) -> dict[str, Any]:
    """A link that is not over, which this account may change. Raises Denied, Refused or Invalid."""
    table = iep_link
    query = sa.select(table).where(table.c.tenant == visit.tenant, table.c.id == link_id)
    row = visit.connection.execute(query).first()
    require_known(visit, "link", link_id, row.student_id if row else None)
    assert row is not None  # noqa: S101  # what is not there was refused
    visit.require(row.student_id, "write", SECTION, LINKS)
    if row.ended_at is not None:
        raise Invalid(f"{link_id} ended on {row.ended_at}.", "Make a new one.")
    return _row(row)


def _row(row: sa.Row[Any]) -> dict[str, Any]:
    held = dict(row._mapping)
    return {**held, "candidates": held["candidates"] and json.loads(held["candidates"])}


def _set(connection: Connection, tenant: str, link_id: str, **values: Any) -> None:
    table = iep_link
    mine = (table.c.tenant == tenant, table.c.id == link_id)
    connection.execute(sa.update(table).where(*mine).values(values))
