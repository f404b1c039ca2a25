"""Sets of files for career systems: written for a recipient, guarded, remembered, delivered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.cis.write import Asked, SetReport, Written, write_set
from mappings.cis.layout import Layout
from schemas.finding import Finding, Severity
from service.cis.pupils import district_of, pupils_of
from service.cis.recalls import note_files
from service.errors import Denied, Held
from service.ilp.files import PlanFiles
from service.ilp.request import plan_sections
from service.office import Sight, Visit, Window
from service.store.cis_tables import cis_set
from service.store.database import writing

SHORT: Final = 0.10
"""The share of rows by which a file may be shorter than that of the set before."""


@dataclass(frozen=True, slots=True)
class Order:
    """How a set is wanted.

    `target` names the receiving end, whose earlier sets this one is compared with; `scope` says
    which students it is about, as `district` or `school 0042`. `allow_held` is the reason for
    which a set that the guard would hold is let out. A set that `delivers` is carried by the
    custodian of records and compared with what arrived last, others with what was written last.
    """

    layout: Layout
    target: str
    scope: str
    on: date
    identifier: str | None = None
    allow_held: str | None = None
    delivers: bool = False


@dataclass(frozen=True)
class Permit:
    """What may go into a set, and how the set is wanted.

    `missing` counts the students of whom nothing is open; to others than the custodian of records
    it is always none.
    """

    order: Order
    sights: Mapping[str, Sight]
    missing: int


def found(visit: Visit, given: str) -> str:
    """The student behind an id, where anything that a set may hold is open. Raises Refused."""
    return visit.find(given, "export", _sections())


def permit_set(visit: Visit, students: Sequence[str], order: Order) -> Permit:
    """The permit for a set with what is open of these students.

    Raises Denied where nothing of anybody is open.
    """
    sights = visit.see_all(students, "export", _sections())
    if not sights:
        raise Denied(
            f"Nothing of these students is open to {visit.act.by}.",
            "See the agreement, the scopes of the account and the purpose.",
        )
    told = order.delivers or visit.is_custodian
    return Permit(order, sights, len(students) - len(sights) if told else 0)


def make_set(visit: Visit, permit: Permit, out: Path, files: PlanFiles) -> SetReport:
    """Write the set of a permit that is on record, and guard it.

    Whoever asked for it calls `remember_set` once all that goes with it is written, and before it
    can leave. Raises Held, naming the files, where the set is short or unsound: then nothing
    stands at `out`.
    """
    order = permit.order
    asked = Asked(order.on, order.identifier)
    pupils = pupils_of(visit.connection, visit.tenant, permit.sights, files)
    district = district_of(visit.connection, visit.tenant)
    report = write_set(order.layout, out, pupils, asked, district)
    last = last_set(visit.connection, visit.tenant, order.target, delivered=order.delivers)
    report.findings.extend(check_rows(order.layout, last, report.files))
    report.findings.extend(_check_open(permit))
    holds = _holds(report)
    if holds and not order.allow_held:
        _discard(out)
        words = "; ".join(f"{one.file}: {one.problem}" for one in holds)
        example = next((one for one in report.findings if one.severity is Severity.ROW), None)
        words += f" (as here: {example.problem})" if example else ""
        raise Held(f"The set for {order.target} is held: {words}.", holds[0].fix)
    return report


def _holds(report: SetReport) -> list[Finding]:
    return [one for one in report.findings if one.severity >= Severity.HOLD]


def _sections() -> tuple[str, ...]:
    """The sections of which a set may hold anything."""
    return ("contacts", *(one for one in plan_sections() if one != "contacts"))


def _discard(out: Path) -> None:
    if out.is_dir():
        shutil.rmtree(out)
    else:
        out.unlink(missing_ok=True)


def check_rows(
    layout: Layout, last: Mapping[str, Any] | None, files: Iterable[Written]
) -> Iterator[Finding]:
    """Hold a file that is a tenth shorter than last time: its target archives who is missing."""
    if last is None or not layout.full_set:
        return
    before = {name: told["rows"] for name, told in last["files"].items()}
    now = {one.name: one.rows for one in files}
    for name, rows in before.items():
        left = now.get(name, 0)
        if rows and rows - left >= SHORT * rows:
            yield Finding(
                Severity.HOLD,
                "cis.short",
                f"{left:,} rows where the set of {last['at'][:10]} had {rows:,}",
                "See who is missing; give --allow-held with the reason if they are to be archived.",
                name,
                count=rows - left,
            )


def _check_open(permit: Permit) -> Iterator[Finding]:
    """Hold a set that lacks many students because nothing of theirs is open."""
    layout, asked = permit.order.layout, permit.missing + len(permit.sights)
    if layout.full_set and permit.missing >= SHORT * asked:
        yield Finding(
            Severity.HOLD,
            "cis.not-open",
            f"nothing of {permit.missing:,} of {asked:,} students is open to the recipient",
            "See the agreement and the scopes; give --allow-held if they are to be archived.",
            layout.name,
            count=permit.missing,
        )


def last_set(
    connection: Connection, tenant: str, target: str, *, delivered: bool = False
) -> dict[str, Any] | None:
    """The set that was let out last for a target, or the one that arrived there last."""
    query = sa.select(cis_set).where(cis_set.c.tenant == tenant, cis_set.c.target == target)
    if delivered:
        query = query.where(cis_set.c.delivered_at.is_not(None))
    row = connection.execute(query.order_by(cis_set.c.number.desc()).limit(1)).first()
    return None if row is None else _told(row)


def list_sets(connection: Connection, tenant: str) -> list[dict[str, Any]]:
    """Every set that was let out, by target, the latest first."""
    query = sa.select(cis_set).where(cis_set.c.tenant == tenant)
    ordered = query.order_by(cis_set.c.target, cis_set.c.number.desc())
    return [_told(row) for row in connection.execute(ordered)]


def _told(row: sa.Row[Any]) -> dict[str, Any]:
    named = dict(row._mapping)
    named.pop("tenant")
    return {**named, "files": json.loads(named["files"])}


def remember_set(window: Window, order: Order, report: SetReport) -> None:
    """Keep what was written of a set: the next one is compared with it, and files called back."""
    tenant, files = window.log.tenant, {one.name: _facts(one) for one in report.files}
    with writing(window.engine) as connection:
        last = last_set(connection, tenant, order.target)
        connection.execute(
            sa.insert(cis_set).values(
                tenant=tenant,
                target=order.target,
                number=last["number"] + 1 if last else 1,
                layout=order.layout.name,
                scope=order.scope,
                files=json.dumps(files, sort_keys=True),
                students=report.students,
                at=window.act.at,
                by=window.act.by,
                override=order.allow_held if _holds(report) else None,
            )
        )
        note_files(connection, window, order.target, report)


def _facts(one: Written) -> dict[str, Any]:
    return {"rows": one.rows, "bytes": one.bytes, "sha256": one.sha256}


def note_delivered(connection: Connection, tenant: str, target: str, at: str) -> None:
    """Remember that the last set of a target lies at its place."""
    last = last_set(connection, tenant, target)
    if last is not None:
        mine = (cis_set.c.tenant == tenant, cis_set.c.target == target)
        connection.execute(
            sa.update(cis_set)
            .where(*mine, cis_set.c.number == last["number"])
            .values(delivered_at=at)
        )
