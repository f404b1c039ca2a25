"""The roster records. Names and meanings follow OneRoster 1.2 (`oneroster.md` §3.1).

Every field names its privacy class; a field that is part of the plan names its element too.
References hold our record ids. Date ranges include their first day and exclude their last.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from schemas.meta import Element, PrivacyClass, Record, Text
from schemas.roster.kinds import Reference, Vocabulary

DIR = Element(None, PrivacyClass.DIR)
EDU = Element(None, PrivacyClass.EDU)
CON = Element(None, PrivacyClass.CON)
IDENTITY = Element("PRO.01", PrivacyClass.DIR)
NAME = Element("PRO.02", PrivacyClass.DIR)
ENROLLED = Element("PRO.03", PrivacyClass.EDU)

ORG_TYPES = Vocabulary(
    frozenset({"department", "district", "local", "national", "school", "state"})
)
SESSION_TYPES = Vocabulary(frozenset({"gradingPeriod", "semester", "schoolYear", "term"}))
CLASS_TYPES = Vocabulary(frozenset({"homeroom", "scheduled"}))
ENROLLMENT_ROLES = Vocabulary(frozenset({"administrator", "proctor", "student", "teacher"}))
SEXES = Vocabulary(frozenset({"female", "male", "other", "unspecified"}))
ROLE_TYPES = Vocabulary(frozenset({"primary", "secondary"}), extensible=False)
ROLES = Vocabulary(
    frozenset(
        {
            "aide",
            "counselor",
            "districtAdministrator",
            "guardian",
            "parent",
            "principal",
            "proctor",
            "relative",
            "siteAdministrator",
            "student",
            "systemAdministrator",
            "teacher",
        }
    )
)


class RosterRecord(Record):
    """What every roster record has: our own id, stable for its life."""

    id: Text


class UserId(Record):
    """An external identifier of a person (OneRoster `userIds`)."""

    type: Text
    identifier: Text


class Organization(RosterRecord):
    """A school, district or other organization (OneRoster `org`)."""

    name: Annotated[Text, DIR]
    type: Annotated[Text, DIR, ORG_TYPES]
    identifier: Annotated[Text | None, DIR] = None
    parent_id: Annotated[Text | None, DIR, Reference("organization")] = None


class AcademicSession(RosterRecord):
    """A school year, semester, term or grading period; `school_year` is the year it ends in."""

    title: Annotated[Text, DIR]
    type: Annotated[Text, DIR, SESSION_TYPES]
    start_date: Annotated[date, DIR]
    end_date: Annotated[date, DIR]
    parent_id: Annotated[Text | None, DIR, Reference("academic_session")] = None
    school_year: Annotated[int, DIR]


class Course(RosterRecord):
    """A course of the catalogue."""

    title: Annotated[Text, DIR]
    course_code: Annotated[Text | None, DIR] = None
    school_year_id: Annotated[Text | None, DIR, Reference("academic_session")] = None
    org_id: Annotated[Text | None, DIR, Reference("organization")] = None
    grades: Annotated[tuple[Text, ...] | None, DIR] = None
    subjects: Annotated[tuple[Text, ...] | None, DIR] = None
    subject_codes: Annotated[tuple[Text, ...] | None, DIR] = None


class Class(RosterRecord):
    """A section of a course, taught at a school in one or more sessions (OneRoster `class`)."""

    title: Annotated[Text, DIR]
    class_code: Annotated[Text | None, DIR] = None
    class_type: Annotated[Text | None, DIR, CLASS_TYPES] = None
    location: Annotated[Text | None, DIR] = None
    course_id: Annotated[Text | None, DIR, Reference("course")] = None
    school_id: Annotated[Text, DIR, Reference("organization")]
    term_ids: Annotated[tuple[Text, ...] | None, DIR, Reference("academic_session")] = None
    grades: Annotated[tuple[Text, ...] | None, DIR] = None
    subjects: Annotated[tuple[Text, ...] | None, DIR] = None
    subject_codes: Annotated[tuple[Text, ...] | None, DIR] = None
    periods: Annotated[tuple[Text, ...] | None, DIR] = None


class Person(RosterRecord):
    """A student, guardian or member of staff (OneRoster `user`); roles are records of their own."""

    given_name: Annotated[Text, NAME]
    family_name: Annotated[Text, NAME]
    middle_name: Annotated[Text | None, NAME] = None
    preferred_given_name: Annotated[Text | None, NAME] = None
    preferred_middle_name: Annotated[Text | None, NAME] = None
    preferred_family_name: Annotated[Text | None, NAME] = None
    pronouns: Annotated[Text | None, EDU] = None
    username: Annotated[Text | None, EDU] = None
    enabled_user: Annotated[bool | None, EDU] = None
    identifier: Annotated[Text | None, IDENTITY] = None
    user_master_identifier: Annotated[Text | None, IDENTITY] = None
    user_ids: Annotated[tuple[UserId, ...] | None, IDENTITY] = None
    email: Annotated[Text | None, CON] = None
    sms: Annotated[Text | None, CON] = None
    phone: Annotated[Text | None, CON] = None
    grades: Annotated[tuple[Text, ...] | None, NAME] = None
    primary_org_id: Annotated[Text | None, ENROLLED, Reference("organization")] = None


class Role(RosterRecord):
    """What a person is at an organization, for a time."""

    person_id: Annotated[Text, EDU, Reference("person")]
    org_id: Annotated[Text, ENROLLED, Reference("organization")]
    role_type: Annotated[Text | None, EDU, ROLE_TYPES] = None
    role: Annotated[Text, EDU, ROLES]
    begin_date: Annotated[date | None, EDU] = None
    end_date: Annotated[date | None, EDU] = None
    user_profile_sourced_id: Annotated[Text | None, EDU] = None


class Relation(RosterRecord):
    """A link from a person to an agent, mostly a parent or guardian (OneRoster `agents`).

    OneRoster names no kind of relationship, so neither does this record.
    """

    person_id: Annotated[Text, CON, Reference("person")]
    agent_id: Annotated[Text, CON, Reference("person")]


class Enrollment(RosterRecord):
    """A person in a class, as student, teacher, proctor or administrator."""

    class_id: Annotated[Text, EDU, Reference("class")]
    school_id: Annotated[Text, ENROLLED, Reference("organization")]
    person_id: Annotated[Text, EDU, Reference("person")]
    role: Annotated[Text, EDU, ENROLLMENT_ROLES]
    primary: Annotated[bool | None, EDU] = None
    begin_date: Annotated[date | None, EDU] = None
    end_date: Annotated[date | None, EDU] = None


class Demographics(RosterRecord):
    """Birth, sex, race and ethnicity of a person; privileged (OneRoster gives it its own scope)."""

    person_id: Annotated[Text, EDU, Reference("person")]
    birth_date: Annotated[date | None, EDU] = None
    sex: Annotated[Text | None, EDU, SEXES] = None
    american_indian_or_alaska_native: Annotated[bool | None, EDU] = None
    asian: Annotated[bool | None, EDU] = None
    black_or_african_american: Annotated[bool | None, EDU] = None
    native_hawaiian_or_other_pacific_islander: Annotated[bool | None, EDU] = None
    white: Annotated[bool | None, EDU] = None
    demographic_race_two_or_more_races: Annotated[bool | None, EDU] = None
    hispanic_or_latino_ethnicity: Annotated[bool | None, EDU] = None
    country_of_birth_code: Annotated[Text | None, EDU] = None
    state_of_birth_abbreviation: Annotated[Text | None, EDU] = None
    city_of_birth: Annotated[Text | None, EDU] = None
    public_school_residence_status: Annotated[Text | None, EDU] = None


class Supplement(RosterRecord):
    """A record that a source delivers and the roster does not interpret: gradebook, resources.

    `collection` is the standard's own name (`lineItems`), `body` its columns as JSON.
    """

    collection: Annotated[Text, EDU]
    body: Annotated[Text | None, EDU] = None
