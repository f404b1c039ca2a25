"""The schools of a synthetic district and the grades they have."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from service.synth.draws import padded, text
from service.synth.names import LANDFORMS, PLACES
from service.synth.options import SynthOptions

DISTRICT = "org-district"

_ALL_GRADES_FROM = 3000
"""A district of fewer students is a secondary one: grades 06 to 12."""


@dataclass(frozen=True, slots=True)
class Level:
    """A kind of school: its grades (CEDS codes) and how many schools there are, from which."""

    name: str
    grades: tuple[str, ...]
    first: int
    schools: int


_LEVELS = (
    ("Elementary School", ("KG", "01", "02", "03", "04", "05"), 500),
    ("Middle School", ("06", "07", "08"), 700),
    ("High School", ("09", "10", "11", "12"), 1300),
)
"""Name, grades and usual number of students."""


def levels(options: SynthOptions) -> tuple[Level, ...]:
    """The levels that a district of this size has, with enough schools for its students."""
    kinds = _LEVELS if options.students >= _ALL_GRADES_FROM else _LEVELS[1:]
    all_grades = sum(len(grades) for _, grades, _ in kinds)
    found: list[Level] = []
    for name, grades, size in kinds:
        first = found[-1].first + found[-1].schools if found else 1
        count = round(options.students * len(grades) / all_grades / size)
        found.append(Level(name, grades, first, max(1, count)))
    return tuple(found)


def school_id(school: pl.Expr) -> pl.Expr:
    """The `sourcedId` of a school by its number."""
    return text("org-", padded(school, 4))


def orgs(options: SynthOptions) -> pl.DataFrame:
    """The district and its schools as orgs.csv has them."""
    named = [
        (school, f"{_school_name(school)} {level.name}")
        for level in levels(options)
        for school in range(level.first, level.first + level.schools)
    ]
    schools = pl.DataFrame(named, schema={"school": pl.Int64, "name": pl.String}, orient="row")
    district = {"sourcedId": DISTRICT, "name": "Synthetic Unified School District"}
    top = pl.DataFrame({**district, "type": "district", "identifier": "9900000"})
    below = schools.select(
        school_id(pl.col("school")).alias("sourcedId"),
        "name",
        pl.lit("school").alias("type"),
        text("9900000", padded(pl.col("school"), 4)).alias("identifier"),
        pl.lit(DISTRICT).alias("parentSourcedId"),
    )
    return pl.concat([top, below], how="diagonal")


def _school_name(school: int) -> str:
    first, second = PLACES[school % len(PLACES)], LANDFORMS[school // len(PLACES) % len(LANDFORMS)]
    again = school // (len(PLACES) * len(LANDFORMS))
    return f"{first} {second}" if not again else f"{first} {second} No. {again + 1}"
