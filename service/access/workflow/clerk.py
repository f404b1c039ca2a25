"""Somebody who records something about a student, and whether that is theirs to record.

Every workflow asks here first and gives back a `Done`, which holds what the audit needs. A refusal
is an error that carries the same. What is recorded belongs to the section `consents`: rights
holders, counselors and case managers `write` there, the custodian of records `approve`s. Acts of
office (restrictions, holds, answers) are open to the custodian alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mappings.engine.codecs import canonical_json
from service.access import policy
from service.access.decision import Decision, denied
from service.access.desk import Case, Desk
from service.access.explain import STRONGEST, usual_purpose
from service.access.load import (
    at_desk,
    load_district,
    load_rows,
    load_subject,
    subject_of_person,
)
from service.access.request import Context, District, Subject
from service.access.sources import source
from service.act import Act
from service.errors import Denied, Invalid, NotFound
from service.settings import instant
from service.store import counters
from service.store.journal import Entry, Stamp, write_entries
from service.store.tables import ROSTER

SECTION: Final = "consents"
CONSENT: Final = "consent.record"
RESTRICTION: Final = "restriction.record"
OFFICE: Final = "PRV"
"""The role whose acts of office these are: the custodian of records."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was recorded: which workflow, which row, about whom, on what decision.

    `student` and `decision` are None for what concerns no single student.
    """

    what: str
    id: str
    student: str | None
    fields: tuple[str, ...]
    decision: Decision | None


class Refused(Denied):
    """A workflow that was not this account's to do, with what the audit has to know of it."""

    def __init__(self, problem: str, fix: str, attempt: Done) -> None:
        super().__init__(problem, fix)
        self.attempt = attempt


