"""Table by table: from source rows that came, changed or went to what happens to our records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.port import ROW
from mappings.recipe import Recipe
from schemas.finding import Finding, Severity
from service.store.bulk import among, fetch_frame
from service.store.retired import told_by_retired
from service.store.tables import ROSTER, conflict, crosswalk
from service.sync.desk import Desk
from service.sync.diff import KEY, Difference
from service.sync.draft import ABSENT, PENDING
from service.sync.merge import Sides, base_from_origins, merge
from service.sync.moved import note_united, referring_rows, without_split_off
from service.sync.people import link_people
from service.sync.resolve import mint, resolve_references

_LISTED = 20
"""So many findings of a kind are listed one by one; the rest is counted."""


def work_table(desk: Desk, table: str, difference: Difference) -> None:
    """Add to the draft what one table's difference does to our records."""
    entity = desk.recipe.entity_of(table)
    difference = difference.with_columns(desk.snapshot.columns.get(table, ()))
    incoming = difference.incoming
    rejected = _check(desk, table, incoming)
    decoded = desk.recipe.decode(table, incoming.filter(~pl.col(KEY).is_in(rejected.implode())))
    _report_losses(desk, table, incoming, decoded.losses)
    ids = _record_ids(desk, table, entity, incoming, decoded.frame)
    theirs, dangling = resolve_references(desk.resolver, entity, decoded.frame)
    _report_dangling(desk, table, incoming, dangling)
    fatal = dangling.filter("fatal")["sourced_id"]
    theirs = theirs.filter(~pl.col("sourced_id").is_in(fatal.implode()))
    theirs = theirs.join(ids, on="sourced_id", maintain_order="left").rename({"record_id": "id"})
    _note_pending(desk, table, incoming, theirs, dangling)
    _write_or_merge(desk, table, difference, theirs)
    if desk.removals:
        _absent(desk, table, entity, difference.removed)


def _check(desk: Desk, table: str, rows: pl.DataFrame) -> pl.Series:
    """Ids of rows that the standard does not allow; derived tables were checked as files."""
    files = desk.delivery.files.keys() | desk.snapshot.bases.keys()
    if table not in files or rows.is_empty():
        return pl.Series(KEY, [], dtype=pl.String)
    if ROW not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.UInt32).alias(ROW))
    result = desk.night.adapter.check(desk.delivery, table, rows)
    desk.draft.findings.extend(result.findings)
    return result.rejected.cast(pl.String)


def _record_ids(
    desk: Desk, table: str, entity: str, incoming: pl.DataFrame, decoded: pl.DataFrame
) -> pl.DataFrame:
    """The record that each row belongs to: known, matched, or new."""
    sourced = decoded["sourced_id"]
    if table not in desk.recipe.crosswalked:
        return mint(desk.night.tenant, desk.source, table, sourced)
    known = desk.resolver.lookup(entity, sourced)
    if table == desk.recipe.people:
        known = without_split_off(desk, known)
    fresh = sourced.filter(~sourced.is_in(known["sourced_id"].implode()))
    minted = mint(desk.night.tenant, desk.source, table, fresh)
    if table == desk.recipe.people and len(fresh):
        minted = link_people(desk, incoming.filter(pl.col(KEY).is_in(fresh.implode())), minted)
    desk.resolver.learn(entity, minted)
    ids = pl.concat([known, minted])
    desk.draft.links.append(_links(entity, ids, present=True))
    return _one_row_each(desk, table, ids)


def _one_row_each(desk: Desk, table: str, ids: pl.DataFrame) -> pl.DataFrame:
    """Where two rows lead to one record, the first by id speaks for it and the other is named."""
    ordered = ids.sort("sourced_id")
    second = ordered.filter(~ordered["record_id"].is_first_distinct())
    for sourced_id in second["sourced_id"].head(_LISTED):
        desk.draft.findings.append(
            Finding(
                Severity.WARNING,
                "row.second-of-record",
                "Two rows belong to one record; this one's values are not used.",
                "Give both rows the same identifiers, or tell the two apart under `matches`.",
                table,
                column=KEY,
                value=sourced_id,
            )
        )
    return ordered.filter(ordered["record_id"].is_first_distinct())


