"""The fixture district's nights, and small changes to a package that a test makes itself."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

Row = dict[str, str]


def edited(
    package: Path, target: Path, file: str, change: Callable[[list[Row]], list[Row]]
) -> Path:
    """A copy of a package in which one file's rows were changed; returns the copy."""
    if not target.exists():
        shutil.copytree(package, target)
    path = target / f"{file}.csv"
    with path.open(encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        header, rows = list(reader.fieldnames or ()), list(reader)
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows))
    return target


def without(*ids: str) -> Callable[[list[Row]], list[Row]]:
    """Leave out the rows with these sourcedIds."""
    return lambda rows: [row for row in rows if row["sourcedId"] not in ids]


def setting(sourced_id: str, **values: str) -> Callable[[list[Row]], list[Row]]:
    """Set values of the row with this sourcedId."""

    def change(rows: list[Row]) -> list[Row]:
        return [row | values if row["sourcedId"] == sourced_id else row for row in rows]

    return change
