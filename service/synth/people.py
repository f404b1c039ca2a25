"""Students and their guardians, as numbers first and as users.csv then; nobody here is real."""

from __future__ import annotations

import polars as pl

from service.synth.draws import Draws, at, padded, text
from service.synth.names import (
    FAMILY_NAMES,
    GIVEN_NAMES,
    MIDDLE_NAMES,
    PREFERRED_NAMES,
    mail_name,
)
from service.synth.options import SynthOptions
from service.synth.schools import levels, school_id

GIVEN_MAIL = tuple(map(mail_name, GIVEN_NAMES))
FAMILY_MAIL = tuple(map(mail_name, FAMILY_NAMES))

_SIBLINGS = 250
"""Of a thousand students, so many belong to the family of the student before them."""
_ADULTS = (1, 2, 2, 2, 2, 2, 2, 1, 3, 3)
_MOST_ADULTS = 3
_PER_COUNSELOR = 350


def population(options: SynthOptions, first: int, count: int) -> pl.DataFrame:
    """Students `first` to `first + count - 1` as numbers: family, grade, school, place in grade.

    A family is named by its first student; siblings at the same level go to the same school.
    """
    draws = Draws(options.seed)
    index, family, place = pl.col("index"), pl.col("family"), pl.col("place")
    kinds = levels(options)
    grades = [(grade, level) for level in kinds for grade in level.grades]
    starts = (index == first) | ~draws.chance(index, "sibling", _SIBLINGS)
    schools = at([level.schools for _, level in grades], place)
    nth = draws.number(family, "school", schools.cast(pl.UInt64))
    return (
        pl.select(index=pl.int_range(first, first + count, dtype=pl.Int64))
        .with_columns(family=pl.when(starts).then(index).forward_fill())
        .with_columns(place=draws.number(index, "grade", len(grades)))
        .with_columns(
            grade=at([grade for grade, _ in grades], place),
            school=at([level.first for _, level in grades], place) + nth,
            adults=at(_ADULTS, draws.number(family, "adults", len(_ADULTS))),
        )
        .with_columns(rank=pl.int_range(pl.len()).over("school", "grade"))
        .drop("place")
    )


def counselors(people: pl.DataFrame) -> pl.DataFrame:
    """How many counselors each school has for these students."""
    needed = (pl.len() + _PER_COUNSELOR - 1) // _PER_COUNSELOR
    return people.group_by("school").agg(counselors=needed.cast(pl.Int64)).sort("school")


def student_id(index: pl.Expr) -> pl.Expr:
    """The `sourcedId` of a student."""
    return text("stu-", padded(index, 7))


def counselor_id(school: pl.Expr, nth: pl.Expr) -> pl.Expr:
    """The `sourcedId` of the nth counselor of a school, from 1."""
    return text("cns-", padded(school, 4), "-", nth.cast(pl.String))


def phone(draws: Draws, index: pl.Expr, aspect: str) -> pl.Expr:
    """A telephone number from the range kept for fiction, 555-0100 to 555-0199."""
    return text("970-555-01", padded(draws.number(index, aspect, 100), 2))


def graduation_year(grade: pl.Expr, school_year: int) -> pl.Expr:
    """The year in which a student of this grade finishes grade 12, as text."""
    number = grade.replace({"KG": "0"}).cast(pl.Int64)
    return (school_year + 12 - number).cast(pl.String)


def students(
    options: SynthOptions, people: pl.DataFrame, counselors_of: pl.DataFrame
) -> pl.DataFrame:
    """A population as users.csv has it."""
    draws, index, family = Draws(options.seed), pl.col("index"), pl.col("family")
    grade, school = pl.col("grade"), pl.col("school")
    given = draws.number(index, "given name", len(GIVEN_NAMES))
    surname = draws.number(family, "family name", len(FAMILY_NAMES))
    mail = text(at(GIVEN_MAIL, given), ".", at(FAMILY_MAIL, surname), ".", index)
    secondary = grade.is_in(["09", "10", "11", "12"])
    counselor = index % pl.col("counselors").fill_null(1) + 1
    rows = people.join(counselors_of, on="school", how="left", maintain_order="left")
    return rows.select(
        sourcedId=student_id(index),
        enabledUser=pl.lit("true"),
        username=mail,
        userIds=text("{State:ST9", padded(index, 7), "}"),
        givenName=at(GIVEN_NAMES, given),
        familyName=at(FAMILY_NAMES, surname),
        middleName=draws.choice(index, "middle name", (*MIDDLE_NAMES, *[None] * 40)),
        identifier=padded(index, 7),
        email=text(mail, "@students.example.org"),
        phone=pl.when(secondary).then(phone(draws, index, "phone")),
        agentSourcedIds=_guardian_ids(family, pl.col("adults")),
        grades=grade,
        preferredGivenName=draws.choice(index, "preferred", (*PREFERRED_NAMES, *[None] * 150)),
        primaryOrgSourcedId=school_id(school),
        pronouns=draws.choice(index, "pronouns", ("she/her", "he/him", "they/them", *[None] * 60)),
        **{
            "metadata.ilp.graduationYear": graduation_year(grade, options.school_year),
            "metadata.ilp.counselorSourcedId": counselor_id(school, counselor),
        },
    )


def _guardian_id(family: pl.Expr, nth: pl.Expr) -> pl.Expr:
    return text("par-", padded(family, 7), "-", nth.cast(pl.String))


