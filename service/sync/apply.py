"""Carrying out a plan: everything in one transaction, under the lease, or nothing at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mappings.engine.codecs import canonical_json
from schemas.finding import Finding
from schemas.roster.entities import FIELDS
from service.errors import Held, Stale
from service.store import counters
from service.store.bases import Base, add_delta, height, touch_base, write_base
from service.store.bulk import insert_frame, update_frame, upsert_frame
from service.store.database import writing
from service.store.journal import Entry, Stamp, owe, write_entries
from service.store.lease import confirm
from service.store.tables import ROSTER, crosswalk, pending, person_identifier, plan, source
from service.sync.draft import Draft, get_frame
from service.sync.night import Night
from service.sync.plans import Plan, PlanState, load, part_of, put_away
from service.sync.publish import sinks_of
from service.sync.questions import record_agreements, record_conflicts, record_questions
from service.sync.students import follow_students


def apply_plan(
    night: Night,
    number: int,
    override: str | None = None,
    record: Callable[[Connection, Plan], None] = lambda _connection, _plan: None,
) -> Plan:
    """Carry out a plan. Raises Held, Stale or LeaseLost, each before anything is written.

    `record` notes in the same transaction that the plan was carried out.
    """
    with writing(night.engine) as connection:
        confirm(connection, night.lease)
        one = load(connection, night.tenant, number)
        _permit(connection, night, one, override)
        first = counters.current(connection, night.tenant, "change") + 1
        (night.cargo.write if night.cargo else _write)(connection, night, one)
        _close(connection, night, one, override)
        for sink in sinks_of(night):
            owe(connection, night.tenant, sink.name, one.number, first)
        record(connection, one)
        return load(connection, night.tenant, number)


def _permit(connection: Connection, night: Night, one: Plan, override: str | None) -> None:
    if one.state not in (PlanState.PENDING, PlanState.HELD):
        raise Stale(f"Plan {one.number} is {one.state}.", "Plan again: `planbridge sync plan`.")
    if one.state is PlanState.HELD and not override:
        raise Held(
            f"Plan {one.number} is held: {_reasons(one.holds)}",
            f"Look at it, then `planbridge sync apply {one.number} --allow-held REASON`.",
        )
    serial = connection.execute(
        sa.select(source.c.serial).where(
            source.c.tenant == night.tenant, source.c.name == one.source
        )
    ).scalar()
    if serial != one.serial or has_moved(connection, night, one):
        raise Stale(
            f"Plan {one.number} was drawn up before the roster last changed.",
            f"Plan again: `planbridge sync plan {one.source}`.",
        )
    lost = [name for name, digest in one.parts.items() if not night.shelf.is_whole(digest)]
    if lost:
        raise Stale(
            f"Parts of plan {one.number} are no longer on disk: {', '.join(lost)}.",
            f"Plan again: `planbridge sync plan {one.source}`.",
        )


def has_moved(connection: Connection, night: Night, one: Plan) -> bool:
    """Whether the roster changed since the plan was drawn up, where the plan rests on it."""
    now = counters.current(connection, night.tenant, "roster")
    return night.cargo is None and now != one.store_change


def _reasons(holds: tuple[Finding, ...]) -> str:
    return " ".join(hold.problem for hold in holds)


def _write(connection: Connection, night: Night, one: Plan) -> None:
    stamp = Stamp(night.tenant, night.now, run=one.run, plan=one.number)
    for name in sorted(one.parts):
        kind, _, entity = name.partition("/")
        if kind in _WRITERS:
            night.progress(f"writing {name}", 0)
            rows = get_frame(night.shelf, one.parts[name])
            entries = _WRITERS[kind](connection, night, one, entity, rows)
            write_entries(connection, stamp, entries)
    _write_bases(connection, night, one)
    _write_links(connection, night, one)
    _write_pending(connection, night, one)
    record_conflicts(connection, night, one, part_of(night.shelf, one, "clashes"))
    record_agreements(connection, night, part_of(night.shelf, one, "agreed"))
    record_questions(connection, night, one, part_of(night.shelf, one, "questions"))
    follow_students(connection, night, one)


def settle(
    connection: Connection, night: Night, draft: Draft, accepted: dict[str, Any], run: int
) -> None:
    """Keep what a night without changes learned: bases, crosswalk, rows that wait."""
    one = Plan(
        number=0,
        run=run,
        source=night.source.name,
        state=PlanState.APPLIED,
        serial=night.source.serial,
        store_change=0,
        delivery_digest=accepted["digest"],
        content_digest="",
        parts=put_away(night.shelf, draft),
        counts={},
        holds=(),
        memory=accepted,
        created_at=night.now,
    )
    _write_bases(connection, night, one)
    _write_links(connection, night, one)
    _write_pending(connection, night, one)


def _add(
    connection: Connection, night: Night, one: Plan, entity: str, rows: pl.DataFrame
) -> Iterator[Entry]:
    names = [field.name for field in FIELDS[entity]]
    frame = rows.sort("id").select(
        "id",
        "sourced_id",
        *names,
        "extras",
        tenant=pl.lit(night.tenant),
        source=pl.lit(one.source),
        state=pl.lit("active"),
        state_since=pl.lit(night.today),
        origin_run=pl.lit(one.run),
        revision=pl.lit(1),
    )
    insert_frame(connection, ROSTER[entity], frame)
    yield Entry("add", entity, rows["id"], None)


def _update(
    connection: Connection, night: Night, one: Plan, entity: str, rows: pl.DataFrame
) -> Iterator[Entry]:
    moved = rows.sort("id").select("id", *_moved(rows), "origins")
    frame = moved.with_columns(tenant=pl.lit(night.tenant))
    update_frame(connection, ROSTER[entity], ("tenant", "id"), frame, step=("revision",))
    revived = rows.filter("revived")
    _set_state(connection, night, entity, revived["id"], "active")
    yield Entry("revive", entity, revived["id"], revived["changes"])
    changed = rows.filter(~pl.col("revived") & pl.col("changes").is_not_null())
    yield Entry("update", entity, changed["id"], changed["changes"])


def _moved(rows: pl.DataFrame) -> list[str]:
    """The fields that change in any of the rows: indexes over others need not be touched."""
    changes = rows["changes"].drop_nulls()
    return sorted({name for cell in changes for name in json.loads(cell)})


def _absence(
    connection: Connection, night: Night, one: Plan, entity: str, rows: pl.DataFrame
) -> Iterator[Entry]:
    for state in ("missing", "detached"):
        ids = rows.filter(pl.col("state") == state)["id"]
        _set_state(connection, night, entity, ids, state)
        yield Entry(state, entity, ids, None)


def _write_bases(connection: Connection, night: Night, one: Plan) -> None:
    for name, digest in one.parts.items():
        kind, _, file = name.partition("/")
        if kind not in _BASES:
            continue
        data = night.shelf.path_of(digest).read_bytes()
        rows = one.memory["rows"][file] if kind == "deltas" else height(data)
        info = Base(file, one.memory["files"].get(file, ""), rows, one.run)
        _BASES[kind](connection, night.tenant, one.source, info, data)


_BASES = {"bases": write_base, "deltas": add_delta}
_WRITERS = {"adds": _add, "updates": _update, "absences": _absence}


def _set_state(
    connection: Connection, night: Night, entity: str, ids: pl.Series, state: str
) -> None:
    frame = pl.DataFrame({"id": ids}, schema={"id": pl.String}).with_columns(
        tenant=pl.lit(night.tenant), state=pl.lit(state), state_since=pl.lit(night.today)
    )
    update_frame(connection, ROSTER[entity], ("tenant", "id"), frame)


def _write_links(connection: Connection, night: Night, one: Plan) -> None:
    links = part_of(night.shelf, one, "links")
    if links.height:
        frame = links.select(
            pl.all(),
            tenant=pl.lit(night.tenant),
            source=pl.lit(one.source),
            run=pl.lit(one.run),
        )
        keys = ("tenant", "source", "entity", "sourced_id")
        told = ("record_id", "present")
        upsert_frame(connection, crosswalk, keys, frame, watched=told)
    for kind, value, person in part_of(night.shelf, one, "released").iter_rows():
        mine = person_identifier.c
        connection.execute(
            sa.delete(person_identifier).where(
                mine.tenant == night.tenant,
                mine.kind == kind,
                mine.value == value,
                mine.person_id == person,
            )
        )
    identifiers = part_of(night.shelf, one, "identifiers")
    if identifiers.height:
        frame = identifiers.with_columns(tenant=pl.lit(night.tenant))
        upsert_frame(connection, person_identifier, frame.columns, frame)


def _write_pending(connection: Connection, night: Night, one: Plan) -> None:
    examined = part_of(night.shelf, one, "examined")
    mine = (pending.c.tenant == night.tenant, pending.c.source == one.source)
    if examined.height:
        files = examined["file"].to_list()
        connection.execute(sa.delete(pending).where(*mine, pending.c.file.in_(files)))
    rows = part_of(night.shelf, one, "pending")
    if rows.height:
        frame = rows.unique(["file", "sourced_id"], maintain_order=True).with_columns(
            tenant=pl.lit(night.tenant), source=pl.lit(one.source)
        )
        insert_frame(connection, pending, frame)


def _close(connection: Connection, night: Night, one: Plan, override: str | None) -> None:
    accept_source(connection, night, one.memory, one.run)
    if night.cargo is None:
        counters.advance(connection, night.tenant, "roster")
    connection.execute(
        sa.update(plan)
        .where(plan.c.tenant == night.tenant, plan.c.number == one.number)
        .values(state=PlanState.APPLIED, applied_at=night.now, override=override)
    )


def accept_source(
    connection: Connection, night: Night, memory: Mapping[str, Any], run: int
) -> None:
    """Remember how far the source is accepted; tomorrow is compared with this."""
    for file, digest in memory["files"].items():
        touch_base(connection, night.tenant, night.source.name, file, digest)
    connection.execute(
        sa.update(source)
        .where(source.c.tenant == night.tenant, source.c.name == night.source.name)
        .values(
            serial=source.c.serial + 1,
            delivery_digest=memory["digest"],
            recipe_digest=memory["recipe"],
            scope=canonical_json(memory["scope"]),
            system=memory["system"],
            memory=canonical_json(memory["memory"]),
            accepted_run=run,
        )
    )
