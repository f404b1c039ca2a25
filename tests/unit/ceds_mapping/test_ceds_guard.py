"""What never leaves in CEDS, and what leaves when it is switched on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.ceds_mapping import OPEN, PLANS, plan_in, written

from mappings.ceds.guard import SSN
from mappings.engine.loss import Losses
from mappings.hub import Choice

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
