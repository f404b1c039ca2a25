"""What of a roster no view carries, each with its reason; counted where it stands.

`LEFT` has the fields that never go. Others stay for some records alone: a code that two classes
share, what is said of people who are no students, kinds that Ed-Fi has no resource for.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from mappings.edfi.keys import STUDENT, TEACHER, people
from mappings.edfi.views import sections
from mappings.engine.loss import Losses, LossKey, Side
from mappings.hub import Hub
from mappings.oneroster.persons import FAMILY, STAFF

_ONE_NUMBER = "of staff and contacts one number is told"
_OWN_KEY = "Ed-Fi knows it by a key of its own (edfi.md §3)"
_SUBJECTS = "subjects of a roster are free text, those of Ed-Fi a code of the host"
_OF_CLASS = "a section has the grades and subjects of its course"

LEFT: Mapping[str, Mapping[str, str]] = {
    "organization": {"id": _OWN_KEY},
    "academic_session": {
        "id": _OWN_KEY,
        "parent_id": "a session of Ed-Fi names no session above it",
    },
    "course": {
        "id": _OWN_KEY,
        "school_year_id": "a course of Ed-Fi lasts beyond a year",
        "subjects": _SUBJECTS,
        "subject_codes": _SUBJECTS,
    },
    "class": {
        "location": "a location is a resource of the host (edfi.md §5)",
        "periods": "a class period is a resource of the host (edfi.md §5)",
        "grades": _OF_CLASS,
        "subjects": _OF_CLASS,
        "subject_codes": _OF_CLASS,
    },
    "person": {
        "preferred_middle_name": "a person of Ed-Fi has no preferred middle name",
        "pronouns": "no resource holds pronouns",
        "enabled_user": "whether an account is enabled is no matter of Ed-Fi",
        "user_master_identifier": "an identifier of a system that Ed-Fi does not know",
    },
    "role": {
        "id": _OWN_KEY,
        "user_profile_sourced_id": "accounts are no matter of Ed-Fi",
    },
    "relation": {"id": _OWN_KEY},
    "demographics": {
        "id": _OWN_KEY,
        "demographic_race_two_or_more_races": "races of Ed-Fi are listed one by one",
        "public_school_residence_status": "a code of the host, whose list a roster does not know",
    },
    "enrollment": {"id": _OWN_KEY},
}
"""By entity of ours."""

OTHERS = "gradebook and resources have no table in this book"
EXTRAS = "kept from the source and no field of ours"


def count_left(hub: Hub, losses: Losses) -> None:
    """Count what stands in these fields, and the records of other entities."""
    for entity, frame in hub.frames.items():
        if entity not in LEFT:
            _count(losses, entity, "", OTHERS, frame.height)
            continue
        for field, reason in {**LEFT[entity], "extras": EXTRAS}.items():
            _count(losses, entity, field, reason, frame.height - frame[field].null_count())
    for count in (_count_places, _count_classes, _count_people, _count_roles, _count_enrollments):
        count(hub, losses)


def _count_places(hub: Hub, losses: Losses) -> None:
    known = hub.frame("organization")
    others = known.filter(~pl.col("type").is_in(["district", "school"]))
    reason = "organizations other than districts and schools are the host's own"
    _count(losses, "organization", "", reason, others.height)
    districts = known.filter(pl.col("type") == "district")["id"].implode()
    told = (pl.col("type") == "school") & pl.col("parent_id").is_in(districts)
    kept = known.filter(pl.col("type").is_in(["district", "school"]))
    left = kept.filter(pl.col("parent_id").is_not_null() & ~told)
    reason = "only the district of a school is told"
    _count(losses, "organization", "parent_id", reason, left.height)


def _count_classes(hub: Hub, losses: Losses) -> None:
    named = sections(hub).select("class_id", "section").unique("class_id")
    known = hub.frame("class").join(named, left_on="id", right_on="class_id")
    by_id = pl.col("section") == pl.col("id")
    _each(
        losses,
        "class",
        known,
        {
            (
                "id",
                "a section is known by its code, and by this id only where that says too little",
            ): (~by_id),
            ("class_code", "another class of the same course, term and school has the same code"): (
                by_id & (pl.col("class_code") != pl.col("id"))
            ),
            ("class_type", "Ed-Fi tells homerooms from all others, no more"): (
                ~pl.col("class_type").is_in(["homeroom", "scheduled"])
            ),
        },
    )


def _count_people(hub: Hub, losses: Losses) -> None:
    known = people(hub)
    kinds = (
        pl.col(name).fill_null(value=False) for name in ("is_student", "is_staff", "is_family")
    )
    student, employed, family = kinds
    other = ~student & (employed | family)
    more = pl.col("ids").list.eval(pl.element().struct.field("identifier"))
    spare = more.list.set_difference(pl.concat_list("unique_id")).list.len() > 0
    grades = pl.col("grades").fill_null("[]").str.json_decode(pl.List(pl.String())).list.len()
    _each(
        losses,
        "person",
        known,
        {
            ("", "neither a student, nor staff, nor anybody's contact"): ~(student | other),
            ("id", _ONE_NUMBER): other & (pl.col("person_id") != pl.col("unique_id")),
            ("identifier", _ONE_NUMBER): other & (pl.col("identifier") != pl.col("unique_id")),
            ("user_ids", _ONE_NUMBER): other & spare,
            ("primary_org_id", "where staff work is said by their assignments"): (
                other & pl.col("primary_org_id").is_not_null()
            ),
            ("grades", "only students are in a grade"): other & (grades > 0),
            ("grades[]", "an enrollment has one grade"): student & (grades > 1),
        },
    )
    students = known.filter(student)["person_id"].implode()
    others = hub.frame("demographics").filter(~pl.col("person_id").is_in(students))
    _count(losses, "demographics", "", "demographics are sent of students alone", others.height)


def _count_roles(hub: Hub, losses: Losses) -> None:
    role = pl.col("role")
    family, employed = role.is_in(sorted(FAMILY)), role.is_in(sorted(STAFF))
    mapped = family | employed | (role == STUDENT)
    fields = {
        ("", "neither a student's role, nor one of staff or family"): ~mapped,
        ("role_type", "only a student's main school is told"): family | employed,
        **{
            (name, "a contact belongs to students, not to organizations"): (
                family & pl.col(name).is_not_null()
            )
            for name in ("org_id", "begin_date", "end_date")
        },
    }
    _each(losses, "role", hub.frame("role"), fields)


def _count_enrollments(hub: Hub, losses: Losses) -> None:
    role, primary = pl.col("role"), pl.col("primary")
    fields = {
        ("", "sections have students and teachers alone"): ~role.is_in([STUDENT, TEACHER]),
        ("primary", "only teachers are called primary"): (role == STUDENT) & primary.is_not_null(),
    }
    _each(losses, "enrollment", hub.frame("enrollment"), fields)


def _each(
    losses: Losses, entity: str, frame: pl.DataFrame, fields: Mapping[tuple[str, str], pl.Expr]
) -> None:
    """Count the records of which a field stays, for each field and reason."""
    for (path, reason), left in fields.items():
        _count(losses, entity, path, reason, frame.filter(left).height)


def _count(losses: Losses, entity: str, path: str, reason: str, count: int) -> None:
    if count:
        losses.add(LossKey(Side.OURS, entity, path, reason), count=count)
