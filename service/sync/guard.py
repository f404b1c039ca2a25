"""Whether a plan is too destructive to be carried out unseen.

Counted for each table and school, because a district of a hundred thousand hides the loss of one
school. What ends with a school year that has ended is not counted against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl

from adapters.port import Delivery
from mappings.recipe import Recipe, Tables
from schemas.finding import Finding, Severity
from service.settings import Guard
from service.sync.diff import KEY
from service.sync.draft import PENDING, Draft
from service.sync.night import Night
from service.sync.plan import Compared

_NO_SCHOOL = "(no school)"
_LAST_GRADE = "12"


def weigh(
    night: Night, delivery: Delivery, compared: Compared, draft: Draft, rolling: bool
) -> list[Finding]:
    """The reasons to hold the plan; none when it may go ahead."""
    guard = night.settings.sync.guard
    return [
        *_drops(night, compared, draft, rolling),
        *_blanked(guard, night.recipe, draft, compared),
        *_rejected(guard, delivery, draft, compared),
    ]


def _drops(night: Night, compared: Compared, draft: Draft, rolling: bool) -> Iterator[Finding]:
    guard = night.settings.sync.guard
    for table, removed in draft.removed.items():
        if rolling and table in night.recipe.yearly:
            continue
        counted = _without_graduates(removed, compared.old) if rolling else removed
        yield from _drops_by_school(night, guard, table, counted, compared)


def _drops_by_school(
    night: Night, guard: Guard, table: str, removed: pl.DataFrame, compared: Compared
) -> Iterator[Finding]:
    before = _by_school(night, table, compared.old.frames[table], compared.old)
    gone = _by_school(night, table, removed, compared.old)
    rows = gone.join(before, on="school", suffix="_before").sort("school")
    for school, dropped, total in rows.select("school", "len", "len_before").iter_rows():
        if dropped > max(guard.drop_rows, guard.drop_share * total):
            yield Finding(
                Severity.HOLD,
                "guard.drops",
                f"{dropped:,} of {total:,} rows of {table} at school {school} would go missing.",
                "Look at the plan; apply it with --allow-held and a reason if this is right.",
                table,
                column=night.recipe.school_of.get(table),
                value=school,
                count=dropped,
            )


def _by_school(night: Night, table: str, rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    column = night.recipe.school_of.get(table)
    if column in rows.columns:
        school = rows.select(school=pl.col(str(column)))
    elif "roles" in tables.frames and table != "orgs":
        school = rows.select(KEY).join(_home_schools(tables), on=KEY, how="left").select("school")
    else:
        school = rows.select(school=pl.lit(None, pl.String))
    named = school.with_columns(pl.col("school").fill_null(_NO_SCHOOL))
    return named.group_by("school").len()


def _home_schools(tables: Tables) -> pl.DataFrame:
    roles = tables.frames["roles"]
    return (
        roles.sort("roleType", KEY, nulls_last=True)
        .group_by(pl.col("userSourcedId").alias(KEY), maintain_order=True)
        .agg(school=pl.col("orgSourcedId").first())
    )


def _without_graduates(removed: pl.DataFrame, old: Tables) -> pl.DataFrame:
    """At the turn of the year the last grade leaves, with its roles, links and demographics."""
    users = old.frames.get("users")
    if users is None or "grades" not in users.columns:
        return removed
    last = users.filter(pl.col("grades").str.contains(rf"\b{_LAST_GRADE}\b"))[KEY]
    column = next((name for name in ("userSourcedId", KEY) if name in removed.columns), KEY)
    return removed.filter(~pl.col(column).is_in(last.implode()))


def _blanked(guard: Guard, recipe: Recipe, draft: Draft, compared: Compared) -> Iterator[Finding]:
    """Fields emptied in bulk: mostly a column that the export forgot."""
    for entity, rows in draft.updates.items():
        total = sum(
            frame.height
            for table, frame in compared.new.frames.items()
            if recipe.entity_of(table) == entity
        )
        for name, count in _emptied(rows).items():
            if count > max(guard.blank_rows, guard.blank_share * total):
                yield Finding(
                    Severity.HOLD,
                    "guard.blanks",
                    f"{name} would become empty in {count:,} {entity} records.",
                    "Check that the export still fills the column; "
                    "apply with --allow-held and a reason if this is right.",
                    entity,
                    column=name,
                    count=count,
                )


def _emptied(rows: pl.DataFrame) -> dict[str, int]:
    counts: dict[str, int] = {}
    for text in rows["changes"].drop_nulls():
        for name, (old, new) in json.loads(text).items():
            if new is None and old is not None and name != "extras":
                counts[name] = counts.get(name, 0) + 1
    return counts


def _rejected(
    guard: Guard, delivery: Delivery, draft: Draft, compared: Compared
) -> Iterator[Finding]:
    """So many unusable rows that the file as a whole cannot be trusted."""
    waiting = pl.concat([pl.DataFrame(schema=PENDING), *draft.pending])
    counts = waiting.filter(pl.col("code") == "rejected").group_by("file").len().sort("file")
    for table, count in counts.iter_rows():
        total = compared.new.frames[table].height
        if count > max(guard.reject_rows, guard.reject_share * total):
            yield Finding(
                Severity.HOLD,
                "guard.rejects",
                f"{count:,} of {total:,} rows of {table} cannot be used.",
                "Correct the rows listed; apply with --allow-held and a reason to go on without.",
                delivery.files[table].origin if table in delivery.files else table,
                count=count,
            )
