"""Which rows came, went or changed between two tables of the same file.

Cheap where little changed: tables in the same order are compared position by position; of others,
only the rows that the other table does not have are looked at.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from mappings.recipe import IGNORED

KEY = "sourcedId"
_EARLY = 1_000


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
        return not self.height

    @property
    def height(self) -> int:
        """How many records came, went or changed."""
        return self.added.height + self.removed.height + self.after.height

    @property
    def incoming(self) -> pl.DataFrame:
        """Every row that has to be looked at: the new and the changed."""
        return pl.concat([self.added, self.after], how="diagonal")

    def with_columns(self, names: Sequence[str]) -> Difference:
        """The same with tonight's rows in these columns, blank ones where they lack them."""
        added, after = (
            _complete(rows, [name for name in names if name not in rows.columns])
            for rows in (self.added, self.after)
        )
        return Difference(added, self.removed, self.before, after)

    def with_again(self, new: pl.DataFrame, ids: pl.Series) -> Difference:
        """The same with these rows of `new` counted as added, changed or not."""
        if ids.is_empty():
            return self
        seen = self.incoming[KEY]
        again = pl.col(KEY).is_in(ids.implode()) & ~pl.col(KEY).is_in(seen.implode())
        added = pl.concat([self.added, new.filter(again)], how="diagonal")
        return Difference(added, self.removed, self.before, self.after)


def value_columns(*frames: pl.DataFrame) -> list[str]:
    """The columns that carry values in any of the tables, the key left out."""
    names = dict.fromkeys(name for frame in frames for name in frame.columns)
    return [name for name in names if name != KEY and name not in IGNORED]


class NotUnique(ValueError):
    """Tonight's table holds a key twice, or a row without one."""


def compare(old: pl.DataFrame, new: pl.DataFrame) -> Difference:
    """The difference from `old`, whose keys are unique, to `new`.

    Raises NotUnique where the keys of `new` are not; the caller says which rows to leave out.
    """
    columns = _filled(old, new)
    old, new = _complete(old, columns), _complete(new, columns)
    if old.height == new.height and are_equal(old[KEY], new[KEY]):
        return _same_order(old, new, columns)
    return _by_fingerprint(old, new, columns)


def are_equal(these: pl.Series, those: pl.Series) -> bool:
    """Whether the values are the same, in the same order; most that differ do so early."""
    return these.head(_EARLY).equals(those.head(_EARLY)) and these.equals(those)


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


def _by_fingerprint(old: pl.DataFrame, new: pl.DataFrame, columns: Sequence[str]) -> Difference:
    """Leave out the rows that both tables have, then compare what remains by key.

    Rows are told equal by a 64-bit fingerprint with a seed of the night. A row of one table that
    by chance has the fingerprint of another row of the other makes the counts of equal rows
    disagree, and the tables are compared exactly instead. What escapes is a row whose change
    keeps its own fingerprint: one change in 18 quintillion.
    """
    seed = secrets.randbits(48)
    was, now = (_fingerprints(frame, columns, seed) for frame in (old, new))
    gone, came = _unmatched(was, now), _unmatched(now, was)
    if old.height - len(gone) != new.height - len(came):
        if new[KEY].null_count() or new[KEY].n_unique() != new.height:
            raise NotUnique
        return _by_key(old, new, columns)
    left, right = old[gone], new[came]
    if right[KEY].null_count() or right[KEY].n_unique() != right.height:
        raise NotUnique
    difference = _by_key(left, right, columns)
    if old[KEY].is_in(difference.added[KEY].implode()).any():
        raise NotUnique
    return difference


def _fingerprints(frame: pl.DataFrame, columns: Sequence[str], seed: int) -> pl.Series:
    print_ = pl.col(KEY).hash(seed)
    for place, name in enumerate(columns, start=1):
        print_ = print_.xor(pl.col(name).hash(seed + place))
    return frame.lazy().select(print_.alias("print")).collect()["print"]


def _unmatched(these: pl.Series, those: pl.Series) -> pl.Series:
    """The positions in `these` of fingerprints that `those` lack, in order."""
    numbered = these.to_frame().with_row_index("position").lazy()
    rest = numbered.join(those.to_frame().lazy(), on="print", how="anti")
    return rest.collect(engine="streaming")["position"].sort()


def _by_key(old: pl.DataFrame, new: pl.DataFrame, columns: Sequence[str]) -> Difference:
    pairs = (
        old.select(KEY).with_row_index("_old")
        .join(new.select(KEY).with_row_index("_new"), on=KEY, how="full", coalesce=True)
        .select("_old", "_new")
        .sort("_new", "_old")
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