def _write_or_merge(desk: Desk, table: str, difference: Difference, theirs: pl.DataFrame) -> None:
    entity = desk.recipe.entity_of(table)
    ours = fetch_records(desk.connection, desk.night.tenant, entity, theirs["id"])
    fresh = theirs.join(ours.select("id"), on="id", how="anti", maintain_order="left")
    desk.draft.extend(desk.draft.adds, entity, fresh)
    desk.draft.tally(entity).added += fresh.height
    if ours.is_empty():
        return
    known = theirs.join(ours.select("id"), on="id", how="semi", maintain_order="left")
    aligned = known.select("id").join(ours, on="id", maintain_order="left")
    known = _without_silence(desk, difference, known, aligned)
    unsure = base_from_origins(entity, aligned, known)
    base = _bases(desk, table, difference, known, unsure)
    sides = Sides(base, known, aligned)
    origin = {"source": desk.source, "run": desk.run}
    merged = merge(entity, sides, desk.authority, origin, _pinned(desk, entity, known["id"]))
    rows = merged.rows.join(known.select("id", "sourced_id"), on="id", maintain_order="left")
    desk.draft.extend(desk.draft.updates, entity, rows)
    desk.draft.clashes.extend(merged.clashes)
    desk.draft.agreed.extend(_agreed(desk, entity, known, aligned))
    tally = desk.draft.tally(entity)
    tally.revived += int(rows["revived"].sum())
    tally.updated += rows.filter(~pl.col("revived") & pl.col("changes").is_not_null()).height


def _without_silence(
    desk: Desk, difference: Difference, theirs: pl.DataFrame, ours: pl.DataFrame
) -> pl.DataFrame:
    """A source that speaks of another's record for the first time empties nothing by a blank."""
    heard = difference.before[KEY].cast(pl.String).implode()
    first = (ours["source"] != desk.source) & ~theirs["sourced_id"].is_in(heard)
    if not first.any():
        return theirs
    names = [name for name in theirs.columns if name not in ("id", "sourced_id")]
    blank = {name: first & theirs[name].is_null() for name in names}
    return theirs.with_columns(ours[name].zip_with(blank[name], theirs[name]) for name in names)


def _bases(
    desk: Desk, table: str, difference: Difference, theirs: pl.DataFrame, unsure: pl.DataFrame
) -> pl.DataFrame:
    """What the source said of these rows last night; `unsure` where its last row did not fit."""
    waiting = desk.snapshot.waiting.get(table, pl.Series(dtype=pl.String))
    before = difference.before.filter(~pl.col(KEY).is_in(waiting.implode()))
    if before.is_empty() or desk.snapshot.remapped:
        return unsure
    entity = desk.recipe.entity_of(table)
    decoded = desk.recipe.decode(table, before).frame
    resolved, _ = resolve_references(desk.resolver, entity, decoded)
    sure = theirs.select("sourced_id").join(
        resolved.with_columns(_sure=pl.lit(True)),
        on="sourced_id",
        how="left",
        maintain_order="left",
    )
    taken = sure["_sure"].fill_null(False)
    return pl.DataFrame(
        [sure[name].zip_with(taken, unsure[name]).rename(name) for name in unsure.columns]
    )


def fetch_records(connection: Connection, tenant: str, entity: str, ids: pl.Series) -> pl.DataFrame:
    """Our records with these ids, all columns."""
    table = ROSTER[entity]
    query = sa.select(table).where(table.c.tenant == tenant)
    if connection.execute(query.limit(1)).first() is None:
        query = query.where(sa.false())
    return fetch_frame(connection, query.where(among(connection, table.c.id, ids)))


def _pinned(desk: Desk, entity: str, ids: pl.Series) -> dict[tuple[str, str], str | None]:
    query = sa.select(conflict.c.record_id, conflict.c.field, conflict.c.theirs).where(
        conflict.c.tenant == desk.night.tenant,
        conflict.c.entity == entity,
        conflict.c.state == "ours",
        among(desk.connection, conflict.c.record_id, ids),
    )
    return {(row.record_id, row.field): row.theirs for row in desk.connection.execute(query)}


def _agreed(
    desk: Desk, entity: str, theirs: pl.DataFrame, ours: pl.DataFrame
) -> list[tuple[str, str, str]]:
    """Open conflicts in which the source now says what we hold; both tables are aligned."""
    query = sa.select(conflict.c.record_id, conflict.c.field).where(
        conflict.c.tenant == desk.night.tenant,
        conflict.c.entity == entity,
        conflict.c.state == "open",
        among(desk.connection, conflict.c.record_id, theirs["id"]),
    )
    found = []
    for record_id, name in desk.connection.execute(query):
        mask = ours["id"] == record_id
        if theirs[name].filter(mask)[0] == ours[name].filter(mask)[0]:
            found.append((entity, record_id, name))
    return found


