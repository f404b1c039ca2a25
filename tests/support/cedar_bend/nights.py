"""The nights of the fixture district: what each delivers and what it changed."""

from __future__ import annotations

from copy import deepcopy

from support.cedar_bend.classes import add_classes, add_courses, enroll_student
from support.cedar_bend.families import (
    YEAR,
    Family,
    add_family,
    counselor_of,
    families,
    grades_by_number,
    guardian_row,
    next_guardian,
    set_family_roles,
    student_id,
)
from support.cedar_bend.gradebook import add_gradebook, add_profiles, add_resources
from support.cedar_bend.schools import add_orgs, add_staff, add_year
from support.cedar_bend.tables import ALDER, BIRCH, HIGH, Tables, change, put

_NEWCOMERS = {1151: "07", 1152: "10", 1153: "06"}
_LEAVERS = (1043, 1079)
_INTAKE = range(1154, 1176)


def night1() -> Tables:
    """The first load."""
    tables: Tables = {"orgs": {}, "academicSessions": {}, "courses": {}, "classes": {}, "users": {}}
    add_orgs(tables)
    for year in (YEAR - 1, YEAR):
        add_year(tables, year)
    add_staff(tables)
    add_courses(tables, YEAR)
    add_classes(tables, YEAR)
    grades = grades_by_number()
    for family in families(list(grades)):
        add_family(tables, family, grades)
    _sort_users(tables)
    set_family_roles(tables)
    for number in grades:
        enroll_student(tables, student_id(number), YEAR)
    add_gradebook(tables, YEAR)
    add_resources(tables)
    add_profiles(tables)
    return tables


def night2() -> Tables:
    """A normal night: newcomers, leavers, changed values, a class move, a new guardian."""
    tables = night1()
    _arrive(tables, _NEWCOMERS)
    for number in _LEAVERS:
        drop_user(tables, student_id(number))
    _change_values(tables)
    _change_guardian(tables, 1018)
    change(tables, "enrollments", "enr-27-0001056-en09", _other_section(tables))
    change(tables, "classes", "cls-27-bh-art-1", {"title": "Art and Design"})
    set_family_roles(tables)
    return tables


def _change_values(tables: Tables) -> None:
    for number, cells in {
        1052: {"preferredGivenName": "Lupita", "phone": "970-555-0197"},
        1007: {"middleName": "Rose"},
        1020: {"email": "zoe.oneil@students.cedarbend.example.org"},
        1033: {"metadata.ilp.counselorSourcedId": "cns-3003"},
        1088: {"familyName": "Ramírez-Ortega"},
        1101: {"sms": "970-555-0166"},
        1128: {"grades": "07", "metadata.ilp.graduationYear": str(YEAR + 5)},
    }.items():
        change(tables, "users", student_id(number), cells)
    change(tables, "users", "tch-2207", {"familyName": "Popov-Reyes"})


def _other_section(tables: Tables) -> dict[str, str]:
    """The other of the two English 9 classes for the student who moves."""
    now = tables["enrollments"]["enr-27-0001056-en09"]["classSourcedId"]
    return {"classSourcedId": now[:-1] + {"1": "2", "2": "1"}[now[-1]]}


def _change_guardian(tables: Tables, number: int) -> None:
    """The student moves to another guardian; whoever cared before leaves the roster."""
    student = tables["users"][student_id(number)]
    for adult in student["agentSourcedIds"].split(","):
        drop_user(tables, adult)
    found = next_guardian(tables)
    new = f"par-{found:04d}"
    row = guardian_row(f"new {number}", student["familyName"], found)
    home = {"primaryOrgSourcedId": student["primaryOrgSourcedId"]}
    put(tables, "users", new, {**row, **home, "agentSourcedIds": student_id(number)})
    change(tables, "users", student_id(number), {"agentSourcedIds": new})


def _arrive(tables: Tables, newcomers: dict[int, str]) -> None:
    for number, grade in newcomers.items():
        add_family(tables, Family(number, (number,)), {number: grade})
        year = max(int(row["schoolYear"]) for row in tables["academicSessions"].values())
        enroll_student(tables, student_id(number), year)
    _sort_users(tables)


