"""What the records of a standard look like: the facts that mappings, checks and writers share.

A standard record is a plain JSON object as the standard's own JSON names it; for OneRoster it is a
row of the CSV binding. A shape says which properties it has, of what kind and how long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """What a value is; a decimal travels as text so that no digit is lost."""

    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    YEAR = "year"
    CODE = "code"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a record or of an object within it.

    `max_length` and `min_length` count characters; `minimum` and `maximum` bound numbers. `codes`
    names the code set of a CODE (a vocabulary, a descriptor, an option set). `parts` are the
    properties of an OBJECT. `reference` names the entity whose key the object holds. `many` is a
    list of such values. `verified` is False for what no source confirms.
    """

    name: str
    kind: Kind
    required: bool = False
    many: bool = False
    max_length: int | None = None
    min_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    codes: str | None = None
    reference: str | None = None
    parts: tuple[Property, ...] = ()
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """One entity of a standard version.

    `key` are the paths that identify a record. `extensions` are the beginnings of names that
    anybody may add (`metadata.` in OneRoster, `_ext` in Ed-Fi).
    """

    standard: str
    version: str
    entity: str
    properties: tuple[Property, ...]
    key: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()

    def leaves(self) -> Iterator[tuple[str, Property]]:
        """Every value a record can hold, by path: `schoolReference.schoolId`, `races[].code`."""
        return _leaves(self.properties, "")


def _leaves(properties: tuple[Property, ...], prefix: str) -> Iterator[tuple[str, Property]]:
    for each in properties:
        path = f"{prefix}{each.name}{'[]' if each.many else ''}"
        if each.parts:
            yield from _leaves(each.parts, f"{path}.")
        else:
            yield path, each


class StandardRecord(NamedTuple):
    """A record of a standard on its way: its entity, its values, and where it was read.

    `where` is what a person would call the place (`users.csv, row 7`), empty for what we made.
    `vouched`: its maker answers for it, so that whoever writes it need not look for what the
    standard has no place for.
    """

    entity: str
    values: dict[str, Any]
    where: str = ""
    vouched: bool = False

    @property
    def row(self) -> int | None:
        """The line or record number that the place ends with."""
        match = re.search(r"\d+$", self.where)
        return int(match[0]) if match else None
