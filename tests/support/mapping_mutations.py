"""Tables with one row spoiled, to see whether anything notices."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from support.mapping_golden import Pair, disagreements

from mappings.codesets.crosswalk import Crosswalk
from mappings.engine.book import Book
from mappings.engine.codec.codes import Crossed
from mappings.engine.coverage import uncovered
from mappings.engine.errors import MappingTableError
from mappings.engine.load import build_table
from mappings.engine.model import Row, Table
from mappings.engine.paths import resolve

Raw = dict[str, Any]
Place = tuple[str | int, ...]
"""Where a row stands in a table's TOML."""


def places(rows: Raw, above: Place = ("rows",)) -> Iterator[Place]:
    """Every row of a table by its keys, those within `each` and those of a list included."""
    for name, stated in rows.items():
        listed = enumerate(stated) if isinstance(stated, list) else [(None, stated)]
        for number, row in listed:
            place = (*above, name) if number is None else (*above, name, number)
            yield place
            yield from places(row.get("rows", {}), (*place, "rows"))


def at(raw: Any, place: Place) -> Any:
    for key in place:
        raw = raw[key]
    return raw


def mutants(raw: Raw, place: Place) -> Iterator[tuple[str, Raw]]:
    """The table with one row dropped, with another codec, at a sibling's target, or swapped."""
    row, holder = at(raw, place), at(raw, place[:-1])
    spoiled = copy.deepcopy(raw)
    del at(spoiled, place[:-1])[place[-1]]
    yield "dropped", spoiled
    if row["codec"] != "each":
        yield "another codec", _with(raw, place, "codec", _other(row["codec"]))
    sibling = _sibling(holder, place)
    if sibling is not None:
        theirs = at(raw, sibling)["to"]
        yield f"at the target of {sibling[-1]}", _with(raw, place, "to", theirs)
        yield (
            f"swapped with {sibling[-1]}",
            _with(_with(raw, place, "to", theirs), sibling, "to", row["to"]),
        )


def _with(raw: Raw, place: Place, key: str, value: Any) -> Raw:
    spoiled = copy.deepcopy(raw)
    row = at(spoiled, place)
    row[key] = value
    if key == "codec":
        for param in row.keys() - {"to", "codec", "when", "required", "one_way", "reason", "note"}:
            del row[param]
    return spoiled


def _other(codec: str) -> str:
    """A codec that does something else with the values of this one."""
    return "text" if codec in {"int", "bool", "native", "user_ids", "split"} else "int"


def _sibling(holder: Any, place: Place) -> Place | None:
    if isinstance(holder, list):
        return None
    own = str(place[-1])
    plain = [
        name
        for name, row in holder.items()
        if name != own
        and isinstance(row, dict)
        and isinstance(row["to"], str)
        and row["codec"] != "each"
        and name.startswith("$") == own.startswith("$")
    ]
    return (*place[:-1], plain[0]) if plain and holder[own]["codec"] != "each" else None


def is_noticed(book: Book, table: Table, raw: Raw, golden: list[Pair]) -> bool:
    """Whether loading, coverage or a golden pair objects to a table."""
    stated = {**raw, "standard": book.standard, "version": book.version}
    try:
        spoiled = build_table(table.name, stated, book.setting_of(table.entity))
        return breaks(book, table, spoiled, golden)
    except MappingTableError:
        return True


def breaks(book: Book, table: Table, spoiled: Table, golden: list[Pair]) -> bool:
    """Whether coverage or a golden pair objects to a table in place of another."""
    if any(disagreements(spoiled, pair) for pair in golden):
        return True
    swapped = {
        key: tuple(spoiled if each is table else each for each in tables)
        for key, tables in book.by_subject.items()
    }
    by_entity = {
        key: tuple(spoiled if each is table else each for each in tables)
        for key, tables in book.by_entity.items()
    }
    return bool(uncovered(replace(book, by_subject=swapped, by_entity=by_entity)))


def crossed(table: Table) -> Iterator[tuple[str, Row]]:
    """The rows of a table that go by way of a crosswalk."""
    return ((str(row.ours), row) for row in table.rows if isinstance(row.codec, Crossed))


def recoded(table: Table, row: Row, golden: list[Pair]) -> Table:
    """The table with two codes of a crosswalk swapped, one of them used in a golden pair."""
    assert isinstance(row.codec, Crossed)
    held = [value for ours, _ in golden for _, value in resolve(ours, row.ours)]
    used = [code for value in held for code in (value if isinstance(value, list) else [value])]
    walk = row.codec.table
    mine = next((code for code in used if code in walk.forward), next(iter(walk.forward)))
    other = next(code for code in walk.forward if walk.forward[code] != walk.forward[mine])
    codec = replace(row.codec, table=_swapped(walk, mine, other))
    rows = tuple(replace(each, codec=codec) if each is row else each for each in table.rows)
    return replace(table, rows=rows)


def _swapped(walk: Crosswalk, one: str, other: str) -> Crosswalk:
    forward = {**walk.forward, one: walk.forward[other], other: walk.forward[one]}
    theirs = {walk.forward[one].theirs: other, walk.forward[other].theirs: one}
    return replace(walk, forward=forward, backward={**walk.backward, **theirs})
