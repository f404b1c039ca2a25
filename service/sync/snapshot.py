"""Tonight's rows and last night's, file by file, read only where something differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from adapters.port import ROW, Delivery, FileMode
from mappings.recipe import Recipe
from schemas.finding import Finding, Severity
from service.store.bases import Base, list_bases, read_base
from service.store.database import reading
from service.sync.diff import KEY, value_columns
from service.sync.night import Night

GONE = "tobedeleted"


@dataclass(slots=True)
class Snapshot:
    """The rows of the files that differ from last night, and what reading them turned up.

    `new` holds tonight's rows, `old` last night's; a file outside both says what it said before.
    `explicit` lists, by file, the ids that the delivery itself calls deleted. `same` are the
    files whose bytes differ but whose rows do not.
    """

    bases: Mapping[str, Base]
    new: dict[str, pl.DataFrame] = field(default_factory=dict)
    old: dict[str, pl.DataFrame] = field(default_factory=dict)
    explicit: dict[str, frozenset[str]] = field(default_factory=dict)
    same: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    @property
    def changed(self) -> set[str]:
        """The files whose rows differ."""
        return set(self.new)


def take_snapshot(night: Night, delivery: Delivery) -> Snapshot:
    """Read every file that is not byte for byte last night's."""
    with reading(night.engine) as connection:
        bases = list_bases(connection, night.tenant, night.source.name)
    snapshot = Snapshot(bases)
    unread = [
        name
        for name, file in delivery.files.items()
        if name not in bases or bases[name].digest != file.digest
    ]
    for done, name in enumerate(unread):
        night.progress(f"reading {name}", done, len(unread))
        _read(night, delivery, name, snapshot)
    _complete_group(night, delivery, night.recipe, snapshot)
    return snapshot


def _read(night: Night, delivery: Delivery, name: str, snapshot: Snapshot) -> None:
    result = night.adapter.read(delivery, name)
    snapshot.findings.extend(result.findings)
    old = _old(night, name) if name in snapshot.bases else None
    new = result.frame
    if old is not None and _is_same(old, new):
        snapshot.same.add(name)
        return
    rows, gone = _without_tombstones(new)
    rows = _unique(rows, delivery.files[name].origin, snapshot.findings)
    snapshot.explicit[name] = gone
    old = rows.clear().drop(ROW, strict=False) if old is None else old
    delta = delivery.files[name].mode is FileMode.DELTA
    snapshot.new[name] = _overlay(old, rows, gone) if delta else rows
    snapshot.old[name] = old


def _old(night: Night, name: str) -> pl.DataFrame:
    with reading(night.engine) as connection:
        found = read_base(connection, night.tenant, night.source.name, name)
    return pl.DataFrame(schema={KEY: pl.String}) if found is None else found


def _is_same(old: pl.DataFrame, new: pl.DataFrame) -> bool:
    """Whether the rows are the same, in the same order: the quick way through a quiet night."""
    if old.height != new.height or KEY not in new.columns:
        return False
    columns = [KEY, *value_columns(old, new)]
    if not set(columns) <= set(old.columns) & set(new.columns):
        return False
    if "status" in new.columns and (new["status"] == GONE).any():
        return False
    return all(old[name].equals(new[name]) for name in columns)


def _without_tombstones(rows: pl.DataFrame) -> tuple[pl.DataFrame, frozenset[str]]:
    if "status" not in rows.columns:
        return rows, frozenset()
    gone = rows.filter(pl.col("status") == GONE)[KEY].drop_nulls()
    if gone.is_empty():
        return rows, frozenset()
    return rows.filter(pl.col("status").ne_missing(GONE)), frozenset(gone)


def _unique(rows: pl.DataFrame, origin: str, findings: list[Finding]) -> pl.DataFrame:
    """Only rows with a key of their own can be compared; each row left out is named."""
    keyless = rows[KEY].is_null()
    if rows[KEY].n_unique() == rows.height and not keyless.any():
        return rows
    again = ~rows[KEY].is_first_distinct() & ~keyless
    for mask, code, problem, fix in (
        (keyless, "row.no-key", "has no sourcedId", "Give the record its sourcedId."),
        (again, "row.key-again", "repeats a sourcedId", "Send one row for each sourcedId."),
    ):
        findings.extend(_left_out(rows.filter(mask), origin, code, problem, fix))
    return rows.filter(~keyless & ~again)


def _left_out(rows: pl.DataFrame, origin: str, code: str, problem: str, fix: str) -> list[Finding]:
    if rows.is_empty():
        return []
    first = int(rows[ROW][0]) if ROW in rows.columns else None
    return [
        Finding(
            Severity.ROW,
            code,
            f"The row {problem} and is not applied.",
            fix,
            origin,
            first,
            KEY,
            rows[KEY][0],
            rows.height,
        )
    ]


def _overlay(old: pl.DataFrame, changes: pl.DataFrame, gone: frozenset[str]) -> pl.DataFrame:
    """Yesterday's rows with a delta laid over them."""
    replaced = pl.concat([changes[KEY], pl.Series(KEY, list(gone), dtype=pl.String)])
    kept = old.join(replaced.to_frame(), on=KEY, how="anti", maintain_order="left")
    return pl.concat([kept, changes], how="diagonal")


def _complete_group(night: Night, delivery: Delivery, recipe: Recipe, snapshot: Snapshot) -> None:
    """Tables derived across several files need all of them, also the unchanged ones."""
    if not recipe.grouped & snapshot.changed:
        return
    for name in recipe.grouped - snapshot.changed:
        if name in snapshot.bases:
            snapshot.new[name] = snapshot.old[name] = _old(night, name)
