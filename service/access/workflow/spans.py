"""What holds of a student for a time: restrictions, opt-outs, legal holds, facts in law.

All of them begin, end and stay on record. None ends by itself unless it was given an end; an
opt-out never is (34 CFR 99.37(b)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from service.access.workflow.clerk import (
    CONSENT,
    RESTRICTION,
    Clerk,
    Done,
    as_instant,
    require_order,
    require_text,
    somebody,
)
from service.errors import Invalid
from service.store.access_tables import directory_opt_out, legal_hold, restriction, standing

DOCUMENTS: Final = ("court-order", "statute", "binding-document")
"""What can bar somebody from a student's records (99.4)."""

STANDINGS: Final = ("postsecondary", "incompetent", "dependent")
"""Facts that move rights: attends college, found incompetent, a parent's tax dependent."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of span: its table, the field that it is, and whether it is an act of office."""

    table: sa.Table
    field: str
    office: bool


KINDS: Final = {
    "restriction": Kind(restriction, RESTRICTION, office=True),
    "hold": Kind(legal_hold, CONSENT, office=True),
    "opt-out": Kind(directory_opt_out, CONSENT, office=False),
    "standing": Kind(standing, CONSENT, office=True),
}
"""The kinds by name."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when, now where none is named, and until when, if an end is known."""

    begins: datetime | None = None
    ends: datetime | None = None


ONWARD: Final = Span()
"""From now on."""


def add_restriction(
    clerk: Clerk, student: str, person: str, document: tuple[str, str], span: Span = ONWARD
) -> Done:
    """Bar a person from a student's records, by a document: its kind and where it is filed.

    Raises Refused, Invalid or NotFound.
    """
    kind, filed = document
    if kind not in DOCUMENTS:
        known = ", ".join(DOCUMENTS)
        raise Invalid(f"evidence: {kind!r} bars nobody.", f"Use one of {known}.")
    evidence = f"{kind}: {require_text('evidence', filed)}"

    def values() -> dict[str, Any]:
        if person == student:
            raise Invalid("person is the student.", "Nobody is barred from the own record.")
        somebody(clerk.connection, clerk.tenant, person)
        return {"person_id": person, "evidence": evidence}

    return _add(clerk, "restriction", student, values, span)


def add_hold(clerk: Clerk, student: str) -> Done:
    """Keep everything of a student from destruction; the act's reason says for what."""
    reason = require_text("reason", clerk.act.reason)
    return _add(clerk, "hold", student, lambda: {"reason": reason}, ONWARD)


def add_opt_out(clerk: Clerk, student: str) -> Done:
    """Refuse directory information from now on, until the refusal is taken back."""

    def values() -> dict[str, Any]:
        if any(row["valid_to"] is None for row in _rows(clerk, "opt-out", student)):
            raise Invalid("This student is opted out already.", "Nothing is left to do.")
        return {}

    return _add(clerk, "opt-out", student, values, ONWARD)


def add_standing(clerk: Clerk, student: str, kind: str, evidence: str, span: Span = ONWARD) -> Done:
    """Record a fact that moves rights. Raises Refused, Invalid or NotFound."""
    if kind not in STANDINGS:
        raise Invalid(f"kind cannot be {kind!r}.", f"Use one of {', '.join(STANDINGS)}.")
    values = {"kind": kind, "evidence": require_text("evidence", evidence)}
    return _add(clerk, "standing", student, lambda: values, span)


def times_of(clerk: Clerk, span: Span) -> dict[str, str | None]:
    """A span as rows keep it. Raises Invalid where it ends before it begins."""
    begins = as_instant("from", span.begins, clerk.now)
    ends = None if span.ends is None else as_instant("to", span.ends, clerk.now)
    if ends is not None:
        require_order("to", ends, after=begins)
    return {"valid_from": begins, "valid_to": ends}


def require_going_on(clerk: Clerk, row: Mapping[str, Any]) -> None:
    """Make sure that a row has not ended yet. Raises Invalid."""
    if row["valid_to"] is not None and row["valid_to"] <= clerk.act.at:
        raise Invalid(f"{row['id']} ended on {row['valid_to']}.", "Nothing is left to do.")


def with_state(clerk: Clerk, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows, each with whether it is in force."""
    now = clerk.act.at
    return [
        {**row, "in_force": row["valid_from"] <= now and now < (row["valid_to"] or "~")}
        for row in rows
    ]


def end_span(clerk: Clerk, kind: str, id_: str) -> Done:
    """End one now; the act's reason says why. Raises Refused, Invalid or NotFound."""
    of = KINDS[kind]
    require_text("reason", clerk.act.reason)
    row = clerk.row(of.table, id_)
    student = str(row["student_id"])
    decision = clerk.permit(f"{kind}.end", student, of.field, office=of.office)
    require_going_on(clerk, row)
    clerk.change(of.table, row, valid_to=clerk.act.at)
    return Done(f"{kind}.end", id_, student, (of.field,), decision)


def list_spans(clerk: Clerk, kind: str, student: str | None = None) -> list[dict[str, Any]]:
    """Those that this account may see, each with whether it is in force."""
    return with_state(clerk, clerk.readable(KINDS[kind].table, student))


def _add(clerk: Clerk, kind: str, student: str, values: Any, span: Span) -> Done:
    of = KINDS[kind]
    decision = clerk.permit(f"{kind}.add", student, of.field, office=of.office)
    made = clerk.add(of.table, student_id=student, **times_of(clerk, span), **values())
    return Done(f"{kind}.add", made, student, (of.field,), decision)


def _rows(clerk: Clerk, kind: str, student: str) -> list[dict[str, Any]]:
    table = KINDS[kind].table
    mine = (table.c.tenant == clerk.tenant, table.c.student_id == student)
    found = clerk.connection.execute(sa.select(table).where(*mine))
    return [dict(row._mapping) for row in found]