def _guardian_ids(family: pl.Expr, adults: pl.Expr) -> pl.Expr:
    each = [
        pl.when(adults >= nth).then(_guardian_id(family, pl.lit(nth)))
        for nth in range(1, _MOST_ADULTS + 1)
    ]
    return pl.concat_str(*each, separator=",", ignore_nulls=True)


def guardians(options: SynthOptions, people: pl.DataFrame) -> pl.DataFrame:
    """The guardians of a population as users.csv has them, each with all their students."""
    draws = Draws(options.seed)
    person = pl.col("family") * _MOST_ADULTS + pl.col("nth")
    given = draws.number(person, "guardian", len(GIVEN_NAMES))
    own = draws.number(person, "guardian family name", len(FAMILY_NAMES))
    shared = draws.number(pl.col("family"), "family name", len(FAMILY_NAMES))
    surname = pl.when(draws.chance(person, "same name", 700)).then(shared).otherwise(own)
    mail = text(at(GIVEN_MAIL, given), ".", at(FAMILY_MAIL, surname), person, "@mail.example.org")
    return (
        people.group_by("family", maintain_order=True)
        .agg(student_id(pl.col("index")).alias("children"), pl.col("school", "adults").first())
        .with_columns(nth=pl.int_ranges(1, pl.col("adults") + 1))
        .explode("nth")
        .select(
            sourcedId=_guardian_id(pl.col("family"), pl.col("nth")),
            enabledUser=pl.lit("true"),
            username=mail,
            givenName=at(GIVEN_NAMES, given),
            familyName=at(FAMILY_NAMES, surname),
            email=mail,
            sms=pl.when(draws.chance(person, "sms", 600)).then(phone(draws, person, "cell")),
            phone=phone(draws, person, "cell"),
            agentSourcedIds=pl.col("children").list.join(","),
            primaryOrgSourcedId=school_id(pl.col("school")),
        )
    )


_RACES = {
    "americanIndianOrAlaskaNative": 20,
    "asian": 120,
    "blackOrAfricanAmerican": 180,
    "nativeHawaiianOrOtherPacificIslander": 15,
    "white": 640,
}
"""Race flag -> of a thousand students, drawn without regard to names."""


def demographics(options: SynthOptions, people: pl.DataFrame) -> pl.DataFrame:
    """Demographics of a population; the age fits the grade."""
    draws, index = Draws(options.seed), pl.col("index")
    races = {race: draws.chance(index, race, share) for race, share in _RACES.items()}
    count = pl.sum_horizontal(*[flag.cast(pl.Int64) for flag in races.values()])
    flags = {race: _flag(flag) for race, flag in races.items()}
    born = draws.choice(index, "birth country", (*["US"] * 17, "MX", "VN", "SO"))
    sexes = (*["female"] * 49, *["male"] * 49, "other", "unspecified")
    return people.select(
        sourcedId=student_id(index),
        birthDate=_birth_date(draws, options.school_year),
        sex=draws.choice(index, "sex", sexes),
        **flags,
        demographicRaceTwoOrMoreRaces=_flag(count > 1),
        hispanicOrLatinoEthnicity=_flag(draws.chance(index, "ethnicity", 270)),
        countryOfBirthCode=born,
        stateOfBirthAbbreviation=pl.when(born == "US").then(pl.lit("CO")),
    )


def _birth_date(draws: Draws, school_year: int) -> pl.Expr:
    index = pl.col("index")
    month = draws.number(index, "birth month", 12) + 1
    # Who starts grade 01 in a fall has turned six by the end of August.
    finishes = graduation_year(pl.col("grade"), school_year).cast(pl.Int64)
    year = finishes - 18 - (month >= 9).cast(pl.Int64)
    day = draws.number(index, "birth day", 28) + 1
    return text(year.cast(pl.String), "-", padded(month, 2), "-", padded(day, 2))


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(pl.lit("true")).otherwise(pl.lit("false"))


def family_roles(students_now: pl.DataFrame) -> pl.DataFrame:
    """The roles of students, and of their guardians at every school that a student goes to."""
    school = pl.col("primaryOrgSourcedId")
    of_students = students_now.select(
        userSourcedId="sourcedId", orgSourcedId=school, role=pl.lit("student")
    )
    agents = pl.col("agentSourcedIds").str.split(",")
    of_guardians = (
        students_now.filter(pl.col("agentSourcedIds").is_not_null())
        .select(userSourcedId=agents, orgSourcedId=school)
        .explode("userSourcedId")
        .unique(maintain_order=True)
        .with_columns(role=_guardian_role(pl.col("userSourcedId")))
    )
    return with_role_ids(pl.concat([of_students, of_guardians]))


def _guardian_role(user: pl.Expr) -> pl.Expr:
    nth = user.str.slice(-1)
    eighth = user.str.slice(4, 7).cast(pl.Int64) % 8 == 0
    second = pl.when(eighth).then(pl.lit("guardian")).otherwise(pl.lit("parent"))
    return pl.when(nth == "3").then(pl.lit("relative")).otherwise(second)


def with_role_ids(roles: pl.DataFrame) -> pl.DataFrame:
    """Primary roles under ids that tell whose role it is and where."""
    where = pl.col("orgSourcedId").str.slice(4)
    return roles.with_columns(
        sourcedId=text("rol-", pl.col("userSourcedId"), "-", where), roleType=pl.lit("primary")
    )
