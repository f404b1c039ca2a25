"""The students of Cedar Bend and their families; all names are invented."""

from __future__ import annotations

from dataclasses import dataclass

from support.cedar_bend.schools import DOMAIN, SCHOOLS
from support.cedar_bend.tables import ALDER, BIRCH, HIGH, Row, Tables, draw, pick, put

from service.synth.names import FAMILY_NAMES, GIVEN_NAMES, MIDDLE_NAMES, mail_name

YEAR = 2027
"""The school year of the first nights, named by the year in which it ends."""

_GRADES = (
    "06 14, 07 16, 08 16, 09 19, 10 18, 11 14, 12 15, 06 9, 07 6, 08 6, 09 4, 10 4, 11 5, 12 4"
)
"""Grades in the order of local ids: first those here for long, then those who moved in later."""

_SIBLINGS = (
    "1003 1049; 1008 1036 1110; 1011 1089; 1016 1071; 1020 1053; 1022 1023; 1026 1119; 1033 1067;"
    " 1040 1104; 1052 1117; 1058 1059; 1074 1099; 1088 1124; 1095 1149; 1106 1138 1115; 1130 1145"
)

_NAMES = {
    1020: ("Zoë", "O'Neil"),
    1035: ("James", "Miller"),
    1052: ("Guadalupe", "Herrera"),
    1088: ("José", "Ramírez"),
    1092: ("James", "Miller"),
    1101: ("Amara", "Okafor"),
    1117: ("Mateo", "Herrera-Luna"),
    1131: ("Thị Linh", "Nguyễn"),
}
"""Names that tests and the tour rely on; the two James Millers are different people."""

_PREFERRED = {1052: "Lupe", 1013: "Nico", 1044: "Sam", 1066: "Bea", 1101: "Ama", 1127: "Max"}
_PRONOUNS = {1048: "they/them", 1066: "she/her", 1094: "he/him", 1101: "she/her", 1147: "they/them"}


def grades_by_number() -> dict[int, str]:
    """The grade of each of the 150 students, by local number."""
    blocks = [block.split() for block in _GRADES.split(", ")]
    grades = [grade for grade, count in blocks for _ in range(int(count))]
    return {1001 + place: grade for place, grade in enumerate(grades)}


@dataclass(frozen=True, slots=True)
class Family:
    """Students who share guardians; `number` is that of the eldest entry in the roster."""

    number: int
    students: tuple[int, ...]

    @property
    def name(self) -> str:
        named = _NAMES.get(self.number)
        return named[1] if named else pick(f"family {self.number}", FAMILY_NAMES)


def families(numbers: list[int]) -> list[Family]:
    """The families of these students in the order of their first child."""
    groups = [tuple(map(int, group.split())) for group in _SIBLINGS.split(";")]
    taken = {number for group in groups for number in group}
    alone = [(number,) for number in numbers if number not in taken]
    together = [group for group in groups if group[0] in numbers]
    return [Family(min(group), group) for group in sorted([*alone, *together])]


def student_id(number: int) -> str:
    """The `sourcedId` of a student."""
    return f"stu-{number:07d}"


def school_of(grade: str, family: int) -> str:
    """High school from grade 09; siblings go to the same middle school."""
    if grade >= "09":
        return HIGH
    return ALDER if draw(f"middle {family}", 2) else BIRCH


def counselor_of(school: str, number: int) -> str:
    """The counselor of a student; the high school's two share by local number."""
    shared = "cns-3003" if number % 2 else "cns-3004"
    return {ALDER: "cns-3001", BIRCH: "cns-3002"}.get(school, shared)


def add_family(tables: Tables, family: Family, grades: dict[int, str]) -> None:
    """The students of a family, its guardians and their links, both ways."""
    first = next_guardian(tables)
    adults = [f"par-{first + n:04d}" for n in range(_adults(family))]
    for number in family.students:
        put(tables, "users", student_id(number), student_row(family, number, grades[number]))
        tables["users"][student_id(number)]["agentSourcedIds"] = ",".join(adults)
        put(tables, "demographics", student_id(number), _demographics(number, grades[number]))
    school = school_of(grades[family.students[0]], family.number)
    for place, adult in enumerate(adults):
        row = guardian_row(f"{family.number}/{place}", family.name, int(adult[-4:]))
        agents = ",".join(student_id(number) for number in family.students)
        put(
            tables,
            "users",
            adult,
            {**row, "agentSourcedIds": agents, "primaryOrgSourcedId": school},
        )


def next_guardian(tables: Tables) -> int:
    """The first number that no guardian has; numbers of those who left are not used again."""
    taken = [int(user[4:]) for user in tables["users"] if user.startswith("par-")]
    return max(taken, default=0) + 1


