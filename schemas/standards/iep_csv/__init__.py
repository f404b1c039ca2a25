"""Our own CSV layout for IEPs: its files and columns (`docs/reference/iep-csv.md`)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from schemas.standards.shape import Kind, Property, Shape

VERSION: Final = "1"
HEAD: Final = "ieps"
"""The file with one row for each version of an IEP; all others tell parts of it."""

KEY: Final = ("studentId", "iepId", "version")
"""The columns that say whose part a row is, in every file."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file, and what it means."""

    file: str
    name: str
    kind: Kind
    required: bool
    meaning: str


@cache
def layout() -> Mapping[str, tuple[Column, ...]]:
    """The columns of each file, by the file's name without `.csv`."""
    text = files(__name__).joinpath("columns.csv").read_text(encoding="utf-8")
    found: dict[str, list[Column]] = {}
    for row in csv.DictReader(text.splitlines()):
        required = bool(row["required"])
        column = Column(row["file"], row["column"], Kind(row["kind"]), required, row["meaning"])
        found.setdefault(column.file, []).append(column)
    return {name: tuple(columns) for name, columns in found.items()}


def shape(version: str, entity: str) -> Shape:
    """What a row of a file looks like. Raises KeyError for a file that is none of the layout."""
    properties = tuple(Property(one.name, one.kind, one.required) for one in layout()[entity])
    return Shape("iep-csv", version, entity, properties, KEY)
