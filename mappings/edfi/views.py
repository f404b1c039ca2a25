"""The roster as Ed-Fi tells it: one row for each record of a resource, joined from ours.

Every view keeps the rows whose joins find nothing: the table then says what is missing, and the
row is counted as a loss. Columns are the paths that the tables name; besides, `_from` is the id of
our record that the row is made of, `person_id` the person, and `_why` says what keeps the row from
being written. Days are Ed-Fi's: a range includes its last day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from mappings.edfi.keys import (
    STUDENT,
    TEACHER,
    contact_pairs,
    last_day,
    organizations,
    people,
    with_user_ids,
)
from mappings.hub import Hub
from mappings.oneroster.persons import STAFF

View = Callable[[Hub], pl.DataFrame]
_TEXTS = pl.List(pl.String())


def _listed(column: str) -> pl.Expr:
    """A list of texts out of its JSON text."""
    return pl.col(column).fill_null("[]").str.json_decode(_TEXTS)


def agencies(hub: Hub) -> pl.DataFrame:
    """Districts (`edfi.agency`)."""
    found = organizations(hub).filter(pl.col("kind") == "district")
    return found.select("name", "_why", ed_org_id="number", _from="org_id")


def schools(hub: Hub) -> pl.DataFrame:
    """Schools with their district and the grades of their students and classes (`edfi.school`)."""
    known = organizations(hub)
    above = known.filter(pl.col("kind") == "district").select(
        parent_id="org_id", agency_id="number"
    )
    attending = people(hub).filter("is_student").select("org_id", grades=_listed("grades"))
    classes = hub.frame("class").select(org_id="school_id", grades=_listed("grades"))
    both = pl.concat([attending, classes])
    grades = both.explode("grades", empty_as_null=True).drop_nulls("grades")
    taught = grades.group_by("org_id").agg(pl.col("grades").unique().sort())
    found = known.filter(pl.col("kind") == "school")
    joined = found.join(above, on="parent_id", how="left", maintain_order="left")
    return joined.join(taught, on="org_id", how="left", maintain_order="left").select(
        "name", "agency_id", "grades", "_why", ed_org_id="number", _from="org_id"
    )


def _sessions(hub: Hub) -> pl.DataFrame:
    """Sessions; where nobody counted their days of instruction, these are its weekdays."""
    told = pl.col("extras").str.extract(r'"metadata\.edfi\.totalInstructionalDays":"?(\d+)')
    weekdays = pl.business_day_count("start_date", "end_date").cast(pl.Int64)
    return hub.frame("academic_session").select(
        "title",
        "type",
        "school_year",
        term_id="id",
        begin="start_date",
        end=last_day(pl.col("end_date")),
        days=pl.coalesce(told.cast(pl.Int64), pl.when(weekdays > 0).then(weekdays)),
    )


def _first_day(hub: Hub) -> pl.Expr:
    """The first day of the school year that is taught, where a role of ours names no day."""
    known = hub.frame("academic_session")
    terms = hub.frame("class").select(_listed("term_ids")).to_series().explode().drop_nulls()
    taught = pl.col("school_year").filter(pl.col("id").is_in(terms.implode())).max()
    latest = pl.coalesce(taught, pl.col("school_year").max())
    year = known.filter(pl.col("school_year") == latest)
    whole = year.filter(pl.col("type") == "schoolYear")
    first = pl.lit((whole if len(whole) else year)["start_date"].min(), pl.Date)
    before = pl.col("end_date").is_null() | (pl.col("end_date") > first)
    return pl.coalesce("begin_date", pl.when(before).then(first))


def _taught(hub: Hub) -> pl.DataFrame:
    """Classes term by term, with their school's number."""
    numbers = organizations(hub).select("org_id", school="number")
    classes = hub.frame("class").with_columns(terms=_listed("term_ids"))
    spread = classes.explode("terms", empty_as_null=True, keep_nulls=True)
    return spread.join(
        numbers, left_on="school_id", right_on="org_id", how="left", maintain_order="left"
    )


