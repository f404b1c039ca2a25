"""Courses, classes and enrollments: ten for each student, in ten subjects."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from service.synth.draws import Draws, at, padded, text
from service.synth.options import SynthOptions
from service.synth.people import student_id
from service.synth.schools import DISTRICT, levels, school_id
from service.synth.sessions import semester_id, span, year_id
from service.synth.staff import teacher_id, teacher_of, teachers_needed

SECTION_SIZE = 25


@dataclass(frozen=True, slots=True)
class Subject:
    """What is taught in one slot: SCED subject area, and in which semesters."""

    title: str
    code: str
    area: str
    semesters: tuple[int, ...] = (1, 2)


SUBJECTS = (
    Subject("Homeroom", "HR", "22"),
    Subject("Mathematics", "MA", "02"),
    Subject("English", "EN", "01"),
    Subject("Science", "SC", "03"),
    Subject("Social Studies", "SS", "04"),
    Subject("World Languages", "WL", "24"),
    Subject("Physical Education", "PE", "08", (1,)),
    Subject("Visual Arts", "VA", "05", (2,)),
    Subject("Music", "MU", "05", (1,)),
    Subject("Information Technology", "IT", "10", (2,)),
)
"""The slots; the first is the homeroom."""

_SLOT = pl.col("slot")


def _of_subject(values: list[str]) -> pl.Expr:
    return at(values, _SLOT)


def _titles() -> pl.Expr:
    return _of_subject([subject.title for subject in SUBJECTS])


def _areas() -> pl.Expr:
    return _of_subject([subject.area for subject in SUBJECTS])


def _slots() -> pl.DataFrame:
    return pl.select(slot=pl.int_range(len(SUBJECTS), dtype=pl.Int64))


def _course_id() -> pl.Expr:
    return text("crs-", pl.col("grade"), "-", padded(_SLOT, 2))


def _class_id(section: pl.Expr) -> pl.Expr:
    course = (padded(pl.col("school"), 4), "-", pl.col("grade"), "-", padded(_SLOT, 2))
    return text("cls-", *course, "-", padded(section, 2))


def courses(options: SynthOptions) -> pl.DataFrame:
    """The district's catalogue: every subject in every grade."""
    grades = [grade for level in levels(options) for grade in level.grades]
    code = text(_of_subject([subject.code for subject in SUBJECTS]), pl.col("grade"))
    return (
        pl.DataFrame({"grade": grades})
        .join(_slots(), how="cross")
        .select(
            sourcedId=_course_id(),
            schoolYearSourcedId=pl.lit(year_id(options.school_year)),
            title=text(_titles(), ", grade ", pl.col("grade")),
            courseCode=code,
            grades="grade",
            orgSourcedId=pl.lit(DISTRICT),
            subjects=_titles(),
            subjectCodes=_areas(),
        )
    )


def sections(options: SynthOptions, people: pl.DataFrame) -> pl.DataFrame:
    """How many parallel sections each grade of each school has; at least one."""
    offered = [
        (school, grade)
        for level in levels(options)
        for school in range(level.first, level.first + level.schools)
        for grade in level.grades
    ]
    schema = {"school": pl.Int64, "grade": pl.String}
    grid = pl.DataFrame(offered, schema=schema, orient="row")
    needed = (pl.len().cast(pl.Int64) + SECTION_SIZE - 1) // SECTION_SIZE
    counted = people.group_by("school", "grade").agg(sections=needed)
    found = grid.join(counted, on=["school", "grade"], how="left", maintain_order="left")
    return found.with_columns(pl.col("sections").fill_null(1))


