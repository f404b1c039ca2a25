"""What the checks need to know of a table as a whole, once its rows are out of memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from mappings.engine.codecs import split_list
from mappings.recipe import Recipe
from schemas.codes.grades import normalize_grade
from service.sync.diff import KEY, Difference

NO_SCHOOL = "(no school)"
Pair = tuple[pl.DataFrame, pl.DataFrame]
"""Last night's and tonight's rows of a table."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Row counts of both nights, and counts by value of the columns that are watched.

    `before` and `after` lead from a column to a table of `value` and `count`. `last_grade` are
    the ids of last night's rows that belong to students of the last grade.
    """

    rows_before: int
    rows_after: int
    before: Mapping[str, pl.DataFrame]
    after: Mapping[str, pl.DataFrame]
    last_grade: frozenset[str]


def facts_of(recipe: Recipe, table: str, pair: Pair, difference: Difference) -> Facts:
    """The facts of a table on both nights."""
    old, new = pair
    columns = [column for name, column in recipe.dimensions if name == table]
    school = recipe.school_of.get(table)
    watched = dict.fromkeys([*columns, *([school] if school else []), *recipe.years.get(table, ())])
    after = _counted(new, [column for column in watched if column in new.columns])
    before = {
        column: _before(after[column], difference, column)
        if column in after
        else _counted(old, [column])[column]
        for column in watched
        if column in old.columns
    }
    return Facts(old.height, new.height, before, after, _last_grade(recipe, table, old))


def _counted(rows: pl.DataFrame, columns: Sequence[str]) -> dict[str, pl.DataFrame]:
    """How often each value stands in these columns."""
    lazy = rows.lazy()
    queries = [
        lazy.group_by(value=pl.col(column)).agg(count=pl.len().cast(pl.Int64)) for column in columns
    ]
    return dict(zip(columns, pl.collect_all(queries, engine="streaming"), strict=True))


def _before(after: pl.DataFrame, difference: Difference, column: str) -> pl.DataFrame:
    """Last night's counts: tonight's, with what changed taken back, which saves a long count."""
    signed = [
        rows.select(value=column, count=pl.lit(sign, pl.Int64))
        for rows, sign in (
            (difference.removed, 1),
            (difference.before, 1),
            (difference.added, -1),
            (difference.after, -1),
        )
        if column in rows.columns
    ]
    total = pl.concat([after, *signed]).group_by("value").agg(pl.col("count").sum())
    return total.filter(pl.col("count") > 0)


def _last_grade(recipe: Recipe, table: str, rows: pl.DataFrame) -> frozenset[str]:
    if table != recipe.people or "grades" not in rows.columns:
        return frozenset()
    last = [cell for cell in rows["grades"].drop_nulls().unique() if _is_last(cell)]
    return frozenset(rows.filter(pl.col("grades").is_in(last))[KEY])


def _is_last(cell: str) -> bool:
    """Grade 12, in whatever words: who leaves after it has graduated."""
    return any(normalize_grade(grade) == "12" for grade in split_list(cell))
