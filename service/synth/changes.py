"""What changes in a synthetic district from one night to the next.

So few leave a school that no guard has a reason to hold the night: of students and of
enrollments at most three in a hundred, and where that is less than one, one student.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil

import polars as pl

from service.synth import classes, people
from service.synth.draws import Draws, at, padded, text
from service.synth.names import FAMILY_NAMES, PREFERRED_NAMES
from service.synth.sessions import first_day
from service.synth.state import District

_COMING_AND_GOING = 0.15
"""Of all changed records so many are new, and as many gone."""
_CAP_OF_THOUSAND = 14
_KINDS = 5


@dataclass(frozen=True, slots=True)
class Night:
    """One night's draws: numbered from 2, each night draws for itself."""

    district: District
    number: int

    def draws(self) -> Draws:
        return Draws(self.district.options.seed)

    def aspect(self, name: str) -> str:
        """The name of a series of draws that is this night's own."""
        return f"night {self.number} {name}"

    def date(self) -> str:
        """The day of the delivery, some weeks into the school year."""
        start = first_day(self.district.options.school_year)
        return (start + timedelta(days=30 + self.number)).isoformat()


def next_night(district: District, number: int) -> District:
    """The district on night `number`, made from the night before."""
    if not district.options.change:
        return district
    night = Night(district, number)
    changed = ceil(district.options.change * district.students.height)
    few = max(1, round(changed * _COMING_AND_GOING))
    leavers = _leavers(night, few)
    stayed = _without(district, leavers)
    values = _new_values(night, stayed.students, max(1, changed - leavers.len() - few))
    students = _overlay(stayed.students, values)
    enrollments = _rescheduled(night, stayed.enrollments, few * len(classes.SUBJECTS))
    return _with_joiners(night, replace(stayed, students=students, enrollments=enrollments), few)


def _in_drawn_order(night: Night, table: pl.DataFrame, name: str) -> pl.DataFrame:
    order = night.draws().order(pl.int_range(pl.len()), night.aspect(name))
    return table.with_columns(order=order).sort("order")


