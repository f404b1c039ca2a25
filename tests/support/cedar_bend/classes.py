"""Courses, classes and enrollments of Cedar Bend; subject codes are SCED course codes."""

from __future__ import annotations

from dataclasses import dataclass

from support.cedar_bend.schools import SCHOOLS
from support.cedar_bend.tables import DISTRICT, HIGH, Row, Tables, draw, put


@dataclass(frozen=True, slots=True)
class Course:
    """A course, when it is taught (1, 2 or both semesters) and by whom at each school."""

    code: str
    title: str
    grades: tuple[str, ...]
    subject: str
    sced: str
    semesters: tuple[int, ...]
    teachers: tuple[str, ...]
    sections: int = 1

    @property
    def homeroom(self) -> bool:
        return self.code.startswith("adv")

    @property
    def credits(self) -> str:
        """Half a credit a semester, at the high school; homerooms earn none."""
        earns = self.grades[0] >= "09" and not self.homeroom
        return f"{len(self.semesters) / 2:.1f}" if earns else ""


_MIDDLE = ("06", "07", "08")
_CORE = {
    "ma": ("Mathematics", "Mathematics", "020{:02d}", 36, ("tch-2001", "tch-2101")),
    "la": ("Language Arts", "English", "010{:02d}", 34, ("tch-2002", "tch-2102")),
    "sc": ("Science", "Science", "032{:02d}", 36, ("tch-2003", "tch-2103")),
    "ss": ("Social Studies", "Social Studies", "044{:02d}", 36, ("tch-2004", "tch-2104")),
}
"""Code -> title, subject, SCED pattern and its number for grade 06, teachers by school."""


def _middle_core() -> list[Course]:
    return [
        Course(f"{code}{grade}", f"{title} {int(grade)}", (grade,), subject,
               sced.format(first + int(grade) - 6), (1, 2), teachers)
        for code, (title, subject, sced, first, teachers) in _CORE.items()
        for grade in _MIDDLE
    ]  # fmt: skip


_ADVISORS = {
    "06": ("tch-2005", "tch-2105"),
    "07": ("tch-2002", "tch-2102"),
    "08": ("tch-2003", "tch-2103"),
    "09": ("tch-2204",),
    "10": ("tch-2206",),
    "11": ("tch-2208",),
    "12": ("tch-2211",),
}


def _advisories() -> list[Course]:
    return [
        Course(f"adv{grade}", f"Advisory {int(grade)}", (grade,), "Advisory", "22151", (1, 2), who)
        for grade, who in _ADVISORS.items()
    ]


def _high(row: str) -> Course:
    code, title, grades, subject, sced, semesters, teacher, sections = row.split("|")
    when = tuple(int(semester) for semester in semesters)
    number = int(sections)
    return Course(code, title, tuple(grades.split()), subject, sced, when, (teacher,), number)


_HIGH = """
en09|English 9|09|English|01001|12|tch-2201|2
en10|English 10|10|English|01002|12|tch-2201|1
en11|English 11|11|English|01003|12|tch-2202|1
en12|English 12|12|English|01004|12|tch-2202|1
alg1|Algebra I|09|Mathematics|02052|12|tch-2203|2
geom|Geometry|10|Mathematics|02072|12|tch-2203|1
alg2|Algebra II|11|Mathematics|02056|12|tch-2204|1
stat|Probability and Statistics|12|Mathematics|02201|12|tch-2204|1
envs|Environmental Science|09|Science|03003|12|tch-2205|1
biol|Biology|10|Science|03051|12|tch-2205|1
chem|Chemistry|11|Science|03101|12|tch-2206|1
phys|Physics|12|Science|03151|12|tch-2206|1
geog|World History and Geography|09|Social Studies|04052|12|tch-2207|1
worl|Modern World History|10|Social Studies|04053|12|tch-2207|1
ushi|U.S. History|11|Social Studies|04101|12|tch-2208|1
govt|U.S. Government|12|Social Studies|04151|1|tch-2208|1
care|Personal and Career Readiness|12|Career Education|19258|2|tch-2211|1
span|Spanish I|09 10|World Languages|24052|12|tch-2209|1
csp|Computer Science Principles|09 10|Information Technology|10011|12|tch-2210|1
hlth|Health Care Occupations|11 12|Health Sciences|14002|12|tch-2211|1
weld|Welding|11 12|Manufacturing|13207|12|tch-2212|1
draw|Drawing and Painting|09 10 11 12|Visual Arts|05155|1|tch-2210|1
fitn|Health and Fitness|09 10 11 12|Physical Education|08052|2|tch-2212|1
"""

_ELECTIVES = {
    "09": ("span", "csp"),
    "10": ("span", "csp"),
    "11": ("hlth", "weld"),
    "12": ("hlth", "weld"),
}

