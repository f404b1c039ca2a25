"""Why what does not come back from Ed-Fi stays, where no table says it of the single value."""

from __future__ import annotations

from collections.abc import Mapping

_OWN_KEY = "Ed-Fi knows it by a key of its own (edfi.md §3)"
_ONE_NUMBER = "of staff and contacts one number is told, of students their codes"
_SUBJECTS = "subjects of a roster are free text, those of Ed-Fi a code of the host"
_OF_CLASS = "a section has the grades and subjects of its course"
_NO_PLACE = "a contact belongs to students, not to organizations"
_ACCOUNTS = "accounts are no matter of Ed-Fi"

EXTRAS = "kept from the source and no field of ours"
OTHERS = "gradebook and resources have no table in this book"
CHANGED = "reads back as another value"
TAKEN = "another record has the same key when read"

STAYS: Mapping[str, Mapping[str, str]] = {
    "organization": {
        "": "organizations other than districts and schools are the host's own",
        "id": _OWN_KEY,
        "identifier": "a number of Ed-Fi has no leading zeros",
        "parent_id": "only the district of a school is told",
    },
    "academic_session": {
        "": "no class of a school is taught in it",
        "id": _OWN_KEY,
        "title": "another session of the school and year has the same title: told by its id",
        "parent_id": "a session of Ed-Fi names no session above it",
    },
    "course": {
        "": "a course needs an organization",
        "id": _OWN_KEY,
        "school_year_id": "a course of Ed-Fi lasts beyond a year",
        "subjects": _SUBJECTS,
        "subject_codes": _SUBJECTS,
    },
    "class": {
        "": "a section needs a course and a term",
        "id": "a section is known by its code, and by this id only where that says too little",
        "class_code": "another class of the same course, term and school has the same code",
        "class_type": "Ed-Fi tells homerooms from all others, and a section of neither",
        "term_ids": "a class of several terms is several sections",
        "location": "a location is a resource of the host (edfi.md §5)",
        "periods": "a class period is a resource of the host (edfi.md §5)",
        "grades": _OF_CLASS,
        "subjects": _OF_CLASS,
        "subject_codes": _OF_CLASS,
    },
    "person": {
        "": "neither a student, nor staff, nor anybody's contact",
        "id": _OWN_KEY,
        "identifier": _ONE_NUMBER,
        "user_ids": _ONE_NUMBER,
        "preferred_middle_name": "a person of Ed-Fi has no preferred middle name",
        "pronouns": "no resource holds pronouns",
        "enabled_user": "whether an account is enabled is no matter of Ed-Fi",
        "user_master_identifier": "an identifier of a system that Ed-Fi does not know",
        "grades": "only an enrollment has a grade, and each has one",
        "primary_org_id": "where people belong is said by their enrollments and assignments",
    },
    "role": {
        "": "neither a student's role, nor one of staff or of family at a student's school",
        "id": _OWN_KEY,
        "role_type": "only a student's main school is told",
        "begin_date": _NO_PLACE,
        "end_date": _NO_PLACE,
        "user_profile_sourced_id": _ACCOUNTS,
    },
    "relation": {
        "": "a contact is told once, by the student; two students are no contacts",
        "id": _OWN_KEY,
    },
    "demographics": {
        "": "demographics are sent of students alone, and once",
        "id": _OWN_KEY,
        "demographic_race_two_or_more_races": "races of Ed-Fi are listed one by one",
        "public_school_residence_status": "a code of the host, whose list a roster does not know",
    },
    "enrollment": {
        "": "sections have students and teachers alone",
        "id": _OWN_KEY,
        "school_id": "the school of a section is that of its class",
        "primary": "only teachers are called primary",
    },
}
"""By entity and field of ours; an empty field is the whole record."""

ASSUMED: Mapping[str, Mapping[str, str]] = {
    "academic_session": {"extras": "the weekdays of a session are its days of instruction"},
    "class": {
        "class_code": "a section without a code is known by its id",
        "class_type": "a section that is no homeroom is scheduled",
        "grades": "the grades of its course",
    },
    "person": {
        "identifier": "the state's number, or else the roster's id, is the one that Ed-Fi knows",
        "grades": "the grade of the enrollment",
        "primary_org_id": "the school of the enrollment",
    },
    "role": {
        "begin_date": "a role without a first day begins with the school year",
        "role_type": "the last enrollment, and the first assignment, is the primary one",
    },
    "enrollment": {
        "begin_date": "an enrollment without a first day begins with its term",
        "primary": "a teacher who is not called primary is not",
    },
}
"""What is said where ours says nothing, and why: it comes back as if it had been known."""