def _at_schools(hub: Hub) -> pl.DataFrame:
    """Sessions of every school that teaches in them, their grading periods with them."""
    pairs = _taught(hub).select("school", term_id="terms").drop_nulls().unique(maintain_order=True)
    above = hub.frame("academic_session").select(child="id", term_id="parent_id")
    below = pairs.join(above, on="term_id", maintain_order="left").select("school", term_id="child")
    known = pl.concat([pairs, below]).unique(maintain_order=True)
    found = _sessions(hub).join(known, on="term_id", how="left", maintain_order="left")
    is_part = pl.col("type") == "gradingPeriod"
    alike = pl.struct("school", "school_year", "title", is_part.alias("_part"))
    named = pl.when(alike.is_duplicated() & pl.col("school").is_not_null()).then("term_id")
    return found.with_columns(session=named.otherwise("title"), school_id="school", _from="term_id")


def _names(hub: Hub) -> pl.DataFrame:
    """What sessions are called at each school: of several with one title each has its id."""
    found = _at_schools(hub).filter(pl.col("type") != "gradingPeriod")
    return found.select("school", "session", "school_year", terms="term_id", term_begin="begin")


def sessions(hub: Hub) -> pl.DataFrame:
    """Terms of each school (`edfi.session`)."""
    found = _at_schools(hub).filter(pl.col("type") != "gradingPeriod")
    return found.with_columns(title="session").drop("session", "school")


def grading_periods(hub: Hub) -> pl.DataFrame:
    """Grading periods of each school (`edfi.grading_period`)."""
    found = _at_schools(hub).filter(pl.col("type") == "gradingPeriod")
    return found.with_columns(period="title", title="session").drop("session", "school", "type")


def courses(hub: Hub) -> pl.DataFrame:
    """Courses with the number of their organization (`edfi.course`)."""
    numbers = organizations(hub).select("org_id", ed_org_id="number")
    joined = hub.frame("course").join(numbers, on="org_id", how="left", maintain_order="left")
    return joined.select(
        "title", "ed_org_id", code="course_code", grades=_listed("grades"), _from="id"
    )


def sections(hub: Hub) -> pl.DataFrame:
    """Classes, each in each of its terms (`edfi.section`), with what an offering needs.

    A class of several terms is several sections (`edfi.md` §6.1). `_from`, `term_begin` join.
    """
    return hub.once(_sections)


def _sections(hub: Hub) -> pl.DataFrame:
    numbers = organizations(hub).select("org_id", course_org_id="number")
    catalogue = hub.frame("course").select("org_id", course_id="id", course_code="course_code")
    catalogue = catalogue.join(numbers, on="org_id", how="left").drop("org_id")
    joined = _taught(hub).join(catalogue, on="course_id", how="left", maintain_order="left")
    joined = joined.join(_names(hub), on=["terms", "school"], how="left", maintain_order="left")
    return joined.select(
        "title",
        "session",
        "school_year",
        "course_code",
        "course_org_id",
        "term_begin",
        _from="id",
        homeroom=pl.col("class_type") == "homeroom",
        local_code="course_code",
        school_id="school",
        section=pl.when(_one_of_several()).then("id").otherwise(pl.coalesce("class_code", "id")),
    )


def _one_of_several() -> pl.Expr:
    """Whether another class of the same course, term and school has the same code."""
    offered = ("class_code", "course_code", "school", "school_year", "session")
    return pl.col("id").n_unique().over(offered) > 1


def offerings(hub: Hub) -> pl.DataFrame:
    """Courses as a school offers them in a term (`edfi.offering`)."""
    names = ("local_code", "school_id", "school_year", "session", "course_code", "course_org_id")
    found = sections(hub).select(*names, "_from")
    return found.unique(names, keep="first", maintain_order=True)


