"""Gradebook and learning resources of Cedar Bend: the files that ride along with a roster."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from support.cedar_bend.schools import STAFF
from support.cedar_bend.tables import DISTRICT, HIGH, Row, Tables, draw, pick, put

_SCORE_DATE = "2026-10-16"
_CAREER_CASE = str(uuid5(NAMESPACE_URL, "https://cedarbend.example.org/objectives/career-1"))
_GRADED = ("ma", "alg", "geom", "stat", "en", "la")

_COMMENTS = (
    "",
    "",
    "",
    'Explained every step, and wrote "why" beside each.',
    "Ask about extra help, please",
    "Très bien",
)


def add_gradebook(tables: Tables, year: int) -> None:
    """Quarter grades in mathematics and English, an interest inventory in every advisory."""
    for category, title, weight in (("qtr", "Quarter grade", "80"), ("act", "Activities", "20")):
        put(tables, "categories", f"cat-{category}", {"title": title, "weight": weight})
    for sourced_id, row in list(tables["classes"].items()):
        code = row["courseSourcedId"].removeprefix("crs-")
        if code.startswith("adv"):
            _add_inventory(tables, sourced_id, year)
        elif code.startswith(_GRADED):
            _add_quarter(tables, sourced_id, year)
    _add_letters(tables)


def _add_item(tables: Tables, sourced_id: str, row: Row, year: int) -> str:
    line_item = f"lin-{sourced_id[4:]}"
    school = tables["classes"][sourced_id]["schoolSourcedId"]
    dates = {"assignDate": f"{year - 1}-09-01", "dueDate": _SCORE_DATE}
    where = {"classSourcedId": sourced_id, "schoolSourcedId": school}
    term = {"academicSessionSourcedId": f"q-{year}-1"}
    put(tables, "lineItems", line_item, {**row, **dates, **where, **term})
    return line_item


def _students_in(tables: Tables, sourced_id: str) -> list[str]:
    return [
        row["userSourcedId"]
        for row in tables["enrollments"].values()
        if row["classSourcedId"] == sourced_id and row["role"] == "student"
    ]


def _add_quarter(tables: Tables, sourced_id: str, year: int) -> None:
    row = {"title": "Quarter 1 grade", "categorySourcedId": "cat-qtr"}
    limits = {"resultValueMin": "0", "resultValueMax": "100"}
    line_item = _add_item(tables, sourced_id, {**row, **limits}, year)
    for student in _students_in(tables, sourced_id):
        score = 58 + draw(f"score {line_item} {student}", 85) / 2
        late = "true" if draw(f"late {line_item} {student}", 12) == 0 else "false"
        cells = {"scoreStatus": "fully graded", "score": f"{score:.1f}", "late": late}
        comment = {"comment": pick(f"comment {line_item} {student}", _COMMENTS)}
        _put_result(tables, line_item, (sourced_id, student), {**cells, **comment})


def _add_inventory(tables: Tables, sourced_id: str, year: int) -> None:
    row = {"title": "Career interest inventory", "categorySourcedId": "cat-act"}
    about = {"description": "Take the inventory; bring your three highest themes to advisory"}
    line_item = _add_item(tables, sourced_id, {**row, **about}, year)
    objective = {"lineItemSourcedId": line_item, "source": "case"}
    sourced = f"lob-{line_item[4:]}"
    put(tables, "lineItemLearningObjectiveIds", sourced,
        {**objective, "learningObjectiveId": _CAREER_CASE})  # fmt: skip
    for student in _students_in(tables, sourced_id):
        done = draw(f"inventory {student}", 5) > 0
        cells = {"scoreStatus": "submitted" if done else "not submitted"}
        if done:
            cells |= {"textScore": pick(f"theme {student}", ("RIA", "ISA", "SEC", "ARS", "CES"))}
        missing = {"missing": "false" if done else "true"}
        _put_result(tables, line_item, (sourced_id, student), {**cells, **missing})


def _put_result(tables: Tables, line_item: str, where: tuple[str, str], cells: Row) -> None:
    row = {"lineItemSourcedId": line_item, "classSourcedId": where[0], "studentSourcedId": where[1]}
    result = f"res-{line_item[4:]}-{where[1][4:]}"
    put(tables, "results", result, {**row, "scoreDate": _SCORE_DATE, **cells})


def _add_letters(tables: Tables) -> None:
    """A letter scale for one English class, and one result with a learning objective."""
    target = next(key for key in tables["classes"] if "en12" in key)
    letters = "{A:90-100},{B:80-90},{C:70-80},{D:60-70},{F:0-60}"
    row = {"title": "Letters", "type": "letter", "orgSourcedId": HIGH, "scoreScaleValue": letters}
    scale = {**row, "courseSourcedId": "crs-en12", "classSourcedId": target}
    put(tables, "scoreScales", "scl-letters", scale)
    used = {"title": "Letters", "scoreScaleSourcedId": "scl-letters"}
    line_item = f"lin-{target[4:]}"
    put(tables, "lineItemScoreScales", "lss-1", {**used, "lineItemSourcedId": line_item})
    result = next(key for key in tables["results"] if key.startswith(f"res-{target[4:]}"))
    put(tables, "resultScoreScales", "rss-1", {**used, "resultSourcedId": result})
    known = {"resultSourcedId": result, "source": "case", "learningObjectiveId": _CAREER_CASE}
    put(tables, "resultLearningObjectiveIds", "rob-1", {**known, "textScore": "met"})


_RESOURCES = {
    "rsc-atlas": ("ATLAS-6", "World atlas, school edition", "student,teacher"),
    "rsc-inventory": ("INV-2", "Career interest inventory", "student"),
    "rsc-algebra": ("ALG-1-TE", "Algebra I: notes for teachers", "teacher"),
}


def add_resources(tables: Tables) -> None:
    """Three resources, each tied to a course, a class or a person."""
    for sourced_id, (vendor_id, title, roles) in _RESOURCES.items():
        row = {"vendorResourceId": vendor_id, "title": title, "roles": roles}
        vendor = {"importance": "primary", "vendorId": "example-press", "applicationId": "default"}
        put(tables, "resources", sourced_id, {**row, **vendor})
    atlas = {"courseSourcedId": "crs-geog", "resourceSourcedId": "rsc-atlas"}
    put(tables, "courseResources", "crr-1", {"title": "Atlas", **atlas})
    for sourced_id, row in tables["classes"].items():
        if row["classType"] == "homeroom":
            link = {"classSourcedId": sourced_id, "resourceSourcedId": "rsc-inventory"}
            put(tables, "classResources", f"clr-{sourced_id[4:]}", link)
    link = {"userSourcedId": "tch-2203", "orgSourcedId": HIGH, "resourceSourcedId": "rsc-algebra"}
    put(tables, "userResources", "usr-1", link)


def add_profiles(tables: Tables) -> None:
    """Sign-in profiles of the district office; no passwords, here or anywhere."""
    for person in STAFF:
        if person.posts[0][1] == DISTRICT:
            row = {"userSourcedId": person.sourced_id, "profileType": "staff"}
            vendor = {"vendorId": "example-sso", "applicationId": "default"}
            login = {"credentialType": "username", "username": person.sourced_id}
            put(tables, "userProfiles", f"upr-{person.sourced_id}", {**row, **vendor, **login})