def _absent(desk: Desk, table: str, entity: str, removed: pl.DataFrame) -> None:
    """Records whose row is gone; one that another row still speaks for stays."""
    if removed.is_empty():
        return
    ids = _leaving(desk, table, entity, removed[KEY])
    ids = ids.filter(pl.col("record_id").is_in(_active(desk, entity, ids["record_id"]).implode()))
    explicit = desk.snapshot.explicit.get(table, frozenset())
    told = pl.col("sourced_id").is_in(list(explicit))
    state = pl.when(told).then(pl.lit("detached")).otherwise(pl.lit("missing"))
    rows = ids.sort("sourced_id").select(id="record_id", sourced_id="sourced_id", state=state)
    desk.draft.extend(desk.draft.absences, entity, rows.cast(pl.Schema(ABSENT)))
    gone = rows.filter(pl.col("state") == "detached").height
    tally = desk.draft.tally(entity)
    tally.detached += gone
    tally.missing += rows.height - gone
    desk.draft.removed[table] = removed.filter(pl.col(KEY).is_in(ids["sourced_id"].implode()))


def _leaving(desk: Desk, table: str, entity: str, sourced: pl.Series) -> pl.DataFrame:
    if table not in desk.recipe.crosswalked:
        return mint(desk.night.tenant, desk.source, table, sourced)
    ids = desk.resolver.lookup(entity, sourced)
    desk.draft.links.append(_links(entity, ids, present=False))
    return ids.filter(~pl.col("record_id").is_in(_still_here(desk, entity, ids).implode()))


def _links(entity: str, ids: pl.DataFrame, present: bool) -> pl.DataFrame:
    return ids.select(
        entity=pl.lit(entity),
        sourced_id="sourced_id",
        record_id="record_id",
        present=pl.lit(present),
    )


def _still_here(desk: Desk, entity: str, leaving: pl.DataFrame) -> pl.Series:
    """Of these records, those that some other row, of any source at work, still speaks for."""
    mine = crosswalk.c.source == desk.source
    query = (
        sa.select(crosswalk.c.record_id)
        .distinct()
        .where(
            crosswalk.c.tenant == desk.night.tenant,
            crosswalk.c.entity == entity,
            crosswalk.c.present,
            ~told_by_retired(crosswalk),
            among(desk.connection, crosswalk.c.record_id, leaving["record_id"]),
            ~sa.and_(mine, among(desk.connection, crosswalk.c.sourced_id, leaving["sourced_id"])),
        )
    )
    others = pl.Series(list(desk.connection.execute(query).scalars()), dtype=pl.String)
    delivered = pl.col("present") & (pl.col("entity") == entity)
    tonight = [links.filter(delivered)["record_id"] for links in desk.draft.links]
    return pl.concat([others, *tonight])


def _active(desk: Desk, entity: str, ids: pl.Series) -> pl.Series:
    records = ROSTER[entity]
    query = sa.select(records.c.id).where(
        records.c.tenant == desk.night.tenant,
        records.c.state == "active",
        among(desk.connection, records.c.id, ids),
    )
    return pl.Series(list(desk.connection.execute(query).scalars()), dtype=pl.String)


def work_aliases(desk: Desk, difference: Difference) -> None:
    """Other user records of a person lead to the record that stands for them."""
    came = pl.concat([difference.added, difference.after], how="diagonal")
    leaders = desk.resolver.lookup("person", came["userSourcedId"])
    pairs = came.join(leaders, left_on="userSourcedId", right_on="sourced_id").select(
        sourced_id=KEY, record_id="record_id"
    )
    note_united(desk, pairs)
    desk.resolver.learn("person", pairs)
    desk.draft.links.append(_links("person", pairs, present=True))
    gone = desk.resolver.lookup("person", difference.removed[KEY])
    back = pl.concat([pairs["sourced_id"], *_own_rows(desk)])
    gone = gone.filter(~pl.col("sourced_id").is_in(back.implode()))
    desk.draft.links.append(_links("person", gone, present=False))


