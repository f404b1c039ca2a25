"""Rows that REST nests in other records and the CSV binding keeps in files of their own.

REST gives them no id. Theirs is made of what identifies them, so that it is the same every night.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.oneroster.rest.columns import Column, Table
from adapters.oneroster.rest.scrub import canonical
from adapters.oneroster.rest.values import KINDS

Record = Mapping[str, Any]
Row = dict[str, Any]
_Places = Mapping[str, Record]

_OF_REFERENCES = frozenset({"href", "type", "sourcedId", "title"})


def derived(table: Table, records: Iterable[Record]) -> Iterator[Row]:
    """The rows of a derived table, each keyed by column name."""
    for record in records:
        rows = [_row(table, places) for places in _walk(table, record)]
        yield from _identified(table, rows)


def _walk(table: Table, record: Record) -> Iterator[_Places]:
    """Everything that the table's path leads to in one record, with what it lies in."""
    for outer in _items(record.get(table.each[0])):
        if len(table.each) == 1:
            yield {"record": record, "set": {}, "item": _as_record(outer)}
        elif isinstance(outer, dict):
            for inner in _items(outer.get(table.each[1])):
                yield {"record": record, "set": outer, "item": _as_record(inner)}


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _as_record(item: Any) -> Record:
    return item if isinstance(item, dict) else {"": item}


def _row(table: Table, places: _Places) -> Row:
    row = {column.name: _value(column, places) for column in table.columns}
    item = places["item"]
    used = {key for column in table.columns if column.of == "item" for key in column.keys}
    spare = item.keys() - used - (_OF_REFERENCES if "sourcedId" in item else set())
    return row | {key: item[key] for key in spare if key and key not in row}


def _value(column: Column, places: _Places) -> Any:
    place = places[column.of]
    value = next((place[key] for key in column.keys if place.get(key) is not None), None)
    if column.kind == "profile" and value:
        # 1.2 names a profile by its URI; here it is a row with the id that it gets below.
        return f"{places['record'].get('sourcedId')}|{value}"
    return value


def _identified(table: Table, rows: list[Row]) -> list[Row]:
    """The rows of one record with their ids; longer only where a shorter one is not enough."""
    names = [_name(table, row, table.id) for row in rows]
    taken = Counter(names)
    if table.tie and len(taken) < len(names):
        longer = (*table.id, table.tie)
        pairs = zip(names, rows, strict=True)
        names = [_name(table, row, longer) if taken[name] > 1 else name for name, row in pairs]
    return _numbered(rows, names)


def _name(table: Table, row: Row, parts: tuple[str, ...]) -> str:
    """The id that these columns make."""
    return "|".join(_text(table.column(part), row) or "" for part in parts)


def _text(column: Column, row: Row) -> str | None:
    return KINDS[column.kind](row[column.name], lambda code, sample: None)


def _numbered(rows: list[Row], names: list[str]) -> list[Row]:
    """Rows that differ but still share an id are numbered, in an order that content decides."""
    if len(set(names)) == len(names):
        return [{**row, "sourcedId": name} for row, name in zip(rows, names, strict=True)]
    contents: dict[str, list[str]] = {}
    for row, name in sorted(zip(rows, names, strict=True), key=lambda pair: canonical(pair[0])):
        same = contents.setdefault(name, [])
        if (content := canonical(row)) not in same:
            same.append(content)
    for row, name in zip(rows, names, strict=True):
        number = contents[name].index(canonical(row)) + 1
        row["sourcedId"] = name if number == 1 else f"{name}|{number}"
    return rows
