"""A small clean OneRoster 1.2 package that every dirty one is a variation of.

Two schools, 60 people, 130 enrollments: enough for a guard at 10 % or 20 rows to have something
to say. Ids begin with zeros, and one name needs UTF-8.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle, islice

from schemas.standards.oneroster import files, manifest

DISTRICT = "0100"
SCHOOLS = {"0101": "Alder Middle School", "0102": "Birch High School"}
SUBJECTS = ("Mathematics", "English", "Science", "History", "Homeroom")
YEAR, FALL, SPRING = "0027", "0028", "0029"
STUDENTS, TEACHERS, GUARDIANS = 20, 4, 5
"""People of each kind in each school; each has one counselor besides."""

_GIVEN = ("Ada", "Ben", "Cleo", "Dev", "Elsa", "Finn", "Gia", "Hugo", "Iris", "Jonas", "Kaya")
_FAMILY = ("Abel", "Brook", "Cole", "Dale", "Eng", "Frost", "Grant", "Hale", "Muñoz")


@dataclass(slots=True)
class Table:
    """One CSV file as header and rows, easy to damage."""

    header: list[str]
    rows: list[list[str]]

    def at(self, column: str) -> int:
        """The index of a column."""
        return self.header.index(column)

    def put(self, row: int, column: str, value: str) -> None:
        """Set a value; `row` counts from the header, which is 1."""
        self.rows[row - 2][self.at(column)] = value

    def text(self) -> str:
        """The file's text, with LF ends so that a difference is easy to read."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([self.header, *self.rows])
        return out.getvalue()


Package = dict[str, Table]


def table(name: str, records: Iterator[dict[str, str]] | list[dict[str, str]]) -> Table:
    """A file of the standard with these records; what they leave out is blank."""
    header = [column.name for column in files("1.2")[name]]
    return Table(header, [[record.get(column, "") for column in header] for record in records])


def clean() -> Package:
    """The whole package, `manifest` included."""
    people = list(_people())
    package = {
        "orgs": table("orgs", _orgs()),
        "academicSessions": table("academicSessions", _sessions()),
        "courses": table("courses", _courses()),
        "classes": table("classes", _classes()),
        "users": table("users", (_user(person) for person in people)),
        "roles": table("roles", (_role(person) for person in people)),
        "enrollments": table("enrollments", _enrollments(people)),
        "demographics": table("demographics", _demographics(people)),
    }
    return {"manifest": manifest_of(package), **package}


def manifest_of(package: Package, mode: str = "bulk") -> Table:
    """A manifest that lists exactly the files of a package."""
    values = {"manifest.version": "1.0", "oneroster.version": "1.2"}
    values |= {"source.systemName": "Example SIS", "source.systemCode": "example"}
    values |= {f"file.{name}": mode for name in package}
    rows = [[row.name, values.get(row.name, "absent")] for row in manifest("1.2")]
    return Table(["propertyName", "value"], rows)


def _orgs() -> Iterator[dict[str, str]]:
    yield {"sourcedId": DISTRICT, "name": "Example Unified District", "type": "district"}
    for school, name in SCHOOLS.items():
        yield {
            "sourcedId": school,
            "name": name,
            "type": "school",
            "identifier": f"99{school}",
            "parentSourcedId": DISTRICT,
        }


def _sessions() -> Iterator[dict[str, str]]:
    periods = (
        (YEAR, "2026-27", "schoolYear", "2026-08-17", "2027-06-12"),
        (FALL, "Fall", "semester", "2026-08-17", "2027-01-16"),
        (SPRING, "Spring", "semester", "2027-01-19", "2027-06-12"),
    )
    for key, title, kind, start, end in periods:
        yield {
            "sourcedId": key,
            "title": title,
            "type": kind,
            "startDate": start,
            "endDate": end,
            "parentSourcedId": "" if key == YEAR else YEAR,
            "schoolYear": "2027",
        }