def _sort_users(tables: Tables) -> None:
    for file in ("users", "demographics"):
        tables[file] = dict(sorted(tables[file].items()))


def drop_user(tables: Tables, user: str) -> None:
    """Take a person out of every file, and guardians who then have nobody left."""
    tables["users"].pop(user)
    tables["demographics"].pop(user, None)
    for file in ("roles", "enrollments", "results", "userResources"):
        rows = tables.get(file, {})
        tables[file] = {key: row for key, row in rows.items() if user not in row.values()}
    for other, row in list(tables["users"].items()):
        agents = row.get("agentSourcedIds", "").split(",")
        if user in agents:
            left = ",".join(agent for agent in agents if agent != user)
            change(tables, "users", other, {"agentSourcedIds": left})
            if not left and other.startswith("par-"):
                drop_user(tables, other)


def night3() -> Tables:
    """A damaged delivery of night 2: a cut enrollments file, one school's students missing."""
    tables = night2()
    enrollments = list(tables["enrollments"].items())
    tables["enrollments"] = dict(enrollments[: len(enrollments) * 2 // 5])
    tables["users"] = {
        user: row
        for user, row in tables["users"].items()
        if not (user.startswith("stu-") and row["primaryOrgSourcedId"] == BIRCH)
    }
    return tables


def night4() -> Tables:
    """A clean delivery after the damaged one: night 2 and two small changes."""
    tables = night2()
    change(tables, "users", student_id(1060), {"phone": "970-555-0104"})
    change(tables, "classes", "cls-27-hs-csp-1", {"location": "Media Lab"})
    return tables


def rollover() -> Tables:
    """The next school year's first delivery; gradebook files start again later in the year."""
    tables = deepcopy(night4())
    for file in [file for file in tables if file not in _CARRIED]:
        del tables[file]
    tables |= {"academicSessions": {}, "classes": {}, "enrollments": {}}
    for user in [user for user, row in tables["users"].items() if row.get("grades") == "12"]:
        drop_user(tables, user)
    _promote(tables)
    for year in (YEAR, YEAR + 1):
        add_year(tables, year)
    add_courses(tables, YEAR + 1)
    add_classes(tables, YEAR + 1)
    for user in [user for user in tables["users"] if user.startswith("stu-")]:
        enroll_student(tables, user, YEAR + 1)
    _arrive(tables, dict.fromkeys(_INTAKE, "06"))
    set_family_roles(tables)
    return tables


_CARRIED = ("orgs", "courses", "users", "roles", "demographics", "categories", "userProfiles")


def _promote(tables: Tables) -> None:
    """Everybody a grade up; those who were in grade 08 start at the high school."""
    for user, row in list(tables["users"].items()):
        if user.startswith("stu-"):
            grade = f"{int(row['grades']) + 1:02d}"
            school = HIGH if grade >= "09" else row["primaryOrgSourcedId"]
            counselor = {"metadata.ilp.counselorSourcedId": counselor_of(school, int(user[4:]))}
            moved = {"grades": grade, "primaryOrgSourcedId": school, **counselor}
            change(tables, "users", user, moved)
    for user, row in list(tables["users"].items()):
        if user.startswith("par-"):
            child = tables["users"][row["agentSourcedIds"].split(",")[0]]
            change(tables, "users", user, {"primaryOrgSourcedId": child["primaryOrgSourcedId"]})


NIGHTS = {
    "night1": (night1, None),
    "night2": (night2, "night1"),
    "night3": (night3, "night2"),
    "night4": (night4, "night2"),
    "rollover": (rollover, "night4"),
}
"""Folder -> what makes it, and the folder that it is compared with."""

IEP_STUDENTS = (1004, 1020, 1029, 1045, 1052, 1063, 1078, 1088, 1101, 1118, 1131)
"""Students with an IEP; OneRoster has no place for this (`oneroster.md` §15)."""


def case_manager_of(tables: Tables, number: int) -> str:
    """The case manager at the student's school."""
    school = tables["users"][student_id(number)]["primaryOrgSourcedId"]
    return {ALDER: "tch-2901", BIRCH: "tch-2902", HIGH: "tch-2903"}[school]
