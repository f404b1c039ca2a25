"""The views as they are read: rows on their way into tables, one for each view of a book."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from mappings.engine.book import Book, open_book
from mappings.engine.model import Row
from mappings.engine.paths import Tree
from schemas.standards.edfi import shape

_CHUNK = 20_000
_KINDS: dict[str, pl.DataType] = {
    "int": pl.Int64(),
    "date": pl.Date(),
    "bool": pl.Boolean(),
    "flag": pl.Boolean(),
}


def subjects_of(book: Book) -> list[str]:
    """The views of a book."""
    return [each for each in book.by_subject if each.startswith("edfi.")]


def blank_views(book: Book) -> dict[str, pl.DataFrame]:
    """The views as they are read, without rows."""
    return {each: collected(book, each).frame() for each in subjects_of(book)}


@dataclass(slots=True)
class Collected:
    """The rows of one view on their way into a table."""

    schema: dict[str, pl.DataType]
    rows: list[Tree] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, row: Tree) -> None:
        """Keep a row; many of them become columns, which hold less."""
        self.rows.append(row)
        if len(self.rows) >= _CHUNK:
            self._pack()

    def frame(self) -> pl.DataFrame:
        """All rows; of equal ones the first stands."""
        self._pack()
        return pl.concat(self.frames)

    def _pack(self) -> None:
        columns = {
            name: pl.Series(name, [row.get(name) for row in self.rows], dtype=_wire(kind))
            for name, kind in self.schema.items()
        }
        packed = pl.DataFrame(columns)
        days = [name for name, kind in self.schema.items() if kind == pl.Date]
        self.frames.append(packed.with_columns(pl.col(days).str.to_date()) if days else packed)
        self.rows.clear()


def _wire(kind: pl.DataType) -> Any:
    """Days come as text."""
    return pl.String() if kind == pl.Date else kind


def collected(book: Book, subject: str) -> Collected:
    """A view with the columns of its tables, and those that an overlay took from them."""
    tables = (*_usual(book.version).by_subject[subject], *book.by_subject.get(subject, ()))
    rows = [row for table in tables for row in table.rows]
    return Collected({row.ours.steps[0].name: _kind(row) for row in rows})


@cache
def _usual(version: str) -> Book:
    return open_book(f"mappings.edfi.v{version.replace('.', 'p')}", shape)


def _kind(row: Row) -> pl.DataType:
    if any(target.path.many for target in row.targets):
        return pl.List(pl.String())
    return _KINDS.get(row.codec_name, pl.String())
