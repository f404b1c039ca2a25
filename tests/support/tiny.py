"""A district of a handful of people: what its SIS knows, and how it would export that tonight.

Rows are plain dictionaries with the standard's column names; packages are written with `csv`.
"""

from __future__ import annotations

import copy
import csv
import random
import shutil
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

Row = dict[str, str]
Table = dict[str, Row]
Tables = dict[str, Table]

STUDENTS = ("p1", "p2", "p3", "p4")
GUARDIANS = ("g1", "g2")
TEACHER = "t1"
PEOPLE = (*STUDENTS, *GUARDIANS, TEACHER)
CLASSES = ("c1", "c2", "c3")
SCHOOL_OF = {"c1": "s1", "c2": "s1", "c3": "s2"}

_HEADERS = {
    "orgs": "name type identifier parentSourcedId",
    "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
    "courses": "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
    "classes": "title grades courseSourcedId classCode classType location schoolSourcedId"
    " termSourcedIds subjects subjectCodes periods",
    "users": "enabledUser username userIds givenName familyName middleName identifier email sms"
    " phone agentSourcedIds grades password userMasterIdentifier preferredGivenName"
    " preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns",
    "roles": "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId",
    "demographics": "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican"
    " nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces"
    " hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth"
    " publicSchoolResidenceStatus",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
}
_USERS_1_1 = (
    "enabledUser orgSourcedIds role username userIds givenName familyName middleName identifier"
    " email sms phone agentSourcedIds grades password"
)
_FILES = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources",
    "demographics", "enrollments", "lineItems", "orgs", "resources", "results", "users",
)  # fmt: skip
_FILES_1_2 = (
    "lineItemLearningObjectiveIds", "lineItemScoreScales", "resultLearningObjectiveIds",
    "resultScoreScales", "roles", "scoreScales", "userProfiles", "userResources",
)  # fmt: skip


def role_of(person: str) -> str:
    """What a person is."""
    return {"p": "student", "g": "guardian", "t": "teacher"}[person[0]]


def number_of(person: str) -> str:
    """The number that the district gave to a person."""
    return f"n-{person}"


@dataclass
class Sis:
    """The rows that the SIS would export now, by file and `sourcedId`."""

    version: str = "1.2"
    rows: Tables = field(default_factory=dict)

    def __post_init__(self) -> None:
        for org in ("d", "s1", "s2"):
            kind = "district" if org == "d" else "school"
            self.put("orgs", org, name=f"Org {org}", type=kind)
        dates = {"startDate": "2026-08-01", "endDate": "2027-06-30", "schoolYear": "2027"}
        self.put("academicSessions", "y", title="Year", type="schoolYear", **dates)
        self.put("courses", "k", title="Course", orgSourcedId="d")
        for class_ in CLASSES:
            self.put_class(class_)
        for person in PEOPLE:
            self.put_person(person)
        self.enroll(TEACHER, "c1")

    def put(self, file: str, sourced_id: str, **cells: str) -> None:
        """Set cells of a row, which is made if need be."""
        self.rows.setdefault(file, {}).setdefault(sourced_id, {}).update(cells)

    def drop(self, file: str, sourced_id: str) -> None:
        """Take a row away, if it is there."""
        self.rows.get(file, {}).pop(sourced_id, None)

    def put_class(self, class_: str) -> None:
        """A class of its school."""
        cells = {"courseSourcedId": "k", "schoolSourcedId": SCHOOL_OF[class_]}
        given = {"classType": "scheduled", "termSourcedIds": "y"}
        self.put("classes", class_, title=f"Class {class_}", **cells, **given)

    def put_person(self, person: str) -> None:
        """A person, as on the first day."""
        role, names = role_of(person), {"givenName": "Ann", "familyName": f"Of {person}"}
        self.put("users", person, enabledUser="true", username=person, **names)
        self.put("users", person, identifier=number_of(person), email=f"{person}@example.org")
        if self.version == "1.2":
            self.put("users", person, primaryOrgSourcedId="s1")
            place = {"roleType": "primary", "role": role, "orgSourcedId": "s1"}
            self.put("roles", f"r-{person}", userSourcedId=person, **place)
        else:
            self.put("users", person, role=role, orgSourcedIds="s1")
        if person[0] != "g":
            self.put("demographics", person, birthDate="2010-01-01", sex="female")

    def drop_person(self, person: str) -> None:
        """Take a person's rows away, enrollments and all."""
        for file in ("users", "demographics"):
            self.drop(file, person)
        self.drop("roles", f"r-{person}")
        for class_ in CLASSES:
            self.drop("enrollments", f"e-{person}-{class_}")

    def enroll(self, person: str, class_: str, **cells: str) -> None:
        """A person in a class."""
        known = {"classSourcedId": class_, "schoolSourcedId": SCHOOL_OF[class_]}
        who = {"userSourcedId": person, "role": "teacher" if person == TEACHER else "student"}
        self.put("enrollments", f"e-{person}-{class_}", **known, **who, **cells)

    def copy(self) -> Tables:
        """The rows as they are now."""
        return copy.deepcopy(self.rows)


def removed(before: Tables, after: Tables) -> dict[str, set[str]]:
    """By file, the ids whose rows went."""
    return {file: before[file].keys() - after.get(file, {}).keys() for file in before}


def write_bulk(folder: Path, version: str, rows: Tables, shuffle: random.Random | None) -> None:
    """Everything, in the order of the ids or shuffled."""
    _clear(folder)
    _manifest(folder, version, dict.fromkeys((file for file in rows if rows[file]), "bulk"))
    for file, table in rows.items():
        listed = [{"sourcedId": key, **cells} for key, cells in sorted(table.items())]
        if shuffle:
            shuffle.shuffle(listed)
        if listed:
            _write(folder / f"{file}.csv", _columns(file, version), listed)


def write_delta(folder: Path, version: str, before: Tables, after: Tables, day: str) -> None:
    """What changed, with a tombstone for each row that went."""
    _clear(folder)
    marks = {"dateLastModified": f"{day}T00:00:00.000Z"}
    modes = {}
    for file in after:
        old, new = before.get(file, {}), after[file]
        moved = [key for key in sorted(new) if old.get(key) != new[key]]
        listed = [{"sourcedId": key, "status": "active", **marks, **new[key]} for key in moved]
        gone = sorted(old.keys() - new.keys())
        listed += [{"sourcedId": key, "status": "tobedeleted", **marks, **old[key]} for key in gone]
        if listed:
            modes[file] = "delta"
            _write(folder / f"{file}.csv", _columns(file, version), listed)
    _manifest(folder, version, modes)


def zip_into(folder: Path, target: Path) -> None:
    """The same package as one file."""
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.glob("*.csv")):
            archive.write(file, file.name)


def _columns(file: str, version: str) -> list[str]:
    old = file == "users" and version == "1.1"
    names = _USERS_1_1 if old else _HEADERS[file]
    return ["sourcedId", "status", "dateLastModified", *names.split()]


def _manifest(folder: Path, version: str, modes: dict[str, str]) -> None:
    files = sorted((*_FILES, *_FILES_1_2) if version == "1.2" else _FILES)
    lines = {"manifest.version": "1.0", "oneroster.version": version}
    lines |= {f"file.{file}": modes.get(file, "absent") for file in files}
    lines |= {"source.systemName": "Tiny", "source.systemCode": "tiny"}
    rows = [{"propertyName": name, "value": value} for name, value in lines.items()]
    _write(folder / "manifest.csv", ["propertyName", "value"], rows)


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _write(file: Path, columns: list[str], rows: list[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
