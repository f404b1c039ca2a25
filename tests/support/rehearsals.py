"""Nights of a small synthetic district that have everything a kill could tear apart.

A first load, people who come, go and change, plans that follow them, an edit made here against the
source, a conflict, a plan held by the guard and applied with a reason, and a night without news.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Connection
from support.ilp_entries import entry, plan_with

from schemas.ilp.document import write_document
from service.act import Act
from service.ilp.keep import import_plan
from service.office.people import find_person
from service.roster import Edit, edit_field, load_record
from service.synth import SynthOptions, write_district

TENANT = "district"
ACT = Act("counselor", "a test's day", "2027-01-04T12:00:00.000Z")
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Rehearsal:
    """What is delivered on a day, what people did during the day before, and what is run.

    `plan` is the number of a plan to apply instead of running the source.
    """

    name: str
    now: str
    package: Path
    day_before: Callable[[Connection], None]
    plan: int | None = None
    reason: str | None = None


def write_nights(root: Path) -> list[Rehearsal]:
    """The scenario; the second night drops people, the third changes what was edited here."""
    write_district(root, SynthOptions(40, days=3, change=0.1))
    users = [read(root / f"night{number}" / "users.csv") for number in (1, 2, 3)]
    leaver = next(row for row in students(users[0]) if row["sourcedId"] not in ids(users[1]))
    comer = next(row for row in students(users[2]) if row["sourcedId"] not in ids(users[1]))
    stays = [row for row in students(users[1]) if row["sourcedId"] in ids(users[2])]
    rewrite(root / "night3" / "users.csv", {stays[0]["sourcedId"]: {"email": "new@example.org"}})
    rewrite(root / "night3" / "users.csv", {stays[1]["sourcedId"]: {"givenName": "Renamed"}})
    shuffled = _variant(root, "shuffled", lambda _, rows: rows[::-1])
    damaged = _variant(root, "damaged", _without_some_enrollments)

    def plans(connection: Connection) -> None:
        for number in (leaver["identifier"], comer["identifier"]):
            import_plan(connection, TENANT, plan_of(number), ACT)

    def edits(connection: Connection) -> None:
        edit(connection, stays[0]["sourcedId"], "email", "ours@example.org")
        edit(connection, stays[1]["sourcedId"], "given_name", "Ours")

    def nothing(_: Connection) -> None:
        """A day without anything."""

    return [
        Rehearsal("first load", "2027-01-04", root / "night1", nothing),
        Rehearsal("changes", "2027-01-05", root / "night2", plans),
        Rehearsal("conflict", "2027-01-25", root / "night3", edits),
        Rehearsal("same rows", "2027-01-26", shuffled, nothing),
        Rehearsal("held", "2027-01-27", damaged, nothing),
        Rehearsal("held, applied", "2027-01-27", damaged, nothing, plan=4, reason="looked at"),
        Rehearsal("accepted at once", "2027-01-28", root / "night3", nothing, reason="it is right"),
    ]


def plan_of(identifier: str) -> bytes:
    """A small plan of the student with this number."""
    identity = entry("identity", identifiers=({"system": "local", "value": identifier},))
    return write_document(plan_with({"PRO.01": [identity]}))


def edit(connection: Connection, sourced_id: str, field: str, value: str | None) -> None:
    """Edit a person's field here."""
    found = load_record(connection, TENANT, "person", find_person(connection, TENANT, sourced_id))
    edit_field(connection, TENANT, found, Edit("person", field, value), ACT)


def read(file: Path) -> Rows:
    """The rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(file: Path, rows: Rows) -> None:
    """Write rows under the header of the first."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def rewrite(file: Path, cells: dict[str, dict[str, str]]) -> None:
    """Put cells over those of a file, by `sourcedId`."""
    write(file, [row | cells.get(row["sourcedId"], {}) for row in read(file)])


def students(users: Rows) -> Rows:
    """The users that have a grade."""
    return [row for row in users if row["grades"]]


def ids(rows: Rows) -> set[str]:
    """The `sourcedId`s of some rows."""
    return {row["sourcedId"] for row in rows}


def _variant(root: Path, name: str, change: Callable[[str, Rows], Rows]) -> Path:
    """The third night's package with other rows."""
    target = root / name
    shutil.copytree(root / "night3", target)
    for file in sorted(target.glob("*.csv")):
        if file.stem != "manifest":
            write(file, change(file.stem, read(file)))
    return target


def _without_some_enrollments(name: str, rows: Rows) -> Rows:
    """More of one school than the guard lets pass, and less than looks like a cut file."""
    if name != "enrollments":
        return rows
    school = rows[0]["schoolSourcedId"]
    here = [row for row in rows if row["schoolSourcedId"] == school]
    gone = ids(here[: len(rows) // 6])
    return [row for row in rows if row["sourcedId"] not in gone]