@dataclass(frozen=True)
class Clerk:
    """An account that records something, in one transaction of its district.

    `done` are the acts that were permitted, each with the last row it made or changed; `shown` the
    students of whom something recorded was looked up, or asked for in vain, each with the decision.
    """

    connection: Connection
    district: District
    subject: Subject
    act: Act
    now: datetime
    done: list[Done] = field(default_factory=list, compare=False)
    shown: dict[str, Decision] = field(default_factory=dict, compare=False)

    @property
    def tenant(self) -> str:
        """The district."""
        return self.district.tenant

    @property
    def is_custodian(self) -> bool:
        """Whether the custodian's office is held now."""
        facts = self.case(self.subject, ()).desk.facts
        return f"role:{OFFICE}" in facts and "suspended" not in facts

    def case(
        self,
        subject: Subject,
        students: Iterable[str],
        purpose: str | None = None,
        now: datetime | None = None,
    ) -> Case:
        """A subject's case about one student, signed in as well as can be; no student: no rows."""
        desk = self._desk(subject, purpose, now)
        rows = load_rows(self.connection, desk, list(students))
        return desk.case(next(iter(rows.values()), {}))

    def _desk(
        self, subject: Subject, purpose: str | None = None, now: datetime | None = None
    ) -> Desk:
        strength = STRONGEST.get(subject.kind, "strong-factor")
        purpose = purpose or usual_purpose(subject)
        context = Context(now or self.now, purpose, strength=strength)
        return at_desk(self.connection, subject, context, self.district)

    def may_read(self, student: str) -> Decision:
        """The decision about reading what is recorded of a student."""
        return self.case(self.subject, [student]).decide(SECTION, "read")

    def all_readable(self, students: Iterable[str]) -> dict[str, Decision]:
        """As `may_read`, for many at once."""
        desk = self._desk(self.subject)
        loaded = load_rows(self.connection, desk, list(students))
        return {one: desk.case(rows).decide(SECTION, "read") for one, rows in loaded.items()}

    def permit(
        self, what: str, student: str, name: str, *, office: bool = False, agency: bool = False
    ) -> Decision:
        """The decision that lets this account record a field. Raises Refused, NotFound.

        With `office` the custodian alone may, with `agency` no more than the district's staff.
        """
        case = self.case(self.subject, [student])
        actions = ("approve",) if office else ("write", "approve")
        decisions = [case.decide(SECTION, action) for action in actions]
        for one in decisions:
            in_office = not office or OFFICE in one.roles
            in_agency = not agency or any(map(_is_staff, one.roles))
            named = name in one.fields and not one.limits
            if one.allowed and named and in_office and in_agency:
                require_student(self.connection, self.tenant, student)
                self.done.append(Done(what, "", student, (name,), one))
                return one
        whose = _whose(office=office, agency=agency)
        raise Refused(
            f"{self.act.by} may not record {name} of this student.",
            f"{whose} `planbridge access why` tells which conditions are unmet.",
            Done(what, "", student, (name,), refusal(decisions)),
        )

    def require_office(self, what: str, name: str) -> None:
        """Make sure that the custodian acts. Raises Refused."""
        if not self.is_custodian:
            raise Refused(
                f"{self.act.by} may not record {name}.",
                "The custodian of records does that; see `planbridge access appoint --help`.",
                Done(what, "", None, (name,), denied(None)),
            )
        self.done.append(Done(what, "", None, (name,), None))

    def add(self, table: sa.Table, **values: Any) -> str:
        """Insert a row under a new id, and say so in the journal; returns the id."""
        made = f"{table.name}-{counters.advance(self.connection, self.tenant, table.name)}"
        row = {"tenant": self.tenant, "id": made, **values}
        self.connection.execute(sa.insert(table).values(row))
        self.note("add", table, made, {"reason": [None, self.act.reason]})
        return made

    def change(self, table: sa.Table, row: Mapping[str, Any], **values: Any) -> None:
        """Set columns of a row, and say in the journal what they were."""
        mine = (table.c.tenant == self.tenant, table.c.id == row["id"])
        self.connection.execute(sa.update(table).where(*mine).values(values))
        changed = {name: [row[name], value] for name, value in values.items()}
        self.note("change", table, row["id"], {**changed, "reason": [None, self.act.reason]})

    def note(self, action: str, table: sa.Table, id_: str, changed: Mapping[str, Any]) -> None:
        """One line of the journal."""
        told = pl.Series([canonical_json(changed)])
        if self.done:
            self.done[-1] = replace(self.done[-1], id=id_)
        entry = Entry(action, table.name, pl.Series([id_]), told)
        stamp = Stamp(self.tenant, self.act.at, self.act.by)
        write_entries(self.connection, stamp, [entry])

    def row(self, table: sa.Table, id_: str, whose: str = "") -> dict[str, Any]:
        """A row by id; `whose` names a column by which a row is this account's own.

        Raises NotFound, for rows that this account may not know of too; a look in vain is kept
        among `shown`, with the student if there is one.
        """
        row = self._found(table, id_) or {"student_id": ""}
        student, own = row["student_id"], row.get(whose) in self.subject.ids
        decision = self.may_read(student)  # asked of nobody's row too: it takes as long
        if not student or not (own or self._shows(decision, row)):
            self.shown[student] = refusal([decision])
            raise _no_such(table, id_)
        if decision.allowed:  # what is only the own is told by what is done with it
            self.shown[student] = decision
        return row

    def kept(self, table: sa.Table, id_: str) -> dict[str, Any]:
        """A row that concerns no single student, for the custodian. Raises NotFound."""
        row = self._found(table, id_)
        if row is None:
            raise _no_such(table, id_)
        return row

    def _found(self, table: sa.Table, id_: str) -> dict[str, Any] | None:
        query = sa.select(table).where(table.c.tenant == self.tenant, table.c.id == id_)
        found = self.connection.execute(query).first()
        return dict(found._mapping) if found else None

    def readable(self, table: sa.Table, student: str | None) -> list[dict[str, Any]]:
        """The rows about one student, or about all whose records of this kind are open here."""
        query = sa.select(table).where(table.c.tenant == self.tenant)
        if student is not None:
            query = query.where(table.c.student_id == student)
        rows = [dict(row._mapping) for row in self.connection.execute(query.order_by(table.c.id))]
        asked = set() if student is None else {student}
        open_to = self.all_readable(asked | {row["student_id"] for row in rows})
        found = [row for row in rows if self._shows(open_to[row["student_id"]], row)]
        named = asked | {row["student_id"] for row in found}
        self.shown.update({one: open_to[one] for one in sorted(named)})
        return found

    def _shows(self, decision: Decision, row: Mapping[str, Any]) -> bool:
        if decision.limits:  # OWNC: only what authorizes this very principal
            return decision.allowed and row.get("recipient") in self.subject.parties
        return decision.allowed


