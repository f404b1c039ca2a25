"""The mapping tables of flat records as the nightly sync runs them: column by column.

The tables themselves are those of `mappings.engine.book`; this is what decoding a delivery's cells
needs of them.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from mappings.engine.errors import MappingTableError
from schemas.roster.entities import FIELDS

CODECS = frozenset(
    {"text", "bool", "date", "int", "list", "grades", "user_ids", "reference", "references"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One correspondence between a field and a column."""

    field: str
    column: str
    codec: str
    required: bool
    reference: str | None


@dataclass(frozen=True, slots=True)
class MappingTable:
    """The correspondence between one file of a standard and one entity of ours."""

    file: str
    entity: str
    rows: tuple[Row, ...]
    standard_only: Mapping[str, str]
    ours_only: Mapping[str, str]
    digest: str

    @property
    def columns(self) -> frozenset[str]:
        """Every column of the standard that the table accounts for."""
        return frozenset(row.column for row in self.rows) | frozenset(self.standard_only)


_CODECS = {
    "ref": "reference",
    "list ref": "references",
    "list grade": "grades",
    "list text": "list",
}
"""Codecs of mapping tables under the names that columns of cells know them by."""


def parse_table(text: str) -> MappingTable:
    """A mapping table as one of columns.

    Raises MappingTableError where a field is unknown or unaccounted for.
    """
    raw = tomllib.loads(text)
    file, entity = raw["entity"], raw["ours"]
    known = {field.name: field for field in FIELDS[entity]}
    rows = []
    for name, entry in raw["rows"].items():
        if name == "id":  # the source's key stands beside the record
            continue
        if name not in known:
            raise MappingTableError(f"{file}: {entity} has no field {name!r}")
        codec = _CODECS.get(entry["codec"], entry["codec"])
        if codec not in CODECS:
            raise MappingTableError(f"{file}.{name}: no codec {entry['codec']!r}")
        field = known[name]
        rows.append(Row(name, entry["to"], codec, field.required, field.reference))
    ours_only = raw.get("ours_only", {})
    missing = known.keys() - raw["rows"].keys() - ours_only.keys()
    if missing:
        raise MappingTableError(f"{file}: no row for {', '.join(sorted(missing))}")
    key = {"sourcedId": "the source's key: kept in the crosswalk and beside the record"}
    return MappingTable(
        file,
        entity,
        tuple(rows),
        {**key, **raw.get("theirs_only", {})},
        ours_only,
        hashlib.sha256(text.encode()).hexdigest(),
    )


@cache
def tables_in(package: str, *revisions: str) -> Mapping[str, MappingTable]:
    """The tables of a package that are about the roster, such as `mappings.oneroster.v1p2`.

    What else the book maps is kept as it came, as supplements. `revisions` are books that inherit
    from it: columns that only they have are accounted for as well.
    """
    raws = {name: tomllib.loads(text) for name, text in _texts(package)}
    tables = [
        parse_table(text) for name, text in _texts(package) if raws[name].get("ours") in FIELDS
    ]
    added = {
        raws[name]["entity"]: tomllib.loads(text).get("add", {}).get("theirs_only", {})
        for each in revisions
        for name, text in _texts(each)
        if name in raws
    }
    known = [
        replace(one, standard_only={**one.standard_only, **added.get(one.file, {})})
        for one in tables
    ]
    return {table.file: table for table in sorted(known, key=lambda table: table.file)}


def _texts(package: str) -> Iterator[tuple[str, str]]:
    """The tables of a book by name; its head is none."""
    for path in files(package).iterdir():
        if path.name.endswith(".toml") and path.name != "standard.toml":
            yield path.name, path.read_text(encoding="utf-8")


def recipe_digest(package: str) -> str:
    """One digest over all tables of a package: another digest means another mapping."""
    digests = [f"{name}={table.digest}" for name, table in tables_in(package).items()]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
