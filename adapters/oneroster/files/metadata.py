"""The extension object of a record as columns, and back.

`{"ilp": {"graduationYear": "2031"}}` is the column `metadata.ilp.graduationYear`. A dot inside a
name is written with a backslash before it. What is neither text nor an object stays what it is in
a row; a CSV cell holds it as canonical JSON (CSV Binding 1.2, Extending the CSV Binding: one
column, one text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

PREFIX = "metadata."
WHOLE = "metadata"
"""Column of an extension object whose names no column can bear."""

_DEEPEST = 8
_DOT = re.compile(r"(?<!\\)\.")


def to_columns(metadata: Any) -> dict[str, Any]:
    """The columns of an extension object; absent and null values have none."""
    if metadata in (None, "", {}, []):
        return {}
    if not isinstance(metadata, dict) or not _is_plain(metadata):
        return {WHOLE: metadata}
    return dict(_walk(metadata, "metadata", _DEEPEST))


def _is_plain(inner: Any) -> bool:
    """Whether every name on the way down can be part of a column's name."""
    if not isinstance(inner, dict):
        return True
    return all(key and "\\" not in key and _is_plain(one) for key, one in inner.items())


def _walk(inner: Mapping[str, Any], path: str, left: int) -> Iterator[tuple[str, Any]]:
    for key, value in inner.items():
        name = path + "." + key.replace(".", r"\.")
        if isinstance(value, dict) and value and left:
            yield from _walk(value, name, left - 1)
        elif value not in (None, ""):
            yield name, value


def to_object(row: Mapping[str, Any]) -> Any:
    """The extension object that the columns of a row make; None without any."""
    if WHOLE in row:
        return row[WHOLE]
    made: dict[str, Any] = {}
    for column in sorted(name for name in row if name.startswith(PREFIX)):
        _put(made, _DOT.split(column.removeprefix(PREFIX)), row[column])
    return made or None


def _put(made: dict[str, Any], parts: list[str], value: Any) -> None:
    """Set a value at a path; where a value stands on the way, the rest of the path is one name."""
    inner = made
    for at, part in enumerate(parts):
        key = part.replace(r"\.", ".")
        below = inner.setdefault(key, {}) if at + 1 < len(parts) else None
        if not isinstance(below, dict):
            rest = ".".join(parts[at:]) if below is not None else key
            inner[rest] = value
            return
        inner = below
