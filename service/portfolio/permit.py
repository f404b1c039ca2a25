"""The decision on an export: made and on the log before anything is read to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.errors import Denied
from service.ilp.request import plan_sections
from service.office import Sight, Visit
from service.office.people import students_at
from service.portfolio.mark import Mark
from service.portfolio.rights import require_holder


@dataclass(frozen=True)
class Permit:
    """What may leave of whom, and what the files will say of it.

    `asked` counts the students of a school; of whom nothing is open is counted for the custodian
    alone.
    """

    mark: Mark
    sights: Mapping[str, Sight]
    asked: int


def permit_student(visit: Visit, given: str, export: str, *, sign: bool) -> Permit:
    """The permit for one student. Raises Refused alike for the unknown and for the shut."""
    sight = visit.lookup(given, "export", plan_sections())
    if sign:
        require_holder(visit, [sight])
    return Permit(_mark(visit, export, [sight]), {sight.student: sight}, 1)


def permit_school(visit: Visit, school: str, export: str, *, sign: bool) -> Permit:
    """The permit for all students of a school of whom anything is open.

    Raises NotFound where nobody is a student there, Denied where nothing of anybody is open.
    """
    students = students_at(visit.connection, visit.tenant, school)
    sights = visit.see_all(students, "export", plan_sections())
    if not sights:
        raise Denied(
            f"{visit.act.by} may not export any portfolio of this school.",
            "`planbridge access why` tells which conditions are unmet, to those who may know.",
        )
    if sign:
        require_holder(visit, list(sights.values()))
    asked = len(students) if visit.is_custodian else len(sights)
    return Permit(_mark(visit, export, list(sights.values())), sights, asked)


def _mark(visit: Visit, export: str, sights: list[Sight]) -> Mark:
    """What the files say; outside recipients are told that they are bound."""
    receiver = visit.context.party or visit.subject
    made = [one for sight in sights for one in sight.decisions.values()]
    duties = {code for one in made for code in one.obligations}
    return Mark(
        export=export,
        recipient=receiver.name or receiver.account_id,
        at=visit.now,
        purpose=visit.context.purpose or "",
        bound="O3" in duties,
    )
