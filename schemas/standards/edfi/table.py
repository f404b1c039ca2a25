"""Typed access to the tables of both Ed-Fi bindings (`ds5p2*.csv`, `ds6p1*.csv`).

The tables are made from the official XSDs, ApiSchema 5.2 and OpenAPI 6.0. What only 6.1 added has
no published JSON; it is named by the rule that the rest obeys and is marked as not verified.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

VERSIONS = ("5.2", "6.1")
"""The Data Standards as format names spell them; their XML namespaces end in `.0`."""

RowKind = Literal[
    "boolean",
    "date",
    "datetime",
    "decimal",
    "descriptor",
    "fold",
    "integer",
    "object",
    "reference",
    "schoolyear",
    "string",
    "time",
    "year",
]

_TABLES = {"5.2": "ds5p2", "6.1": "ds6p1"}
_LATER = frozenset(
    {
        "Candidate",
        "Path",
        "PerformanceEvaluation",
        "RecruitmentAndStaffing",
        "SpecialEducationDataModel",
        "StudentProgramEvaluation",
    }
)
"""Interchanges that repeat entities at home elsewhere."""

_DESCRIPTORS = "descriptors"


@dataclass(frozen=True, slots=True)
class Row:
    """One XML element of an entity and the JSON property it is.

    `xml` are element names from the entity down, `json` a path with `[]` behind a list. A "fold"
    is an element that JSON spreads over its parent. `refers` names an entity or a descriptor. The
    `minimum` of a string counts its characters.
    """

    xml: tuple[str, ...]
    json: str
    kind: RowKind
    required: bool
    length: int | None
    minimum: float | None
    maximum: float | None
    refers: str
    verified: bool


@dataclass(frozen=True, slots=True)
class KeyPart:
    """One element of an entity's identity and the part of a reference that it is in JSON.

    `xml` leaves out the identity elements between references. One part may have several paths:
    what they say must agree (key unification). `json` is where the record itself has the value;
    empty for an abstract entity.
    """

    xml: tuple[str, ...]
    part: str
    json: str
    kind: RowKind
    length: int | None
    refers: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity: its element, the abstract entity it extends, where it travels, what names it.

    `interchanges` are without the prefix `Interchange`, the one that we write first; none means
    that no XML file can hold it. `key` are JSON paths.
    """

    name: str
    element: str
    base: str
    interchanges: tuple[str, ...]
    key: tuple[str, ...]
    verified: bool

    @property
    def is_descriptor(self) -> bool:
        """Whether it is a descriptor resource; all of them have the same properties."""
        return self.base == _DESCRIPTORS


def namespace(version: str) -> str:
    """The XML namespace of a version, such as `http://ed-fi.org/5.2.0`."""
    return f"http://ed-fi.org/{version}.0"


def _read(version: str, kind: str) -> Iterator[dict[str, str]]:
    return _lines(f"{_TABLES[version]}{kind}.csv")


def _lines(name: str) -> Iterator[dict[str, str]]:
    path = resources.files(__package__).joinpath(name)
    head, *lines = csv.reader(path.read_text("utf-8").splitlines())
    yield from (dict(zip(head, line, strict=True)) for line in lines)


@cache
def _by_entity(version: str, kind: str) -> dict[str, list[dict[str, str]]]:
    """The lines of a table as text: few of its entities are ever asked for."""
    found: dict[str, list[dict[str, str]]] = {}
    for line in _read(version, kind):
        found.setdefault(line["entity"], []).append(line)
    return found


@cache
def catalog(version: str) -> dict[str, Entity]:
    """Every entity with an XML type, by resource name. Raises KeyError for another version."""
    return {row["entity"]: _entity(row) for row in _read(version, "-entities")}


def _entity(row: dict[str, str]) -> Entity:
    interchanges = sorted(row["interchanges"].split(), key=lambda name: name in _LATER)
    return Entity(
        name=row["entity"],
        element=row["xml"],
        base=row["base"],
        interchanges=tuple(interchanges),
        key=tuple(row["key"].split()),
        verified=row["verified"] == "1",
    )


@cache
def rows(version: str, entity: str) -> tuple[Row, ...]:
    """The elements of an entity in the order of its XML sequence."""
    known = catalog(version)[entity]
    lines = _by_entity(version, "")[_DESCRIPTORS if known.is_descriptor else entity]
    return tuple(map(_row, lines))


def _row(row: dict[str, str]) -> Row:
    return Row(
        xml=tuple(row["xml"].split("/")),
        json=row["json"],
        kind=row["kind"],  # type: ignore[arg-type]  # a test compares the table with its sources
        required=row["required"] == "1",
        length=int(row["length"]) if row["length"] else None,
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
        refers=row["refers"],
        verified=row["verified"] == "1",
    )


@cache
def key_parts(version: str, entity: str) -> tuple[KeyPart, ...]:
    """The identity of an entity, abstract ones (`educationOrganizations`) included."""
    return tuple(map(_key_part, _by_entity(version, "-keys")[entity]))


def _key_part(row: dict[str, str]) -> KeyPart:
    return KeyPart(
        xml=tuple(row["xml"].split("/")),
        part=row["part"],
        json=row["json"],
        kind=row["kind"],  # type: ignore[arg-type]  # as above
        length=int(row["length"]) if row["length"] else None,
        refers=row["refers"],
    )


@cache
def unifications() -> dict[str, tuple[tuple[str, str], ...]]:
    """Pairs of paths within a record whose values must be equal, by entity (ApiSchema 5.2.0).

    No list is published for 6.x; what both versions have is taken to hold in both.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for row in _lines("unifications.csv"):
        found.setdefault(row["entity"], []).append((row["one"], row["other"]))
    return {entity: tuple(pairs) for entity, pairs in found.items()}
