"""Tonight's rows against last night's, file by file, read only where the bytes differ.

Besides the file that is read ahead, no more than one file, or one group of files that belong
together, is in memory at a time: what is kept of each are the rows that differ and a few counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from adapters.port import ROW, Delivery, FileMode, Reading
from mappings.engine.abreast import abreast
from mappings.recipe import SEPARATOR, Frames, Recipe, Twins
from schemas.finding import Finding
from service.settings import Mode
from service.store.bases import GONE, Base, list_bases, read_base
from service.store.database import reading
from service.sync.diff import KEY, Difference, NotUnique, are_equal, compare, value_columns
from service.sync.draft import NewBase, put_frame
from service.sync.facts import Facts, Pair, facts_of
from service.sync.night import Night
from service.sync.unique import without_tombstones, without_twice


@dataclass(slots=True)
class Snapshot:
    """What tonight's files say that last night's did not.

    `differences` and `facts` go by table, `explicit` lists the ids that the delivery itself
    calls deleted. A file in `same` has other bytes but the same rows.
    `places` counts the people at each school last night, `columns` names all columns that a
    file came with, the blank ones too. When rows are `remapped`, each is looked at again.
    `readings` are the files still to be compared, in that order. New bases are put on the shelf
    by `writer`, beside the work of the following steps.
    """

    bases: Mapping[str, Base]
    waiting: Mapping[str, pl.Series]
    differences: dict[str, Difference] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    explicit: dict[str, frozenset[str]] = field(default_factory=dict)
    new_bases: dict[str, NewBase] = field(default_factory=dict)
    twins: tuple[Twins, ...] = ()
    places: dict[str, int] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    same: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    remapped: bool = False
    readings: Iterator[Reading] = field(default_factory=lambda: iter(()))
    writer: Executor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def again(self, table: str, rows: pl.DataFrame) -> pl.Series:
        """The ids of rows to look at although they did not change: those that wait, or all."""
        return rows[KEY] if self.remapped else self.waiting.get(table, rows[KEY].clear())

    @property
    def changed(self) -> set[str]:
        """The files whose rows differ."""
        return set(self.new_bases)


def take_snapshot(night: Night, delivery: Delivery, waiting: Mapping[str, pl.Series]) -> Snapshot:
    """Compare every file that is not byte for byte last night's.

    `waiting` are, by table, the ids of rows that could not be applied on an earlier night: they
    count as added until the source takes them back. A delta may bring what they wait for and
    leave out their own file, so they are taken from last night's rows where need be.
    """
    with reading(night.engine) as connection:
        bases = list_bases(connection, night.tenant, night.source.name)
    snapshot = Snapshot(bases, waiting, remapped=night.is_remapped)
    unread = _unread(night, delivery, snapshot)
    group = [name for name in unread if name in night.recipe.grouped]
    single = [name for name in unread if name not in night.recipe.grouped]
    snapshot.readings = abreast(
        lambda name: night.adapter.read(delivery, name),
        [name for name in (*single, *group) if name in delivery.files],
        threads=1,
    )
    for done, name in enumerate(single):
        night.progress(f"comparing {name}", done, len(unread))
        _compare_file(night, delivery, name, snapshot)
    if group:
        night.progress("comparing people", len(single), len(unread))
        _compare_group(night, delivery, group, snapshot)
    return snapshot


def _unread(night: Night, delivery: Delivery, snapshot: Snapshot) -> list[str]:
    """The files to read: other bytes than last night, or rows that wait."""
    if snapshot.remapped:
        return night.recipe.sorted(set(delivery.files))
    tables = {name for name, ids in snapshot.waiting.items() if len(ids)}
    if tables - set(delivery.files):
        tables |= night.recipe.grouped
    return [
        name
        for name in night.recipe.sorted(delivery.files.keys() | (tables & snapshot.bases.keys()))
        if name not in snapshot.bases
        or name not in delivery.files
        or snapshot.bases[name].digest != delivery.files[name].digest
        or name in tables
    ]


def _compare_file(night: Night, delivery: Delivery, name: str, snapshot: Snapshot) -> None:
    read = _read(night, delivery, name, snapshot)
    if read is None:
        return
    pair, difference = _compared(delivery, name, snapshot, read)
    _note(night, snapshot, name, difference, pair)
    if name in snapshot.differences and name in delivery.files:
        _keep(night, snapshot, name, pair, difference)


def _compared(
    delivery: Delivery, name: str, snapshot: Snapshot, pair: Pair
) -> tuple[Pair, Difference]:
    """A file's difference, and its rows without those that have no key of their own."""
    try:
        return pair, compare(*pair)
    except NotUnique:
        unique, findings = without_twice(pair[1], delivery.files[name].origin)
        snapshot.findings.extend(findings)
        return (pair[0], unique), compare(pair[0], unique)