def _in_sections(hub: Hub, role: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Lays enrollments out, each in each section of its class; it needs the hub no longer.

    The first day is the term's by default.
    """
    unique = people(hub).select("person_id", "unique_id")
    places = sections(hub).drop("title", "course_code", "course_org_id")
    named = ("class_id", "person_id", "primary", "begin_date", "end_date")

    def laid_out(enrollments: pl.DataFrame) -> pl.DataFrame:
        enrolled = enrollments.filter(pl.col("role") == role).select(*named, _from="id")
        joined = enrolled.join(unique, on="person_id", how="left", maintain_order="left")
        places_of = places.rename({"_from": "class_id"})
        joined = joined.join(places_of, on="class_id", how="left", maintain_order="left")
        return joined.with_columns(
            begin=pl.coalesce("begin_date", "term_begin"), end=last_day(pl.col("end_date"))
        ).drop("begin_date", "end_date", "term_begin", "class_id")

    return laid_out


def student_sections(hub: Hub) -> pl.DataFrame:
    """Students in sections (`edfi.student_section`)."""
    return sections_of_students(hub)(hub.frame("enrollment"))


def sections_of_students(hub: Hub) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Makes those of some enrollments, in their order; it needs the hub no longer."""
    laid_out = _in_sections(hub, STUDENT)
    return lambda enrollments: laid_out(enrollments).drop("primary")


def staff_sections(hub: Hub) -> pl.DataFrame:
    """Teachers of sections (`edfi.staff_section`); one who is not called primary is not."""
    found = _in_sections(hub, TEACHER)(hub.frame("enrollment")).drop("homeroom")
    return found.with_columns(pl.col("primary").fill_null(value=False))


NAMES = (
    *("given_name", "middle_name", "family_name"),
    *("preferred_given_name", "preferred_family_name"),
)
_NAMES = ("person_id", "unique_id", *NAMES)
BIRTH = {
    "birth_date": "birth_date",
    "birth_city": "city_of_birth",
    "birth_state": "state_of_birth_abbreviation",
    "birth_country": "country_of_birth_code",
}
RACES = (
    "american_indian_or_alaska_native",
    "asian",
    "black_or_african_american",
    "native_hawaiian_or_other_pacific_islander",
    "white",
)


def students(hub: Hub) -> pl.DataFrame:
    """Students with what demographics say of their birth (`edfi.student`)."""
    told = hub.frame("demographics").unique("person_id", keep="first", maintain_order=True)
    born = told.select("person_id", **BIRTH, _born="id")
    found = people(hub).filter("is_student").select(*_NAMES, _from="person_id")
    return found.join(born, on="person_id", how="left", maintain_order="left")


def associations(hub: Hub) -> pl.DataFrame:
    """Students' roles at schools (`edfi.school_association`); undated ones begin with the year."""
    at_schools = organizations(hub).filter(pl.col("kind") == "school")
    numbers = at_schools.select("org_id", school_id="number")
    known = people(hub).select("person_id", "unique_id", grade=_listed("grades").list.first())
    found = hub.frame("role").filter(pl.col("role") == STUDENT)
    joined = found.join(known, on="person_id", how="left", maintain_order="left")
    joined = joined.join(numbers, on="org_id", how="left", maintain_order="left")
    return joined.select(
        *("person_id", "unique_id", "school_id", "grade"),
        entry_date=_first_day(hub),
        exit_date=last_day(pl.col("end_date")),
        primary=pl.col("role_type") == "primary",
        _from="id",
    )


def demographics(hub: Hub) -> pl.DataFrame:
    """Sex, ethnicity and race of students (`edfi.demographics`)."""
    known = people(hub).filter("is_student").select("person_id", "unique_id", "ed_org_id")
    told = hub.frame("demographics").unique("person_id", keep="first", maintain_order=True)
    values = ("sex", "hispanic_or_latino_ethnicity", *RACES)
    said = told.filter(pl.any_horizontal(pl.col(values).is_not_null()))
    more = said.select("person_id", *values, _from="id")
    return known.join(more, on="person_id", maintain_order="left")


def directory(hub: Hub) -> pl.DataFrame:
    """How to reach students (`edfi.directory`)."""
    return _reachable(people(hub).filter("is_student"))


def _reachable(known: pl.DataFrame) -> pl.DataFrame:
    ways = ("email", "phone", "sms")
    found = known.filter(pl.any_horizontal(pl.col(ways).is_not_null()))
    base = ("person_id", "unique_id", "ed_org_id", "given_name", "family_name")
    return found.select(*base, *ways, _from="person_id")


def logins(hub: Hub) -> pl.DataFrame:
    """Students' user names (`edfi.login`)."""
    found = people(hub).filter("is_student").drop_nulls("username")
    base = ("person_id", "unique_id", "ed_org_id", "username")
    return found.select(*base, _from="person_id")


def student_codes(hub: Hub) -> pl.DataFrame:
    """Every identifier of a student but the unique id (`edfi.student_code`)."""
    known = with_user_ids(people(hub).filter("is_student"))
    base = ("person_id", "unique_id", "ed_org_id")
    typed = known.select(*base, "ids").explode("ids", empty_as_null=True).drop_nulls("ids")
    typed = typed.with_columns(
        system=pl.col("ids").struct.field("type").replace({"State": "state"}),
        value=pl.col("ids").struct.field("identifier"),
    ).drop("ids")
    own = known.select(*base, system=pl.lit("sourcedId"), value="person_id")
    local = known.select(*base, system=pl.lit("local"), value="identifier")
    found = pl.concat([typed, own, local]).filter(pl.col("value").is_not_null())
    return found.filter(pl.col("value") != pl.col("unique_id")).with_columns(_from="person_id")


def staff(hub: Hub) -> pl.DataFrame:
    """Members of staff (`edfi.staff`)."""
    return people(hub).filter("is_staff").select(*_NAMES, "username", _from="person_id")


def staff_directory(hub: Hub) -> pl.DataFrame:
    """How to reach staff (`edfi.staff_directory`)."""
    return _reachable(people(hub).filter("is_staff"))


def staff_assignments(hub: Hub) -> pl.DataFrame:
    """Roles of staff at organizations (`edfi.staff_assignment`); the first day as for students."""
    numbers = organizations(hub).select("org_id", ed_org_id="number")
    known = people(hub).select("person_id", "unique_id")
    found = hub.frame("role").filter(pl.col("role").is_in(sorted(STAFF)))
    joined = found.join(known, on="person_id", how="left", maintain_order="left")
    joined = joined.join(numbers, on="org_id", how="left", maintain_order="left")
    end = last_day(pl.col("end_date"))
    named = ("person_id", "unique_id", "ed_org_id", "role")
    return joined.select(*named, begin=_first_day(hub), end=end, _from="id")


def contacts(hub: Hub) -> pl.DataFrame:
    """Parents, guardians and other agents (`edfi.contact`)."""
    found = people(hub).filter(pl.col("is_family"))
    return found.select(*_NAMES, "username", "email", "phone", "sms", _from="person_id")


def student_contacts(hub: Hub) -> pl.DataFrame:
    """Who is whose contact; the relation is the contact's role (`edfi.student_contact`)."""
    known = people(hub)
    mine = known.select("person_id", "unique_id")
    theirs = known.select(agent_id="person_id", contact_id="unique_id", role="family_role")
    joined = contact_pairs(hub, known).join(mine, on="person_id", how="left", maintain_order="left")
    joined = joined.join(theirs, on="agent_id", how="left", maintain_order="left")
    return joined.select("unique_id", "contact_id", "role", "person_id", "agent_id", _from="id")


PLACES: Mapping[str, View] = {
    "edfi.agency": agencies,
    "edfi.school": schools,
    "edfi.session": sessions,
    "edfi.grading_period": grading_periods,
    "edfi.course": courses,
    "edfi.offering": offerings,
    "edfi.section": sections,
}
STUDENTS: Mapping[str, View] = {
    "edfi.student": students,
    "edfi.school_association": associations,
    "edfi.demographics": demographics,
    "edfi.directory": directory,
    "edfi.login": logins,
    "edfi.student_code": student_codes,
}
STAFF_VIEWS: Mapping[str, View] = {
    "edfi.staff": staff,
    "edfi.staff_directory": staff_directory,
}
LINKS: Mapping[str, View] = {
    "edfi.contact": contacts,
    "edfi.student_contact": student_contacts,
    "edfi.staff_assignment": staff_assignments,
    "edfi.student_section": student_sections,
    "edfi.staff_section": staff_sections,
}
"""Views by what has to be put together: `STUDENTS` and `STAFF_VIEWS` have a `person_id`."""