COURSES = (
    *_middle_core(),
    Course("pe", "Physical Education", _MIDDLE, "Physical Education", "08001", (1,),
           ("tch-2005", "tch-2105")),
    Course("art", "Art", _MIDDLE, "Visual Arts", "05154", (2,), ("tch-2301", "tch-2301")),
    Course("car", "Career Exploration", ("08",), "Career Education", "22151", (1, 2),
           ("tch-2004", "tch-2105")),
    *map(_high, _HIGH.split("\n")[1:-1]),
    *_advisories(),
)  # fmt: skip

_CO_TEACHERS = {"en09": "tch-2903", "alg1": "tch-2903", "ma06": "tch-2901", "la07": "tch-2902"}


def schools_of(course: Course) -> tuple[str, ...]:
    """The schools where a course is taught, in the order of its teachers."""
    return tuple(SCHOOLS)[:2] if course.grades[0] < "09" else (HIGH,)


def class_id(year: int, school: str, course: Course, section: int) -> str:
    """The `sourcedId` of a class; it names the school year, as many systems do."""
    return f"cls-{year % 100}-{SCHOOLS[school][0]}-{course.code}-{section}"


def add_courses(tables: Tables, year: int) -> None:
    """The catalogue, kept from year to year under the same ids."""
    for course in COURSES:
        row = {
            "schoolYearSourcedId": f"sy-{year}",
            "title": course.title,
            "courseCode": course.code.upper(),
            "grades": ",".join(course.grades),
            "orgSourcedId": DISTRICT,
            "subjects": course.subject,
            "subjectCodes": course.sced,
            "metadata.ilp.credits": course.credits,
        }
        put(tables, "courses", f"crs-{course.code}", row)


def add_classes(tables: Tables, year: int) -> None:
    """The classes of a year with their teachers."""
    places = [(course, place) for course in COURSES for place in enumerate(schools_of(course))]
    for course, (place, school) in places:
        for section in range(1, course.sections + 1):
            sourced_id = class_id(year, school, course, section)
            put(tables, "classes", sourced_id, _class_row(course, school, section, year))
            _enroll_teachers(tables, sourced_id, (course.teachers[place], course.code))


def _class_row(course: Course, school: str, section: int, year: int) -> Row:
    period = "" if course.homeroom else str(1 + draw(f"period {course.code} {section}", 7))
    title = course.title if course.sections == 1 else f"{course.title} - Section {section}"
    return {
        "title": title,
        "grades": ",".join(course.grades),
        "courseSourcedId": f"crs-{course.code}",
        "classCode": f"{course.code.upper()}-{section}",
        "classType": "homeroom" if course.homeroom else "scheduled",
        "location": f"Room {100 + draw(f'room {school} {course.code} {section}', 80)}",
        "schoolSourcedId": school,
        "termSourcedIds": ",".join(f"sem-{year}-{semester}" for semester in course.semesters),
        "subjects": course.subject,
        "subjectCodes": course.sced,
        "periods": period,
    }


def _enroll_teachers(tables: Tables, sourced_id: str, who: tuple[str, str]) -> None:
    teacher, code = who
    enroll(tables, f"enr-{sourced_id[4:]}-t", (sourced_id, teacher), "teacher", "true")
    other = _CO_TEACHERS.get(code)
    if other and tables["users"][other]["primaryOrgSourcedId"] == _school(tables, sourced_id):
        enroll(tables, f"enr-{sourced_id[4:]}-c", (sourced_id, other), "teacher", "false")


def _school(tables: Tables, sourced_id: str) -> str:
    return tables["classes"][sourced_id]["schoolSourcedId"]


def enroll(
    tables: Tables, sourced_id: str, who: tuple[str, str], role: str = "student", primary: str = ""
) -> None:
    """Put a person into a class for as long as the class's terms last; `who` is (class, user)."""
    terms = tables["classes"][who[0]]["termSourcedIds"].split(",")
    sessions = [tables["academicSessions"][term] for term in terms]
    row = {
        "classSourcedId": who[0],
        "schoolSourcedId": _school(tables, who[0]),
        "userSourcedId": who[1],
        "role": role,
        "primary": primary,
        "beginDate": sessions[0]["startDate"],
        "endDate": sessions[-1]["endDate"],
    }
    put(tables, "enrollments", sourced_id, row)


def enroll_student(tables: Tables, user: str, year: int) -> None:
    """Enroll a student in the courses of their grade at their school."""
    row = tables["users"][user]
    school, grade = row["primaryOrgSourcedId"], row["grades"]
    for course in COURSES:
        if school in schools_of(course) and takes(user, grade, course):
            section = 1 + draw(f"section {user}", course.sections)
            target = class_id(year, school, course, section)
            enroll(tables, f"enr-{year % 100}-{user[4:]}-{course.code}", (target, user))


def takes(user: str, grade: str, course: Course) -> bool:
    """Everybody takes what their grade has; of the electives, one of two."""
    electives = {code for pair in _ELECTIVES.values() for code in pair}
    if course.code in electives:
        return course.code == _ELECTIVES.get(grade, ("", ""))[draw(f"elective {user} {grade}", 2)]
    return grade in course.grades
