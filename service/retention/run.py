"""Carrying out what is due: rows, plan versions and files go, and an event says that they did."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from service.access.workflow.orders import ORDERABLE
from service.audit.log import Log
from service.audit.retention import destroy
from service.errors import NotFound
from service.ilp.files import PlanFiles
from service.retention.due import RECORD, SCHEDULE, Due
from service.retention.holdings import holdings
from service.retention.sections import destroy_sections, plans_of
from service.store.access_tables import destroy_order
from service.store.bulk import among
from service.store.tables import change, ilp_plan

if TYPE_CHECKING:
    from service.office import Visit

_GONE: Final = "destroyed-"
_WITH_FILES: Final = frozenset({"*", RECORD, "workSamples"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one that was due: what was destroyed, or why nothing was (`due.kept`)."""

    due: Due
    counts: dict[str, int] = field(default_factory=dict)


@contextmanager
def set_aside(files: PlanFiles) -> Iterator[None]:
    """Around the transaction: files that it set aside are removed at its end, or put back."""
    try:
        yield
    except BaseException:
        for folder in _aside(files):
            _put_back(folder)
        raise
    for folder in _aside(files):
        shutil.rmtree(folder)


def carry_out(visit: Visit, log: Log, files: PlanFiles, found: list[Due]) -> list[Outcome]:
    """Destroy what is due and not kept, inside `set_aside`. For the custodian: raises Refused."""
    kept = sorted({one.student for one in found if one.kept})  # what goes is told by itself
    visit.require_custodian("destroy records", students=kept)
    for folder in _aside(files):  # a run was killed: what it had not destroyed yet comes back
        _put_back_if_held(visit, folder)
    names: list[str] = []
    outcomes = [
        Outcome(one, {} if one.kept else _one(visit, log, files, one, names)) for one in found
    ]
    _forget(visit, names)
    return outcomes


def _one(visit: Visit, log: Log, files: PlanFiles, one: Due, names: list[str]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    if one.section in _WITH_FILES:
        for plan in plans_of(visit.connection, visit.tenant, one.student):
            counts["files"] += _take_away(files, plan)
    if one.section == RECORD:
        counts += _record(visit, log, one, names)
    else:
        sections = ORDERABLE if one.section == "*" else frozenset({one.section})
        counts += destroy_sections(visit.connection, visit.tenant, one.student, sections)
    _tell(visit, one, counts)
    return dict(counts)


def _record(visit: Visit, log: Log, one: Due, names: list[str]) -> Counter[str]:
    """Everything, and then the register: it is kept as long as the record (99.32(a)(2))."""
    counts: Counter[str] = Counter()
    found = holdings(visit.tenant, one.student)
    for held in found:
        names += held.ids(visit.connection)
    for held in found:
        counts[held.table.name] += held.destroy(visit.connection)
    with suppress(NotFound):  # nobody ever asked for this record
        gone = destroy(visit.connection, log, one.student, visit.act, basis=SCHEDULE, whole=True)
        counts["audit_payload"] = gone.parts
    return counts


def _tell(visit: Visit, one: Due, counts: Counter[str]) -> None:
    """The proof: an order that is done, and an event with what went, but no name once all went."""
    told = [f"{name} {count}" for name, count in sorted(counts.items()) if count]
    whole = one.section == RECORD
    if whole:
        values = {"section": "*", "basis": one.basis, "due_at": one.due_at}
        visit.clerk.add(destroy_order, student_id=one.student, done_at=visit.act.at, **values)
    else:
        order = destroy_order.c
        mine = (order.tenant == visit.tenant, order.id == one.order)
        visit.connection.execute(sa.update(destroy_order).where(*mine).values(done_at=visit.act.at))
    visit.note(
        "destroy",
        () if whole else (one.student,),
        basis=(one.basis,),
        sections=() if whole else (one.section,),
        method="; ".join(told),
    )


def _forget(visit: Visit, names: list[str]) -> None:
    """The journal's own copies of values: its lines stay, without what they said."""
    if names:
        mine = (change.c.tenant == visit.tenant, among(visit.connection, change.c.record_id, names))
        visit.connection.execute(sa.update(change).where(*mine).values(fields=None))


def _aside(files: PlanFiles) -> list[Path]:
    return sorted(files.of("x").root.parent.glob(f"{_GONE}*"))


def _take_away(files: PlanFiles, plan: str) -> int:
    """Set a plan's files aside; gives how many there are."""
    root = files.of(plan).root
    if not root.is_dir():
        return 0
    root.replace(root.with_name(f"{_GONE}{plan}"))
    return sum(path.is_file() for path in root.with_name(f"{_GONE}{plan}").rglob("*"))


def _put_back_if_held(visit: Visit, folder: Path) -> None:
    plan = folder.name.removeprefix(_GONE)
    mine = (ilp_plan.c.tenant == visit.tenant, ilp_plan.c.id == plan)
    if visit.connection.execute(sa.select(ilp_plan.c.id).where(*mine)).first() is not None:
        _put_back(folder)


def _put_back(folder: Path) -> None:
    folder.replace(folder.with_name(folder.name.removeprefix(_GONE)))
