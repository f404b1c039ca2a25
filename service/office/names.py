"""What lists call people: by name and number, as far as these are open to whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa

from service.access.load import load_rows
from service.access.sources import source
from service.audit.event import About, Event
from service.office import telling
from service.office.sight import Sight
from service.office.visit import Visit
from service.store.tables import ROSTER

_NAME: Final = frozenset({"person.given_name", "person.family_name"})
_NUMBER: Final = "person.identifier"
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Called:
    """A person's name and number in the district, empty where there is none or it is shut."""

    id: str
    name: str = ""
    number: str = ""

    def __str__(self) -> str:
        """Such as `Ada Ash (0001052)`; the record's id where nothing else may be told."""
        if self.name and self.number:
            return f"{self.name} ({self.number})"
        return self.name or self.number or self.id


def called(visit: Visit, people: Iterable[str]) -> dict[str, Called]:
    """What to call the people, or accounts, with these ids.

    A student's name and number stand in the directory section: what is told of it is on record,
    what is shut was not asked for. Staff and family are called by name to whoever sees their ids.
    """
    wanted = sorted(set(people))
    found: dict[str, Called] = {}
    alike: dict[Event, list[About]] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[at : at + _AT_ONCE]
        fields = {}
        for sight, event in _sights(visit, _students(visit, chunk)):
            fields[sight.student] = sight.fields
            if sight.fields:
                alike.setdefault(replace(event, about=()), []).extend(event.about)
        known = _people(visit, chunk)
        everything = _NAME | {_NUMBER}
        for one in chunk:
            found[one] = _called(one, known.get(one), fields.get(one, everything))
    visit.events += [replace(event, about=tuple(about)) for event, about in alike.items()]
    return found


def _students(visit: Visit, chunk: list[str]) -> list[str]:
    of = source("student")
    query = of.select("student_id").where(
        of.columns["tenant"] == visit.tenant, of.columns["student_id"].in_(chunk)
    )
    return sorted(set(visit.connection.execute(query).scalars()))


def _sights(visit: Visit, students: list[str]) -> Iterator[tuple[Sight, Event]]:
    """What is open of the students' names and numbers, and how the log tells of it."""
    rows = load_rows(visit.connection, visit.desk, students)
    for one in students:
        decision = visit.desk.decide(visit.desk.side(rows[one]), "directory", "read")
        is_open = decision.allowed and not decision.limits
        fields = decision.fields & (_NAME | {_NUMBER}) if is_open else frozenset()
        sight = Sight(one, "read", {"directory": replace(decision, fields=fields)})
        yield sight, telling.allowed(visit.desk, sight, rows[one], **visit.told)


def _people(visit: Visit, chunk: list[str]) -> dict[str, sa.RowMapping]:
    person = ROSTER["person"].c
    query = sa.select(person.id, person.given_name, person.family_name, person.identifier).where(
        person.tenant == visit.tenant, person.id.in_(chunk)
    )
    return {row["id"]: row for row in visit.connection.execute(query).mappings()}


def _called(id_: str, known: sa.RowMapping | None, fields: frozenset[str]) -> Called:
    if known is None:
        return Called(id_)
    names = (known["given_name"], known["family_name"]) if fields >= _NAME else ()
    number = known["identifier"] if _NUMBER in fields else None
    return Called(id_, " ".join(filter(None, names)), number or "")
