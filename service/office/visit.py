"""One request of one account, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy.engine import Connection

from service.access import policy
from service.access.decision import Decision, denied
from service.access.desk import Desk, Rows
from service.access.load import at_desk, load_rows
from service.access.request import Context, District, Subject
from service.access.workflow.clerk import SECTION, Clerk
from service.access.writes import FieldsRefused, Proposal, authorize
from service.act import Act
from service.audit.event import About, Event, Outcome
from service.errors import Denied, Invalid, NotFound
from service.office import telling
from service.office.people import find_person
from service.office.sight import Sight
from service.office.statements import Statement
from service.office.telling import columns_of, in_force
from service.settings import instant

_AT_ONCE: Final = 500
"""Students whose rows are loaded together."""


class Refused(Denied):
    """A request that was not this account's to make, with what the log has to know of it."""

    def __init__(self, problem: str, fix: str, event: Event) -> None:
        super().__init__(problem, fix)
        self.event = event


@dataclass
class Visit:
    """An account at the window. `request` names what was asked, as the log shows it.

    `statements` are those of disagreement that belong to what was let through: known when the
    visit has ended, they go wherever that goes. Everything that a method lets through becomes an
    event of the transaction.
    """

    clerk: Clerk
    context: Context
    request: str
    events: list[Event] = field(default_factory=list)
    statements: tuple[Statement, ...] = ()

    @property
    def connection(self) -> Connection:
        """The transaction."""
        return self.clerk.connection

    @property
    def district(self) -> District:
        """The district with its rules."""
        return self.clerk.district

    @property
    def tenant(self) -> str:
        """The district's name."""
        return self.clerk.tenant

    @property
    def subject(self) -> Subject:
        """Who asks."""
        return self.clerk.subject

    @property
    def act(self) -> Act:
        """Who asks, when and why, as the journal keeps it."""
        return self.clerk.act

    @property
    def now(self) -> datetime:
        """The moment of the request."""
        return self.clerk.now

    @cached_property
    def desk(self) -> Desk:
        """Where every decision of this request is made."""
        return at_desk(self.connection, self.subject, self.context, self.district)

    @cached_property
    def is_custodian(self) -> bool:
        """Whether the custodian's office is held now."""
        return self.clerk.is_custodian

    def see(
        self, student: str, action: str = "read", sections: Iterable[str] | None = None
    ) -> Sight:
        """What is open of a student's record, of these sections or of all.

        Raises Refused where nothing is.
        """
        wanted = tuple(sections or policy.sections())
        sight, rows = self._look(student, action, wanted)
        if not sight.decisions:
            raise self._refused(student, action, wanted, rows)
        return self._noted(sight, rows)

    def lookup(
        self,
        given: str,
        action: str = "read",
        sections: Iterable[str] | None = None,
        whose: str | None = None,
    ) -> Sight:
        """As `see`, for a student by any id that people use, or `whose` thing has this id.

        Raises Refused alike for somebody unknown and for somebody of whom nothing is open: the
        answer must not tell which.
        """
        return self._noted(*self._found(given, action, sections, whose))

    def find(self, given: str, action: str = "read", sections: Iterable[str] | None = None) -> str:
        """The student whom `lookup` would show, of whom nothing is looked at yet.

        What is asked next is what goes on record. Raises Refused as `lookup`.
        """
        return self._found(given, action, sections, None)[0].student

    def _found(
        self, given: str, action: str, sections: Iterable[str] | None, whose: str | None
    ) -> tuple[Sight, Rows]:
        wanted = tuple(sections or policy.sections())
        student = whose or self._known(given)
        sight, rows = self._look(student or "", action, wanted)
        if student is not None and sight.decisions:
            return sight, rows
        event = self._refused(student or "", action, wanted, rows).event
        raise Refused(
            f"{given!r} is not known here, or not open to {self._asker}.",
            "`planbridge access why` tells which conditions are unmet, to those who may know.",
            event if student else replace(event, about=()),
        )

    def _known(self, given: str) -> str | None:
        """The record id behind any id; the custodian may know that it is the id of several."""
        try:
            return find_person(self.connection, self.tenant, given)
        except NotFound:
            return None
        except Invalid:
            if self.is_custodian:
                raise
            return None

    def see_all(
        self, students: Sequence[str], action: str = "read", sections: Iterable[str] | None = None
    ) -> dict[str, Sight]:
        """As `see`, for many students: those of whom nothing is open are not in the answer."""
        wanted = tuple(sections or policy.sections())
        seen: dict[str, Sight] = {}
        for at in range(0, len(students), _AT_ONCE):
            seen |= self._seen(students[at : at + _AT_ONCE], action, wanted)
        return seen

    def require(self, student: str, action: str, section: str, *fields: str) -> Decision:
        """The decision that opens a section for an action, with these fields. Raises Refused."""
        sight, rows = self._look(student, action, (section,))
        if not sight.decisions or not set(fields) <= sight.fields:
            raise self._refused(student, action, (section,), rows)
        return self._noted(sight, rows).decisions[section]

    def write(self, proposal: Proposal, action: str = "write") -> dict[str, Decision]:
        """The decisions that let a proposal be written. Raises Invalid, or Denied with its fields.

        A refusal is on the log like any other.
        """
        try:
            decisions = authorize(self.connection, self.desk, proposal, action)
        except FieldsRefused as error:
            side = self.desk.side(self._rows(proposal.students[0]))
            named = tuple(sorted(error.refused))
            event = self._denial(action, {}, side, proposal.students, fields=named)
            raise Refused(error.problem, error.fix, event) from None
        fields = frozenset(proposal.values)
        only = {one: replace(made, fields=made.fields & fields) for one, made in decisions.items()}
        for one in proposal.students:
            self._noted(Sight(one, action, only), self._rows(one))
        return decisions

    def require_custodian(self, what: str, students: Iterable[str] = ()) -> None:
        """Make sure that the custodian of records asks, and note it. Raises Refused."""
        if not self.is_custodian:
            raise self.refusal(
                f"{self.act.by} may not {what}: that is for the custodian of records.",
                "Ask the custodian, or see `planbridge access appoint --help`.",
                students,
            )
        self.note(self.request, students, roles=("PRV",))

    def refusal(self, problem: str, fix: str, students: Iterable[str] = ()) -> Refused:
        """A refusal that no decision of the table stands behind, and whom it was about."""
        about = tuple(About(one) for one in students if one)
        asked = telling.asked(self.desk, self.request, Outcome.DENIED, about=about, **self.told)
        return Refused(problem, fix, asked)

    def shut(self, student: str) -> Event:
        """The event of a look in vain at what is recorded of a student."""
        return self._refused(student, "read", (SECTION,), self._rows(student)).event

    def note(self, action: str, students: Iterable[str] = (), **told: Any) -> None:
        """Put an act on the log that no decision of the table stands behind."""
        about = tuple(About(one) for one in students if one)
        event = telling.asked(self.desk, action, Outcome.ALLOWED, about=about, **self.told, **told)
        self.events.append(event)

    @property
    def told(self) -> dict[str, Any]:
        """What every event of this visit says of the account and its reason."""
        words = self.subject.name or self.act.by
        return {
            "identity": self.act.identity,
            "name": self.context.party.name if self.context.party else words,
            "reason": self.act.reason,
            "request": self.request,
        }

    @property
    def _asker(self) -> str:
        """Who asks and for whom, as it was typed: either may be what is refused."""
        party = self.context.party
        return self.act.by if party is None else f"{self.act.by} for {party.account_id}"

    def _rows(self, student: str) -> Rows:
        return load_rows(self.connection, self.desk, [student])[student]

    def _look(self, student: str, action: str, wanted: tuple[str, ...]) -> tuple[Sight, Rows]:
        """What is open of a student, and the rows that tell; nothing is on record yet."""
        rows = self._rows(student)
        return self._sight(student, action, wanted, rows), rows

    def _noted(self, sight: Sight, rows: Rows) -> Sight:
        """The sight, which becomes an event."""
        self.events.append(telling.allowed(self.desk, sight, rows, **self.told))
        return sight

    def _seen(
        self, students: Sequence[str], action: str, wanted: tuple[str, ...]
    ) -> dict[str, Sight]:
        rows = load_rows(self.connection, self.desk, students)
        found = {one: self._sight(one, action, wanted, rows[one]) for one in students}
        alike: dict[Event, list[About]] = {}
        for student, sight in found.items():
            event = self._event(sight, wanted, rows[student])
            alike.setdefault(replace(event, about=()), []).extend(event.about)
        self.events += [replace(event, about=tuple(about)) for event, about in alike.items()]
        return {one: sight for one, sight in found.items() if sight.decisions}

    def _event(self, sight: Sight, wanted: tuple[str, ...], rows: Rows) -> Event:
        if sight.decisions:
            return telling.allowed(self.desk, sight, rows, **self.told)
        return self._refused(sight.student, sight.action, wanted, rows).event

    def _sight(self, student: str, action: str, wanted: tuple[str, ...], rows: Rows) -> Sight:
        side = self.desk.side(rows)
        decisions = {name: self.desk.decide(side, name, action) for name in wanted}
        opened = {
            name: self._for_party(rows, name, one) for name, one in decisions.items() if one.allowed
        }
        kept = {
            name: one
            for name, one in opened.items()
            if one.fields and "deidentified" not in one.limits
        }
        limited = [name for name, one in kept.items() if one.limits]
        items = {name: self._items(rows, name, kept[name]) for name in limited}
        return Sight(student, action, kept, items)

    def _for_party(self, rows: Rows, section: str, mine: Decision) -> Decision:
        """What goes to a recipient: no more than the recipient may read, and by which rules."""
        party = self.desk.others.get("party")
        if party is None:
            return mine
        theirs = party.decide(party.side(rows), section, "read")
        both: dict[str, Any] = {
            name: tuple(dict.fromkeys((*getattr(mine, name), *getattr(theirs, name))))
            for name in ("rules", "basis", "cite")
        }
        fields, limits = mine.fields & theirs.fields, mine.limits | theirs.limits
        return replace(mine, fields=fields, limits=limits, **both)

    def _items(self, rows: Rows, section: str, decision: Decision) -> frozenset[str]:
        """The items of a section that whoever receives them owns, or has been shown."""
        receiver = self.context.party or self.subject
        held = {name: columns_of(rows, name, section) for name in ("owner", "share")}
        party = self.desk.others.get("party")
        theirs = party.decide(party.side(rows), section, "read") if party else decision
        audience = receiver.parties | set(theirs.roles)
        now = instant(self.now)
        return frozenset(
            [one["item_id"] for one in held["owner"] if one["owner_id"] in receiver.ids]
            + [
                one["item_id"]
                for one in held["share"]
                if one["audience"] in audience and in_force(one, now)
            ]
        )

    def _refused(self, student: str, action: str, wanted: tuple[str, ...], rows: Rows) -> Refused:
        side = self.desk.side(rows)
        decisions = {name: self.desk.decide(side, name, action) for name in wanted}
        shut = {name: one for name, one in decisions.items() if not one.allowed}
        event = self._denial(action, shut, side, (student,))
        what = ", ".join(wanted) if len(wanted) < len(policy.sections()) else "the record"
        return Refused(
            f"{self._asker} may not {action} {what} of this student.",
            "`planbridge access why` tells which conditions are unmet, to those who may know.",
            event,
        )

    def _denial(
        self,
        action: str,
        decisions: Mapping[str, Decision],
        side: Any,
        students: Iterable[str],
        **told: Any,
    ) -> Event:
        shut = decisions or {"": denied(None)}
        about = tuple(About(one) for one in students if one)
        event = telling.refused(self.desk, action, shut, side, about=about, **self.told, **told)
        return event if decisions else replace(event, sections=())
