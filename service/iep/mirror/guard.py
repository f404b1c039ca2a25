"""Whether a night of IEPs looks too destructive to be carried out unseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schemas.finding import Finding, Severity
from service.iep.mirror.draw import Key, Sheet
from service.iep.mirror.known import KnownIep, KnownStudent
from service.settings import Guard
from service.store.bulk import among
from service.store.tables import ROSTER

_LOOK = "Look at the plan; apply it with --allow-held and a reason if this is right."
_NOWHERE = "(no school)"

Ieps = Mapping[str, Mapping[str, KnownIep]]


def weigh(guard: Guard, sheet: Sheet, ieps: Ieps, schools: Mapping[str, str]) -> list[Finding]:
    """The reasons to hold the night; `schools` are those of the source's students, as known."""
    before = [(student, id_) for student, held in ieps.items() for id_ in held]
    active = [key for key in before if ieps[key[0]][key[1]].state == "active"]
    return [
        *_drops(guard, sheet, active, schools),
        *_emptied(guard, sheet, len(active)),
        *_moved(sheet, ieps),
        *_rejected(guard, sheet, len(active)),
    ]


def _drops(
    guard: Guard, sheet: Sheet, active: list[Key], schools: Mapping[str, str]
) -> Iterator[Finding]:
    known = [one for one, _ in sheet.added if not sheet.students[one]["waits"]]
    if active and len(sheet.lost) == len(active) and not known:
        problem = f"All {len(active):,} IEPs would go missing."
        yield Finding(Severity.HOLD, "iep.none-left", problem, _LOOK, count=len(active))
        return
    totals = Counter(schools.get(student, _NOWHERE) for student, _ in active)
    gone = Counter(schools.get(student, _NOWHERE) for student, _ in sheet.lost)
    for school, count in sorted(gone.items()):
        if count > max(guard.drop_rows, guard.drop_share * totals[school]):
            yield Finding(
                Severity.HOLD,
                "iep.drops",
                f"{count:,} of {totals[school]:,} IEPs at school {school} would go missing.",
                _LOOK,
                value=school,
                count=count,
            )


def _emptied(guard: Guard, sheet: Sheet, total: int) -> Iterator[Finding]:
    count = len(sheet.emptied)
    if count > max(guard.blank_rows, guard.blank_share * total):
        problem = f"{count:,} of {total:,} IEPs would lose half of their goals, or all."
        yield Finding(Severity.HOLD, "iep.emptied", problem, _LOOK, count=count)


def _moved(sheet: Sheet, ieps: Ieps) -> Iterator[Finding]:
    """IEPs that come under another student: one child's IEP is not for the family of the other.

    An id that several students have names no IEP by itself. Who waits is seen by nobody anyway.
    """
    before: dict[str, list[Key]] = {}
    for student, held in ieps.items():
        for id_ in held:
            before.setdefault(id_, []).append((student, id_))
    for student, id_ in sorted(sheet.added):
        keys = before.get(id_, [])
        gone = [key for key in keys if _is_missing(sheet, ieps, key)]
        if len(keys) == len(gone) == 1 and not sheet.students[student]["waits"]:
            problem = f"the IEP {id_} was another student's until now"
            yield Finding(Severity.HOLD, "iep.moved", problem, _LOOK, value=student)


def _is_missing(sheet: Sheet, ieps: Ieps, key: Key) -> bool:
    """Whether an IEP that is known is not delivered tonight."""
    was_missing = ieps[key[0]][key[1]].state != "active"
    return key in sheet.lost or (was_missing and key not in sheet.revived)


def _rejected(guard: Guard, sheet: Sheet, active: int) -> Iterator[Finding]:
    count, total = len(sheet.rejected), max(active, len(sheet.students))
    if count > max(guard.reject_rows, guard.reject_share * total):
        fix = "Correct the rows listed; apply with --allow-held and a reason to go on without."
        problem = f"The IEPs of {count:,} of {total:,} students cannot be used."
        yield Finding(Severity.HOLD, "iep.rejects", problem, fix, count=count)


def schools_of(
    connection: Connection, tenant: str, students: Mapping[str, KnownStudent]
) -> dict[str, str]:
    """The school of each student of the source, as the roster has it."""
    person = ROSTER["person"].c
    people = {known.person_id for known in students.values() if known.person_id}
    query = sa.select(person.id, person.primary_org_id).where(
        person.tenant == tenant, among(connection, person.id, people)
    )
    places = {row[0]: row[1] for row in connection.execute(query) if row[1]}
    return {
        student: places[known.person_id]
        for student, known in students.items()
        if known.person_id in places
    }