def class_plan(sections_of: pl.DataFrame) -> pl.DataFrame:
    """Every class as numbers: school, grade, slot, section and its teacher's number."""
    nth = pl.int_range(pl.len()).over("school", _SLOT > 0)
    rows = (
        sections_of.join(_slots(), how="cross")
        .sort("school", "slot", "grade", maintain_order=True)
        .with_columns(section=pl.int_ranges(1, pl.col("sections") + 1))
        .explode("section")
        .with_columns(nth=nth)
        .join(teachers(sections_of), on="school", how="left", maintain_order="left")
    )
    # Homerooms go round among the teachers; other classes come six to a teacher, by subject.
    homeroom = pl.col("nth") % pl.col("teachers")
    teacher = pl.when(_SLOT == 0).then(homeroom).otherwise(teacher_of(pl.col("nth")))
    return rows.with_columns(teacher=teacher)


def teachers(sections_of: pl.DataFrame) -> pl.DataFrame:
    """How many teachers each school needs."""
    scheduled = pl.col("sections").sum() * (len(SUBJECTS) - 1)
    counted = sections_of.group_by("school", maintain_order=True)
    return counted.agg(teachers=teachers_needed(scheduled))


def classes(options: SynthOptions, plan: pl.DataFrame) -> pl.DataFrame:
    """The planned classes as classes.csv has them."""
    year, school = options.school_year, pl.col("school")
    halves = [",".join(semester_id(year, half) for half in s.semesters) for s in SUBJECTS]
    kinds = ["homeroom", *["scheduled"] * (len(SUBJECTS) - 1)]
    room = Draws(options.seed).number(school * 4096 + pl.col("teacher"), "room", 250) + 100
    section = padded(pl.col("section"), 2)
    code = _of_subject([subject.code for subject in SUBJECTS])
    return plan.select(
        sourcedId=_class_id(pl.col("section")),
        title=text(_titles(), " ", pl.col("grade"), "-", section),
        grades="grade",
        courseSourcedId=_course_id(),
        classCode=text(code, pl.col("grade"), "-", section),
        classType=_of_subject(kinds),
        location=text("Room ", room.cast(pl.String)),
        schoolSourcedId=school_id(school),
        termSourcedIds=_of_subject(halves),
        subjects=_titles(),
        subjectCodes=_areas(),
        periods=pl.when(_SLOT > 0).then(_SLOT.cast(pl.String)),
    )


def _dates(options: SynthOptions) -> dict[str, pl.Expr]:
    spans = [
        span(options.school_year, 2 * subject.semesters[0] - 1, 2 * subject.semesters[-1])
        for subject in SUBJECTS
    ]
    return {
        "beginDate": _of_subject([dates["startDate"] for dates in spans]),
        "endDate": _of_subject([dates["endDate"] for dates in spans]),
    }


def teaching(options: SynthOptions, plan: pl.DataFrame) -> pl.DataFrame:
    """The teachers' enrollments, one primary teacher for each class."""
    school = pl.col("school")
    target = _class_id(pl.col("section"))
    return plan.select(
        sourcedId=text("enr-", target),
        classSourcedId=target,
        schoolSourcedId=school_id(school),
        userSourcedId=teacher_id(school, pl.col("teacher")),
        role=pl.lit("teacher"),
        primary=pl.lit("true"),
        **_dates(options),
    )


def enrollments(
    options: SynthOptions, people: pl.DataFrame, sections_of: pl.DataFrame
) -> pl.DataFrame:
    """A population's enrollments: one class in every slot.

    Each block of as many classmates as there are sections spreads over all of them, shifted from
    slot to slot, so that classes are equally full and hold different mixes.
    """
    count, rank, index = pl.col("sections"), pl.col("rank"), pl.col("index")
    section = (rank + _SLOT * (rank // count)) % count + 1
    rows = people.select("index", "school", "grade", "rank").join(
        sections_of, on=["school", "grade"], how="left", maintain_order="left"
    )
    return rows.join(_slots(), how="cross", maintain_order="left_right").select(
        sourcedId=text("enr-", padded(index, 7), "-", padded(_SLOT, 2)),
        classSourcedId=_class_id(section),
        schoolSourcedId=school_id(pl.col("school")),
        userSourcedId=student_id(index),
        role=pl.lit("student"),
        **_dates(options),
    )
