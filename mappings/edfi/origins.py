"""Of which records and fields of ours the views are made, and what their rows refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MADE_OF: Mapping[str, str] = {
    "edfi.agency": "organization",
    "edfi.school": "organization",
    "edfi.session": "academic_session",
    "edfi.grading_period": "academic_session",
    "edfi.course": "course",
    "edfi.offering": "class",
    "edfi.section": "class",
    "edfi.student": "person",
    "edfi.school_association": "role",
    "edfi.demographics": "demographics",
    "edfi.directory": "person",
    "edfi.login": "person",
    "edfi.student_code": "person",
    "edfi.staff": "person",
    "edfi.staff_directory": "person",
    "edfi.contact": "person",
    "edfi.student_contact": "relation",
    "edfi.staff_assignment": "role",
    "edfi.student_section": "enrollment",
    "edfi.staff_section": "enrollment",
}
"""The entity of which each row of a view is one record: the id of it is the row's `_from`."""

RENAMED: Mapping[str, Mapping[str, str]] = {
    "edfi.agency": {"ed_org_id": "identifier"},
    "edfi.school": {"ed_org_id": "identifier", "agency_id": "parent_id"},
    "edfi.session": {"begin": "start_date", "end": "end_date", "days": "extras"},
    "edfi.grading_period": {"begin": "start_date", "end": "end_date", "days": "extras"},
    "edfi.course": {"ed_org_id": "org_id", "code": "course_code"},
    "edfi.section": {
        "session": "term_ids",
        "local_code": "course_id",
        "section": "class_code",
        "homeroom": "class_type",
    },
    "edfi.student": {"unique_id": "identifier"},
    "edfi.staff": {"unique_id": "identifier"},
    "edfi.contact": {"unique_id": "identifier"},
    "edfi.student_code": {"system": "user_ids", "value": "user_ids"},
    "edfi.school_association": {
        "school_id": "org_id",
        "entry_date": "begin_date",
        "exit_date": "end_date",
        "primary": "role_type",
    },
    "edfi.staff_assignment": {"ed_org_id": "org_id", "begin": "begin_date", "end": "end_date"},
    "edfi.student_section": {"begin": "begin_date", "end": "end_date"},
    "edfi.staff_section": {"begin": "begin_date", "end": "end_date"},
}
"""The columns that are not called as the fields are."""

BORN = "_born"
"""The id of the demographics that tell of a student's birth."""

ELSEWHERE: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("edfi.student", "birth_date"): ("demographics", "birth_date", BORN),
    ("edfi.student", "birth_city"): ("demographics", "city_of_birth", BORN),
    ("edfi.student", "birth_state"): ("demographics", "state_of_birth_abbreviation", BORN),
    ("edfi.student", "birth_country"): ("demographics", "country_of_birth_code", BORN),
    ("edfi.school_association", "grade"): ("person", "grades", "person_id"),
}
"""Columns of another record than the row's own: its entity, its field, and the column of its id."""


def field_of(view: str, column: str) -> str:
    """The field of the row's record that a column of a view is made of."""
    return RENAMED.get(view, {}).get(column, column)


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns that lead to a row of one of other views, by columns of theirs.

    An `optional` one is taken away where it leads nowhere; else the row goes with it.
    """

    views: tuple[str, ...]
    columns: Mapping[str, str]
    optional: bool = False


_PLACES = ("edfi.agency", "edfi.school")
_SESSION = {"school_id": "school_id", "school_year": "school_year", "session": "title"}
_OFFERING = {name: name for name in ("school_id", "school_year", "session", "local_code")}
_OF_SCHOOL = Reference(("edfi.school",), {"school_id": "ed_org_id"})
_OF_PLACE = Reference(_PLACES, {"ed_org_id": "ed_org_id"})
_OF_STUDENT = Reference(("edfi.student",), {"person_id": "_from"})
_OF_STAFF = Reference(("edfi.staff",), {"person_id": "_from"})
_OF_SECTION = Reference(("edfi.section",), {**_OFFERING, "section": "section"})

REFERS: Mapping[str, tuple[Reference, ...]] = {
    "edfi.school": (Reference(("edfi.agency",), {"agency_id": "ed_org_id"}, optional=True),),
    "edfi.session": (_OF_SCHOOL,),
    "edfi.grading_period": (_OF_SCHOOL,),
    "edfi.course": (_OF_PLACE,),
    "edfi.offering": (
        Reference(("edfi.session",), _SESSION),
        Reference(("edfi.course",), {"course_org_id": "ed_org_id", "course_code": "code"}),
    ),
    "edfi.section": (Reference(("edfi.offering",), _OFFERING),),
    "edfi.school_association": (_OF_STUDENT, _OF_SCHOOL),
    "edfi.demographics": (_OF_STUDENT, _OF_PLACE),
    "edfi.directory": (_OF_STUDENT, _OF_PLACE),
    "edfi.login": (_OF_STUDENT, _OF_PLACE),
    "edfi.student_code": (_OF_STUDENT, _OF_PLACE),
    "edfi.staff_directory": (_OF_STAFF, _OF_PLACE),
    "edfi.student_contact": (
        _OF_STUDENT,
        Reference(("edfi.contact",), {"agent_id": "_from"}),
    ),
    "edfi.staff_assignment": (_OF_STAFF, _OF_PLACE),
    "edfi.student_section": (_OF_STUDENT, _OF_SECTION),
    "edfi.staff_section": (_OF_STAFF, _OF_SECTION),
}
"""What a host would refuse a record without: the records that it refers to."""