def _few_of_each(night: Night, table: pl.DataFrame, school: str, name: str) -> pl.DataFrame:
    """Rows in drawn order, no more of any school than the cap allows."""
    cap = (pl.len() * _CAP_OF_THOUSAND // 1000).clip(lower_bound=1)
    few = pl.int_range(pl.len()).over(school) < cap.over(school)
    return _in_drawn_order(night, table, name).filter(few)


def _leavers(night: Night, count: int) -> pl.Series:
    columns = night.district.students.select("sourcedId", "primaryOrgSourcedId")
    return _few_of_each(night, columns, "primaryOrgSourcedId", "leave")["sourcedId"].head(count)


def _without(district: District, leavers: pl.Series) -> District:
    """The district without these students; their guardians are looked at later."""
    stays = ~pl.col("sourcedId").is_in(leavers.implode())
    attends = ~pl.col("userSourcedId").is_in(leavers.implode())
    return replace(
        district,
        students=district.students.filter(stays),
        demographics=district.demographics.filter(stays),
        enrollments=district.enrollments.filter(attends),
    )


def _with_joiners(night: Night, old: District, count: int) -> District:
    """The district with new students and their guardians; guardians of nobody go."""
    new = people.population(old.options, old.next_index, count)
    seat = night.draws().number(pl.col("index"), "seat", 1000)
    enrolled = classes.enrollments(old.options, new.with_columns(rank=seat), old.sections)
    arrived = people.students(old.options, new, old.counselors)
    students = pl.concat([old.students, arrived])
    guardians = pl.concat([old.guardians, people.guardians(old.options, new)])
    known = people.demographics(old.options, new)
    return replace(
        old,
        next_index=old.next_index + count,
        students=students,
        guardians=_guardians_of(students, guardians),
        demographics=pl.concat([old.demographics, known]),
        enrollments=pl.concat([old.enrollments, _from(night.date(), enrolled)]),
    )


def _from(day: str, enrollments: pl.DataFrame) -> pl.DataFrame:
    """The same enrollments, beginning no earlier than this day."""
    begin = pl.col("beginDate")
    return enrollments.with_columns(
        beginDate=pl.when(begin < day).then(pl.lit(day)).otherwise(begin)
    )


def _guardians_of(students: pl.DataFrame, guardians: pl.DataFrame) -> pl.DataFrame:
    """Guardians with the students they have now, at the school of the first of them."""
    agent, school = pl.col("agentSourcedIds").str.split(","), pl.col("primaryOrgSourcedId")
    links = (
        students.select("sourcedId", school, agent=agent)
        .explode("agent")
        .group_by("agent", maintain_order=True)
        .agg(children=pl.col("sourcedId"), school=school.first())
        .select(
            sourcedId="agent",
            agentSourcedIds=pl.col("children").list.join(","),
            primaryOrgSourcedId="school",
        )
    )
    kept = guardians.join(
        links.select("sourcedId"), on="sourcedId", how="semi", maintain_order="left"
    )
    return _overlay(kept, links)


def _overlay(table: pl.DataFrame, patch: pl.DataFrame) -> pl.DataFrame:
    """The table with the patch's cells put over it; blank cells of the patch change nothing."""
    cells = [column for column in patch.columns if column != "sourcedId"]
    joined = table.join(
        patch, on="sourcedId", how="left", suffix="|new", maintain_order="left", validate="1:1"
    )
    over = [pl.coalesce(f"{cell}|new", cell).alias(cell) for cell in cells]
    return joined.with_columns(over).select(table.columns)


def _new_values(night: Night, students: pl.DataFrame, count: int) -> pl.DataFrame:
    """New cells for some students: a name, a preferred name, a grade, an e-mail or a phone."""
    picked = _in_drawn_order(night, students, "value").head(count).with_row_index("row")
    kind = pl.col("row") % _KINDS
    grade = _other_grade()
    year = people.graduation_year(grade, night.district.options.school_year)
    mail = text(pl.col("username"), f".n{night.number}@students.example.org")
    new = {
        "familyName": (0, _other_family_name(night)),
        "preferredGivenName": (1, _other(night, "preferredGivenName", PREFERRED_NAMES)),
        "grades": (2, grade),
        "metadata.ilp.graduationYear": (2, year),
        "email": (3, mail),
        "phone": (4, _other(night, "phone", _PHONES)),
    }
    cells = [pl.when(kind == this).then(value).alias(cell) for cell, (this, value) in new.items()]
    return picked.select("sourcedId", *cells)


_PHONES = tuple(f"970-555-01{line:02d}" for line in range(100))


def _other(night: Night, column: str, choices: tuple[str, ...]) -> pl.Expr:
    """A drawn choice, or the one after it where the drawn one stands there already."""
    drawn = night.draws().number(pl.col("row"), night.aspect(column), len(choices))
    value = at(choices, drawn)
    after = at(choices, (drawn + 1) % len(choices))
    return pl.when(value.eq_missing(pl.col(column))).then(after).otherwise(value)


def _other_family_name(night: Night) -> pl.Expr:
    """A second name behind the first; who has two already takes a single one."""
    now = pl.col("familyName")
    name = night.draws().choice(pl.col("row"), night.aspect("family name"), FAMILY_NAMES)
    return pl.when(now.str.contains("-", literal=True)).then(name).otherwise(text(now, "-", name))


def _other_grade() -> pl.Expr:
    """The next grade of the same school, or the one before the last."""
    now = pl.col("grades")
    first_of_school = {"KG": "01", "05": "04", "08": "07", "12": "11"}
    following = padded(now.replace("KG", "0").cast(pl.Int64) + 1, 2)
    return now.replace_strict(first_of_school, default=following)


def _rescheduled(night: Night, enrollments: pl.DataFrame, joining: int) -> pl.DataFrame:
    """Enrollments of those who stayed after the night's schedule changes.

    Some are replaced by another under a new id, some move to a parallel section and keep their
    id, the others end a week earlier. What leavers left and joiners will add counts as well.
    """
    before = night.district.enrollments.height
    share = ceil(night.district.options.change * before)
    replaced = _few_of_each(night, enrollments, "schoolSourcedId", "replace").head(
        round(share * _COMING_AND_GOING)
    )
    stay = enrollments.join(
        replaced.select("sourcedId"), on="sourcedId", how="anti", maintain_order="left"
    )
    rest = share - joining - (before - enrollments.height) - 2 * replaced.height
    moved = _overlay(stay, _moves(night, stay, max(0, rest)))
    return pl.concat([moved, _replacements(night, replaced.select(moved.columns))])


def _moves(night: Night, enrollments: pl.DataFrame, count: int) -> pl.DataFrame:
    picked = _in_drawn_order(night, enrollments, "move").head(count).with_row_index("row")
    other = _parallel(night, picked)
    moves = other.is_not_null() & (pl.col("row") % 5 < 3)
    ends = pl.col("endDate").str.to_date().dt.offset_by("-7d").dt.to_string("%Y-%m-%d")
    cells = {
        "classSourcedId": pl.when(moves).then(other),
        "endDate": pl.when(~moves).then(ends),
    }
    return picked.select("sourcedId", **cells)


def _parallel(night: Night, picked: pl.DataFrame) -> pl.Series:
    """The next parallel section of each row's class; null where there is only one."""
    stem = pl.col("classSourcedId").str.slice(0, 14)
    known = night.district.lasting["classes"].select(stem=pl.col("sourcedId").str.slice(0, 14))
    counts = known.group_by("stem").agg(count=pl.len().cast(pl.Int64))
    section = pl.col("classSourcedId").str.slice(15).cast(pl.Int64)
    return (
        picked.select("classSourcedId", stem=stem)
        .join(counts, on="stem", how="left", maintain_order="left")
        .select(
            pl.when(pl.col("count") > 1).then(
                text(pl.col("stem"), "-", padded(section % pl.col("count") + 1, 2))
            )
        )
        .to_series()
    )


def _replacements(night: Night, replaced: pl.DataFrame) -> pl.DataFrame:
    """The same students in a parallel section, if there is one, under new ids from tonight on."""
    other = pl.coalesce(pl.lit(_parallel(night, replaced)), "classSourcedId")
    new_id = text(pl.col("sourcedId"), f"-n{night.number}")
    changed = replaced.with_columns(sourcedId=new_id, classSourcedId=other)
    return _from(night.date(), changed)
