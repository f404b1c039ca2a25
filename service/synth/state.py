"""A synthetic district on one night: tables that change, and tables that stay all year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from service.synth import classes, people, schools, staff
from service.synth.options import SynthOptions
from service.synth.sessions import sessions


@dataclass(frozen=True, slots=True)
class District:
    """Everything about a district on one night; `next_index` numbers the next new student."""

    options: SynthOptions
    next_index: int
    sections: pl.DataFrame
    counselors: pl.DataFrame
    lasting: Mapping[str, pl.DataFrame]
    """Files without students: whole, or the staff's part of users, roles and enrollments."""
    students: pl.DataFrame
    guardians: pl.DataFrame
    demographics: pl.DataFrame
    enrollments: pl.DataFrame

    def package(self) -> dict[str, pl.DataFrame]:
        """The district's tables by file."""
        parts = {
            "users": [self.students, self.guardians],
            "roles": [people.family_roles(self.students)],
            "enrollments": [self.enrollments],
        }
        joined = {
            file: pl.concat([self.lasting[file], *tables], how="diagonal")
            for file, tables in parts.items()
        }
        return {**self.lasting, **joined, "demographics": self.demographics}


def first_night(options: SynthOptions) -> District:
    """The district as it is first delivered."""
    everyone = people.population(options, 1, options.students)
    sections = classes.sections(options, everyone)
    counselors = people.counselors(everyone)
    return District(
        options=options,
        next_index=options.students + 1,
        sections=sections,
        counselors=counselors,
        lasting=_lasting(options, sections, counselors),
        students=people.students(options, everyone, counselors),
        guardians=people.guardians(options, everyone),
        demographics=people.demographics(options, everyone),
        enrollments=classes.enrollments(options, everyone, sections),
    )


def _lasting(
    options: SynthOptions, sections: pl.DataFrame, counselors: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    plan = classes.class_plan(sections)
    posts = staff.posts(counselors, classes.teachers(sections))
    years = (options.school_year - 1, options.school_year)
    return {
        "orgs": schools.orgs(options),
        "academicSessions": pl.DataFrame([row for year in years for row in sessions(year)]),
        "courses": classes.courses(options),
        "classes": classes.classes(options, plan),
        "users": staff.staff(options, posts),
        "roles": staff.staff_roles(posts),
        "enrollments": classes.teaching(options, plan),
    }
