"""A student with an IEP and the people around it, each at the window with the rights they have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from support.access_world import NOW, TENANT, World, at_work, district, somebody
from support.iep_story import WORDING, first_version, second_version

from schemas.iep.document import IepDocument, IepOrigin, digest_of_iep, write_iep
from schemas.iep.iep import Iep
from service.access.request import Subject
from service.access.workflow.clerk import Clerk
from service.act import Act
from service.iep.arrivals import settle
from service.iep.change import Version
from service.iep.links import repoint
from service.iep.mirror import current_version
from service.office import Visit
from service.settings import instant
from service.store.database import writing
from service.store.iep_tables import IEP_MIRROR, iep_mirror, iep_student, iep_version

STUDENT: Final = "student"
FAMILY: Final = ("student", "parent")
STAFF: Final = ("manager", "leader", "teammate", "counselor")
OUTSIDE: Final = ("stranger", "teacher", "agency")
PLAYERS: Final = (*FAMILY, *STAFF, *OUTSIDE)
READERS: Final = frozenset({"student", "parent", "manager", "leader", "teammate"})
"""Who is open to read proposals: the family, the case manager, and the Team."""

PROPOSERS: Final = READERS | {"counselor"}
DECIDERS: Final = frozenset({"manager", "leader"})


def world() -> World:
    """The rows that give each player the place their name says."""
    made = World()
    made.student(STUDENT, date(2010, 11, 1))
    for person in PLAYERS[1:]:
        made.person(person)
    made.roster("role", person_id="parent", org_id="s1", role="parent")
    made.roster("relation", person_id=STUDENT, agent_id="parent")
    made.held("tie", student_id=STUDENT, agent_id="manager", kind="caseManager")
    made.held("tie", student_id=STUDENT, agent_id="counselor", kind="counselor")
    for person, leads in (("leader", True), ("teammate", False)):
        about = {"student_id": STUDENT, "person_id": person}
        made.held("team_member", **about, represents_agency=leads)
    return made


@dataclass
class Play:
    """The store of one play, its clock, and who is who."""

    engine: Engine
    now: datetime = NOW
    versions: list[Iep] = field(default_factory=list)

    def open(self) -> None:
        """Fill the store and deliver the first version."""
        with writing(self.engine) as connection:
            world().insert(connection)
        self.deliver(first_version())

    @contextmanager
    def visit(self, player: str) -> Iterator[Visit]:
        """A player at the window, in one transaction; what fails is undone."""
        with writing(self.engine) as connection:
            yield self.visit_on(connection, player)

    def visit_on(self, connection: Connection, player: str) -> Visit:
        """A player at the window of a transaction."""
        subject = self.subject(player)
        act = Act(player, "a reason", instant(self.now))
        place = district(roster_as_of=instant(self.now))
        clerk = Clerk(connection, place, subject, act, self.now)
        return Visit(clerk, at_work(self.now), "play")

    def subject(self, player: str) -> Subject:
        """Who a player is to the rules."""
        return Subject(TENANT, "agency", role="VRA") if player == "agency" else somebody(player)

    def later(self, days: int) -> None:
        """Let days go by."""
        self.now += timedelta(days=days)

    def deliver(self, iep: Iep) -> None:
        """What the nightly job does: mirror a version, then let links and proposals follow."""
        with writing(self.engine) as connection:
            before = current_version(connection, TENANT, STUDENT)
            self._mirror(connection, iep)
            now = current_version(connection, TENANT, STUDENT)
            assert now is not None
            self._follow(connection, before, now)

    def _follow(self, connection: Connection, before: Version | None, now: Version) -> None:
        at = instant(self.now)
        if before is not None:
            repoint(connection, TENANT, STUDENT, before, now, at)
        settle(connection, TENANT, STUDENT, before, now, at)

    def _mirror(self, connection: Connection, iep: Iep) -> None:
        self.versions.append(iep)
        number, at = len(self.versions), instant(self.now)
        ours = {"tenant": TENANT, "source": "iep", "student": "S", "run": number}
        document = write_iep(IepDocument(origin=IepOrigin(system="iep"), iep=iep)).decode()
        told = {"number": number, "iep_id": iep.id, "goals": len(iep.goals())}
        kept = {"document": document, "digest": digest_of_iep(iep), "received_at": at}
        connection.execute(sa.insert(iep_version), [{**ours, **told, **kept}])
        state = {"iep_id": iep.id, "state": "active", "state_since": self.now.date()}
        if number == 1:
            connection.execute(sa.insert(iep_student), [{**ours, "person_id": STUDENT}])
            connection.execute(sa.insert(iep_mirror), [{**ours, **state, "version": 1}])
        else:
            connection.execute(sa.update(iep_mirror).values(version=number))

    def mirror(self) -> list[Any]:
        """Everything that the mirror holds."""
        with writing(self.engine) as connection:
            return [
                tuple(row)
                for table in IEP_MIRROR.values()
                for row in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]


def next_version(number: int, *, changed: bool) -> Iep:
    """A version of any number, with the goal for work or without it."""
    base = second_version() if changed else first_version()
    return base.model_copy(update={"version": str(number)})


__all__ = ["WORDING", "Play", "next_version"]
