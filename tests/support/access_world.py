"""Small districts for access tests: rows written by hand, or drawn at random so that they meet.

Ids are few and moments lie around `NOW`, so that rows about the same student, subject, section
and time are common rather than rare.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.access import policy
from service.access.request import Context, District, Subject
from service.access.table import shipped
from service.settings import instant
from service.store.access_tables import ACCESS
from service.store.tables import ROSTER

TENANT: Final = "district"
NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
_TODAY: Final = NOW.date()
FOREVER: Final = instant(NOW + timedelta(days=3650))
LONG_AGO: Final = instant(NOW - timedelta(days=3650))


@dataclass
class World:
    """Rows by table. `add` fills in what a test does not care about."""

    tenant: str = TENANT
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    count: int = 0

    def roster(self, entity: str, /, **values: Any) -> str:
        """A roster row; gives its id."""
        self.count += 1
        row = {
            **dict.fromkeys((column.name for column in ROSTER[entity].c), None),
            "tenant": self.tenant,
            "id": f"{entity}-{self.count}",
            "source": "sis",
            "sourced_id": f"{entity}-{self.count}",
            "state": "active",
            "state_since": _TODAY,
            "origin_run": 1,
            "revision": 1,
            **values,
        }
        self.rows.setdefault(entity, []).append(row)
        return str(row["id"])

    def held(self, name: str, /, **values: Any) -> str:
        """A row of an access table; gives its id. Sections of consents stand apart."""
        self.count += 1
        table = ACCESS[name]
        defaults = {
            column.name: _DEFAULTS.get(column.name, None if column.nullable else "")
            for column in table.c
        }
        own = {"id": f"{name}-{self.count}"} if "id" in table.c else {}
        row = {**defaults, "tenant": self.tenant, **own, **values}
        self.rows.setdefault(name, []).append(row)
        return str(row.get("id", ""))

    def person(self, id_: str, born: date | None = None, family: str = "Name") -> str:
        """A person, with a birth date if one is given."""
        self.roster("person", id=id_, given_name=id_, family_name=family)
        if born is not None:
            self.roster("demographics", person_id=id_, birth_date=born)
        return id_

    def student(self, id_: str, born: date | None = date(2010, 1, 1), org: str = "s1") -> str:
        """A student of a school."""
        self.person(id_, born)
        self.roster("role", person_id=id_, org_id=org, role="student")
        return id_

    def insert(self, connection: Connection) -> None:
        """Write all rows."""
        for name, rows in self.rows.items():
            table = ROSTER.get(name, ACCESS.get(name))
            assert table is not None, name
            connection.execute(sa.insert(table), rows)


_DEFAULTS: Final[dict[str, Any]] = {
    "kind": "",
    "valid_from": LONG_AGO,
    "signed_at": LONG_AGO,
    "effective_from": LONG_AGO,
    "opened_at": LONG_AGO,
    "due_at": LONG_AGO,
    "told_at": LONG_AGO,
    "decided_at": LONG_AGO,
    "expires_at": FOREVER,
    "notice_met": False,
    "entitled": True,
    "employed": True,
    "represents_agency": False,
    "formal": False,
    "copy_on_request": False,
    "agency_agrees": False,
    "parent_agrees": False,
    "version": 1,
}


def district(**changes: Any) -> District:
    """A district with a fresh roster and everything optional switched on."""
    plain = District(
        TENANT,
        shipped(),
        idea_transfers=True,
        roster_as_of=instant(NOW),
        dependents=True,
        directory_notice_at=LONG_AGO,
        directory_fields=frozenset({"person.given_name", "person.family_name"}),
        directory_audience=frozenset({"PNR"}),
        purposes=policy.purposes(),
        cursor_key=b"a key for tests only",
    )
    return replace(plain, **changes)


def somebody(id_: str, **values: Any) -> Subject:
    """A person with an account of the same name as the roster's id."""
    return Subject(TENANT, id_, person_id=id_, **values)


def at_work(now: datetime = NOW, **values: Any) -> Context:
    """Signed in strongly, with a listed purpose."""
    given: dict[str, Any] = {"purpose": "instruction", "strength": "strong-factor", **values}
    return Context(now, **given)


