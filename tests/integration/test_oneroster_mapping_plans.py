"""Plans go out to OneRoster and come back: what is gone is listed, and what is listed is gone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from support.ilp_plans import plans
from support.oneroster_model import strict_models
from support.plan_accounts import Account, added, gone, listed, tree_of

from adapters.formats import Format
from adapters.oneroster.files.csv_format import OneRosterCsv
from adapters.oneroster.files.json_format import OneRosterJson
from mappings.engine.loss import Losses
from mappings.engine.paths import Tree
from mappings.hub import Choice, Hub
from mappings.oneroster.bridge import OneRosterBridge, csv_1p1, csv_1p2, json_1p2
from schemas.finding import Severity
from schemas.ilp.document import read_document
from schemas.ilp.entry import BOOKKEEPING
from schemas.ilp.plan import Plan
from schemas.standards.shape import StandardRecord

BRIDGES = {"csv-1.1": csv_1p1, "csv-1.2": csv_1p2, "json-1.2": json_1p2}
FORMS: dict[str, Any] = {
    "csv-1.1": OneRosterCsv("1.1"),
    "csv-1.2": OneRosterCsv("1.2"),
    "json-1.2": OneRosterJson(base="https://sis.example.org"),
}
ALL_ON = Choice(frozenset({"sped", "fin", "reflections"}))
each_binding = pytest.mark.parametrize("name", BRIDGES)


@pytest.fixture(scope="module")
def grown(fixtures: Path) -> list[Tree]:
    files = sorted((fixtures / "plans").glob("*.ilp.json"))
    return [tree_of(read_document(file.read_bytes())) for file in files]


def out(bridge: OneRosterBridge, trees: list[Tree], choice: Choice) -> tuple[list[Any], Losses]:
    losses = Losses()
    return list(bridge.write(Hub({}, trees), losses, choice)), losses


def back(bridge: OneRosterBridge, records: list[StandardRecord]) -> tuple[list[Tree], Losses]:
    losses = Losses()

    def again() -> Iterator[StandardRecord]:
        return iter(records)

    return list(bridge.read(again, losses).plans), losses


def total(befores: list[Tree], afters: list[Tree]) -> Account:
    counted: Account = Counter()
    for before, after in zip(befores, afters, strict=True):
        for place, count in gone(before, after).items():
            is_routine = place[1] in BOOKKEEPING
            counted[place] = 1 if is_routine else counted[place] + count
    return counted


@each_binding
@pytest.mark.parametrize("choice", [Choice(), ALL_ON], ids=["default", "all on"])
def test_what_a_plan_loses_is_exactly_what_is_listed(
    name: str, choice: Choice, grown: list[Tree]
) -> None:
    bridge = BRIDGES[name]()
    records, losses = out(bridge, grown, choice)
    returned, _ = back(bridge, records)
    assert total(grown, returned) == listed(losses)


@each_binding
def test_nothing_is_added_to_a_plan(name: str, grown: list[Tree]) -> None:
    bridge = BRIDGES[name]()
    returned, _ = back(bridge, out(bridge, grown, ALL_ON)[0])
    assert [added(*pair) for pair in zip(grown, returned, strict=True)] == [[]] * len(grown)


@each_binding
def test_an_enrollment_to_the_last_day_of_the_calendar_comes_back(
    name: str, grown: list[Tree]
) -> None:
    plan = json.loads(json.dumps(grown[0]))
    plan["profile"]["enrollments"][0]["end"] = "9999-12-31"
    bridge = BRIDGES[name]()
    records, losses = out(bridge, [plan], ALL_ON)
    assert gone(plan, back(bridge, records)[0][0]) == listed(losses)


@each_binding
@settings(max_examples=40)
@given(plan=plans())
def test_any_plan_loses_exactly_what_is_listed(name: str, plan: Plan) -> None:
    bridge, tree = BRIDGES[name](), tree_of(plan)
    records, losses = out(bridge, [tree], ALL_ON)
    returned, _ = back(bridge, records)
    if returned:
        assert gone(tree, returned[0]) == listed(losses)
    else:
        assert any(key.subject == "plan" for key in losses)


@each_binding
def test_plans_come_back_from_real_files(name: str, grown: list[Tree], tmp_path: Path) -> None:
    bridge, form = BRIDGES[name](), FORMS[name]
    records, _ = out(bridge, grown, ALL_ON)
    form.write(tmp_path / "package.zip", records)
    losses = Losses()
    returned = list(bridge.read(lambda: form.read(tmp_path / "package.zip"), losses).plans)
    assert returned == back(bridge, records)[0] or same(returned, back(bridge, records)[0])


def same(ones: list[Tree], others: list[Tree]) -> bool:
    """Whether plans say the same, the time of reading apart."""
    pairs = list(zip(ones, others, strict=True))
    return not any(added(*pair) or added(*pair[::-1]) for pair in pairs)


@each_binding
@pytest.mark.parametrize("odd", ["text", '["a"]', "[5]", "[[]]"])
def test_what_stands_where_an_entry_belongs_and_is_none_is_named(
    name: str, odd: str, grown: list[Tree]
) -> None:
    bridge = BRIDGES[name]()
    records = out(bridge, grown[:1], ALL_ON)[0]
    user = next(each for each in records if each.entity == "users")
    user.values["metadata.ilp.header"] = user.values["metadata.ilp.careerGoals"] = odd
    losses = back(bridge, records)[1]
    told = {key.subject for key in losses if key.reason == "no entry of a plan"}
    assert told == {"PRO.04", "GOA.01"}


@each_binding
def test_an_entry_that_falls_with_what_it_refers_to_is_named(name: str, grown: list[Tree]) -> None:
    plan = next(each for each in grown if each["goals"].get("action_steps"))
    records = out(BRIDGES[name](), [plan], ALL_ON)[0]
    user = next(each for each in records if each.entity == "users")
    for column in [each for each in user.values if each.endswith("Goals")]:
        del user.values[column]
    (returned,), losses = back(BRIDGES[name](), records)
    fallen = {(key.subject, key.path) for key in losses if "without an entry" in key.reason}
    assert not returned.get("goals", {}).get("action_steps")
    assert ("GOA.07", "") in fallen


@each_binding
def test_scales_that_are_numbered_beyond_reason_are_read_all_the_same(
    name: str, grown: list[Tree]
) -> None:
    bridge = BRIDGES[name]()
    for record in (records := out(bridge, grown, ALL_ON)[0]):
        if "metadata.ilp.part" in record.values:
            record.values["metadata.ilp.part"] = "9" * 5000
    assert len(back(bridge, records)[0]) == len(grown)


@each_binding
def test_what_is_written_of_plans_needs_no_repair(
    name: str, grown: list[Tree], tmp_path: Path
) -> None:
    told: list[Any] = []
    form: Format = replace(FORMS[name], on_finding=told.append)
    form.write(tmp_path / "out", out(BRIDGES[name](), grown, ALL_ON)[0])
    list(form.read(tmp_path / "out"))
    found = list(form.check(tmp_path / "out"))
    # A plan knows no username, which CSV wants; none is made up.
    others = [each for each in found if each.column != "username"]
    assert (told, others) == ([], [])
    assert all(each.severity <= Severity.WARNING for each in found)


def test_plans_as_json_are_what_the_standard_allows(
    grown: list[Tree], tmp_path: Path, reference: Path
) -> None:
    FORMS["json-1.2"].write(tmp_path / "out", out(json_1p2(), grown, ALL_ON)[0])
    models = strict_models(reference)
    for file in (tmp_path / "out").iterdir():
        models[file.stem].validate(json.loads(file.read_text("utf-8")))
    assert (tmp_path / "out" / "assessmentResults.json").exists()


@each_binding
def test_special_education_and_money_never_leave(name: str, grown: list[Tree]) -> None:
    records, _ = out(BRIDGES[name](), grown, ALL_ON)
    columns = {column for record in records for column in record.values}
    hidden = {"accommodations", "copiedAccommodations", "linkedPlans", "transitionLinks"}
    hidden |= {"aidApplications", "aidInformation", "aidAwards", "financialPlan"}
    assert not columns & {f"metadata.ilp.{each}" for each in hidden}


@each_binding
def test_reflections_leave_only_when_switched_on(name: str, grown: list[Tree]) -> None:
    def reflecting(choice: Choice) -> bool:
        records, _ = out(BRIDGES[name](), grown, choice)
        return any("metadata.ilp.reflections" in record.values for record in records)

    assert [reflecting(Choice()), reflecting(ALL_ON)] == [False, True]
