"""How one JSON value becomes the text of one CSV cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from adapters.oneroster.rest.columns import Column
from adapters.oneroster.rest.schools import ref
from adapters.oneroster.rest.scrub import canonical

Note = Callable[[str, str], None]
"""Told a code and a sample when a value had not the form that its column expects."""

Read = Callable[[Any, Note], str | None]

SHAPE = "shape"
TIME = "time"

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](.*)")
_MIDNIGHT = re.compile(r"00:00(:00(\.0+)?)?(Z|[+-]00:?00)?")


def text(value: Any, note: Note) -> str | None:
    """A scalar as it is written; blank and absent are the same (2.3)."""
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, list | dict):
        note(SHAPE, canonical(value))
    return canonical(value)


def boolean(value: Any, note: Note) -> str | None:
    """`true` or `false`, whether JSON says so or a string does (2.3)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text(value, note)


def day(value: Any, note: Note) -> str | None:
    """A date; of a dateTime its day, because the CSV binding has no more (10)."""
    written = text(value, note)
    whole = _DAY.fullmatch(written) if written else None
    if whole is None:
        return written
    if not _MIDNIGHT.fullmatch(whole[2]):
        note(TIME, whole[0])
    return whole[1]


def reference(value: Any, note: Note) -> str | None:
    """The `sourcedId` of a reference, whatever its href or type say (2.2)."""
    named = ref(value)
    if named is None and value not in (None, "", {}):
        note(SHAPE, canonical(value))
        return canonical(value)
    return named


def references(value: Any, note: Note) -> str | None:
    """The `sourcedId`s of a list of references."""
    return _joined(_references(value, note))


def _references(value: Any, note: Note) -> list[str | None]:
    return [reference(item, note) for item in _items(value)]


def listed(value: Any, note: Note) -> str | None:
    """A list of strings; a plain string is taken as it is (1.1's periods)."""
    if isinstance(value, str):
        return value or None
    return _joined(text(item, note) for item in _items(value))


def user_ids(value: Any, note: Note) -> str | None:
    """`userIds` as `{type:identifier}` items (9.4)."""
    return _joined(_pair(item, "type", "identifier", note) for item in _items(value))


def scale(value: Any, note: Note) -> str | None:
    """`scoreScaleValue` as `{LHS:RHS}` items (9.4)."""
    return _joined(_pair(item, "itemValueLHS", "itemValueRHS", note) for item in _items(value))


def as_json(value: Any, note: Note) -> str | None:
    """Canonical JSON of whatever it is."""
    return None if value in (None, "", [], {}) else canonical(value)


KINDS: dict[str, Read] = {
    "text": text,
    "bool": boolean,
    "date": day,
    "ref": reference,
    "refs": references,
    "list": listed,
    "ids": user_ids,
    "pairs": scale,
    "json": as_json,
    "profile": text,
}


Items = Callable[[Any, Note], list[str | None]]


def _texts(value: Any, note: Note) -> list[str | None]:
    return [text(item, note) for item in _items(value)]


def _pairs(left: str, right: str) -> Items:
    def read(value: Any, note: Note) -> list[str | None]:
        return [_exact_pair(item, left, right, note) for item in _items(value)]

    return read


def _exact_pair(item: Any, left: str, right: str, note: Note) -> str | None:
    """`{left:right}`, or JSON where a colon on the left would make that ambiguous."""
    if isinstance(item, dict) and ":" in str(item.get(left, "")):
        return canonical(item)
    return _pair(item, left, right, note)


LISTS: dict[str, Items] = {
    "refs": _references,
    "list": _texts,
    "ids": _pairs("type", "identifier"),
    "pairs": _pairs("itemValueLHS", "itemValueRHS"),
}
"""How the elements of a list are read one by one, where nothing has to join them."""

_LONGEST_PLAIN = {"text": None, "bool": None, "list": None, "date": 10}
_PLAIN = frozenset({str, type(None)})


def plain(batch: Sequence[Mapping[str, Any]], column: Column) -> list[str | None] | None:
    """All values of a column at once where nothing is to be converted, which is the usual case.

    None when some value needs a closer look. Saves most of the time of reading a large district.
    """
    if column.kind not in _LONGEST_PLAIN or len(column.keys) > 1:
        return None
    key, longest = column.keys[0], _LONGEST_PLAIN[column.kind]
    values = [record.get(key) for record in batch]
    if not _PLAIN.issuperset(map(type, values)):
        return None
    if longest and any(len(value) > longest for value in values if value):
        return None
    return values


def _items(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]


def _pair(item: Any, left: str, right: str, note: Note) -> str | None:
    if not isinstance(item, dict):
        return text(item, note)
    name, value = (text(item.get(key), note) or "" for key in (left, right))
    return f"{{{name}:{value}}}" if name or value else None


def _joined(parts: Iterable[str | None]) -> str | None:
    """The CSV binding's list: commas between. An element that holds one needs JSON instead."""
    given = [part for part in parts if part]
    if any("," in part for part in given) or (given and given[0].startswith("[")):
        return canonical(given)
    return ",".join(given) or None