def _adults(family: Family) -> int:
    return 3 if family.number in (1008, 1088) else pick(f"adults {family.number}", (1, 2, 2))


def student_row(family: Family, number: int, grade: str) -> Row:
    """A student as users.csv has them, still without guardians."""
    given, surname = _NAMES.get(number, (pick(f"given {number}", GIVEN_NAMES), family.name))
    school = school_of(grade, family.number)
    mail = f"{mail_name(given)}.{mail_name(surname)}.{number}"
    return {
        "enabledUser": "true",
        "username": mail,
        "userIds": f"{{State:ST9{number:07d}}}",
        "givenName": given,
        "familyName": surname,
        "middleName": pick(f"middle {number}", (*[""] * 30, *MIDDLE_NAMES)),
        "identifier": f"{number:07d}",
        "email": f"{mail}@students.{DOMAIN}",
        "phone": f"970-555-01{number % 100:02d}" if grade >= "09" else "",
        "grades": grade,
        "preferredGivenName": _PREFERRED.get(number, ""),
        "primaryOrgSourcedId": school,
        "pronouns": _PRONOUNS.get(number, ""),
        "metadata.ilp.graduationYear": str(YEAR + 12 - int(grade)),
        "metadata.ilp.counselorSourcedId": counselor_of(school, number),
    }


def guardian_row(key: str, family_name: str, number: int) -> Row:
    """A guardian; some share the family's name with the child and some do not."""
    given = pick(f"guardian {key}", GIVEN_NAMES)
    other = pick(f"guardian name {key}", FAMILY_NAMES)
    surname = pick(f"same name {key}", (family_name, family_name, other))
    mail = f"{mail_name(given)}.{mail_name(surname)}{number}@mail.example.org"
    phone = f"970-555-01{draw(f'phone {key}', 100):02d}"
    return {
        "enabledUser": "true",
        "username": mail,
        "givenName": given,
        "familyName": surname,
        "email": mail,
        "sms": phone,
        "phone": phone,
    }


def _demographics(number: int, grade: str) -> Row:
    """Birth, sex and race flags, drawn without regard to the name."""
    month, day = draw(f"month {number}", 12) + 1, draw(f"day {number}", 28) + 1
    year = YEAR - 6 - int(grade) - (1 if month >= 9 else 0)
    races = [race for race in _RACES if draw(f"{race} {number}", 10) < _RACES[race]] or ["white"]
    flags = {race: "true" if race in races else "false" for race in _RACES}
    hispanic = "true" if draw(f"hispanic {number}", 10) < 3 else "false"
    sexes = ("female",) * 10 + ("male",) * 10 + ("other", "unspecified")
    born = pick(f"born {number}", (("US", "CO", "Cedar Bend"),) * 9 + (("MX", "", "Mérida"),))
    return {
        "birthDate": f"{year}-{month:02d}-{day:02d}",
        "sex": pick(f"sex {number}", sexes),
        **flags,
        "demographicRaceTwoOrMoreRaces": "true" if len(races) > 1 else "false",
        "hispanicOrLatinoEthnicity": hispanic,
        "countryOfBirthCode": born[0],
        "stateOfBirthAbbreviation": born[1],
        "cityOfBirth": born[2],
    }


_RACES = {
    "americanIndianOrAlaskaNative": 1,
    "asian": 2,
    "blackOrAfricanAmerican": 2,
    "nativeHawaiianOrOtherPacificIslander": 1,
    "white": 5,
}
"""Race flag -> tenths of the students for whom it is drawn."""


def set_family_roles(tables: Tables) -> None:
    """Roles of students and guardians, anew from who they are and where the students go."""
    users, roles = tables["users"], tables.setdefault("roles", {})
    for role in [role for role in roles if role.startswith(("rol-stu-", "rol-par-"))]:
        del roles[role]
    for sourced_id, user in users.items():
        if sourced_id.startswith("stu-"):
            _put_role(tables, sourced_id, "student", user["primaryOrgSourcedId"])
        elif sourced_id.startswith("par-"):
            children = [users[child] for child in user["agentSourcedIds"].split(",")]
            for school in dict.fromkeys(child["primaryOrgSourcedId"] for child in children):
                _put_role(tables, sourced_id, guardian_role(sourced_id, children[0]), school)


def guardian_role(sourced_id: str, child: Row) -> str:
    """Two parents at most; whoever is listed after them is a relative."""
    place = child["agentSourcedIds"].split(",").index(sourced_id)
    return ("parent", pick(f"second {sourced_id}", ("parent", "guardian")), "relative")[
        min(place, 2)
    ]


def _put_role(tables: Tables, user: str, role: str, school: str) -> None:
    row = {"userSourcedId": user, "roleType": "primary", "role": role, "orgSourcedId": school}
    put(tables, "roles", f"rol-{user}-{SCHOOLS[school][0]}", row)
