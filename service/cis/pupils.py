"""Students as one recipient may see them: what is open of the roster and of the plan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.cis.write import District
from adapters.ilp.artifacts import every_file
from adapters.shelf import Shelf
from mappings.cis.facts import FACTS, Pupil
from schemas.codes.grades import grade_number
from schemas.ilp.plan import Plan
from service.ilp.files import PlanFiles
from service.ilp.sight import seen_plan
from service.office import Sight
from service.store.bulk import among
from service.store.retired import stands
from service.store.tables import ROSTER, ilp_plan

_AT_ONCE: Final = 500
_STATE: Final = frozenset({"state", "stateid", "state_id"})
_HIGH_SCHOOL: Final = 9


def pupils_of(
    connection: Connection, tenant: str, sights: Mapping[str, Sight], files: PlanFiles
) -> Iterator[Pupil]:
    """Each student of these sights, one at a time, in the order of the roster's ids.

    Of `files` come those alone that what is open of a plan speaks of.
    """
    schools = _schools(connection, tenant)
    students = sorted(sights)
    for at in range(0, len(students), _AT_ONCE):
        chunk = students[at : at + _AT_ONCE]
        born = _rows(connection, tenant, "demographics", "person_id", chunk)
        people = _rows(connection, tenant, "person", "id", chunk)
        heads = _plans(connection, tenant, chunk)
        places = _places(connection, tenant, chunk)
        for student in chunk:
            person = people[student]
            school = schools.get(person["primary_org_id"] or places.get(student, ""), {})
            known = _facts(person, born.get(student, {}), school)
            head, sight = heads.get(student), sights[student]
            plan = seen_plan(connection, tenant, sight, head) if head else None
            held = _held(files.of(str(head.id)), plan) if head and plan else {}
            yield _seen(known, sight, Pupil({}, plan, files=held, key=student))


def _held(shelf: Shelf, plan: Plan) -> dict[str, Path]:
    """The files that a plan shows and that are here, by digest."""
    told = {meta.sha256 for meta in every_file([plan])}
    return {digest: shelf.path_of(digest) for digest in told if shelf.holds(digest)}


def district_of(connection: Connection, tenant: str) -> District:
    """The district's schools, and its course catalogue."""
    schools = _schools(connection, tenant)
    grades = _grades(connection, tenant)
    listed = tuple(
        {"id": one["id"], "name": one["name"], "type": one["type"]}
        | {"level": _level(grades.get(key, ()))}
        for key, one in sorted(schools.items())
        if one["type"] == "school"
    )
    return District(listed, tuple(_courses(connection, tenant)))


def _seen(known: Mapping[str, str], sight: Sight, pupil: Pupil) -> Pupil:
    """The facts whose fields are all open, and the names of those that are not."""
    shut = frozenset(name for name, fields in FACTS.items() if not set(fields) <= sight.fields)
    facts = {name: value for name, value in known.items() if name not in shut}
    return replace(pupil, facts=facts, withheld=shut)


def _facts(
    person: Mapping[str, Any], born: Mapping[str, Any], school: Mapping[str, str]
) -> dict[str, str]:
    grades = json.loads(person["grades"]) if person["grades"] else []
    ids = json.loads(person["user_ids"]) if person["user_ids"] else []
    state = next((one["identifier"] for one in ids if one["type"].lower() in _STATE), None)
    given = {
        "local_id": person["identifier"],
        "state_id": state,
        "sourced_id": person["sourced_id"],
        "grade": next(iter(grades), None),
        "school_id": school.get("id"),
        "school_name": school.get("name"),
        "birth_date": born.get("birth_date") and born["birth_date"].isoformat(),
        "sex": born.get("sex"),
        **{name: person[name] for name in _COLUMNS},
    }
    return {name: str(value) for name, value in given.items() if value not in (None, "")}


_COLUMNS: Final = (
    *("given_name", "middle_name", "family_name", "preferred_given_name"),
    *("preferred_family_name", "email", "username"),
)


