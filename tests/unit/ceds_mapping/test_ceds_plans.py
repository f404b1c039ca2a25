"""A plan becomes one person, whichever way it is written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.ceds_mapping import PLANS, plan_in

from adapters.ceds.jsonld.export import Exporter
from mappings.ceds.addresses import PREFIX, complete, marks_of, person_key
from mappings.ceds.bridge import v14
from mappings.ceds.finish import Completed
from mappings.ceds.plans import PlanTrees
from mappings.engine.codec.base import Codec
from mappings.engine.codec.fixed import Always, Flag
from mappings.engine.codec.scalars import Text
from mappings.engine.compile_plans import AREAS
from mappings.engine.loss import Losses
from mappings.engine.model import Target
from mappings.engine.paths import Tree, parse_path
from mappings.engine.plans import write_plan
from mappings.withheld import CLOSED
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import StandardRecord

BOOK = v14().book()
FIXTURES = [plan_in(path) for path in PLANS]
TEXTS = ['"', "\\", "\x00\x1f\x7f", "\u2028é漢😀", "\ud800", "", " ", "{}", "#", "a/b ä", "x" * 400]
MARY = {"name": "Mary", "identifier": {"system": "SSN", "value": "078-05-1120"}}
AT = {"at": "2026-09-08T16:05:00Z", "plan_version": 1}
CHANGED = {"kind": "D", "author": "Cedar Bend", "source": "sis", **AT}


def person(
    plan: dict[str, Any], losses: Losses, switched: frozenset[str] = frozenset()
) -> StandardRecord | None:
    trees = PlanTrees(BOOK, switched, losses)
    made = trees.person(plan)
    trees.done()
    return made


def written(plan: dict[str, Any]) -> tuple[Tree | None, Losses]:
    losses = Losses()
    made = person(plan, losses)
    return made and made.values, losses


def interpreted(plan: dict[str, Any]) -> Tree:
    address = f"{PREFIX}person:{person_key(plan)}"
    year = plan.get("profile", {}).get("name_and_grade", {}).get("graduation_year")
    student = {"iri": address} | ({} if year is None else {"graduation_year": str(year)})
    tree = write_plan(BOOK, plan, {"$student": student}, Losses())[0].values
    complete(tree, marks_of(BOOK, ELEMENTS))
    return tree


def with_values(tree: Any, values: st.DataObject) -> Any:
    """A plan of which some texts are others; systems and authors stay, by which plans are told."""
    if isinstance(tree, list):
        return [with_values(each, values) for each in tree]
    if not isinstance(tree, dict):
        return values.draw(st.just(tree) | st.sampled_from(TEXTS))
    kept = ("changed", "identity", "kind", "role", "private")
    return {k: v if k in kept else with_values(v, values) for k, v in tree.items()}


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data(), plan=st.sampled_from(FIXTURES))
def test_generated_code_completes_trees_as_they_are_completed(
    data: st.DataObject, plan: dict[str, Any]
) -> None:
    goals = {"career_goals": plan.get("goals", {}).get("career_goals", [])[:2]}
    small = {"profile": plan["profile"], "goals": with_values(goals, data)}
    assert json.dumps(written(small)[0]) == json.dumps(interpreted(small))


def not_private(area: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [each for each in held if "private" not in each] if isinstance(held, list) else held
        for name, held in area.items()
    }


def stands_as_vouched(made: StandardRecord | None) -> bool:
    """Whether a person is not vouched for, or is what a document has."""
    return made is None or not made.vouched or Exporter()(made.values) == made.values


@pytest.mark.parametrize("plan", FIXTURES, ids=[path.stem for path in PLANS])
def test_what_is_vouched_for_is_what_a_document_has(plan: dict[str, Any]) -> None:
    for name in AREAS & plan.keys():
        part = {"profile": plan["profile"], name: not_private(plan[name])}
        assert stands_as_vouched(person(part, Losses(), frozenset(CLOSED)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data(), plan=st.sampled_from(FIXTURES))
def test_whatever_the_texts_are(data: st.DataObject, plan: dict[str, Any]) -> None:
    goals = {"career_goals": plan.get("goals", {}).get("career_goals", [])[:2]}
    small = {"profile": plan["profile"], "goals": with_values(goals, data)}
    assert stands_as_vouched(person(small, Losses()))


def test_all_tables_of_plans_can_be_vouched_for_but_those_of_options_without_a_term() -> None:
    finish, tables = Completed(marks_of(BOOK, ELEMENTS)), (BOOK.of(name) for name in ELEMENTS)
    left = {table.subject for each in tables for table in each if not finish.vouches(table)}
    assert left == {"CRS.01", "REC.01"}  # SCED courses are written by IRI


@pytest.mark.parametrize(
    ("path", "codec"),
    [
        ("GoalDescription", Always(1.5)),
        ("GoalDescription", Always(["several"])),
        ("ilp:goalStatus", Flag(True, False, "yes", 0.5)),
        ("GoalDescriptoin", Text()),
        ("@type", Always("Gaol")),
        ("hasGoalPerformance", Text()),
        ("hasGoalStatusType", Text()),
        ("hasGoalStatusType", Always("GoalStatusType_Nowhere")),
        ("GoalDescription.ilp:code", Text()),
    ],
)
def test_a_table_that_may_make_what_has_no_place_is_not_vouched_for(
    path: str, codec: Codec
) -> None:
    finish = Completed(marks_of(BOOK, ELEMENTS))
    (table,) = (each for each in BOOK.of("GOA.01"))
    row = next(row for row in table.rows if str(row.ours) == "text")
    other = replace(row, codec=codec, targets=(Target(parse_path(path)),))
    assert not finish.vouches(replace(table, rows=(*table.rows, other)))


def test_a_grade_level_that_ceds_has_not_is_not_vouched_for() -> None:
    profile = FIXTURES[0]["profile"]
    grade = {"set": "CEDS.GradeLevel", "code": "31"}
    made = person(
        {
            "profile": {
                **profile,
                "name_and_grade": {**profile["name_and_grade"], "grade_level": grade},
            }
        },
        Losses(),
    )
    assert made is not None
    assert not made.vouched


def with_meeting(plan: dict[str, Any]) -> dict[str, Any]:
    meeting = {"id": "m", "version": 1, "changed": CHANGED, "participants": [MARY]}
    return {"profile": plan["profile"], "activities": {"advising_sessions": [meeting]}}


def test_a_number_within_a_plan_is_left_out_and_the_plan_counted_once() -> None:
    tree, losses = written(with_meeting(FIXTURES[0]))
    assert "078-05-1120" not in json.dumps(tree)
    assert all(count == 1 for key, count in losses.counts.items() if key.path == "version")


def test_a_plan_of_which_nothing_may_leave_is_no_person_and_is_counted() -> None:
    by_team = {**CHANGED, "kind": "I"}
    entries = {"identity", "name_and_grade", "header"}
    whole = FIXTURES[0]["profile"]
    tree, losses = written({"profile": {n: {**whole[n], "changed": by_team} for n in entries}})
    assert tree is None
    assert {key.subject for key in losses} == {"PRO.01", "PRO.02", "PRO.04"}
