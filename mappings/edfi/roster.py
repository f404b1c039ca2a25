"""Views of Ed-Fi as roster tables.

Ids are made of natural keys, parts joined by `/`, so that they are the same tomorrow and from
whatever server: an organization has its number, a person the kind and the unique id, a section the
five parts of its key. A character that OneRoster keeps out of ids stands as its number: `_20_`.
The MD5 sums of the Alliance's OneRoster service are never used: one student at two schools would be
two (`edfi.md` §6.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import polars as pl

from mappings.engine.codecs import canonical_json, map_distinct
from mappings.engine.loss import Losses, LossKey, Side
from mappings.hub import ENTITIES, schema_of
from schemas.roster.kinds import Field, FieldKind

Views = Mapping[str, pl.DataFrame]
_ABSENT, _DANGLING = "is required and absent", "refers to a record that is not there"
_STRANGE = re.compile(r"[^0-9A-Za-z.@-]")
_FROM = pl.col("^_from$")  # of which record of ours a row was written, where that is known
STUDENT, STAFF, CONTACT = "student", "staff", "contact"
_KINDS = {
    "edfi.agency": "district",
    "edfi.school": "school",
    "edfi.service_center": "local",
    "edfi.state_agency": "state",
    "edfi.institution": "local",
    "edfi.department": "department",
}
_SECTION = ("school_id", "school_year", "session", "local_code", "section")
_OFFERING = ("school_id", "school_year", "session", "local_code")


def _id(*parts: str | pl.Expr) -> pl.Expr:
    """An id of these parts; null where one is missing."""
    return _joined(*(part.map_batches(_sound, return_dtype=pl.String) for part in _texts(parts)))


def _joined(*parts: str | pl.Expr) -> pl.Expr:
    """An id of ids and days, which are sound as they are."""
    return pl.concat_str(list(_texts(parts)), separator="/")


def _texts(parts: Iterable[str | pl.Expr]) -> Iterator[pl.Expr]:
    each = (pl.col(part) if isinstance(part, str) else part for part in parts)
    return (part.cast(pl.String) for part in each)


def _sound(parts: pl.Series) -> pl.Series:
    """Parts of ids without characters that an id may not have; different ones stay different."""
    if not parts.str.contains(_STRANGE.pattern).any():
        return parts
    return map_distinct(parts, lambda text: _STRANGE.sub(_numbered, text))


def _numbered(found: re.Match[str]) -> str:
    return f"_{ord(found[0]):x}_"


def person_id(kind: str, column: str = "unique_id") -> pl.Expr:
    """The id of a student, a member of staff or a contact."""
    return _id(pl.lit(kind), column)


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)


def _day_after(column: str) -> pl.Expr:
    """A range of ours excludes its end."""
    return pl.col(column).dt.offset_by("1d")


def _as_json(values: pl.Series) -> pl.Series:
    """Lists as JSON text; an empty one is absent."""
    texts = [
        canonical_json(list(each)) if each is not None and len(each) else None for each in values
    ]
    return pl.Series(values.name, texts, dtype=pl.String)


def _organizations(views: Views) -> pl.DataFrame:
    found = []
    for subject, kind in _KINDS.items():
        above = {"edfi.school": "agency_id", "edfi.department": "parent_id"}.get(subject)
        parent = _text(above) if above else pl.lit(None, pl.String)
        number = _text("ed_org_id")
        found.append(
            views[subject].select(
                "name", _FROM, id=number, type=pl.lit(kind), identifier=number, parent_id=parent
            )
        )
    return pl.concat(found)


def _sessions(views: Views) -> pl.DataFrame:
    days = pl.concat_str(
        pl.lit('{"metadata.edfi.totalInstructionalDays":"'),
        "days",
        pl.lit('"}'),
        ignore_nulls=False,
    )
    dates = {"start_date": pl.col("begin"), "end_date": _day_after("end"), "extras": days}
    terms = views["edfi.session"].select(
        *("title", "type", "school_year", _FROM),
        id=_id("school_id", "school_year", "title"),
        **dates,
    )
    periods = views["edfi.grading_period"].select(
        *("title", "school_year", _FROM),
        id=_id("school_id", "school_year", "period", "title"),
        type=pl.lit("gradingPeriod"),
        **dates,
    )
    return pl.concat([terms, periods], how="diagonal")


def _courses(views: Views) -> pl.DataFrame:
    found = views["edfi.course"]
    return found.select(
        "title",
        _FROM,
        _as_json(found["grades"]),
        id=_id("ed_org_id", "code"),
        course_code="code",
        org_id=_text("ed_org_id"),
    )


def _classes(views: Views) -> pl.DataFrame:
    """Sections; the title is the section's, else the offering's, else the course's."""
    catalogue = views["edfi.course"].select(
        course_id=_id("ed_org_id", "code"), course_title="title", grades="grades"
    )
    course = _id("course_org_id", "course_code")
    offered = views["edfi.offering"].select(*_OFFERING, course_id=course, offered_title="title")
    offered, catalogue = offered.unique(_OFFERING), catalogue.unique("course_id")
    found = views["edfi.section"].join(offered, on=_OFFERING, how="left", maintain_order="left")
    found = found.join(catalogue, on="course_id", how="left", maintain_order="left")
    term = pl.concat_list(_id("school_id", "school_year", "session")).alias("term_ids")
    listed = found.with_columns(term)
    return listed.select(
        "course_id",
        _FROM,
        *(_as_json(listed[name]) for name in ("term_ids", "grades", "periods")),
        id=_id(*_SECTION),
        title=pl.coalesce("title", "offered_title", "course_title", "section"),
        class_code="section",
        class_type=pl.lit("scheduled"),
        location="room",
        school_id=_text("school_id"),
    )


