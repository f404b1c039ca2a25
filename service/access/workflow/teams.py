"""IEP Team lists: who is on the Team from when on (34 CFR 300.321). A new version ends the last.

The public agency composes the Team, so that the student's case manager or the custodian of records
makes the list. Nobody puts the own account on it or up in it: another of the two has to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.access.workflow.clerk import (
    CONSENT,
    OFFICE,
    Clerk,
    Done,
    Refused,
    as_instant,
    require_text,
    somebody,
)
from service.access.workflow.spans import with_state
from service.errors import Denied, Invalid
from service.store.access_tables import team_member

_MAKERS = frozenset({"CMG", OFFICE})


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the list: employed by the district or not, its representative or not."""

    person: str
    employed: bool = True
    represents_agency: bool = False


def add_version(
    clerk: Clerk, student: str, members: Sequence[Member], begins: datetime | None = None
) -> Done:
    """Put the next version of a Team's list on record; the act's reason names the meeting.

    It ends every row of the versions before. Raises Refused, Denied, Invalid or NotFound.
    """
    decision = clerk.permit("team.add-version", student, CONSENT)
    if not _MAKERS & set(decision.roles):
        attempt = Done("team.add-version", "", student, (CONSENT,), decision)
        raise Refused(
            f"{clerk.act.by} does not compose this student's IEP Team.",
            "The case manager or the custodian of records does that.",
            attempt,
        )
    require_text("reason", clerk.act.reason)
    start = as_instant("from", begins, clerk.now)
    held = _held(clerk, student)
    _check(clerk, members, held)
    for row in held:
        if row["valid_to"] is None or row["valid_to"] > start:
            clerk.change(team_member, row, valid_to=max(start, row["valid_from"]))
    version = max((row["version"] for row in held), default=0) + 1
    made = [_add(clerk, student, version, one, start) for one in members]
    return Done("team.add-version", made[0], student, (CONSENT,), decision)


def list_team(clerk: Clerk, student: str, *, every: bool = False) -> list[dict[str, Any]]:
    """The list in force, or every version, as far as this account may see it."""
    rows = with_state(clerk, clerk.readable(team_member, student))
    chosen = [row for row in rows if every or row["in_force"]]
    return sorted(chosen, key=lambda row: (row["version"], row["person_id"]))


def _add(clerk: Clerk, student: str, version: int, one: Member, start: str) -> str:
    return clerk.add(
        team_member,
        student_id=student,
        version=version,
        person_id=one.person,
        employed=one.employed,
        represents_agency=one.represents_agency,
        valid_from=start,
        valid_to=None,
    )


def _held(clerk: Clerk, student: str) -> list[dict[str, Any]]:
    mine = (team_member.c.tenant == clerk.tenant, team_member.c.student_id == student)
    query = sa.select(team_member).where(*mine).order_by(team_member.c.version, team_member.c.id)
    return [dict(row._mapping) for row in clerk.connection.execute(query)]


def _check(clerk: Clerk, members: Sequence[Member], held: list[dict[str, Any]]) -> None:
    named = [one.person for one in members]
    if len(set(named)) < len(named):
        raise Invalid("member names somebody twice.", "Name each member once.")
    if not any(one.represents_agency and one.employed for one in members):
        raise Invalid(
            "member names no representative of the public agency (300.321(a)(4)).",
            "Say who represents it.",
        )
    last = max((row["version"] for row in held), default=0)
    before = {row["person_id"]: row for row in held if row["version"] == last}
    for one in members:
        if somebody(clerk.connection, clerk.tenant, one.person).kind != "person":
            raise Invalid(f"member {one.person!r} is no person.", "Name a person.")
        if one.person in clerk.subject.ids and not _stays(one, before.get(one.person)):
            raise Denied("Nobody gives the own account a place on a Team.", "Another one has to.")


def _stays(one: Member, before: dict[str, Any] | None) -> bool:
    """Whether a member is what it was on the version before, or less."""
    return before is not None and all(
        before[name] or not getattr(one, name) for name in ("employed", "represents_agency")
    )