def _rows(
    connection: Connection, tenant: str, entity: str, column: str, ids: list[str]
) -> dict[str, Mapping[str, Any]]:
    table = ROSTER[entity]
    query = sa.select(table).where(
        table.c.tenant == tenant, among(connection, table.c[column], ids)
    )
    return {row._mapping[column]: dict(row._mapping) for row in connection.execute(query)}


def _places(connection: Connection, tenant: str, students: list[str]) -> dict[str, str]:
    """The school of each student by their roles, the primary one first."""
    role = ROSTER["role"].c
    query = sa.select(role.person_id, role.org_id).where(
        role.tenant == tenant,
        role.role == "student",
        stands(ROSTER["role"]),
        among(connection, role.person_id, students),
    )
    found: dict[str, str] = {}
    for person, org in connection.execute(query.order_by(role.role_type, role.id)):
        found.setdefault(person, org)
    return found


def _plans(
    connection: Connection, tenant: str, students: list[str]
) -> dict[str, sa.Row[tuple[object, ...]]]:
    query = sa.select(ilp_plan).where(
        ilp_plan.c.tenant == tenant, among(connection, ilp_plan.c.person_id, students)
    )
    found: dict[str, sa.Row[tuple[object, ...]]] = {}
    for row in connection.execute(query.order_by(ilp_plan.c.id)):
        found.setdefault(row.person_id, row)
    return found


def _schools(connection: Connection, tenant: str) -> dict[str, dict[str, str]]:
    """Organizations by record id, each with the number or key by which other systems know it."""
    org = ROSTER["organization"].c
    query = sa.select(org.id, org.identifier, org.sourced_id, org.name, org.type).where(
        org.tenant == tenant, stands(ROSTER["organization"])
    )
    return {
        row.id: {"id": row.identifier or row.sourced_id, "name": row.name, "type": row.type}
        for row in connection.execute(query)
    }


def _grades(connection: Connection, tenant: str) -> dict[str, set[str]]:
    """The grades of each school's students."""
    person, role = ROSTER["person"].c, ROSTER["role"].c
    query = (
        sa.select(role.org_id, person.grades)
        .distinct()
        .join_from(
            ROSTER["role"],
            ROSTER["person"],
            sa.and_(person.tenant == role.tenant, person.id == role.person_id),
        )
        .where(role.tenant == tenant, role.role == "student", stands(ROSTER["role"]))
        .where(person.grades.is_not(None))
    )
    found: dict[str, set[str]] = {}
    for school, grades in connection.execute(query):
        found.setdefault(school, set()).update(json.loads(grades))
    return found


def _level(grades: set[str] | tuple[()]) -> str:
    numbers = [number for one in grades if (number := grade_number(one)) is not None]
    if not numbers:
        return "other"
    return "secondary" if max(numbers) >= _HIGH_SCHOOL else "elementary"


_CREDITS: Final = "metadata.ilp.credits"
"""OneRoster has no field for a course's credits; a source may tell them under this name."""


def _courses(connection: Connection, tenant: str) -> Iterator[dict[str, str]]:
    course, session = ROSTER["course"].c, ROSTER["academic_session"].c
    told = sa.select(session.id, session.school_year).where(session.tenant == tenant)
    years = {row.id: row.school_year for row in connection.execute(told)}
    query = sa.select(ROSTER["course"]).where(course.tenant == tenant, stands(ROSTER["course"]))
    for row in connection.execute(query.order_by(course.id)):
        grades = sorted(json.loads(row.grades or "[]"), key=lambda one: grade_number(one) or 0)
        year = years.get(row.school_year_id)
        given = {
            "id": row.course_code or row.sourced_id,
            "title": row.title,
            "subject": next(iter(json.loads(row.subjects or "[]")), None),
            "sced": next(iter(json.loads(row.subject_codes or "[]")), None),
            "grade_low": grades[0] if grades else None,
            "grade_high": grades[-1] if grades else None,
            "school_year": f"{year - 1}-{year}" if year else None,
            "credits": json.loads(row.extras or "{}").get(_CREDITS),
        }
        yield {name: value for name, value in given.items() if value is not None}