def _courses() -> Iterator[dict[str, str]]:
    for school in SCHOOLS:
        for number, subject in enumerate(SUBJECTS, start=1):
            yield {
                "sourcedId": f"{school}-C{number}",
                "schoolYearSourcedId": YEAR,
                "title": subject,
                "courseCode": f"{subject[:3].upper()}1",
                "orgSourcedId": school,
            }


def _classes() -> Iterator[dict[str, str]]:
    for school in SCHOOLS:
        for number, subject in enumerate(SUBJECTS, start=1):
            yield {
                "sourcedId": f"{school}-K{number}",
                "title": f"{subject}, section {number}",
                "courseSourcedId": f"{school}-C{number}",
                "classCode": f"{subject[:3].upper()}1-{number}",
                "classType": "homeroom" if subject == "Homeroom" else "scheduled",
                "schoolSourcedId": school,
                "termSourcedIds": f"{FALL},{SPRING}",
            }


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the package."""

    key: str
    given: str
    family: str
    role: str
    school: str
    number: int
    relatives: tuple[str, ...] = ()


def _people() -> Iterator[Person]:
    keys = count(101)
    given, family = cycle(_GIVEN), cycle(_FAMILY)
    for school in SCHOOLS:
        own = [f"{key:06d}" for key in islice(keys, STUDENTS + TEACHERS + GUARDIANS + 1)]
        students, guardians = own[:STUDENTS], own[-GUARDIANS:]
        kinds = ["student"] * STUDENTS + ["teacher"] * TEACHERS + ["counselor"]
        for number, (key, role) in enumerate(
            zip(own, kinds + ["guardian"] * GUARDIANS, strict=True)
        ):
            relatives: tuple[str, ...] = ()
            if role == "student" and number < GUARDIANS:
                relatives = (guardians[number],)
            elif role == "guardian":
                relatives = (students[guardians.index(key)],)
            yield Person(key, next(given), next(family), role, school, number, relatives)


def _user(person: Person) -> dict[str, str]:
    return {
        "sourcedId": person.key,
        "enabledUser": "true",
        "username": f"{person.role}{int(person.key)}",
        "givenName": person.given,
        "familyName": person.family,
        "identifier": person.key,
        "email": f"{person.role}{int(person.key)}@district.example",
        "agentSourcedIds": ",".join(person.relatives),
        "grades": _grade(person) if person.role == "student" else "",
        "userMasterIdentifier": f"M{person.key}",
        "primaryOrgSourcedId": person.school,
    }


def _grade(person: Person) -> str:
    lowest, grades = (6, 3) if person.school == "0101" else (9, 4)
    return f"{lowest + person.number % grades:02d}"


def _role(person: Person) -> dict[str, str]:
    return {
        "sourcedId": f"R{person.key}",
        "userSourcedId": person.key,
        "roleType": "primary",
        "role": person.role,
        "orgSourcedId": person.school,
    }


def _enrollments(people: list[Person]) -> Iterator[dict[str, str]]:
    keys = count(1)
    for person in people:
        if person.role == "student":
            classes = [1 + person.number % 2, 3 + person.number % 2, 5]
        elif person.role == "teacher":
            number = person.number - STUDENTS
            classes = [number + 1] if number else [1, 5]
        else:
            classes = []
        for number in classes:
            yield {
                "sourcedId": f"E{next(keys):05d}",
                "classSourcedId": f"{person.school}-K{number}",
                "schoolSourcedId": person.school,
                "userSourcedId": person.key,
                "role": person.role,
                "primary": "true" if person.role == "teacher" else "",
                "beginDate": "2026-08-17",
                "endDate": "2027-06-12",
            }


def _demographics(people: list[Person]) -> Iterator[dict[str, str]]:
    for person in people:
        if person.role == "student":
            year = 2026 - 5 - int(_grade(person))
            yield {
                "sourcedId": person.key,
                "birthDate": f"{year}-{1 + person.number % 12:02d}-15",
                "sex": ("female", "male")[person.number % 2],
                "asian": "false",
                "hispanicOrLatinoEthnicity": ("true", "false")[person.number % 2],
            }
