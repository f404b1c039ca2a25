"""The fixture district's nights: small changes to a package, and what became of somebody."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.cli import Home
from support.packages import read_rows

Row = dict[str, str]

LUPE, LOCAL_ID, STATE_ID = "stu-0001052", "0001052", "ST90001052"
MOTHER = "par-0084"
"""A student of the fixture district, with a plan, by each of her ids."""

FILES_OF_STUDENTS = ("users", "roles", "enrollments", "demographics", "results")


def at(day: str) -> str:
    """Two in the morning of a day."""
    return f"{day}T02:00:00Z"


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


def gone(package: Path, target: Path, *students: str) -> Path:
    """A package without some students and all that is theirs."""

    def theirs(row: Row) -> bool:
        keys = ("sourcedId", "userSourcedId", "studentSourcedId")
        return any(row.get(key) in students for key in keys)

    for file in FILES_OF_STUDENTS:
        edited(package, target, file, lambda rows: [row for row in rows if not theirs(row)])
    return target


def students(package: Path, count: int) -> list[str]:
    """The ids of so many students."""
    ids = [row["sourcedId"] for row in read_rows(package / "users.csv")]
    return [one for one in ids if one.startswith("stu-")][:count]


def state(home: Home, sourced_id: str) -> str:
    """Where a person's record stands."""
    query = "SELECT p.state FROM person p JOIN crosswalk c ON c.record_id = p.id"
    return str(home.value(f"{query} WHERE c.entity = 'person' AND c.sourced_id = ?", sourced_id))


def record_id(home: Home, sourced_id: str) -> str:
    """The record behind a person's sourcedId."""
    query = "SELECT record_id FROM crosswalk WHERE entity = 'person' AND sourced_id = ?"
    return str(home.value(query, sourced_id))


def attachment(home: Home, sourced_id: str) -> str:
    """Whether the person's plan is attached."""
    query = "SELECT attachment FROM ilp_plan WHERE person_id = ?"
    return str(home.value(query, record_id(home, sourced_id)))


def missing(report: dict[str, Any]) -> dict[str, int]:
    """How many records of each entity a night let go."""
    counts = report["counts"].items()
    return {entity: one["missing"] for entity, one in counts if one["missing"]}


def plan_states(home: Home) -> list[str]:
    """The state of every plan of the sync, oldest first."""
    return [row[0] for row in home.query("SELECT state FROM plan ORDER BY number")]
