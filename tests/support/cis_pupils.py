"""Two invented students with everything that breaks flat files, as a recipient sees them."""

from __future__ import annotations

from datetime import date
from typing import Any

from support.ilp_entries import entry, grade, plan_with

from adapters.cis.write import Asked, District
from mappings.cis.facts import Pupil
from schemas.ilp.plan import Plan

ON = date(2026, 11, 22)
ASKED = Asked(ON)
FORMULA = "=cmd|' /C calc'!A0"

DISTRICT = District(
    schools=(
        {"id": "0042", "name": 'Cedar Bend High "North"', "type": "school", "level": "secondary"},
    ),
    courses=(
        {
            "id": "0101",
            "title": "Algebra I, honors",
            "subject": "Mathematics",
            "sced": "02052",
            "grade_low": "09",
            "grade_high": "12",
            "school_year": "2026-2027",
            "credits": "1",
        },
    ),
)


def _code(set_: str, code: str, version: str | None = None) -> dict[str, Any]:
    return {"set": set_, "code": code, "version": version}


def zoe_plan() -> Plan:
    """Courses taken and enrolled in, an interest inventory, a test, a goal, a reflection."""
    taken = {
        "title": "Algebra I, honors",
        "course": _code("CedarBend.Courses", "0101"),
        "sced": _code("SCED", "02052"),
        "school_year": 2026,
        "term": "S1",
        "grade_level": grade("09"),
        "mark": "A-",
        "credits_attempted": "1.000",
        "credits_earned": "1.000",
    }
    enrolled = {
        "title": FORMULA,
        "course": _code("CedarBend.Courses", "0202"),
        "grade_level": grade("10"),
        "credits": "0.5",
        "status": "enrolled",
    }
    scores = [{"scale": letter, "value": n, "minimum": 0, "maximum": 40} for letter, n in _RIASEC]
    goal = {
        "text": "Nurse | maybe\nmidwife",
        "status": "current",
        "occupation": _code("ONET-SOC", "29-1141.00", "2019"),
        "cluster": _code("CareerClusters", "08", "2002"),
    }
    return plan_with(
        {
            "REC.01": [entry("taken", **taken)],
            "CRS.01": [
                entry("enrolled", **enrolled),
                entry("planned", **(enrolled | {"title": "Physics", "status": "planned"})),
            ],
            "ASM.01": [
                entry("riasec", instrument="IP", taken_on=date(2026, 9, 1), scores=tuple(scores))
            ],
            "ASM.06": [
                entry(
                    "act",
                    test="ACT",
                    taken_on=date(2026, 4, 2),
                    grade_level=grade("09"),
                    scores=({"scale": "Composite", "value": 24}, {"scale": "Math", "value": 25}),
                )
            ],
            "GOA.01": [entry("goal", **goal)],
            "GOA.09": [
                entry(
                    "link", goal="goal", area="employment", direction="ilp-to-iep", iep_goal="iep-1"
                )
            ],
            "ART.03": [
                entry("words", text="I liked it.", on=date(2026, 9, 2)),
                entry("secret", text="For me alone.", on=date(2026, 9, 2), private=True),
            ],
            "FIN.03": [entry("aid", form="fafsa", status="filed", on=date(2026, 10, 1))],
        }
    )


_RIASEC = (("R", 12), ("I", 30))

ZOE_FACTS = {
    "local_id": "0000123",
    "state_id": "WA-0099",
    "sourced_id": "u-1",
    "given_name": "Zoë",
    "family_name": "O'Neil, Jr.",
    "grade": "09",
    "school_id": "0042",
    "school_name": 'Cedar Bend High "North"',
    "email": "zoe@example.org",
    "username": "zoe",
    "birth_date": "2012-03-04",
    "sex": "female",
}
JOSE_FACTS = {
    "local_id": "0000007",
    "sourced_id": "u-2",
    "given_name": "José",
    "family_name": "Ramírez",
    "grade": "KG",
    "school_id": "0042",
}


def zoe() -> Pupil:
    """A student with a plan."""
    return Pupil(ZOE_FACTS, zoe_plan())


def jose() -> Pupil:
    """A student without one, and without birth date and e-mail."""
    return Pupil(JOSE_FACTS, None)
