"""Classes and properties of CEDS 14 (`classes.csv`, `properties.csv`), by name and by id.

A name is the notation of the CEDS Ontology. Two properties of one notation are told apart by the
id behind the second (`hasIndividualizedProgramMeetingAttendee_P600553`). CEDS declares no
cardinality and requires nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from schemas.standards.shape import Kind

VERSION: Final = "14"
NAMESPACE: Final = "http://ceds.ed.gov/terms#"
"""Every CEDS term is this and an id: `P000115`, `C200275`, `NI000255173111`."""

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
PARTIAL_DATE: Final = "partial date"
"""Stands where a value may be a day, a month or a year: `PARTIAL_DATES` by length."""

PARTIAL_DATES: Final = {10: "xsd:date", 7: "xsd:gYearMonth", 4: "xsd:gYear"}

BASE_CLASS: Final = "CEDSBaseResource"
ORGANIZATION: Final = "Organization"
PERSON: Final = "Person"

KINDS: Final = {
    "xsd:string": Kind.STRING,
    "xsd:token": Kind.STRING,
    "xsd:gYearMonth": Kind.STRING,
    PARTIAL_DATE: Kind.STRING,
    "xsd:decimal": Kind.DECIMAL,
    "xsd:int": Kind.INTEGER,
    "xsd:byte": Kind.INTEGER,
    "xsd:nonNegativeInteger": Kind.INTEGER,
    "xsd:boolean": Kind.BOOLEAN,
    "xsd:date": Kind.DATE,
    "xsd:dateTime": Kind.DATETIME,
    "xsd:time": Kind.TIME,
    "xsd:gYear": Kind.YEAR,
}


@dataclass(frozen=True, slots=True)
class Class:
    """A class of things; `held` is True where this package has the class's own properties."""

    id: str
    name: str
    parent: str | None
    held: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A property: what it may stand on and what its values are.

    `range` is what the ontology says; `datatype` is the XSD type that values are written with
    (`xsd:date` for the many dates that the ontology calls dateTime). It is None for options, whose
    set `codes` names, and for links, whose class `reference` names. `iri` is whole. `form` is the
    text format as CEDS writes it.
    """

    id: str
    name: str
    kind: Kind
    iri: str
    domains: frozenset[str]
    range: str = ""
    datatype: str | None = None
    codes: str | None = None
    reference: str | None = None
    global_id: str | None = None
    form: str = ""
    max_length: int | None = None
    min_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one table of this package."""
    with resources.files(__package__).joinpath(name).open("r", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


@cache
def classes() -> dict[str, Class]:
    """Every class by name."""
    found = list(rows("classes.csv"))
    names = {row["id"]: row["notation"] for row in found}
    return {
        row["notation"]: Class(
            row["id"], row["notation"], names.get(row["parent"]), row["held"] == "yes"
        )
        for row in found
    }


@cache
def option_set_names() -> dict[str, str]:
    """The notation of every option set by id."""
    return {row["id"]: row["notation"] for row in rows("option_sets.csv")}


def _datatype(row: dict[str, str]) -> str:
    if row["kind"] == "option":  # a set without options: its codes are kept elsewhere, as text
        return "xsd:string"
    form = row["format"]
    if row["range"] == "xsd:dateTime" and "T" not in form:
        return {"YYYY-MM-DD": "xsd:date", "YYYY-MM": "xsd:gYearMonth"}.get(form, PARTIAL_DATE)
    return row["range"]


def _number(text: str) -> float | None:
    return float(text) if text else None


def _count(text: str) -> int | None:
    return int(float(text)) if text else None


def _term(row: dict[str, str], names: dict[str, str]) -> Term:
    codes = option_set_names().get(row["range"]) if row["kind"] == "option" else None
    reference = names.get(row["range"]) if row["kind"] == "object" else None
    datatype = None if codes or row["kind"] == "object" else _datatype(row)
    plain = Kind.OBJECT if row["kind"] == "object" else Kind.CODE
    return Term(
        id=row["id"],
        name=row["notation"],
        kind=KINDS[datatype] if datatype else plain,
        iri=NAMESPACE + row["id"],
        domains=frozenset(names[each] for each in row["domains"].split("|") if each in names),
        range=row["range"],
        datatype=datatype,
        codes=codes,
        reference=reference,
        global_id=row["global_id"] or None,
        form=row["format"],
        max_length=_count(row["max_length"]),
        min_length=_count(row["min_length"]),
        minimum=_number(row["minimum"]),
        maximum=_number(row["maximum"]),
    )


@cache
def properties() -> dict[str, Term]:
    """Every property of CEDS that this package holds, by name."""
    names = {each.id: each.name for each in classes().values()}
    return {row["notation"]: _term(row, names) for row in rows("properties.csv")}
