"""Read OneRoster packages with the standard library alone, to check what others wrote."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

Rows = list[dict[str, str]]
Files = dict[str, Rows]

_TARGETS = {
    "academicSessionSourcedId": "academicSessions",
    "agentSourcedIds": "users",
    "categorySourcedId": "categories",
    "classSourcedId": "classes",
    "courseSourcedId": "courses",
    "lineItemSourcedId": "lineItems",
    "metadata.ilp.counselorSourcedId": "users",
    "orgSourcedId": "orgs",
    "primaryOrgSourcedId": "orgs",
    "resourceSourcedId": "resources",
    "resultSourcedId": "results",
    "schoolSourcedId": "orgs",
    "schoolYearSourcedId": "academicSessions",
    "scoreScaleSourcedId": "scoreScales",
    "studentSourcedId": "users",
    "termSourcedIds": "academicSessions",
    "userProfileSourcedId": "userProfiles",
    "userSourcedId": "users",
}
"""Column -> the file whose `sourcedId` it holds."""


def read_package(folder: Path) -> Files:
    """Every file of a package but the manifest, by collection name."""
    files = sorted(file for file in folder.glob("*.csv") if file.stem != "manifest")
    return {file.stem: read_rows(file) for file in files}


def read_rows(file: Path) -> Rows:
    """The rows of one file."""
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, strict=True))


def header(file: Path) -> list[str]:
    """The column names of a file in their order."""
    with file.open(encoding="utf-8", newline="") as text:
        return next(csv.reader(text))


def ids(rows: Rows) -> set[str]:
    """The `sourcedId`s of some rows."""
    return {row["sourcedId"] for row in rows}


def dangling(package: Files) -> list[str]:
    """References that no row answers, as `file sourcedId column value`."""
    known = {file: ids(rows) for file, rows in package.items()}
    return [
        f"{file} {row['sourcedId']} {column} {value}"
        for file, rows in package.items()
        for row in rows
        for column, value in _references(file, row)
        if value not in known[_target(file, column)]
    ]


def _target(file: str, column: str) -> str:
    own = {"sourcedId": "users", "parentSourcedId": file}
    return own.get(column) or _TARGETS[column]


def _references(file: str, row: dict[str, str]) -> list[tuple[str, str]]:
    columns = [column for column in row if column.endswith(("SourcedId", "SourcedIds"))]
    if file == "demographics":
        columns.append("sourcedId")
    return [(column, value) for column in columns for value in row[column].split(",") if value]


def changes(old: Files, new: Files) -> dict[str, dict[str, list[str]]]:
    """Added, removed and changed ids of every file of `new` that differs."""
    found = {file: _changes(old.get(file, []), rows) for file, rows in new.items()}
    return {file: lists for file, lists in found.items() if any(lists.values())}


def _changes(old: Rows, new: Rows) -> dict[str, list[str]]:
    before = {row["sourcedId"]: row for row in old}
    after = {row["sourcedId"]: row for row in new}
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "changed": sorted(key for key in after.keys() & before.keys() if after[key] != before[key]),
    }


def drops(old: Files, new: Files, file: str, column: str) -> list[tuple[int, int]]:
    """For each school that lost rows of a file: how many it lost, of how many."""
    before = {row["sourcedId"]: row[column] for row in old[file]}
    had = Counter(before.values())
    lost = Counter(before[key] for key in before.keys() - ids(new[file]))
    return [(count, had[school]) for school, count in lost.items()]