def _compare_group(night: Night, delivery: Delivery, names: list[str], snapshot: Snapshot) -> None:
    """Tables derived across several files need all of them, the unchanged ones too."""
    pairs, own, raw = _compared_group(night, delivery, names, snapshot)
    if not pairs:
        return
    changed = set(pairs)
    for name in night.recipe.grouped - changed:
        if name in snapshot.bases:
            rows = _old(night, name)
            pairs[name] = (rows, rows)
    old, new = _concerned(night, pairs, {name: raw[name] for name in changed})
    before, after = night.recipe.derive(old), night.recipe.derive(new)
    snapshot.twins = after.twins
    for table, rows in after.frames.items():
        was = before.frames.get(table)
        _note_table(snapshot, table, (rows.clear() if was is None else was, rows))
    for name in changed:
        snapshot.facts[name] = facts_of(night.recipe, name, pairs[name], own[name])
        if name in delivery.files:
            _keep(night, snapshot, name, pairs[name], own[name])
    snapshot.places = _places(night.recipe, pairs)


def _compared_group(
    night: Night, delivery: Delivery, names: list[str], snapshot: Snapshot
) -> tuple[dict[str, Pair], dict[str, Difference], dict[str, Difference]]:
    """The rows of the files that have something to look at, what differs, and what to look at."""
    pairs, own, raw = dict[str, Pair](), dict[str, Difference](), dict[str, Difference]()
    for name in names:
        read = _read(night, delivery, name, snapshot)
        if read is None:
            continue
        pair, differs = _compared(delivery, name, snapshot, read)
        again = _with_owners(night, snapshot, name, pair, differs)
        if again.is_empty:
            snapshot.same.add(name)
        else:
            pairs[name], own[name], raw[name] = pair, differs, again
    return pairs, own, raw


def _places(recipe: Recipe, pairs: dict[str, Pair]) -> dict[str, int]:
    """How many people had a place at each school last night."""
    table, column = recipe.places
    if table not in pairs or column not in pairs[table][0].columns:
        return {}
    counts = pairs[table][0][column].drop_nulls().value_counts()
    return dict(counts.iter_rows())


def _with_owners(
    night: Night, snapshot: Snapshot, name: str, pair: Pair, difference: Difference
) -> Difference:
    """The same with the rows of which rows that wait are derived: they are looked at again."""
    for table in night.recipe.derived.get(name, (name,)):
        owners = snapshot.again(table, pair[1]).str.split(SEPARATOR).list.first()
        difference = difference.with_again(pair[1], owners)
    return difference


def _concerned(
    night: Night, pairs: dict[str, Pair], raw: dict[str, Difference]
) -> tuple[Frames, Frames]:
    """Both nights' rows of the people whom a change can concern; of all, if that is most."""
    old = {name: pair[0] for name, pair in pairs.items()}
    new = {name: pair[1] for name, pair in pairs.items()}
    moved = sum(one.incoming.height + one.removed.height for one in raw.values())
    if moved > sum(rows.height for rows in new.values()) / 4:
        return old, new
    rows = {name: (one.added, one.removed, one.before, one.after) for name, one in raw.items()}
    return night.recipe.narrow(old, new, rows)


def _note_table(snapshot: Snapshot, table: str, pair: Pair) -> None:
    """Keep the difference of a derived table."""
    difference = compare(*pair).with_again(pair[1], snapshot.again(table, pair[1]))
    if not difference.is_empty:
        snapshot.differences[table] = difference