_NAMES = (
    *("given_name", "middle_name", "family_name"),
    *("preferred_given_name", "preferred_family_name"),
)
_REACH = ("email", "phone", "sms")


def _people(views: Views) -> pl.DataFrame:
    return pl.concat([_students(views), _staff(views), _contacts(views)], how="diagonal")


def _students(views: Views) -> pl.DataFrame:
    reach = views["edfi.directory"].unique("unique_id", keep="first", maintain_order=True)
    logins = views["edfi.login"].drop_nulls("username").unique("unique_id", keep="first")
    found = views["edfi.student"].select("unique_id", *_NAMES, _FROM)
    for more in (
        reach.select("unique_id", *_REACH),
        logins.select("unique_id", "username"),
        _latest(views),
        _user_ids(views),
    ):
        found = found.join(more, on="unique_id", how="left", maintain_order="left")
    return found.with_columns(
        _as_json(found["grades"]), id=person_id(STUDENT), identifier="unique_id"
    )


def _latest(views: Views) -> pl.DataFrame:
    """School and grade of each student's latest enrollment."""
    order = views["edfi.school_association"].sort("entry_date", maintain_order=True)
    last = order.unique("unique_id", keep="last", maintain_order=True)
    return last.select(
        "unique_id",
        primary_org_id=_text("school_id"),
        grades=pl.concat_list("grade").list.drop_nulls(),
    )


def _user_ids(views: Views) -> pl.DataFrame:
    """Codes of students as typed identifiers; the one that is the unique id says nothing more."""
    kinds = {"state": "State"}
    codes = views["edfi.student_code"].drop_nulls(["system", "value"])
    codes = codes.filter(pl.col("value") != pl.col("unique_id")).unique(maintain_order=True)
    pairs = pl.struct(type=pl.col("system").replace(kinds), identifier="value")
    listed = codes.group_by("unique_id", maintain_order=True).agg(user_ids=pairs)
    return listed.with_columns(_as_json(listed["user_ids"]))


def _staff(views: Views) -> pl.DataFrame:
    reach = views["edfi.staff_directory"].unique("unique_id", keep="first", maintain_order=True)
    found = views["edfi.staff"].select("unique_id", *_NAMES, "username", _FROM)
    joined = found.join(
        reach.select("unique_id", *_REACH), on="unique_id", how="left", maintain_order="left"
    )
    return joined.with_columns(id=person_id(STAFF), identifier="unique_id")


def _contacts(views: Views) -> pl.DataFrame:
    found = views["edfi.contact"].select("unique_id", *_NAMES, "username", *_REACH, _FROM)
    return found.with_columns(id=person_id(CONTACT), identifier="unique_id")


def _roles(views: Views) -> pl.DataFrame:
    found = [_student_roles(views), _staff_roles(views), _contact_roles(views)]
    return pl.concat(found, how="diagonal").with_columns(
        id=_joined(
            "person_id", "org_id", "role", pl.col("begin_date").cast(pl.String).fill_null("")
        )
    )


def _ranked(first: pl.Expr) -> pl.Expr:
    return pl.when(first).then(pl.lit("primary")).otherwise(pl.lit("secondary"))


def _student_roles(views: Views) -> pl.DataFrame:
    """One for each enrollment; where none is called primary, the latest is."""
    found = views["edfi.school_association"].sort("entry_date", maintain_order=True)
    called = pl.col("primary").fill_null(value=False)
    row = pl.int_range(pl.len())
    main = pl.when(called.any()).then(row.filter(called).last()).otherwise(row.last())
    return found.select(
        _FROM,
        person_id=person_id(STUDENT),
        org_id=_text("school_id"),
        role=pl.lit("student"),
        role_type=_ranked((row == main).over("unique_id")),
        begin_date="entry_date",
        end_date=_day_after("exit_date"),
    )


def _staff_roles(views: Views) -> pl.DataFrame:
    """One for each assignment; the first is called primary."""
    found = views["edfi.staff_assignment"].drop_nulls("role")
    return found.select(
        "role",
        _FROM,
        person_id=person_id(STAFF),
        org_id=_text("ed_org_id"),
        role_type=_ranked((pl.int_range(pl.len()) == 0).over("unique_id")),
        begin_date="begin",
        end_date=_day_after("end"),
    )


