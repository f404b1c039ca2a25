"""Reading a crosswalk: which code of theirs stands for which of ours, and how well it fits.

Columns: `ours`, `relation` (equivalent, broader, narrower: how their code lies to ours; none),
`theirs_set`, `theirs`, `preferred` (yes on the one row by which a code of theirs is read), `note`.
A code of ours with a row of relation none is not written: its narrower rows are for reading.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mappings.engine.errors import MappingTableError

COLUMNS = ("ours", "relation", "theirs_set", "theirs", "preferred", "note")
_NAME = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
RELATIONS = frozenset({"equivalent", "broader", "narrower", "none"})


@dataclass(frozen=True, slots=True)
class Counterpart:
    """One row of a crosswalk."""

    ours: str
    relation: str
    theirs_set: str
    theirs: str
    preferred: bool
    note: str


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """A crosswalk, ready for both directions; `sets` are the names of their code sets."""

    name: str
    rows: tuple[Counterpart, ...]
    forward: Mapping[str, Counterpart]
    backward: Mapping[str, str]
    sets: frozenset[str]

    def __hash__(self) -> int:
        return hash(self.rows)

    def reason(self, ours: object) -> str:
        """Why a code of ours has no counterpart."""
        noted = (row.note for row in self.rows if row.ours == ours and not row.theirs)
        return next(noted, f"no counterpart in {self.name}")

    def reason_theirs(self, theirs: str) -> str:
        """Why a code of theirs has no counterpart."""
        noted = (row.note for row in self.rows if row.theirs == theirs and not row.ours)
        return next(noted, f"no counterpart in {self.name}")


@cache
def crosswalk(name: str) -> Crosswalk:
    """The crosswalk of `<name>.csv` in this folder, such as `edfi/grade-level`.

    Raises MappingTableError for a file that is missing or contradicts itself.
    """
    if not _NAME.fullmatch(name):
        raise MappingTableError(f"{name!r} names no crosswalk: write a path such as edfi/sex")
    place = files(__package__).joinpath(f"{name}.csv")
    if not place.is_file():
        raise MappingTableError(f"there is no crosswalk {name}.csv")
    return parse_crosswalk(name, place.read_text(encoding="utf-8-sig").splitlines())


def parse_crosswalk(name: str, lines: Iterable[str]) -> Crosswalk:
    """A crosswalk from the lines of its file."""
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise MappingTableError(f"{name}.csv: the columns must be {', '.join(COLUMNS)}")
    rows = tuple(_row(name, number, row) for number, row in enumerate(reader, start=2))
    unsaid = {row.ours for row in rows if not row.theirs}
    sayable = [row for row in rows if row.theirs and row.ours and row.ours not in unsaid]
    # A narrower code says more than ours does: it is written where nothing else is.
    sayable.sort(key=lambda row: row.relation == "narrower")
    forward = {row.ours: row for row in reversed(sayable)}
    sets = frozenset(row.theirs_set.rpartition("/")[2] for row in rows if row.theirs_set)
    return Crosswalk(name, rows, forward, _backward(name, rows), sets)


def _row(name: str, number: int, cells: Mapping[str, str | None]) -> Counterpart:
    ours, relation, theirs = cells["ours"] or "", cells["relation"] or "", cells["theirs"] or ""
    where = f"{name}.csv, row {number}"
    if None in cells or None in cells.values():
        raise MappingTableError(f"{where}: there must be {len(COLUMNS)} cells")
    if cells["preferred"] not in {"", "yes"}:
        raise MappingTableError(f"{where}: preferred is yes or empty")
    if relation not in RELATIONS:
        raise MappingTableError(f"{where}: no relation {relation!r}")
    if (relation == "none") != (not ours or not theirs):
        raise MappingTableError(f"{where}: exactly a code without counterpart has relation none")
    if relation == "none" and not cells["note"]:
        raise MappingTableError(f"{where}: say in the note why there is no counterpart")
    return Counterpart(
        ours,
        relation,
        cells["theirs_set"] or "",
        theirs,
        cells["preferred"] == "yes",
        cells["note"] or "",
    )


def _backward(name: str, rows: tuple[Counterpart, ...]) -> dict[str, str]:
    backward: dict[str, str] = {}
    for row in rows:
        if row.preferred and row.theirs and row.ours:
            if row.theirs in backward:
                raise MappingTableError(f"{name}.csv: {row.theirs!r} has two preferred rows")
            backward[row.theirs] = row.ours
    missing = {row.theirs for row in rows if row.theirs and row.ours} - backward.keys()
    if missing:
        raise MappingTableError(f"{name}.csv: no preferred row for {', '.join(sorted(missing))}")
    return backward