def _note(night: Night, snapshot: Snapshot, table: str, difference: Difference, pair: Pair) -> None:
    """Keep a table's difference and what the checks need to know of it as a whole."""
    looked_at = difference.with_again(pair[1], snapshot.again(table, pair[1]))
    if looked_at.is_empty:
        snapshot.same.add(table)
        return
    snapshot.differences[table] = looked_at
    snapshot.facts[table] = facts_of(night.recipe, table, pair, difference)


def _read(night: Night, delivery: Delivery, name: str, snapshot: Snapshot) -> Pair | None:
    """Last night's and tonight's rows of a file, or None where they are plainly the same."""
    if name not in delivery.files:
        rows = _old(night, name)
        return rows, rows
    old = _old(night, name) if name in snapshot.bases else None  # while tonight's are under way
    result = next(snapshot.readings)
    snapshot.findings.extend(result.findings)
    snapshot.columns[name] = tuple(result.frame.columns)
    new = _without_blank_columns(result.frame)
    waits = snapshot.remapped or len(snapshot.waiting.get(name, ())) > 0
    if old is not None and not waits and _is_same(old, new):
        snapshot.same.add(name)
        return None
    rows, gone = without_tombstones(new)
    snapshot.explicit[name] = gone
    if old is None:
        old = rows.clear().drop(ROW, strict=False)
    if delivery.files[name].mode is FileMode.DELTA:
        rows = _overlay(old, rows, gone)
    return old, rows


def _without_blank_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Half of a standard's columns are blank in most districts; they need not be carried."""
    return rows.select(
        name for name in rows.columns if name == KEY or rows[name].null_count() < rows.height
    )


def _old(night: Night, name: str) -> pl.DataFrame:
    with reading(night.engine) as connection:
        found = read_base(connection, night.tenant, night.source.name, name)
    return pl.DataFrame(schema={KEY: pl.String}) if found is None else found


def _is_same(old: pl.DataFrame, new: pl.DataFrame) -> bool:
    """Whether the rows are the same, in the same order: the quick way through a quiet night."""
    if old.height != new.height or KEY not in new.columns:
        return False
    if "status" in new.columns and (new["status"] == "tobedeleted").any():
        return False
    for name in (KEY, *value_columns(old, new)):
        if name in old.columns and name in new.columns:
            if not are_equal(old[name], new[name]):
                return False
        elif any(name in rows.columns and rows[name].count() for rows in (old, new)):
            return False
    return True


def _overlay(old: pl.DataFrame, changes: pl.DataFrame, gone: frozenset[str]) -> pl.DataFrame:
    """Yesterday's rows with a delta laid over them."""
    replaced = pl.concat([changes[KEY], pl.Series(KEY, list(gone), dtype=pl.String)])
    kept = old.join(replaced.to_frame(), on=KEY, how="anti", maintain_order="left")
    return pl.concat([kept, changes], how="diagonal")


def _forgetting_nothing(old: pl.DataFrame, new: pl.DataFrame, *, is_nested: bool) -> pl.DataFrame:
    """Both nights' rows, so that the next normal night sees what went.

    Where a row holds others, such as a user's agents, the old row stays: what it lost is seen too.
    """
    first, second = (old, new) if is_nested else (new, old)
    return pl.concat([first, second.join(first, on=KEY, how="anti")], how="diagonal")


def _keep(night: Night, snapshot: Snapshot, name: str, pair: Pair, difference: Difference) -> None:
    """Begin to put tomorrow's base on the shelf; it forgets nobody whom tonight may not let go."""
    kept = pair[1].drop(ROW, "status", strict=False)
    base, delta = snapshot.bases.get(name), None
    if night.mode is Mode.ADDITIONS_ONLY or snapshot.remapped:
        kept = _forgetting_nothing(pair[0], kept, is_nested=name in night.recipe.derived)
    elif base is not None and base.takes(difference.height):
        delta = _delta(difference)
    written = snapshot.writer.submit(put_frame, night.shelf, kept if delta is None else delta)
    snapshot.new_bases[name] = NewBase(written, kept.height, delta is not None)


def _delta(difference: Difference) -> pl.DataFrame:
    """What has to be laid over last night's rows to get tonight's."""
    here = difference.incoming.drop(ROW, "status", strict=False)
    marked = here.with_columns(pl.lit(False).alias(GONE))
    gone = difference.removed.select(KEY, pl.lit(True).alias(GONE))
    return pl.concat([marked, gone], how="diagonal")
