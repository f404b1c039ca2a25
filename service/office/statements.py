"""Statements of disagreement, which go with every disclosure of what they contest (duty O5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.audit.event import Event, Outcome
from service.audit.parties import DISCLOSING
from service.store.access_tables import statement


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody placed with a section of a student's record (34 CFR 99.21(b)(2), (c))."""

    student: str
    section: str
    text: str
    placed_at: str


def statements_with(
    connection: Connection, tenant: str, events: Iterable[Event]
) -> tuple[Statement, ...]:
    """The statements that belong to what these events let through; nothing filters them."""
    told: dict[str, set[str]] = {}
    for student, sections in _disclosed(events):
        told.setdefault(student, {"*"}).update(sections)
    if not told:
        return ()
    columns = statement.c
    query = (
        sa.select(columns.student_id, columns.section, columns.text, columns.placed_at)
        .where(columns.tenant == tenant)
        .order_by(columns.student_id, columns.id)
    )
    if len(told) == 1:
        query = query.where(columns.student_id == next(iter(told)))
    rows = connection.execute(query)
    return tuple(Statement(*row) for row in rows if row.section in told.get(row.student_id, ()))


def words_of(statements: Iterable[Statement], called: Mapping[str, str] | None = None) -> str:
    """Statements for people to read.

    With `called`, they are of these students alone, each under the name that the files give.
    """
    return "".join(
        f"Student {called[one.student] if called is not None else one.student}, {one.section}, "
        f"{one.placed_at[:10]}:\n{one.text}\n\n"
        for one in statements
        if called is None or one.student in called
    )


def _disclosed(events: Iterable[Event]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for event in events:
        if event.outcome is Outcome.ALLOWED and event.action in DISCLOSING:
            yield from ((student, event.sections) for student in event.students)
