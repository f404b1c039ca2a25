"""User records that lead to another person than last night: split off, or found to be one.

The row of such a user tells of the move; rows of other files that refer to the user did not
change and are looked up again here, or a pupil's classes would stay with somebody else.
"""

from __future__ import annotations

import polars as pl

from schemas.roster.entities import FIELDS
from service.store.bases import overlaid, read_base
from service.sync.desk import Desk
from service.sync.diff import KEY
from service.sync.draft import get_frame
from service.sync.match import Candidate


def without_split_off(desk: Desk, known: pl.DataFrame) -> pl.DataFrame:
    """Known user records, less those that were one person with another and are no longer.

    The record stays with the user that stood for the person, who is still delivered.
    """
    aliases = desk.snapshot.differences.get(desk.recipe.aliases)
    if aliases is None or aliases.removed.is_empty():
        return known
    left = desk.snapshot.differences[desk.recipe.people].removed[KEY].cast(pl.String)
    ended = aliases.removed.filter(~pl.col("userSourcedId").is_in(left.implode()))
    split = known.join(ended.select(sourced_id=KEY), on="sourced_id", how="semi")
    desk.moved.extend(split["sourced_id"])
    return known.join(split, on="sourced_id", how="anti")


def note_united(desk: Desk, pairs: pl.DataFrame) -> None:
    """Ask about two records that we keep apart and whose users the source now calls one person."""
    was = desk.resolver.lookup("person", pairs["sourced_id"]).rename({"record_id": "was"})
    both = was.join(pairs, on="sourced_id").filter(pl.col("was") != pl.col("record_id"))
    for sourced_id, old, new in both.select("sourced_id", "was", "record_id").iter_rows():
        reasons = ("the source now sends both with the same identifier and name",)
        desk.draft.questions.append(Candidate(old, new, sourced_id, 95, reasons))
        desk.moved.append(sourced_id)


def referring_rows(desk: Desk, table: str) -> pl.DataFrame:
    """Rows of a file that refer to a moved user and were not looked at tonight."""
    rows = _rows(desk, table)
    entity = desk.recipe.entity_of(table)
    people = {field.name for field in FIELDS[entity] if field.reference == "person"}
    columns = [
        row.column
        for row in desk.recipe.mappings[table].rows
        if row.field in people and row.column in rows.columns
    ]
    if not columns:
        return rows.clear()
    waiting = desk.snapshot.waiting.get(table, pl.Series(dtype=pl.String))
    seen = [waiting.cast(pl.String)]
    if table in desk.snapshot.differences:
        seen.append(desk.snapshot.differences[table].incoming[KEY].cast(pl.String))
    theirs = pl.any_horizontal(pl.col(columns).is_in(desk.moved))
    return rows.filter(theirs & ~pl.col(KEY).is_in(pl.concat(seen).implode()))


def _rows(desk: Desk, table: str) -> pl.DataFrame:
    fresh = desk.snapshot.new_bases.get(table)
    news = None if fresh is None else get_frame(desk.night.shelf, fresh.digest)
    if fresh is not None and news is not None and not fresh.is_delta:
        return news
    found = read_base(desk.connection, desk.night.tenant, desk.source, table)
    rows = pl.DataFrame(schema={KEY: pl.String}) if found is None else found
    return rows if news is None else overlaid(rows.lazy(), [news])