def work_moved(desk: Desk) -> None:
    """Unchanged rows follow the users they refer to, where these lead to another person now."""
    files = desk.recipe.mappings.keys() - desk.recipe.grouped
    for table in desk.recipe.sorted(files if desk.moved else set()):
        rows = referring_rows(desk, table)
        if rows.is_empty():
            continue
        entity = desk.recipe.entity_of(table)
        decoded = desk.recipe.decode(table, rows).frame
        theirs, dangling = resolve_references(desk.resolver, entity, decoded)
        fatal = dangling.filter("fatal")["sourced_id"]
        theirs = theirs.filter(~pl.col("sourced_id").is_in(fatal.implode()))
        ids = mint(desk.night.tenant, desk.source, table, theirs["sourced_id"])
        theirs = theirs.join(ids, on="sourced_id", maintain_order="left")
        none = Difference(rows.clear(), rows.clear(), rows.clear(), rows.clear())
        _write_or_merge(desk, table, none, theirs.rename({"record_id": "id"}))


def _own_rows(desk: Desk) -> Iterator[pl.Series]:
    """Ids of user records that stand for themselves and came or changed tonight."""
    if desk.recipe.people in desk.snapshot.differences:
        yield desk.snapshot.differences[desk.recipe.people].incoming[KEY].cast(pl.String)


def _report_losses(desk: Desk, table: str, rows: pl.DataFrame, losses: pl.DataFrame) -> None:
    """A cell that could not be read, unless checking the row has said so already."""
    for (column, fatal), group in losses.group_by("column", "fatal", maintain_order=True):
        severity = Severity.ROW if fatal else Severity.WARNING
        problem = "The value cannot be read" if group["value"].count() else "The value is missing"
        after = "the row is not applied." if fatal else "the field stays empty."
        spot = Finding(
            severity,
            "value.unreadable",
            f"{problem}; {after}",
            "Correct the value at the source.",
            _origin(desk, table),
            column=str(column),
        )
        desk.draft.findings.extend(_located(spot, rows, group))


def _report_dangling(desk: Desk, table: str, rows: pl.DataFrame, dangling: pl.DataFrame) -> None:
    """A reference to a record that nobody has delivered."""
    for (name, fatal), group in dangling.group_by("field", "fatal", maintain_order=True):
        after = "the row waits until it comes" if fatal else "the field stays empty until it comes"
        spot = Finding(
            Severity.ROW if fatal else Severity.WARNING,
            "reference.dangling",
            f"The row refers to a record that was never delivered; {after}.",
            "Deliver the record, or correct the reference.",
            _origin(desk, table),
            column=_column(desk.recipe, table, str(name)),
        )
        desk.draft.findings.extend(_located(spot, rows, group))


def _located(spot: Finding, rows: pl.DataFrame, group: pl.DataFrame) -> Iterator[Finding]:
    """The finding once for each of the first rows, the last of them counting the rest."""
    shown = group.head(_LISTED)
    for position, (sourced_id, value) in enumerate(shown.select("sourced_id", "value").iter_rows()):
        last = position == shown.height - 1
        where = rows.filter(pl.col(KEY) == sourced_id)
        row = where[ROW][0] if ROW in rows.columns and where.height else None
        count = group.height - shown.height + 1 if last else 1
        yield replace(spot, row=row, value=value, count=count)


def _origin(desk: Desk, table: str) -> str:
    files = desk.delivery.files
    return files[table].origin if table in files else table


def _column(recipe: Recipe, table: str, field: str) -> str:
    mapping = recipe.mappings.get(table)
    rows = mapping.rows if mapping else ()
    return next((row.column for row in rows if row.field == field), field)


def _note_pending(
    desk: Desk, table: str, incoming: pl.DataFrame, theirs: pl.DataFrame, dangling: pl.DataFrame
) -> None:
    """Rows to look at again every night until they fit."""
    left_out = incoming.filter(~pl.col(KEY).is_in(theirs["sourced_id"].implode()))[KEY]
    loose = dangling.filter(~pl.col("fatal"))["sourced_id"]
    for code, ids in (("rejected", left_out), ("dangling", loose)):
        rows = pl.DataFrame({"sourced_id": ids.unique(maintain_order=True)})
        desk.draft.pending.append(
            rows.select(file=pl.lit(table), sourced_id="sourced_id", code=pl.lit(code)).cast(
                pl.Schema(PENDING)
            )
        )
    desk.draft.tally(desk.recipe.entity_of(table)).waiting += len(left_out)
