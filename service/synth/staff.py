"""Principals, counselors, teachers and the district office of a synthetic district."""

from __future__ import annotations

import polars as pl

from service.synth.draws import Draws, at, padded, text
from service.synth.names import FAMILY_NAMES, GIVEN_NAMES
from service.synth.options import SynthOptions
from service.synth.people import FAMILY_MAIL, GIVEN_MAIL, counselor_id, phone, with_role_ids
from service.synth.schools import DISTRICT, school_id

_CLASSES_A_TEACHER = 6


def teachers_needed(classes: pl.Expr) -> pl.Expr:
    """How many teachers a school with so many scheduled classes has."""
    return (classes + _CLASSES_A_TEACHER - 1) // _CLASSES_A_TEACHER


def teacher_of(scheduled: pl.Expr) -> pl.Expr:
    """The teacher of a school's nth scheduled class, both from 0."""
    return scheduled // _CLASSES_A_TEACHER


def teacher_id(school: pl.Expr, nth: pl.Expr) -> pl.Expr:
    """The `sourcedId` of the nth teacher of a school, from 0."""
    return text("tch-", padded(school, 4), "-", padded(nth, 4))


def posts(counselors: pl.DataFrame, teachers: pl.DataFrame) -> pl.DataFrame:
    """Every member of staff with role and place; counts per school give how many of each."""
    school, nth = pl.col("school"), pl.col("nth")
    places = pl.col("school").alias("school"), school_id(school).alias("orgSourcedId")
    one_each = teachers.select(
        text("prn-", padded(school, 4)).alias("sourcedId"), *places, role=pl.lit("principal")
    )
    counsel = _numbered(counselors, "counselors").select(
        counselor_id(school, nth + 1).alias("sourcedId"), *places, role=pl.lit("counselor")
    )
    teach = _numbered(teachers, "teachers").select(
        teacher_id(school, nth).alias("sourcedId"), *places, role=pl.lit("teacher")
    )
    office = pl.DataFrame(
        {"sourcedId": ["adm-1", "adm-2"], "orgSourcedId": [DISTRICT] * 2}
        | {"role": ["districtAdministrator", "systemAdministrator"]}
    )
    return pl.concat([office, one_each, counsel, teach], how="diagonal")


def _numbered(counts: pl.DataFrame, column: str) -> pl.DataFrame:
    each = counts.with_columns(nth=pl.int_ranges(0, pl.col(column)))
    return each.explode("nth").filter(pl.col("nth").is_not_null())


def staff(options: SynthOptions, posts_filled: pl.DataFrame) -> pl.DataFrame:
    """The staff as users.csv has them."""
    draws, person = Draws(options.seed), pl.col("person")
    given = draws.number(person, "staff given name", len(GIVEN_NAMES))
    surname = draws.number(person, "staff family name", len(FAMILY_NAMES))
    name = text(at(GIVEN_MAIL, given).str.slice(0, 1), at(FAMILY_MAIL, surname), person)
    number = text("E", padded(person, 6))
    return posts_filled.with_row_index("person", offset=1).select(
        sourcedId="sourcedId",
        enabledUser=pl.lit("true"),
        username=name,
        userIds=text("{Staff:", number, "},{SSO:", name, "}"),
        givenName=at(GIVEN_NAMES, given),
        familyName=at(FAMILY_NAMES, surname),
        identifier=number,
        email=text(name, "@schools.example.org"),
        phone=phone(draws, person, "desk"),
        primaryOrgSourcedId="orgSourcedId",
    )


def staff_roles(posts_filled: pl.DataFrame) -> pl.DataFrame:
    """The staff's roles."""
    return with_role_ids(
        posts_filled.select("orgSourcedId", "role", userSourcedId=pl.col("sourcedId"))
    )
