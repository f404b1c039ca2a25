"""Files of plans that went to career systems, and which of them have to be called back.

What was brought somewhere cannot be taken away there. Once a share, a consent or an agreement has
ended, or the plan has the file no more, somebody has to ask its holder to delete it: a duty that
stands until the custodian of records notes that this was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.cis.write import SetReport
from adapters.ilp.artifacts import every_file
from mappings.cis.facts import attached_name
from service.access.explain import STRONGEST, usual_purpose
from service.access.load import load_subject
from service.access.request import Context
from service.access.workflow.clerk import somebody
from service.errors import Invalid, NotFound
from service.ilp.request import plan_sections
from service.ilp.sight import open_plan
from service.office import Visit, Window
from service.store import counters
from service.store.cis_tables import cis_file, cis_set

_WAYS = ("export", "read")
"""A set is asked for by its recipient, or by somebody for a recipient who may read it."""


@dataclass(frozen=True, slots=True)
class Recall:
    """A file that lies with a recipient, and whether it has to be called back.

    `since` is the first set of the target that went without it, empty where there was none yet;
    `open` whether the recipient could still have it; `asked_at` when deletion was asked for.
    """

    id: str
    student_id: str
    receiver: str
    target: str
    name: str
    first_at: str
    last_at: str
    since: str
    open: bool
    asked_at: str
    asked_by: str


def note_files(connection: Connection, window: Window, target: str, report: SetReport) -> None:
    """Remember which files of whom went along with a set.

    People who took a set along themselves are no career system, and nobody is called back.
    """
    tenant, receiver = window.log.tenant, window.party or window.act.by
    sent = {(key, name) for name, keys in report.holders.items() for key in keys}
    if not sent or somebody(connection, tenant, receiver).kind == "person":
        return
    of, now = cis_file.c, window.act.at
    mine = (of.tenant == tenant, of.receiver_id == receiver, of.target == target)
    query = sa.select(of.id, of.student_id, of.name).where(*mine, of.asked_at.is_(None))
    known = {(row.student_id, row.name): row.id for row in connection.execute(query)}
    again = sorted(known[one] for one in sent & known.keys())
    if again:
        update = sa.update(cis_file).where(of.tenant == tenant, of.id == sa.bindparam("again"))
        connection.execute(update.values(last_at=now), [{"again": one} for one in again])
    fresh = sorted(sent - known.keys())
    if fresh:
        first = counters.advance(connection, tenant, cis_file.name, len(fresh))
        told = {"tenant": tenant, "receiver_id": receiver, "target": target}
        told |= {"first_at": now, "last_at": now}
        rows = [
            {**told, "id": f"{cis_file.name}-{number}", "student_id": student, "name": name}
            for number, (student, name) in enumerate(fresh, first)
        ]
        connection.execute(sa.insert(cis_file).values(purpose=window.purpose), rows)


def left_behind(connection: Connection, tenant: str, target: str, at: str) -> int:
    """How many files that went to a target before were not in the set of this moment."""
    of = cis_file.c
    mine = (of.tenant == tenant, of.target == target, of.asked_at.is_(None), of.last_at < at)
    return connection.execute(sa.select(sa.func.count()).where(*mine)).scalar_one()


def list_recalls(visit: Visit, *, every: bool = False) -> list[Recall]:
    """The files that have to be called back; with `every`, all that ever went out.

    For the custodian of records. Raises Refused.
    """
    found = _held(visit, every=every) if visit.is_custodian else []
    whose = sorted({one.student_id for one in found})
    visit.require_custodian("see what career systems hold", students=whose)
    return found


def _held(visit: Visit, *, every: bool) -> list[Recall]:
    of = cis_file.c
    query = sa.select(cis_file, _first_without().label("since")).where(of.tenant == visit.tenant)
    if not every:
        query = query.where(of.asked_at.is_(None))
    rows = visit.connection.execute(query.order_by(of.receiver_id, of.target, of.id)).all()
    shown = dict(_shown(visit, rows))
    found = (_recall(row, shown[row.receiver_id, row.purpose]) for row in rows)
    return [one for one in found if every or not one.open]


def note_asked(visit: Visit, id_: str) -> None:
    """Record that a file's holder was asked to delete it; the act's reason says how.

    For the custodian of records. Raises Refused, NotFound, or Invalid where it was done already.
    """
    of = cis_file.c
    mine = sa.select(cis_file).where(of.tenant == visit.tenant, of.id == id_)
    found = visit.connection.execute(mine.with_for_update()).first()
    row = dict(found._mapping) if found else None
    visit.require_custodian("call files back", [row["student_id"]] if row else [])
    if row is None:
        raise NotFound(f"There is no file {id_!r}.", "See `planbridge export recalls --all`.")
    if row["asked_at"] is not None:
        raise Invalid(f"{id_} was called back on {row['asked_at']}.", "Nothing is left to do.")
    visit.clerk.change(cis_file, row, asked_at=visit.act.at, asked_by=visit.act.by)


def held_outside(connection: Connection, tenant: str, student: str) -> int:
    """How many files of a student lie with others and were not called back."""
    of = cis_file.c
    mine = (of.tenant == tenant, of.student_id == student, of.asked_at.is_(None))
    return connection.execute(sa.select(sa.func.count()).where(*mine)).scalar_one()


def _first_without() -> sa.ScalarSelect[str]:
    """When a set first went without the file; files of one student go in sets of one target."""
    of, other = cis_file.c, cis_set.c
    later = (other.tenant == of.tenant, other.target == of.target, other.at > of.last_at)
    return sa.select(sa.func.min(other.at)).where(*later).correlate(cis_file).scalar_subquery()


def _recall(row: sa.Row[tuple[object, ...]], shown: Mapping[str, frozenset[str]]) -> Recall:
    told = {name: getattr(row, name) or "" for name in ("since", "asked_at", "asked_by")}
    kept = {one: getattr(row, one) for one in ("id", "student_id", "target", "name", "first_at")}
    is_open = row.name in shown.get(row.student_id, frozenset())
    return Recall(**kept, receiver=row.receiver_id, last_at=row.last_at, open=is_open, **told)


def _shown(
    visit: Visit, rows: Iterable[sa.Row[tuple[object, ...]]]
) -> Iterator[tuple[tuple[str, str | None], Mapping[str, frozenset[str]]]]:
    """For each recipient and purpose, which files of which students it could have now."""
    students: dict[tuple[str, str | None], set[str]] = {}
    for row in rows:
        students.setdefault((row.receiver_id, row.purpose), set()).add(row.student_id)
    for (receiver, purpose), whose in students.items():
        yield (receiver, purpose), _open_to(visit, receiver, purpose, sorted(whose))


def _open_to(
    visit: Visit, receiver: str, purpose: str | None, students: list[str]
) -> Mapping[str, frozenset[str]]:
    """The files that a recipient could have; nothing of it is told, so that it is on no record."""
    try:
        subject = load_subject(visit.connection, visit.tenant, receiver)
    except NotFound:
        return {}
    context = Context(
        visit.now,
        purpose or usual_purpose(subject),
        stated=purpose is not None,
        strength=STRONGEST.get(subject.kind, "strong-factor"),
    )
    theirs = Visit(replace(visit.clerk, subject=subject, done=[], shown={}), context, visit.request)
    found: dict[str, frozenset[str]] = {}
    for way in _WAYS:
        for student, sight in theirs.see_all(students, way, plan_sections()).items():
            plan = open_plan(visit.connection, visit.tenant, sight)
            names = {attached_name(meta) for meta in every_file([plan[1]])} if plan else set()
            found[student] = found.get(student, frozenset()) | names
    return found
