"""Requests to inspect, to amend and to transfer a record, with their clocks.

An inspection is due in 45 days (34 CFR 99.10(b)), and under IDEA before the next meeting
(300.613). The law gives an amendment a reasonable time; here it has the same 45 days. A request
opens what it names to the custodian, so that only rights holders can make one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.access import policy
from service.access.conditions import barred, holds, meaning
from service.access.predicate import predicate
from service.access.workflow.clerk import CONSENT, Clerk, Done, require_text, somebody
from service.errors import Denied, Invalid
from service.settings import instant
from service.store.access_tables import record_request, statement

DAYS: Final = 45
"""How long an answer may take (99.10(b), 300.613(a))."""

OUTCOMES: Final = {
    "inspection": {"given", "withdrawn"},
    "amendment": {"accepted", "refused", "done", "withdrawn"},
    "transfer": {"given", "refused", "withdrawn"},
}
"""How each kind of request can be answered. `accepted` leaves it open until it is `done`."""

_ROLES: Final = ("STU", "PAR", "PNR", "EDR")


@dataclass(frozen=True)
class Asked:
    """A request: its kind, who makes it, which section or `*`, whether by the formal route.

    `meeting` is the day of an IEP meeting or hearing before which an inspection is due.
    """

    kind: str
    requester: str
    section: str = "*"
    formal: bool = False
    meeting: date | None = None


def add_request(clerk: Clerk, student: str, asked: Asked) -> Done:
    """Log a request; its clock runs from now. Raises Refused, Denied, Invalid or NotFound."""
    decision = clerk.permit("request.add", student, CONSENT)
    if asked.kind not in OUTCOMES:
        raise Invalid(f"kind cannot be {asked.kind!r}.", f"Use one of {', '.join(OUTCOMES)}.")
    if asked.section not in {"*", *policy.sections()}:
        raise Invalid(
            f"section cannot be {asked.section!r}.", f"Use * or {', '.join(policy.sections())}."
        )
    _require_right(clerk, student, asked)
    made = clerk.add(
        record_request,
        student_id=student,
        kind=asked.kind,
        requester_id=asked.requester,
        section=asked.section,
        formal=asked.formal,
        opened_at=clerk.act.at,
        due_at=_due(clerk, asked),
    )
    return Done("request.add", made, student, (CONSENT,), decision)


def answer_request(clerk: Clerk, request_id: str, outcome: str) -> Done:
    """Answer a request; the act's reason is the answer. Raises Refused, Invalid or NotFound.

    An accepted amendment stays open, for it to be carried out, until it is `done`.
    """
    row = clerk.row(record_request, request_id)
    student = str(row["student_id"])
    decision = clerk.permit("request.answer", student, CONSENT, office=True)
    text = require_text("reason", clerk.act.reason)
    _check_outcome(row, outcome)
    if row["requester_id"] in clerk.subject.ids:
        raise Denied("Nobody answers the own request.", "Another custodian has to.")
    closed = None if outcome == "accepted" else clerk.act.at
    decided = row["decided_at"] or clerk.act.at
    told = f"{outcome}: {text}"
    clerk.change(record_request, row, decided_at=decided, closed_at=closed, decision=told)
    return Done("request.answer", request_id, student, (CONSENT,), decision)


def add_statement(clerk: Clerk, request_id: str, text: str) -> Done:
    """Attach a statement of disagreement to what a refused amendment was about (99.21(b)(2)).

    Raises Refused, NotFound, or Invalid where nothing was refused.
    """
    row = clerk.row(record_request, request_id, "requester_id")
    student = str(row["student_id"])
    decision = clerk.permit("request.state", student, CONSENT)
    if row["kind"] != "amendment" or not str(row["decision"] or "").startswith("refused:"):
        raise Invalid(f"{request_id} is no amendment that was refused.", "Nothing is contested.")
    made = clerk.add(
        statement,
        student_id=student,
        request_id=request_id,
        section=row["section"],
        text=require_text("text", text),
        placed_at=clerk.act.at,
        placed_by=clerk.act.by,
    )
    return Done("request.state", made, student, (CONSENT,), decision)


def list_requests(
    clerk: Clerk, student: str | None = None, *, every: bool = False
) -> list[dict[str, Any]]:
    """Open requests that this account may see, the most urgent first, each with its days left.

    Days count down to the due day in the district's own calendar; below zero it is overdue.
    """
    rows = clerk.readable(record_request, student)
    today = clerk.district.day(clerk.now)
    told = [
        {**row, "days_left": (_day(clerk, row["due_at"]) - today).days}
        for row in rows
        if every or row["closed_at"] is None
    ]
    return sorted(told, key=lambda row: (row["due_at"], row["id"]))


def _day(clerk: Clerk, moment: str) -> date:
    return clerk.district.day(datetime.fromisoformat(moment))


def _check_outcome(row: dict[str, Any], outcome: str) -> None:
    if row["closed_at"] is not None:
        raise Invalid(f"{row['id']} was answered on {row['closed_at']}.", "Log another request.")
    known = OUTCOMES[row["kind"]]
    if outcome not in known:
        raise Invalid(
            f"outcome of a request for {row['kind']} cannot be {outcome!r}.",
            f"Use one of {', '.join(sorted(known))}.",
        )
    if outcome == "done" and row["decided_at"] is None:
        raise Invalid(f"{row['id']} was not accepted yet.", "Answer it with accepted first.")


def _due(clerk: Clerk, asked: Asked) -> str:
    """The end of the last day in the district's zone: the 45th, or that before a meeting."""
    last = clerk.district.day(clerk.now) + timedelta(days=DAYS)
    if asked.meeting is not None:
        if asked.meeting <= clerk.district.day(clerk.now):
            raise Invalid("meeting is not after today.", "Name the day of the next meeting.")
        last = min(last, asked.meeting - timedelta(days=1))
    end = datetime.combine(last, time(23, 59, 59), ZoneInfo(clerk.district.zone))
    return instant(end)


def _require_right(clerk: Clerk, student: str, asked: Asked) -> None:
    requester = somebody(clerk.connection, clerk.tenant, asked.requester)
    if asked.kind == "transfer":
        return
    side = clerk.case(requester, [student]).side
    rights = [(role, code) for role in _ROLES for code in ("RF", "RI")]
    held = any(
        predicate(holds(role))(side) and predicate(meaning(code, role, "consents", "approve"))(side)
        for role, code in rights
    )
    if not held or predicate(barred())(side):
        raise Invalid(
            f"requester {asked.requester!r} holds no rights over this record today.",
            "See who does with `planbridge access who STUDENT consents`.",
        )
