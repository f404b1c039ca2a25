"""Cedar Bend Unified School District (invented): schools, calendar and staff."""

from __future__ import annotations

from dataclasses import dataclass

from support.cedar_bend.tables import ALDER, BIRCH, DISTRICT, HIGH, Row, Tables, put

from service.synth.names import mail_name
from service.synth.sessions import sessions

DOMAIN = "cedarbend.example.org"

SCHOOLS = {
    ALDER: ("ac", "Alder Creek Middle School", "990123001"),
    BIRCH: ("bh", "Birch Hollow Middle School", "990123002"),
    HIGH: ("hs", "Cedar Bend High School", "990123003"),
}
"""School -> short code, name, identifier."""


@dataclass(frozen=True, slots=True)
class Staff:
    """One member of staff; `posts` are (role, org) with the main post first."""

    sourced_id: str
    given: str
    family: str
    posts: tuple[tuple[str, str], ...]


def _teachers(start: int, school: str, names: str) -> list[Staff]:
    pairs = [name.split("_") for name in names.split()]
    return [
        Staff(f"tch-{start + n}", given, family, (("teacher", school),))
        for n, (given, family) in enumerate(pairs)
    ]


_CASE_MANAGER = "ext:caseManager"

STAFF = (
    *_teachers(2001, ALDER, "Helen_Novak Marcus_Reed Priya_Shah Tomás_Aguilar Joan_Fischer"),
    *_teachers(2101, BIRCH, "Samuel_Osei Karen_Olson Daniel_Cohen Rosa_Medina Wei_Zhang"),
    *_teachers(
        2201,
        HIGH,
        "Alice_Bennett Omar_Hassan Grace_Kim Peter_Kowalski Inés_Castro Henry_Begay Nadia_Popov"
        " Ruth_Edwards Javier_Soto Hana_Suzuki Victor_James Leah_O'Brien",
    ),
    Staff("tch-2301", "Elena", "Müller", (("teacher", ALDER), ("teacher", BIRCH))),
    Staff("tch-2901", "Naomi", "Turner", (("teacher", ALDER), (_CASE_MANAGER, ALDER))),
    Staff("tch-2902", "Carlos", "Ruiz", (("teacher", BIRCH), (_CASE_MANAGER, BIRCH))),
    Staff("tch-2903", "Keisha", "Howard", (("teacher", HIGH), (_CASE_MANAGER, HIGH))),
    Staff("cns-3001", "Julia", "Ward", (("counselor", ALDER),)),
    Staff("cns-3002", "Minh", "Pham", (("counselor", BIRCH),)),
    Staff("cns-3003", "Sara", "Lindqvist-Moore", (("counselor", HIGH),)),
    Staff("cns-3004", "David", "Tsosie", (("counselor", HIGH),)),
    Staff("prn-4001", "Rachel", "Adeyemi", (("principal", ALDER),)),
    Staff("prn-4002", "Brandon", "Murphy", (("principal", BIRCH),)),
    Staff("prn-4003", "Andrea", "Gutiérrez", (("principal", HIGH), ("siteAdministrator", HIGH))),
    Staff("adm-5001", "Caroline", "Watson", (("districtAdministrator", DISTRICT),)),
    Staff("adm-5002", "Ivan", "Stewart", (("systemAdministrator", DISTRICT),)),
)


def add_orgs(tables: Tables) -> None:
    """The district and its three schools."""
    name = "Cedar Bend Unified School District"
    put(tables, "orgs", DISTRICT, {"name": name, "type": "district", "identifier": "9901230"})
    for school, (_, name, identifier) in SCHOOLS.items():
        row = {"name": name, "type": "school", "identifier": identifier}
        put(tables, "orgs", school, {**row, "parentSourcedId": DISTRICT})


def add_year(tables: Tables, year: int) -> None:
    """One school year with two semesters of two grading periods; `year` is when it ends."""
    for row in sessions(year):
        put(tables, "academicSessions", row["sourcedId"], row)


def add_staff(tables: Tables) -> None:
    """Teachers, counselors, case managers, principals and the district office."""
    for person in STAFF:
        put(tables, "users", person.sourced_id, _staff_user(person))
        for number, (role, org) in enumerate(person.posts):
            first_here = org not in [place for _, place in person.posts[:number]]
            kind = "primary" if first_here else "secondary"
            row = {"userSourcedId": person.sourced_id, "roleType": kind, "role": role}
            place = SCHOOLS[org][0] if org in SCHOOLS else "do"
            sourced_id = f"rol-{person.sourced_id}-{place}{'' if first_here else '-2'}"
            put(tables, "roles", sourced_id, {**row, "orgSourcedId": org})


def _staff_user(person: Staff) -> Row:
    number = person.sourced_id[-4:]
    name = f"{mail_name(person.given)[0]}{mail_name(person.family)}"
    return {
        "enabledUser": "true",
        "username": name,
        "userIds": f"{{Staff:E{number}}},{{SSO:{name}}}",
        "givenName": person.given,
        "familyName": person.family,
        "identifier": f"E{number}",
        "email": f"{name}@{DOMAIN}",
        "phone": f"970-555-01{int(number) % 100:02d}",
        "primaryOrgSourcedId": person.posts[0][1],
    }
