"""Drawing up what a night would do, from the snapshot alone and without touching a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.port import Delivery
from mappings.recipe import Recipe, Tables
from schemas.roster.entities import ENTITIES
from service.settings import Mode
from service.store.database import reading
from service.store.tables import ROSTER, pending
from service.sync.authority import authority_table
from service.sync.diff import KEY, Difference, compare
from service.sync.draft import ABSENT, Draft
from service.sync.night import Night
from service.sync.people import note_identifiers
from service.sync.preflight import is_rescoped
from service.sync.resolve import Resolver
from service.sync.snapshot import Snapshot
from service.sync.tabulate import Desk, work_aliases, work_table


@dataclass(frozen=True, slots=True)
class Compared:
    """Tonight and last night as tables, and how they differ."""

    old: Tables
    new: Tables
    differences: Mapping[str, Difference]


def compare_tables(recipe: Recipe, snapshot: Snapshot) -> Compared:
    """Derive the tables of both nights and compare them."""
    old, new = recipe.derive(snapshot.old), recipe.derive(snapshot.new)
    differences = {}
    for table in recipe.sorted(set(new.frames)):
        before = old.frames.get(table)
        after = new.frames[table]
        before = pl.DataFrame(schema={KEY: pl.String}) if before is None else before
        differences[table] = compare(before, after)
    return Compared(old, new, differences)


def draw_up(
    night: Night, delivery: Delivery, snapshot: Snapshot, compared: Compared, run: int
) -> Draft:
    """Everything that tonight would do, table by table."""
    with reading(night.engine) as connection:
        desk = _desk(night, delivery, snapshot, compared, run, connection)
        waiting = _waiting(connection, night)
        for done, table in enumerate(compared.differences):
            night.progress(f"planning {table}", done, len(compared.differences))
            _work(desk, table, compared, waiting)
        _age(desk)
    _keep_bases(desk.draft, snapshot, night)
    return desk.draft


def infers_removals(night: Night, delivery: Delivery) -> bool:
    """Absence means removal on a normal night whose scope is the one of the night before."""
    return night.mode is Mode.NORMAL and not is_rescoped(night, delivery)


def _desk(
    night: Night,
    delivery: Delivery,
    snapshot: Snapshot,
    compared: Compared,
    run: int,
    connection: Connection,
) -> Desk:
    return Desk(
        night=night,
        delivery=delivery,
        connection=connection,
        authority=authority_table(night.settings.sync.authority),
        run=run,
        old=compared.old,
        new=compared.new,
        removals=infers_removals(night, delivery),
        explicit=snapshot.explicit,
        resolver=Resolver(connection, night.tenant, night.source.name),
    )


def _work(desk: Desk, table: str, compared: Compared, waiting: pl.DataFrame) -> None:
    difference = compared.differences[table]
    mine = waiting.filter(pl.col("file") == table)["sourced_id"]
    difference = _with_waiting(difference, compared.new.frames[table], mine)
    desk.draft.examined.add(table)
    if difference.is_empty:
        return
    if table == desk.recipe.aliases:
        work_aliases(desk, difference)
        return
    work_table(desk, table, difference, mine)
    if table == desk.recipe.people:
        note_identifiers(desk, difference.incoming)


def _waiting(connection: Connection, night: Night) -> pl.DataFrame:
    query = sa.select(pending.c.file, pending.c.sourced_id).where(
        pending.c.tenant == night.tenant, pending.c.source == night.source.name
    )
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema={"file": pl.String, "sourced_id": pl.String}, orient="row")


def _with_waiting(difference: Difference, new: pl.DataFrame, ids: pl.Series) -> Difference:
    """Rows that waited are looked at again, changed or not."""
    seen = difference.incoming[KEY]
    again = new.filter(pl.col(KEY).is_in(ids.implode()) & ~pl.col(KEY).is_in(seen.implode()))
    if again.is_empty():
        return difference
    added = pl.concat([difference.added, again], how="diagonal")
    return Difference(added, difference.removed, difference.before, difference.after)


def _age(desk: Desk) -> None:
    """Records missing for longer than the grace period are let go."""
    night = desk.night
    if night.mode is not Mode.NORMAL:
        return
    for entity in ENTITIES:
        rows = overdue(desk.connection, night, entity)
        if entity in desk.draft.updates:
            rows = rows.join(desk.draft.updates[entity].select("id"), on="id", how="anti")
        desk.draft.extend(desk.draft.absences, entity, rows)
        desk.draft.tally(entity).detached += rows.height


def overdue(connection: Connection, night: Night, entity: str) -> pl.DataFrame:
    """Missing records of an entity whose grace period has passed."""
    table = ROSTER[entity]
    limit = night.today.toordinal() - night.settings.sync.missing_days
    query = sa.select(table.c.id, table.c.sourced_id).where(
        table.c.tenant == night.tenant,
        table.c.state == "missing",
        table.c.state_since <= type(night.today).fromordinal(limit),
    )
    rows = [(*row, "detached") for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=ABSENT, orient="row")


def _keep_bases(draft: Draft, snapshot: Snapshot, night: Night) -> None:
    """Tomorrow's base: tonight's rows, and what went if tonight may not infer removals."""
    for name, rows in snapshot.new.items():
        if rows is snapshot.old[name]:
            continue
        kept = rows.drop("_row", "status", strict=False)
        if night.mode is Mode.ADDITIONS_ONLY:
            went = snapshot.old[name].join(kept, on=KEY, how="anti")
            kept = pl.concat([kept, went], how="diagonal")
        draft.bases[name] = kept
