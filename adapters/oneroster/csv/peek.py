"""A first look at a file: its header and first record, without reading all of it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_HEAD = 1 << 16
BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Peek:
    """The header as sent, and the first record by header name folded to lower case."""

    header: tuple[str, ...]
    first: dict[str, str] | None

    def filled(self, column: str) -> bool:
        """Whether the first record has a value in this column."""
        return bool(self.first and self.first.get(column.lower(), "").strip())

    def has(self, column: str) -> bool:
        """Whether the header names this column, in whatever case."""
        return column.lower() in {name.strip().lower() for name in self.header}


def peek(path: Path) -> Peek:
    """Look at the beginning of a file. What cannot be read looks empty: reading explains why."""
    with path.open("rb") as stream:
        text = stream.read(_HEAD).decode("utf-8", "replace").removeprefix(BOM)
    rows = _rows(text)
    if not rows:
        return Peek((), None)
    names = [name.strip().lower() for name in rows[0]]
    first = dict(zip(names, rows[1], strict=False)) if len(rows) > 1 else None
    return Peek(tuple(rows[0]), first)


def _rows(text: str) -> list[list[str]]:
    try:
        filled = (row for row in csv.reader(io.StringIO(text, newline="")) if any(row))
        return list(islice(filled, 2))
    except csv.Error:
        return []
