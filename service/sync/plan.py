"""Drawing up what a night would do, from the snapshot alone and without touching a record."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.port import Delivery
from schemas.roster.entities import ENTITIES
from service.settings import Mode
from service.store.database import reading
from service.store.tables import ROSTER, pending
from service.sync.authority import authority_table
from service.sync.desk import Desk
from service.sync.diff import Difference
from service.sync.draft import ABSENT, Draft
from service.sync.night import Night
from service.sync.people import note_identifiers
from service.sync.preflight import is_rescoped
from service.sync.resolve import Resolver
from service.sync.snapshot import Snapshot
from service.sync.tabulate import work_aliases, work_moved, work_table


def waiting_rows(night: Night) -> dict[str, pl.Series]:
    """By table, the ids of rows that were delivered on earlier nights and did not fit."""
    query = sa.select(pending.c.file, pending.c.sourced_id).where(
        pending.c.tenant == night.tenant, pending.c.source == night.source.name
    )
    with reading(night.engine) as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    frame = pl.DataFrame(rows, schema={"file": pl.String, "id": pl.String}, orient="row")
    groups = frame.group_by("file", maintain_order=True).agg("id")
    return dict(zip(groups["file"], groups["id"], strict=True))


def draw_up(night: Night, delivery: Delivery, snapshot: Snapshot, run: int) -> Draft:
    """Everything that tonight would do, table by table."""
    with reading(night.engine) as connection:
        desk = Desk(
            night=night,
            delivery=delivery,
            snapshot=snapshot,
            connection=connection,
            authority=authority_table(night.settings.sync.authority),
            run=run,
            removals=infers_removals(night, delivery),
            resolver=Resolver(connection, night.tenant, night.source.name),
        )
        tables = night.recipe.sorted(set(snapshot.differences))
        for done, table in enumerate(tables):
            night.progress(f"planning {table}", done, len(tables))
            _work(desk, table, snapshot.differences[table])
        work_moved(desk)
        _age(desk)
    desk.draft.bases = dict(snapshot.new_bases)
    return desk.draft


def infers_removals(night: Night, delivery: Delivery) -> bool:
    """Absence means removal on a normal night whose scope is the one of the night before."""
    return night.mode is Mode.NORMAL and not is_rescoped(night, delivery)


def _work(desk: Desk, table: str, difference: Difference) -> None:
    desk.draft.examined.add(table)
    if table == desk.recipe.aliases:
        work_aliases(desk, difference)
        return
    work_table(desk, table, difference)
    if table == desk.recipe.people:
        note_identifiers(desk, difference)


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
