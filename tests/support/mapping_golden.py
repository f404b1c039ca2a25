"""Golden pairs: a record of ours and the record of a standard that it has to become, by hand.

`<table>.ilp.json` and `<table>.std.json`, or `<table>-<case>...`, in a book's folder. They are
written from the standard's documents, not from our output.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.mapping_laws import get, put, surprises

from mappings.engine.model import Table

Pair = tuple[dict[str, Any], dict[str, Any]]


def pairs(folder: Path, table: str) -> list[Pair]:
    """The golden pairs of a table."""
    found = sorted(folder.glob(f"{table}.ilp.json")) + sorted(folder.glob(f"{table}-*.ilp.json"))
    return [(_read(path), _read(path.with_name(_theirs(path.name)))) for path in found]


def _theirs(name: str) -> str:
    return name.removesuffix(".ilp.json") + ".std.json"


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def disagreements(table: Table, pair: Pair) -> list[str]:
    """Where a table does otherwise than a pair says."""
    ours, theirs = pair
    found = []
    if table.writes and put(table, ours) != theirs:
        found.append(f"written as {put(table, ours)}")
    if table.reads and table.writes and get(table, theirs, ours) != [ours]:
        found.append(f"read over itself as {get(table, theirs, ours)}")
    if table.reads:
        fresh = get(table, theirs)
        if len(fresh) != 1 or surprises(table, ours, fresh[0]):
            found.append(f"read as {fresh}")
    return found
