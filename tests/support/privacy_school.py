"""A small school for the named privacy tests: a pupil, a teacher, a mother, a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine
from support.access_world import NOW, TENANT, World, at_work, district
from support.audit_log import audit_log

from service.access.decision import Decision
from service.access.load import at_desk, load_rows, load_subject, subject_of_person
from service.access.request import District
from service.access.students import Listing, count, page
from service.act import Act
from service.audit.event import Event
from service.audit.log import Log
from service.audit.register import events_from
from service.office import Visit, Window, at_window
from service.settings import instant
from service.store.database import reading, writing
from service.store.tables import run, source

PEOPLE = ("teacher", "mother", "counselor", "custodian", "stranger", "pupil", "other")


@dataclass(frozen=True)
class School:
    """A filled database with its log."""

    engine: Engine
    log: Log

    def add(self, name: str, **values: Any) -> str:
        """One more row of an access table."""
        made = World(count=5000)
        id_ = made.held(name, **values)
        with writing(self.engine) as connection:
            made.insert(connection)
        return id_

    def decide(
        self, who: str, section: str, action: str = "read", place: District | None = None,
        **context: Any,
    ) -> Decision:  # fmt: skip
        """A decision about the pupil; the list has to agree."""
        with reading(self.engine) as connection:
            subject = subject_of_person(connection, TENANT, who)
            asking = at_work(**context)
            desk = at_desk(connection, subject, asking, place or district())
            rows = load_rows(connection, desk, ["pupil"])["pupil"]
            listed = [row["id"] for row in page(connection, desk, Listing(section, action), 9).rows]
        found = desk.case(rows).decide(section, action)
        assert found.allowed == ("pupil" in listed)
        return found

    def names(self, who: str, listing: Listing | None = None, **context: Any) -> list[Any]:
        """What a list shows, and how many it counts."""
        asked = listing or Listing()
        with reading(self.engine) as connection:
            subject = subject_of_person(connection, TENANT, who)
            desk = at_desk(connection, subject, at_work(**context), district())
            rows = [dict(row) for row in page(connection, desk, asked, 9).rows]
            return [*rows, count(connection, desk, asked)]

    @contextmanager
    def visit(self, who: str, reason: str = "as decided") -> Iterator[Visit]:
        """Somebody at the window."""
        window = Window(self.engine, self.log, Act(who, reason, instant(NOW)), "a test")
        with at_window(window) as visit:
            yield visit

    def events(self) -> list[Event]:
        """The whole log."""
        with reading(self.engine) as connection:
            return [event for _, event in events_from(connection, TENANT, 1, 1000)]

    def kind(self, account: str) -> str:
        """What an account is."""
        with reading(self.engine) as connection:
            return load_subject(connection, TENANT, account).kind


def fill(made: World, family: str = "Name") -> World:
    """The rows of one district; two districts may well use the same ids."""
    made.roster("organization", id="s1", name="s1", type="school")
    for student in ("pupil", "other"):
        made.person(student, date(2011, 1, 1), family)
        made.roster("role", person_id=student, org_id="s1", role="student")
    for person in ("teacher", "mother", "counselor", "stranger", "custodian"):
        made.person(person)
    made.roster("role", person_id="mother", org_id="s1", role="parent")
    made.roster("relation", id="kin", person_id="pupil", agent_id="mother")
    made.roster("class", id="c", title="c", school_id="s1")
    for id_, person, role in (("in", "pupil", "student"), ("by", "teacher", "teacher")):
        made.roster("enrollment", id=id_, class_id="c", school_id="s1", person_id=person, role=role)
    made.held("tie", id="t", student_id="pupil", agent_id="counselor", kind="counselor")
    for id_ in PEOPLE:
        made.held("account", id=id_, kind="person", name=id_, person_id=id_, k12=False)
    made.held("account_role", account_id="custodian", role="PRV")
    return made


def school_in(engine: Engine, folder: Path) -> School:
    """The district of these tests, whose roster was heard a moment ago."""
    heard = {"tenant": TENANT, "started_at": instant(NOW), "finished_at": instant(NOW)}
    with writing(engine) as connection:
        fill(World()).insert(connection)
        settings = {"kind": "oneroster-csv", "settings": "{}", "serial": 1, "memory": "{}"}
        connection.execute(source.insert().values(tenant=TENANT, name="sis", **settings))
        told = {"number": 1, "source": "sis", "state": "done", "mode": "full", "report": "{}"}
        connection.execute(run.insert().values(**heard, **told))
    return School(engine, audit_log(folder))
