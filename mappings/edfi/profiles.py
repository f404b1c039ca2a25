"""A plan's profile out of the views of a student: who it is, and where the student is enrolled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from mappings.edfi.roster import Views
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree
from mappings.ilp.profile import LOCAL, NAMES, STATE
from schemas.codes.grades import GRADE_LEVEL_SET

_NAMELESS = "no students resource: a profile needs the names"
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Profiles:
    """The rows of students who have a plan, by unique id, and the organizations by number."""

    students: Rows
    associations: Rows
    codes: Rows
    contacts: Rows
    organizations: dict[int, Tree]
    losses: Losses

    @classmethod
    def of(cls, views: Views, students: Iterable[str], losses: Losses) -> Profiles:
        """The rows that concern these students."""
        wanted = pl.DataFrame({"unique_id": list(students)}, schema={"unique_id": pl.String()})
        schools = views["edfi.school"].select("ed_org_id", "name", parent="agency_id")
        agencies = views["edfi.agency"].select("ed_org_id", "name")
        known = pl.concat([schools, agencies], how="diagonal")
        return cls(
            students=_by_student(views["edfi.student"], wanted),
            associations=_by_student(views["edfi.school_association"], wanted),
            codes=_by_student(views["edfi.student_code"], wanted),
            contacts=_by_student(views["edfi.contact"], _contacts_of(views, wanted)),
            losses=losses,
            organizations={row["ed_org_id"]: row for row in known.iter_rows(named=True)},
        )

    def entries(self, key: str) -> Iterator[tuple[str, Tree]]:
        """PRO.01, PRO.02 and PRO.03 of a student."""
        enrolled = sorted(self.associations.get(key, ()), key=lambda row: str(row["entry_date"]))
        yield "PRO.01", {"identifiers": list(self._identifiers(key))}
        standing = _standing(enrolled[-1] if enrolled else {})
        for row in self.students.get(key, ()):
            yield "PRO.02", {**_named(row), **standing}
        if standing and key not in self.students:
            self.losses.add(LossKey(Side.THEIRS, "PRO.02", "", _NAMELESS))
        for row in enrolled:
            yield "PRO.03", self._enrollment(row)

    def complete(self, adult: Tree) -> None:
        """Give a supportive adult, of whom the student's resource has the number, name and mail."""
        number = adult.get("person", {}).get("identifier", {}).get("value")
        for row in self.contacts.get(number, ()):
            adult["person"].setdefault("name", f"{row['given_name']} {row['family_name']}")
            reach = {"email": row["email"], "telephone": row["phone"]}
            told = {name: value for name, value in reach.items() if value is not None}
            if told:
                adult.setdefault("contact", told)

    def _identifiers(self, key: str) -> Iterator[Tree]:
        told = [(row["system"], row["value"]) for row in self.codes.get(key, ())]
        if LOCAL not in {system for system, _ in told}:
            yield {"system": LOCAL, "value": key}
        yield from (
            {"system": system, "value": value} for system, value in dict.fromkeys(told) if system
        )

    def _enrollment(self, row: Tree) -> Tree:
        entry: Tree = {"school": self._organization(row["school_id"])}
        above = self.organizations.get(row["school_id"], {}).get("parent")
        told = {
            "district": self._organization(above) if above else None,
            "start": _day(row["entry_date"]),
            "end": _day(row["exit_date"]),
            "school_year": row["school_year"],
            "grade_level": _grade(row["grade"]),
        }
        return entry | {name: value for name, value in told.items() if value is not None}

    def _organization(self, number: int) -> Tree:
        name = self.organizations.get(number, {}).get("name")
        named: Tree = {"name": name} if name else {}
        return named | {"identifier": {"system": STATE, "value": str(number)}}


def _contacts_of(views: Views, students: pl.DataFrame) -> pl.DataFrame:
    mine = views["edfi.student_contact"].join(students, on="unique_id", how="semi")
    return mine.select(unique_id="contact_id").unique()


def _by_student(frame: pl.DataFrame, wanted: pl.DataFrame) -> Rows:
    rows: Rows = {}
    for row in frame.join(wanted, on="unique_id", how="semi").iter_rows(named=True):
        rows.setdefault(row["unique_id"], []).append(row)
    return rows


def _named(row: Tree) -> Tree:
    return {theirs: row[ours] for ours, theirs in NAMES.items() if row[ours] is not None}


def _standing(latest: Tree) -> Tree:
    told = {"grade_level": _grade(latest.get("grade")), "graduation_year": latest.get("class_of")}
    return {name: value for name, value in told.items() if value is not None}


def _grade(code: str | None) -> Tree | None:
    return {"set": GRADE_LEVEL_SET, "code": code} if code else None


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
