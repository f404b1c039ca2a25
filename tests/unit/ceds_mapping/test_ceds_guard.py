"""What never leaves in CEDS, and what leaves when it is switched on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.ceds_mapping import OPEN, PLANS, plan_in, written

from mappings.ceds.guard import NAMING, SSN, Guard, is_ssn
from mappings.engine.loss import Losses
from mappings.hub import Choice
from schemas.ilp.plan import ELEMENTS

NUMBER = "078-05-1120"


def texts(plan: dict[str, Any], choice: Choice, losses: Losses | None = None) -> str:
    return json.dumps([each.values for each in written([plan], losses, choice)])


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_special_education_and_finance_stay_by_default(path: Any) -> None:
    found = texts(plan_in(path), Choice())
    terms = (
        "LinkedPlan",
        "TransitionLink",
        "AccessibilityFeature",
        "FinancialAid",
        "FinancialPlan",
    )
    assert not [term for term in terms if term in found]


def test_what_is_switched_on_leaves() -> None:
    assert "ilp:TransitionLink" in texts(plan_in(PLANS[2]), OPEN)


def test_a_private_reflection_never_leaves() -> None:
    assert "worry about leaving" not in texts(plan_in(PLANS[3]), OPEN)


def with_number(where: str) -> dict[str, Any]:
    plan, number = plan_in(PLANS[2]), {"system": "SSN", "value": NUMBER}
    if where == "student":
        plan["profile"]["identity"]["identifiers"].append(number)
    else:
        plan["profile"]["advisory_assignments"][0]["person"]["identifier"] = number
    return plan


@pytest.mark.parametrize("core", [False, True])
@pytest.mark.parametrize("where", ["student", "advisor"])
def test_a_social_security_number_never_leaves(where: str, core: bool) -> None:
    assert NUMBER not in texts(with_number(where), Choice(OPEN.switched, core_only=core))


@pytest.mark.parametrize("where", ["student", "advisor"])
def test_a_number_that_stays_is_listed_and_not_shown(where: str) -> None:
    losses = Losses()
    texts(with_number(where), OPEN, losses)
    (key,) = [key for key in losses if key.reason == SSN]
    assert losses.samples[key] == []


def with_signature(*elements: str) -> dict[str, Any]:
    plan = plan_in(PLANS[1])
    signed = {"role": "F", "person": {"name": "A. Parent"}, "decision": "approved", "method": "wet"}
    about = {"on": "2026-09-08", "plan_version": 1, "elements": list(elements)}
    entry = {"id": "signed", "version": 1, "changed": plan["profile"]["header"]["changed"]}
    return {"profile": plan["profile"], "reviews": {"sign_offs": [{**entry, **signed, **about}]}}


@pytest.mark.parametrize(("element", "leaves"), [("GOA.01", True), ("SUP.03", False)])
def test_a_signature_of_what_stays_stays_though_the_plan_has_nothing_of_it(
    element: str, leaves: bool
) -> None:
    assert ("A. Parent" in texts(with_signature(element, "PRO.04"), Choice())) is leaves


def test_a_signature_that_stays_is_listed() -> None:
    losses = Losses()
    Guard(frozenset(), losses).shown(with_signature("SUP.03"))
    assert [key.subject for key in losses] == ["REV.02"]


def test_every_field_that_names_elements_is_looked_at() -> None:
    naming = {
        (place.area, place.field, name)
        for place in ELEMENTS.values()
        for name, info in place.model.model_fields.items()
        if "ElementRef" in repr(info.annotation)
    }
    assert naming == set(NAMING)


@pytest.mark.parametrize(
    "system", ["SSN", "ssn-4", "S.S.N.", "US SSN", "studentSSN", "\uff33\uff33\uff2e"]
)
def test_a_system_of_social_security_numbers_is_known_however_it_is_spelled(system: str) -> None:
    assert is_ssn(system)


@pytest.mark.parametrize("system", ["issn", "classNumber", "Class Numbers", "local", "SSID"])
def test_another_system_is_not_taken_for_one(system: str) -> None:
    assert not is_ssn(system)