class Draw:
    """A random world, and random questions about it."""

    def __init__(self, seed: int, students: int = 40, others: int = 4) -> None:
        self.random = random.Random(seed)
        self.students = [f"p{n}" for n in range(students)]
        self.people = [*self.students[:2], *(f"a{n}" for n in range(others))]
        self.sections = list(policy.sections())
        self.schools = ["s1", "s2", "d"]

    def pick(self, values: Sequence[Any]) -> Any:
        return self.random.choice(values)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def moment(self, spread: int = 3) -> str:
        """A moment within days of `NOW`, often exactly it."""
        days = self.random.randint(-spread, spread)
        return instant(NOW + timedelta(days=days, milliseconds=self.pick((-1, 0, 0, 1))))

    def day(self) -> date | None:
        return None if self.chance(0.6) else _TODAY + timedelta(days=self.random.randint(-2, 2))

    def span(self) -> dict[str, Any]:
        """From and to; most of them in force."""
        begins = LONG_AGO if self.chance(0.8) else self.moment()
        return {"valid_from": begins, "valid_to": None if self.chance(0.6) else self.moment()}

    def born(self) -> date | None:
        """Unknown, well below or above, or within a day of 16, 18, 19 or 21."""
        age = self.pick((10, 14, 16, 18, 18, 19, 21, 30))
        if self.chance(0.1):
            return None
        return date(_TODAY.year - age, 11, 20) + timedelta(days=self.random.randint(-1, 1))

    def world(self) -> World:
        """A district with rows of every kind."""
        made = World()
        for school, parent in (("d", None), ("s1", "d"), ("s2", "d")):
            made.roster("organization", id=school, name=school, type="school", parent_id=parent)
        for title in ("over", "on"):
            ends = _TODAY + timedelta(days=0 if title == "over" else 1)
            dates = {"start_date": date(2026, 8, 1), "end_date": ends, "school_year": 2027}
            made.roster("academic_session", id=title, title=title, type="term", **dates)
        for number in range(8):
            terms = self.pick((None, '["over"]', '["on"]', '["on","over"]', '["unknown"]'))
            school = self.pick(("s1", "s2"))
            made.roster("class", id=f"c{number}", title="c", school_id=school, term_ids=terms)
        self._people(made)
        for student in self.students:
            self.about(made, student)
        return made

    def _people(self, made: World) -> None:
        for student in self.students:
            made.person(student, self.born())
            org = self.pick(self.schools)
            state = self.pick(("active", "active", "active", "missing"))
            made.roster("role", person_id=student, org_id=org, role="student", state=state)
        for person in self.people[2:]:
            made.person(person)
            for role in ("parent", "principal", "districtAdministrator", "relative"):
                if self.chance(0.4):
                    org = self.pick(self.schools)
                    dates = {"begin_date": self.day(), "end_date": self.day()}
                    made.roster("role", person_id=person, org_id=org, role=role, **dates)
            for number in range(8):
                if self.chance(0.3):
                    self._enrolled(made, person, f"c{number}", "teacher")

    def _enrolled(self, made: World, person: str, class_id: str, role: str) -> None:
        made.roster(
            "enrollment",
            person_id=person,
            class_id=class_id,
            school_id="s1",
            role=role,
            begin_date=self.day(),
            end_date=self.day(),
            state=self.pick(("active", "active", "active", "missing")),
        )

    def about(self, made: World, student: str) -> None:
        """Everything else that can be held about a student."""
        self._enrolled(made, student, f"c{self.random.randrange(8)}", "student")
        for make, often in (
            (self._relation, 0.5),
            (self._tie, 0.9),
            (self._team, 0.5),
            (self._appointment, 0.5),
            (self._standing, 0.5),
            (self._consent, 0.9),
            (self._request, 0.5),
            (self._item, 0.8),
            (self._rare, 0.4),
        ):
            for again in range(3):
                if self.chance(often / (again + 1)):
                    make(made, student)

    def _relation(self, made: World, student: str) -> None:
        state = self.pick(("active", "active", "detached"))
        made.roster("relation", person_id=student, agent_id=self.pick(self.people), state=state)

    def _tie(self, made: World, student: str) -> None:
        kinds = ("counselor", "caseManager", "guardian", "mentor", "serviceProvider")
        kind = self.pick((*kinds, "enrollment", "aid"))
        agent = self.pick([*self.people, "client", "college"])
        notice = self.chance(0.7)
        made.held(
            "tie", student_id=student, agent_id=agent, kind=kind, notice_met=notice, **self.span()
        )

    def _team(self, made: World, student: str) -> None:
        flags = {"employed": self.chance(0.8), "represents_agency": self.chance(0.5)}
        person = self.pick(self.people)
        made.held("team_member", student_id=student, person_id=person, **flags, **self.span())

    def _appointment(self, made: World, student: str) -> None:
        made.held(
            "appointment",
            student_id=student,
            agent_id=self.pick(self.people),
            kind=self.pick(("surrogate", "ideaRepresentative", "attorneyInFact")),
            regime=self.pick(("FERPA", "IDEA")),
            section=self.pick(("*", *self.sections)),
            **self.span(),
        )

    def _standing(self, made: World, student: str) -> None:
        kind = self.pick(("postsecondary", "incompetent", "dependent", "dependent"))
        made.held("standing", student_id=student, kind=kind, **self.span())

    def _consent(self, made: World, student: str) -> None:
        consent = made.held(
            "consent",
            student_id=student,
            regime=self.pick(("FERPA_99_30", "IDEA_300_622")),
            decision=self.pick(("granted", "granted", "granted", "refused")),
            capacity=self.pick(("student", "parent", "representative")),
            recipient=self.pick([*self.people, "client", "college", "VRA", "CIS", "MEN"]),
            purpose=self.pick(("instruction", "instruction", "transfer")),
            entitled=self.chance(0.9),
            effective_from=LONG_AGO if self.chance(0.8) else self.moment(),
            expires_at=FOREVER if self.chance(0.7) else self.moment(),
            revoked_at=None if self.chance(0.7) else self.moment(),
        )
        for section in self.random.sample(self.sections, 6):
            fields = sorted(policy.sections()[section].fields)[:4]
            if self.chance(0.7):
                made.held("consent_section", consent_id=consent, section=section)
                continue
            for name in self.random.sample(fields, self.random.randint(1, min(3, len(fields)))):
                made.held("consent_field", consent_id=consent, section=section, field=name)

    def _request(self, made: World, student: str) -> None:
        made.held(
            "record_request",
            student_id=student,
            kind=self.pick(("inspection", "amendment", "transfer")),
            requester_id=self.pick(self.people),
            section=self.pick(("*", *self.sections)),
            formal=self.chance(0.6),
            decided_at=self.pick((None, LONG_AGO)),
            closed_at=None if self.chance(0.6) else self.moment(),
        )

    def _item(self, made: World, student: str) -> None:
        what = {"section": self.pick(self.sections), "item_id": self.pick(("i1", "i2"))}
        if self.chance(0.5):
            made.held("item_owner", student_id=student, owner_id=self.pick(self.people), **what)
        else:
            audience = self.pick([*self.people, *policy.roles()])
            made.held("item_share", student_id=student, audience=audience, **what, **self.span())

    def _rare(self, made: World, student: str) -> None:
        ours = {"student_id": student}
        section = self.pick(self.sections)
        whom = self.pick(self.people)
        choices: tuple[tuple[str, dict[str, Any]], ...] = (
            ("restriction", {"person_id": whom, "evidence": "order", **self.span()}),
            ("directory_opt_out", self.span()),
            ("legal_hold", {"reason": "suit", **self.span()}),
            ("destroy_order", {"section": self.pick(("*", section)), "due_at": self.moment()}),
            (
                "break_glass",
                {
                    "account_id": whom,
                    "section": section,
                    "valid_from": self.moment(),
                    "valid_to": self.moment(),
                },
            ),
            (
                "team_decision",
                {
                    "id": f"t-{student}-{made.count}",
                    "kind": self.pick(("meeting", "amendment")),
                    "agency_agrees": self.chance(0.7),
                    "parent_agrees": self.chance(0.7),
                    "notice": self.pick((None, "pwn-1")),
                },
            ),
        )
        name, values = self.pick(choices)
        made.held(name, **ours, **values)