def _contact_roles(views: Views) -> pl.DataFrame:
    """A contact's role at the school of each student whose contact it is."""
    schools = views["edfi.school_association"].select("unique_id", org_id=_text("school_id"))
    links = views["edfi.student_contact"].drop_nulls("role")
    found = links.join(schools.unique(), on="unique_id", maintain_order="left")
    found = found.unique(["contact_id", "org_id", "role"], keep="first", maintain_order=True)
    return found.select(
        "org_id",
        "role",
        person_id=person_id(CONTACT, "contact_id"),
        role_type=_ranked((pl.int_range(pl.len()) == 0).over("contact_id")),
    )


def _relations(views: Views) -> pl.DataFrame:
    agent = person_id(CONTACT, "contact_id")
    pairs = views["edfi.student_contact"]
    found = pairs.select(_FROM, person_id=person_id(STUDENT), agent_id=agent)
    return found.with_columns(id=_joined("person_id", "agent_id"))


_DEMOGRAPHICS = (
    *("sex", "hispanic_or_latino_ethnicity", "american_indian_or_alaska_native", "asian"),
    *("black_or_african_american", "native_hawaiian_or_other_pacific_islander", "white"),
)


def _demographics(views: Views) -> pl.DataFrame:
    told = views["edfi.demographics"].unique("unique_id", keep="first", maintain_order=True)
    found = views["edfi.student"].join(
        told.select("unique_id", *_DEMOGRAPHICS), on="unique_id", how="left", maintain_order="left"
    )
    return found.select(
        *("birth_date", *_DEMOGRAPHICS, _FROM),
        id=person_id(STUDENT),
        person_id=person_id(STUDENT),
        city_of_birth="birth_city",
        state_of_birth_abbreviation="birth_state",
        country_of_birth_code="birth_country",
    )


def _enrollments(views: Views) -> pl.DataFrame:
    found = []
    for subject, kind, role in (
        ("edfi.student_section", STUDENT, "student"),
        ("edfi.staff_section", STAFF, "teacher"),
    ):
        frame = views[subject]
        primary = pl.col("primary") if "primary" in frame.columns else pl.lit(None, pl.Boolean)
        person, section = person_id(kind), _id(*_SECTION)
        found.append(
            frame.select(
                _FROM,
                id=_joined(person, section, "begin"),
                class_id=section,
                school_id=_text("school_id"),
                person_id=person,
                role=pl.lit(role),
                primary=primary,
                begin_date="begin",
                end_date=_day_after("end"),
            )
        )
    return pl.concat(found)


_MAKERS: Mapping[str, Callable[[Views], pl.DataFrame]] = {
    "organization": _organizations,
    "academic_session": _sessions,
    "course": _courses,
    "class": _classes,
    "person": _people,
    "role": _roles,
    "relation": _relations,
    "demographics": _demographics,
    "enrollment": _enrollments,
}


ROSTERED = frozenset(_MAKERS)
"""The entities of ours that Ed-Fi has views of."""


def roster_of(views: Views, losses: Losses) -> dict[str, pl.DataFrame]:
    """The roster's tables; what refers to nothing, or lacks what ours requires, is a loss."""
    frames: dict[str, pl.DataFrame] = {}
    for entity, maker in _MAKERS.items():
        made, schema = maker(views), schema_of(entity)
        absent = [name for name in schema if name not in made.columns]
        whole = made.with_columns(pl.lit(None).alias(name) for name in absent)
        shaped = whole.select(*schema.names(), _FROM)
        shaped = shaped.with_columns(pl.col(name).cast(kind) for name, kind in schema.items())
        distinct = shaped.unique("id", keep="first", maintain_order=True)
        _lose(
            losses, entity, "", "another record has the same key", shaped.height - distinct.height
        )
        frames[entity] = _standing(entity, distinct, frames, losses)
    return frames


def _standing(
    entity: str, frame: pl.DataFrame, frames: Mapping[str, pl.DataFrame], losses: Losses
) -> pl.DataFrame:
    """The rows that have what is required; references that lead nowhere are taken away."""
    for each in ENTITIES[entity]:
        ids = {entity: frame["id"], **{name: held["id"] for name, held in frames.items()}}
        if each.reference in ids and each.kind is FieldKind.TEXT:
            frame = _resolved(entity, each, frame, ids[each.reference], losses)
        if each.required:
            left = frame.drop_nulls(each.name)
            _lose(losses, entity, each.name, _ABSENT, frame.height - left.height)
            frame = left
    return frame


def _resolved(
    entity: str, each: Field, frame: pl.DataFrame, ids: pl.Series, losses: Losses
) -> pl.DataFrame:
    """Without references that lead nowhere; a record that cannot be without one goes with it."""
    lost = pl.col(each.name).is_not_null() & ~pl.col(each.name).is_in(ids.implode())
    gone = frame.filter(lost).height
    _lose(losses, entity, each.name, _DANGLING, gone)
    if not gone:
        return frame
    if each.required:
        return frame.filter(~lost)
    return frame.with_columns(pl.when(~lost).then(pl.col(each.name)).alias(each.name))


def _lose(losses: Losses, entity: str, path: str, reason: str, count: int) -> None:
    if count:
        losses.add(LossKey(Side.THEIRS, entity, path, reason), count=count)
