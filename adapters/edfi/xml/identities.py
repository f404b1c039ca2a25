"""What the XML ids of a file stand for: the keys of its elements, on disk while it is read.

A reference may lead to an element later in the file, and a key may hold references itself. So the
first reference by id reads the whole file once for its ids; a file without any costs nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from functools import cache
from typing import Any

from lxml import etree

from adapters.edfi.files import Entry
from adapters.edfi.xml.convert import Converter, Values
from adapters.edfi.xml.faults import Fault, local_name, path_of
from adapters.edfi.xml.stream import Stream, entity_of
from adapters.edfi.xml.tree import identity_element
from schemas.standards.edfi import catalog, key_parts

_REFERENCES_WITH_ID: Any = etree.XPath("descendant-or-self::*[@id][*]")
_WAITING = "@ref"
_LONGEST_CHAIN = 16

Key = dict[tuple[str, ...], Any]


class Identities:
    """The ids of one file. It is a `Resolver`."""

    def __init__(self, entry: Entry, version: str) -> None:
        self._entry, self._version = entry, version
        self._rows: sqlite3.Connection | None = None

    def __call__(self, element: Any, entity: str) -> Key:
        return self._key(element, element.get("ref"), entity, 0)

    def close(self) -> None:
        """Let go of what was kept on disk."""
        if self._rows is not None:
            self._rows.close()

    def _key(self, element: Any, name: str, entity: str, depth: int) -> Key:
        row = self._index().execute("SELECT entity, key FROM ids WHERE id = ?", [name]).fetchone()
        if row is None:
            raise _unknown(element, name)
        if depth > _LONGEST_CHAIN:
            raise _circular(element, name)
        found, values = row[0], json.loads(row[1])
        if found != entity and self._base(found) != entity:
            raise _misleading(element, name, found)
        parts = key_parts(self._version, entity)
        if len(parts) == len(values) == 1:
            return {parts[0].xml: self._value(element, values[0], depth)}
        paths = [part.xml for part in key_parts(self._version, found)]
        return {
            path: self._value(element, value, depth)
            for path, value in zip(paths, values, strict=True)
        }

    def _value(self, element: Any, value: Any, depth: int) -> Any:
        if not isinstance(value, dict):
            return value
        name, entity, path = value[_WAITING]
        return self._key(element, name, entity, depth + 1)[tuple(path)]

    def _base(self, entity: str) -> str:
        known = catalog(self._version).get(entity)
        return known.base if known else ""

    def _index(self) -> sqlite3.Connection:
        if self._rows is None:
            self._rows = sqlite3.connect("")  # a file of its own that nobody else sees
            self._rows.execute("CREATE TABLE ids (id TEXT PRIMARY KEY, entity TEXT, key TEXT)")
            converter = Converter(self._version, self._waiting)
            for element, _ in Stream(self._entry, self._version).elements():
                for row in self._ids(element, converter):
                    self._keep(element, row)
        return self._rows

    def _keep(self, element: Any, row: tuple[str, str, str]) -> None:
        try:
            assert self._rows is not None  # noqa: S101  # `_index` has just opened it
            self._rows.execute("INSERT INTO ids VALUES (?, ?, ?)", row)
        except sqlite3.IntegrityError:
            problem = f"the id '{row[0]}' stands twice in the file"
            raise Fault(element, "id", problem, "Give each element an id of its own.") from None

    def _ids(self, element: Any, converter: Converter) -> Iterator[tuple[str, str, str]]:
        """Every id in an element with the entity and the key that it stands for."""
        entity = entity_of(self._version, element)
        if entity and element.get("id") is not None:
            values = converter.record(entity, element)
            own = [_at(values, part.json) for part in key_parts(self._version, entity)]
            yield element.get("id"), entity, json.dumps(own)
        for each in _REFERENCES_WITH_ID(element):
            entity = _of_identity(self._version).get(local_name(each[0]), "") if len(each) else ""
            if entity:
                values = converter.reference(entity, each)
                key = [values.get(part.part) for part in key_parts(self._version, entity)]
                yield each.get("id"), entity, json.dumps(key)

    def _waiting(self, element: Any, entity: str) -> Key:
        """While ids are collected, a key that is not known yet."""
        name = element.get("ref")
        paths = (part.xml for part in key_parts(self._version, entity))
        return {path: _Waiting({_WAITING: [name, entity, path]}) for path in paths}


class _Waiting(dict[str, Any]):
    """A value to be looked up later; whether it agrees with another is seen then."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


def _at(values: Values, path: str) -> Any:
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


@cache
def _of_identity(version: str) -> dict[str, str]:
    known = catalog(version)
    names = [*known, *{each.base for each in known.values() if each.base}]
    return {identity_element(version, name): name for name in names}


def _unknown(element: Any, name: str) -> Fault:
    problem = f"{path_of(element)}: no element of the file has the id '{name}'"
    return Fault(element, "ref", problem, "Send the element in the same file, or its identity.")


def _misleading(element: Any, name: str, found: str) -> Fault:
    problem = f"{path_of(element)}: the id '{name}' is that of a record of {found}"
    return Fault(element, "ref", problem, "Refer to an element of the right kind.")


def _circular(element: Any, name: str) -> Fault:
    problem = f"{path_of(element)}: the key behind the id '{name}' leads in a circle"
    return Fault(element, "ref", problem, "Write the identities out instead of ids.")
