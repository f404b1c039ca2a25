"""Which rows came, went or changed between two tables of the same file.

Exact, and cheap where little changed: tables in the same order are compared position by position,
others are joined on the key alone before their values are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from mappings.recipe import IGNORED

KEY = "sourcedId"


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows that came, rows that went, and rows that changed as they were and as they are."""

    added: pl.DataFrame
    removed: pl.DataFrame
    before: pl.DataFrame
    after: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether both tables say the same."""
        return not (self.added.height or self.removed.height or self.after.height)

    @property
    def incoming(self) -> pl.DataFrame:
        """Every row that has to be looked at: the new and the changed."""
        return pl.concat([self.added, self.after], how="diagonal")

    def with_again(self, new: pl.DataFrame, ids: pl.Series) -> Difference:
        """The same with these rows of `new` counted as added, changed or not."""
        seen = self.incoming[KEY]
        again = pl.col(KEY).is_in(ids.implode()) & ~pl.col(KEY).is_in(seen.implode())
        added = pl.concat([self.added, new.filter(again)], how="diagonal")
        return Difference(added, self.removed, self.before, self.after)


def value_columns(*frames: pl.DataFrame) -> list[str]:
    """The columns that carry values in any of the tables, the key left out."""
    names = dict.fromkeys(name for frame in frames for name in frame.columns)
    return [name for name in names if name != KEY and name not in IGNORED]


def compare(old: pl.DataFrame, new: pl.DataFrame) -> Difference:
    """The difference from `old` to `new`; both have unique, filled keys."""
    columns = _filled(old, new)
    old, new = _complete(old, columns), _complete(new, columns)
    if old.height == new.height and old[KEY].equals(new[KEY]):
        return _same_order(old, new, columns)
    return _joined(old, new, columns)


def _complete(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    missing = [name for name in columns if name not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)


def _filled(*frames: pl.DataFrame) -> list[str]:
    """The value columns in which any of the tables has a value: blank ones cannot differ."""
    return [
        name
        for name in value_columns(*frames)
        if any(
            name in frame.columns and frame[name].null_count() < frame.height for frame in frames
        )
    ]


def _same_order(old: pl.DataFrame, new: pl.DataFrame, columns: Sequence[str]) -> Difference:
    changed = pl.repeat(False, new.height, eager=True, dtype=pl.Boolean)
    for name in columns:
        if not old[name].equals(new[name]):
            changed |= old[name].ne_missing(new[name])
    return Difference(new.clear(), old.clear(), old.filter(changed), new.filter(changed))


def _joined(old: pl.DataFrame, new: pl.DataFrame, columns: Sequence[str]) -> Difference:
    pairs = (
        old.lazy().select(KEY).with_row_index("_old")
        .join(new.lazy().select(KEY).with_row_index("_new"), on=KEY, how="full", coalesce=True)
        .select("_old", "_new")
        .sort("_new", "_old")
        .collect(engine="streaming")
    )  # fmt: skip
    here = pl.col("_new").is_not_null()
    there = pl.col("_old").is_not_null()
    both = pairs.filter(here & there)
    changed = pl.repeat(False, both.height, eager=True, dtype=pl.Boolean)
    for name in columns:
        changed |= old[name].gather(both["_old"]).ne_missing(new[name].gather(both["_new"]))
    moved = both.filter(changed)
    return Difference(
        new[pairs.filter(here & ~there)["_new"]],
        old[pairs.filter(there & ~here)["_old"]],
        old[moved["_old"]],
        new[moved["_new"]],
    )
