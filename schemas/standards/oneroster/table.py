"""Typed access to the tables of the OneRoster CSV binding (`v1p1.toml`, `v1p2.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

Required = Literal["always", "delta", "no"]
Format = Literal[
    "Boolean",
    "Date",
    "DateTime",
    "Enumeration",
    "Enumeration List",
    "Float",
    "GUID",
    "GUID Reference",
    "ID",
    "Integer",
    "List of GUID References",
    "List of Strings",
    "Object List",
    "String",
    "Year",
]

VERSIONS = ("1.1", "1.2")
"""The versions as `oneroster.version` in the manifest spells them; 1.2 stands for 1.2.1."""

EXTENSION = r"^ext:[a-zA-Z0-9.\-_]+$"
"""Form of a term that extends an extensible vocabulary."""

_TABLES = {"1.1": "v1p1.toml", "1.2": "v1p2.toml"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    `required` "delta" means filled in delta files and blank in bulk files. `terms` is empty for
    formats without a vocabulary; `tolerated` terms are outside the list but known to be sent.
    `refers` names the collection that a reference points into. `optional_over_rest` marks a
    value that CSV requires and the REST binding does not. `vocabulary` names the list of `terms`;
    `parts` are the fields of each object of an "Object List", which only JSON has. `verified` is
    False where requiredness and format are not checked against the standard's own tables.
    """

    name: str
    required: Required
    format: Format
    terms: tuple[str, ...] = ()
    extensible: bool = False
    tolerated: tuple[str, ...] = ()
    refers: str | None = None
    optional_over_rest: bool = False
    verified: bool = True
    vocabulary: str | None = None
    parts: tuple[Column, ...] = ()

    @property
    def is_boolean(self) -> bool:
        """Whether the values are `true` and `false`, whatever the format is called."""
        return self.terms == ("true", "false")

    @property
    def is_list(self) -> bool:
        """Whether one cell holds several values, separated by commas."""
        return self.format in ("Enumeration List", "List of GUID References", "List of Strings")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One property of `manifest.csv`; `allowed` is empty where any text may stand."""

    name: str
    required: bool
    allowed: tuple[str, ...] = ()


@cache
def _table(version: str) -> dict[str, Any]:
    text = resources.files(__package__).joinpath(_TABLES[version]).read_text("utf-8")
    return tomllib.loads(text)


def _column(name: str, facts: Mapping[str, Any], table: Mapping[str, Any]) -> Column:
    vocabulary = table["vocabularies"][facts["terms"]] if "terms" in facts else {}
    return Column(
        name=name,
        required=facts.get("required", "no"),
        format=facts["format"],
        terms=tuple(vocabulary.get("terms", ())),
        extensible=vocabulary.get("extensible", False),
        tolerated=tuple(vocabulary.get("tolerated", ())),
        refers=facts.get("refers"),
        optional_over_rest=facts.get("optional_over_rest", False),
        verified=table["verified"],
        vocabulary=facts.get("terms"),
        parts=_columns(table["parts"][facts["parts"]], table) if "parts" in facts else (),
    )


def _columns(own: Mapping[str, Any], table: Mapping[str, Any]) -> tuple[Column, ...]:
    return tuple(_column(name, facts, table) for name, facts in own.items())


@cache
def files(version: str) -> dict[str, tuple[Column, ...]]:
    """Each data file (`users`, without `.csv`) with its columns in header order.

    Raises KeyError for a version other than those in `VERSIONS`.
    Source: CSV Binding 1.2.1, the table of each file; 1.1 derived from its change list.
    """
    table = _table(version)
    return {name: _columns(table["base"] | own, table) for name, own in table["files"].items()}


@cache
def json_files(version: str) -> dict[str, tuple[Column, ...]]:
    """The collections that JSON has and no CSV file holds, each with its columns.

    Columns are named as the CSV binding would: a reference ends in `SourcedId`.
    Source: OpenAPI of the 1.2 gradebook service, AssessmentLineItem and AssessmentResult.
    """
    table = _table(version)
    own = table.get("json_files", {})
    return {name: _columns(table["base"] | columns, table) for name, columns in own.items()}


@cache
def json_columns(version: str, name: str) -> tuple[Column, ...]:
    """Further columns that records of a CSV file have in JSON alone."""
    table = _table(version)
    return _columns(table.get("json_columns", {}).get(name, {}), table)


@cache
def column_map(version: str, name: str) -> dict[str, Column]:
    """The columns of one file by name, those of earlier releases included."""
    known = files(version)[name] + former_columns(version, name)
    return {column.name: column for column in known}


@cache
def former_columns(version: str, name: str) -> tuple[Column, ...]:
    """Columns that an earlier release of this version had: read them, never write them."""
    table = _table(version)
    former = table.get("former", {}).get(name, {})
    return tuple(_column(column, facts, table) for column, facts in former.items())


def header_verified(version: str, name: str) -> bool:
    """Whether the header of this file was checked against something other than derivation."""
    table = _table(version)
    return bool(table["verified"]) or name in table["verified_headers"]


@cache
def manifest(version: str) -> tuple[ManifestRow, ...]:
    """The rows of `manifest.csv`, in order (CSV Binding 1.2.1, manifest.csv)."""
    modes = ("absent", "bulk", "delta")
    return (
        ManifestRow("manifest.version", True, ("1.0",)),
        ManifestRow("oneroster.version", True, (version,)),
        *(ManifestRow(f"file.{name}", True, modes) for name in files(version)),
        ManifestRow("source.systemName", False),
        ManifestRow("source.systemCode", False),
    )