def _is_staff(role: str) -> bool:
    return policy.roles()[role].kind == "staff"


def _whose(*, office: bool, agency: bool) -> str:
    if office:
        return "The custodian of records does that."
    return "The district's staff does that." if agency else "Ask whoever holds the right."


def _no_such(table: sa.Table, id_: str) -> NotFound:
    words = table.name.replace("_", " ")
    return NotFound(f"There is no {words} {id_!r}.", "List them to see what there is.")


def at_counter(connection: Connection, tenant: str, act: Act) -> Clerk:
    """The clerk for an act's account. Raises Denied for somebody without one."""
    district = load_district(connection, tenant)
    try:
        subject = load_subject(connection, tenant, act.by)
    except NotFound:
        raise Denied(
            f"{act.by} has no account here, and so no role.",
            "See `planbridge access appoint --help` and `planbridge access link --help`.",
        ) from None
    return Clerk(connection, district, subject, act, datetime.fromisoformat(act.at))


def somebody(connection: Connection, tenant: str, id_: str) -> Subject:
    """An account, or a person of the roster by record id. Raises NotFound."""
    try:
        return load_subject(connection, tenant, id_)
    except NotFound:
        person = ROSTER["person"]
        known = sa.select(person.c.id).where(person.c.tenant == tenant, person.c.id == id_)
        if connection.execute(known).first() is None:
            raise NotFound(
                f"{id_!r} is neither an account nor a person.", "Name one of this district."
            ) from None
        return subject_of_person(connection, tenant, id_)


def refusal(decisions: Iterable[Decision]) -> Decision:
    """What stood against it: the first denial, or that what is open is not enough."""
    return next((one for one in decisions if not one.allowed), denied(None))


def require_student(connection: Connection, tenant: str, student: str) -> None:
    """Make sure that somebody is, or was, a student here. Raises NotFound."""
    of = source("student")
    query = of.select("student_id").where(
        of.columns["tenant"] == tenant, of.columns["student_id"] == student
    )
    if connection.execute(query.limit(1)).first() is None:
        raise NotFound(f"{student!r} is no student here.", "Name a student of this district.")


def place_of(name: str) -> str:
    """The section in which a field stands. Raises Invalid."""
    found = policy.section_of(name)
    if found is None:
        raise Invalid(f"fields: there is no field {name!r}.", "Name one such as GOA.01.")
    return found


def require_text(field: str, value: str | None) -> str:
    """A text that says something. Raises Invalid naming the field."""
    if not value or not value.strip():
        raise Invalid(f"{field} says nothing.", f"Write {field} in words that an auditor follows.")
    return value.strip()


def require_order(field: str, value: str, *, after: str) -> None:
    """Make sure that a moment comes after another. Raises Invalid naming the field."""
    if value <= after:
        raise Invalid(f"{field} is not after {after}.", f"Give a later {field}.")


def as_instant(field: str, value: datetime | None, default: datetime) -> str:
    """A moment as it is stored. Raises Invalid for one without a time zone."""
    chosen = value or default
    if chosen.tzinfo is None:
        raise Invalid(f"{field} names no time zone.", "Write it as 2026-11-20T09:00:00-07:00.")
    return instant(chosen)
