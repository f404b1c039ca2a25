"""A district of two schools made row by row, and what is held of its people afterwards."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from support.cli import Answer, Home
from support.ilp_entries import entry, plan_with
from support.nights import Row

from schemas.ilp.document import write_document

Files = dict[str, dict[str, Row]]

_SCHOOLS = {
    "d": {"name": "District", "type": "district"},
    "s1": {"name": "One", "type": "school", "parentSourcedId": "d"},
    "s2": {"name": "Two", "type": "school", "parentSourcedId": "d"},
}
_YEAR = {
    "title": "Year",
    "type": "schoolYear",
    "startDate": "2026-08-01",
    "endDate": "2027-06-01",
    "schoolYear": "2027",
}


@dataclass
class Hamlet:
    """Rows by file and sourcedId; `others` are students nothing ever happens to."""

    others: int = 8
    files: Files = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key, values in _SCHOOLS.items():
            self.put("orgs", key, **values)
        self.put("academicSessions", "y", **_YEAR)
        self.put("courses", "c", title="Course", orgSourcedId="d")
        for school in ("s1", "s2"):
            self.put(
                "classes",
                f"k-{school}",
                title="Class",
                courseSourcedId="c",
                classType="scheduled",
                schoolSourcedId=school,
                termSourcedIds="y",
            )
        for number in range(self.others):
            self.student(f"o{number}", f"Other{number}", f"Pupil{number}", identifier=f"9{number}")

    def put(self, file: str, key: str, **values: str) -> None:
        """Add a row, or set cells of it."""
        rows = self.files.setdefault(file, {})
        rows[key] = rows.get(key, {"sourcedId": key}) | values

    def person(self, key: str, role: str, name: str, school: str, **values: str) -> None:
        """Somebody with one role; `name` is given name and family name."""
        given, family = name.split()
        self.put("users", key, enabledUser="true", username=key)
        self.put("users", key, givenName=given, familyName=family, **values)
        self.put(
            "roles",
            f"r-{key}",
            userSourcedId=key,
            roleType="primary",
            role=role,
            orgSourcedId=school,
        )

    def student(self, key: str, given: str, family: str, school: str = "s1", **values: str) -> None:
        """A student in the only class of a school."""
        self.person(key, "student", f"{given} {family}", school, grades="09", **values)
        self.put(
            "enrollments",
            f"e-{key}",
            classSourcedId=f"k-{school}",
            schoolSourcedId=school,
            userSourcedId=key,
            role="student",
        )

    def drop(self, key: str) -> None:
        """Deliver neither a person nor what is theirs."""
        for file, name in (("users", key), ("roles", f"r-{key}"), ("enrollments", f"e-{key}")):
            self.files[file].pop(name, None)

    def write(self, folder: Path) -> None:
        """Write all rows as a 1.2 bulk package in place of what lies there."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        manifest = [("propertyName", "value"), ("manifest.version", "1.0")]
        manifest += [("oneroster.version", "1.2")]
        for name, rows in self.files.items():
            manifest.append((f"file.{name}", "bulk"))
            columns = dict.fromkeys(["sourcedId", "status", "dateLastModified"])
            columns |= dict.fromkeys(
                [*_ALWAYS.get(name, ()), *(c for r in rows.values() for c in r)]
            )
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(columns))
                writer.writeheader()
                writer.writerows(rows.values())
        with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(manifest)


_ALWAYS = {"users": ("userIds", "identifier", "email", "phone", "agentSourcedIds")}


@dataclass
class Town:
    """A home to which a hamlet is delivered, one night a day."""

    home: Home
    day: int = 0

    def night(self, hamlet: Hamlet, later: int = 1, source: str = "sis") -> dict[str, Any]:
        """Deliver it to a source some days later and run the night."""
        self.day += later
        hamlet.write(self.home.delivery if source == "sis" else self.home.folder / source)
        now = date(2026, 11, 20) + timedelta(days=self.day)
        return self.home.run(source, NOW=f"{now}T02:00:00Z")

    def record(self, key: str) -> str:
        """The record that a user's sourcedId leads to."""
        query = "SELECT record_id FROM crosswalk WHERE entity = 'person' AND sourced_id = ?"
        return str(self.home.value(query, key))

    def person(self, key: str, column: str) -> Any:
        """A cell of the person behind a sourcedId."""
        return self.home.value(f"SELECT {column} FROM person WHERE id = ?", self.record(key))

    def pupil_of(self, enrollment: str) -> str:
        """The record of the person that an enrollment is for."""
        query = "SELECT person_id FROM enrollment WHERE sourced_id = ?"
        return str(self.home.value(query, enrollment))

    def plan(self, number: str, system: str = "local") -> Answer:
        """Import a plan of the student with this number."""
        identity = entry("identity", identifiers=({"system": system, "value": number},))
        file = self.home.folder / "plan.json"
        file.write_bytes(write_document(plan_with({"PRO.01": [identity]})))
        return self.home("plan", "import", file)

    def plans(self) -> list[tuple[str, str]]:
        """Whose each plan is, and whether it is attached."""
        return self.home.query("SELECT person_id, attachment FROM ilp_plan ORDER BY id")
