"""Break-glass: what an administrator's cell opens only for a written reason, for a short time.

Whoever breaks the glass is named, the custodian finds it on the list at once, and somebody else
has to review it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from service.access import policy
from service.access.workflow.clerk import (
    SECTION,
    Clerk,
    Done,
    Refused,
    require_text,
)
from service.errors import Denied, Invalid
from service.settings import instant
from service.store.access_tables import break_glass

LONGEST: Final = 24 * 60
"""The most minutes that one grant lasts."""

_LEAST: Final = 20
"""A reason of fewer letters explains nothing."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is needed, for how many minutes; the threat where health or safety is in danger."""

    section: str
    minutes: int = 60
    threat: str | None = None


def break_the_glass(clerk: Clerk, student: str, need: Need) -> Done:
    """Open a section for this account for a while; the act's reason says why.

    Raises Refused where no cell of this account can be opened so, Invalid or NotFound.
    """
    _check(clerk, need)
    case = clerk.case(clerk.subject, [student])
    ways = case.desk.step(need.section, "read").ways
    attempt = Done("break-glass", "", student, (need.section,), case.decide(need.section, "read"))
    if not any("BG" in way.grant.codes and way.role(case.side) for way in ways):
        raise Refused(
            f"{clerk.act.by} holds no role for this student that opens {need.section} so.",
            "Ask the custodian of records.",
            attempt,
        )
    made = clerk.add(
        break_glass,
        student_id=student,
        account_id=clerk.subject.account_id,
        section=need.section,
        reason=clerk.act.reason.strip(),
        threat=need.threat,
        valid_from=clerk.act.at,
        valid_to=instant(clerk.now + timedelta(minutes=need.minutes)),
        told_at=clerk.act.at,
    )
    decision = clerk.case(clerk.subject, [student]).decide(need.section, "read")
    return Done("break-glass", made, student, (need.section,), decision)


def review(clerk: Clerk, grant_id: str) -> Done:
    """Sign that a use of break-glass was looked at; the act's reason is the finding.

    Raises Refused, Denied for the own, Invalid or NotFound.
    """
    row = clerk.row(break_glass, grant_id, "account_id")
    student = str(row["student_id"])
    if row["account_id"] in clerk.subject.ids:
        raise Denied("Nobody reviews the own emergency.", "Another custodian has to.")
    decision = clerk.permit("break-glass.review", student, "consent.record", office=True)
    require_text("reason", clerk.act.reason)
    if row["reviewed_at"] is not None:
        raise Invalid(f"{grant_id} was reviewed on {row['reviewed_at']}.", "Nothing is left to do.")
    ends = min(row["valid_to"], clerk.act.at)  # a grant that was looked into does not go on
    by = {"reviewed_at": clerk.act.at, "reviewed_by": clerk.act.by}
    clerk.change(break_glass, row, valid_to=ends, **by)
    return Done("break-glass.review", grant_id, student, (SECTION,), decision)


def list_emergencies(clerk: Clerk, *, every: bool = False) -> list[dict[str, Any]]:
    """What this account may see of break-glass: what waits for review, or all."""
    rows = clerk.readable(break_glass, None)
    return [row for row in rows if every or row["reviewed_at"] is None]


def _check(clerk: Clerk, need: Need) -> None:
    if need.section not in policy.sections():
        known = ", ".join(policy.sections())
        raise Invalid(f"section cannot be {need.section!r}.", f"Use one of {known}.")
    if not 1 <= need.minutes <= LONGEST:
        raise Invalid(f"minutes cannot be {need.minutes}.", f"Give 1 to {LONGEST}.")
    if len(clerk.act.reason.strip()) < _LEAST:
        raise Invalid(
            "reason explains too little.", f"Say in {_LEAST} letters or more what it is for."
        )
    if need.threat is not None:
        require_text("threat", need.threat)
