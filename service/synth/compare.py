"""What one package changed against another, told by `sourcedId`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from service.synth.write import Package, as_written


@dataclass(frozen=True, slots=True)
class Changes:
    """The `sourcedId`s of one file that came, went, or kept their id with other values."""

    added: pl.Series
    removed: pl.Series
    changed: pl.Series

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {
            "added": self.added.len(),
            "removed": self.removed.len(),
            "changed": self.changed.len(),
        }

    def as_json(self, *, ids: bool) -> dict[str, Any]:
        """The counts, and with `ids` the sorted lists as well."""
        if not ids:
            return dict(self.counts())
        lists = {"added": self.added, "removed": self.removed, "changed": self.changed}
        return {**self.counts(), "ids": {kind: series.to_list() for kind, series in lists.items()}}


def _ids(table: pl.DataFrame) -> pl.Series:
    return table["sourcedId"].sort()


def changes_between(name: str, old: pl.DataFrame, new: pl.DataFrame) -> Changes:
    """Compare two states of one file cell by cell."""
    before, after = as_written(name, old), as_written(name, new)
    return Changes(
        added=_ids(after.join(before, on="sourcedId", how="anti")),
        removed=_ids(before.join(after, on="sourcedId", how="anti")),
        changed=_changed(before, after),
    )


def _changed(before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    cells = [column for column in after.columns if column != "sourcedId"]
    kept = after.join(before, on="sourcedId", how="inner", suffix="|old")
    differs = pl.any_horizontal(pl.col(cell).ne_missing(pl.col(f"{cell}|old")) for cell in cells)
    return _ids(kept.filter(differs))


def compare(old: Package, new: Package) -> dict[str, Changes]:
    """Changes of every file that differs. A file that is absent now says nothing about its rows."""
    found = {
        name: changes_between(name, old.get(name, table.clear()), table)
        for name, table in new.items()
    }
    return {name: changes for name, changes in found.items() if any(changes.counts().values())}
