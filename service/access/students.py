"""Lists of students for one subject: what it may not read is in no row, count, order or filter.

Every query here is built from a desk, so that there is no list without a subject. A filter or an
order asks for the right to read its field for each student; who lacks it does not see that student
in such a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.access import policy
from service.access.cursor import read_cursor, write_cursor
from service.access.decision import Decision
from service.access.desk import Desk
from service.access.load import load_rows
from service.access.sources import source
from service.errors import Invalid
from service.store.tables import ROSTER

_PERSON: Final = ROSTER["person"]
_LARGEST: Final = 1000


@dataclass(frozen=True)
class Listing:
    """A question for students: those with this section open, filtered and sorted by fields.

    Fields are named as in `sections.toml`, such as `person.family_name`; only the roster's own
    fields can be filtered and sorted by.
    """

    section: str = "directory"
    action: str = "read"
    where: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()

    def bound(self, desk: Desk) -> tuple[Any, ...]:
        """What a page token of this question belongs to."""
        whom = (desk.district.tenant, desk.subject.account_id, desk.context.purpose)
        party = desk.context.party.account_id if desk.context.party else None
        user = desk.context.user.account_id if desk.context.user else None
        question = (self.section, self.action, sorted(self.where.items()), self.order)
        uses = sorted(desk.context.uses)
        return (*whom, party, user, uses, *question, desk.district.table.version)


@dataclass(frozen=True)
class Page:
    """Students with the directory fields that are open, and the token of the next page if any."""

    rows: tuple[Mapping[str, Any], ...]
    next: str | None


def page(
    connection: Connection, desk: Desk, listing: Listing, size: int, token: str | None = None
) -> Page:
    """A page of students. Raises Invalid for a size, field or token that cannot be."""
    if not 1 <= size <= _LARGEST:
        raise Invalid(f"A page cannot have {size} rows.", f"Ask for 1 to {_LARGEST}.")
    order = [*(_column(name) for name in listing.order), _PERSON.c.id]
    query = _open(desk, listing).with_only_columns(*order)
    bound = listing.bound(desk)
    if token is not None:
        last = read_cursor(desk.district.cursor_key, bound, token)
        query = query.where(sa.tuple_(*order) > sa.tuple_(*last))
    found = connection.execute(query.order_by(*order).limit(size + 1)).fetchall()
    shown = [row[-1] for row in found[:size]]
    after = None
    if len(found) > size:
        after = write_cursor(desk.district.cursor_key, bound, tuple(found[size - 1]))
    return Page(tuple(_described(connection, desk, shown)), after)


def count(connection: Connection, desk: Desk, listing: Listing) -> int:
    """How many students `page` would list in all; of de-identified requests neither is answered."""
    counted = _open(desk, listing).with_only_columns(sa.func.count())
    return int(connection.execute(counted).scalar_one())


def masks(
    connection: Connection, desk: Desk, students: Sequence[str], action: str = "read"
) -> dict[str, dict[str, Decision]]:
    """For each student, the decision about every section."""
    loaded = load_rows(connection, desk, students)
    sides = {student: desk.side(rows) for student, rows in loaded.items()}
    return {
        student: {section: desk.decide(side, section, action) for section in policy.sections()}
        for student, side in sides.items()
    }


def _open(desk: Desk, listing: Listing) -> sa.Select[Any]:
    """The students of a question, without an order."""
    of = source("student")
    # Looked up for each row: listing every student first would cost more than most pages.
    is_student = of.select("student_id").where(
        of.columns["tenant"] == _PERSON.c.tenant, of.columns["student_id"] == _PERSON.c.id
    )
    columns = {name: _column(name) for name in (*listing.where, *listing.order)}
    query = sa.select(_PERSON.c.id).where(
        _PERSON.c.tenant == desk.district.tenant,
        is_student.correlate(_PERSON).exists(),
        desk.clause(listing.section, listing.action, _PERSON.c.id),
    )
    if desk.context.deidentified:  # a row is one student's, and so is a count of a few
        query = query.where(sa.false())
    for name in columns:
        query = query.where(desk.clause(_section_of(name), "read", _PERSON.c.id, name))
    for name, value in sorted(listing.where.items()):
        query = query.where(columns[name] == value)
    return query


def _column(name: str) -> sa.Column[Any]:
    known = _sortable()
    if name not in known:
        raise Invalid(f"Students are not listed by {name!r}.", f"Use one of {', '.join(known)}.")
    return known[name]


def _sortable() -> dict[str, sa.Column[Any]]:
    """Directory fields that are always there: an order over absent values has no next page."""
    fields = policy.sections()["directory"].fields
    named = {f"person.{one.name}": one for one in _PERSON.c if not one.nullable}
    return {name: one for name, one in named.items() if name in fields}


def _section_of(name: str) -> str:
    return next(one.name for one in policy.sections().values() if name in one.fields)


def _described(connection: Connection, desk: Desk, students: list[str]) -> list[dict[str, Any]]:
    """Each student's id with the directory fields that are open; the others are not there."""
    loaded = load_rows(connection, desk, students)
    query = sa.select(_PERSON).where(
        _PERSON.c.tenant == desk.district.tenant, _PERSON.c.id.in_(students)
    )
    people = {row.id: row._mapping for row in connection.execute(query)}
    described = []
    for student in students:
        fields = desk.decide(desk.side(loaded[student]), "directory", "read").fields
        columns = [one.removeprefix("person.") for one in sorted(fields) if "person." in one]
        values = {name: people[student][name] for name in columns}
        described.append({"id": student, **{k: v for k, v in values.items() if v is not None}})
    return described
