"""What of a plan may leave, and what is told of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mappings.engine.loss import Losses
from mappings.engine.paths import Tree
from mappings.withheld import without_withheld
from schemas.ilp.plan import Plan

SPED = {"ACC.01", "ACC.02", "GOA.09", "SUP.03"}
FIN = {"FIN.03", "FIN.04", "FIN.05", "FIN.06"}


@pytest.fixture(scope="module")
def plan(fixtures: Path) -> Tree:
    text = (fixtures / "plans" / "grade-12-amara-okafor.ilp.json").read_text("utf-8")
    read = Plan.model_validate(json.loads(text)["plan"])
    return read.model_dump(mode="json", exclude_defaults=True)


def told(plan: Tree, *switched: str) -> set[str]:
    losses = Losses()
    without_withheld(plan, frozenset(switched), losses)
    return {key.subject for key in losses if "is not switched on" in key.reason}


def test_each_class_leaves_only_when_switched_on(plan: Tree) -> None:
    assert told(plan) == SPED | FIN
    assert told(plan, "sped") == FIN
    assert told(plan, "sped", "fin") == set()


def test_private_reflections_never_leave(plan: Tree) -> None:
    mine = {**plan, "artifacts": {**plan["artifacts"]}}
    shown = [{**each, "private": True} for each in mine["artifacts"]["reflections"]]
    mine["artifacts"]["reflections"] = shown
    left = without_withheld(mine, frozenset({"sped", "fin", "reflections"}), Losses())
    assert "reflections" not in left["artifacts"]


def test_what_is_left_is_a_valid_plan_that_says_nothing_of_the_rest(plan: Tree) -> None:
    left = without_withheld(plan, frozenset(), Losses())
    assert "withheld" not in left
    assert Plan.model_validate(left)


def test_every_withheld_entry_is_counted_once(plan: Tree) -> None:
    losses = Losses()
    without_withheld(plan, frozenset(), losses)
    counts = {key.subject: losses.counts[key] for key in losses if key.path == ""}
    assert counts["ACC.01"] == len(plan["supports"]["accommodations"])
