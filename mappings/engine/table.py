"""A mapping table: which column of a standard carries which of our fields, and how.

Tables are TOML files. Every field of our model stands in `rows` or under `ours_only`, every
column of the standard in `rows` or under `standard_only`, each of these with a reason.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from schemas.roster.entities import FIELDS

CODECS = frozenset(
    {"text", "bool", "date", "int", "list", "grades", "user_ids", "reference", "references"}
)


class MappingTableError(Exception):
    """A mapping table contradicts our model or itself: mend the table."""


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

    standard: str
    version: str
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


def parse_table(text: str) -> MappingTable:
    """Read a table. Raises MappingTableError where a field is unknown or unaccounted for."""
    raw = tomllib.loads(text)
    known = {field.name: field for field in FIELDS[raw["entity"]]}
    rows = []
    for name, entry in raw["rows"].items():
        if name not in known:
            raise MappingTableError(f"{raw['file']}: {raw['entity']} has no field {name!r}")
        if entry["codec"] not in CODECS:
            raise MappingTableError(f"{raw['file']}.{name}: no codec {entry['codec']!r}")
        field = known[name]
        rows.append(Row(name, entry["column"], entry["codec"], field.required, field.reference))
    ours_only = raw.get("ours_only", {})
    missing = known.keys() - raw["rows"].keys() - ours_only.keys()
    if missing:
        raise MappingTableError(f"{raw['file']}: no row for {', '.join(sorted(missing))}")
    return MappingTable(
        raw["standard"],
        raw["version"],
        raw["file"],
        raw["entity"],
        tuple(rows),
        raw.get("standard_only", {}),
        ours_only,
        hashlib.sha256(text.encode()).hexdigest(),
    )


@cache
def tables_in(package: str) -> Mapping[str, MappingTable]:
    """The tables of one standard version by file name, such as `mappings.oneroster.v1p2`."""
    found = (path for path in files(package).iterdir() if path.name.endswith(".toml"))
    tables = [parse_table(path.read_text(encoding="utf-8")) for path in found]
    return {table.file: table for table in sorted(tables, key=lambda table: table.file)}


def recipe_digest(package: str) -> str:
    """One digest over all tables of a package: another digest means another mapping."""
    digests = [f"{name}={table.digest}" for name, table in tables_in(package).items()]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
