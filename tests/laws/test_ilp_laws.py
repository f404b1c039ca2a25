"""Laws of plans, over any plan that the models allow."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.ilp_entries import TODAY
from support.ilp_plans import plans
from support.ilp_schema import VALIDATOR

from schemas.ilp.document import DocumentError, read_document, write_document
from schemas.ilp.entry import AuthorKind
from schemas.ilp.plan import Plan, parts_of
from schemas.ilp.redaction import redact, view_of
from schemas.ilp.rules import check_plan
from schemas.meta import PrivacyClass

CLASSES = st.sets(st.sampled_from(PrivacyClass)).map(frozenset)


@given(plans())
def test_reading_gives_back_what_was_written(plan: Plan) -> None:
    assert read_document(write_document(plan)) == plan


@given(plans())
@settings(max_examples=50)
def test_writing_again_changes_no_byte(plan: Plan) -> None:
    again = read_document(write_document(plan))
    assert write_document(again) == write_document(plan)


@given(plans())
@settings(max_examples=30)
def test_what_is_written_satisfies_the_schema(plan: Plan) -> None:
    VALIDATOR.validate(json.loads(write_document(plan)))


@given(plans(), CLASSES)
@settings(max_examples=50)
def test_redaction_leaves_only_the_allowed_classes(
    plan: Plan, classes: frozenset[PrivacyClass]
) -> None:
    shown = redact(plan, view_of(classes))
    assert {place.privacy for place, _ in shown.every_entry()} <= classes


@given(plans(), CLASSES)
@settings(max_examples=50)
def test_redaction_twice_is_redaction_once(plan: Plan, classes: frozenset[PrivacyClass]) -> None:
    once = redact(plan, view_of(classes))
    assert redact(once, view_of(classes)) == once


@given(plans(), CLASSES)
@settings(max_examples=50)
def test_a_dropped_entry_is_named_nowhere(plan: Plan, classes: frozenset[PrivacyClass]) -> None:
    shown = redact(plan, view_of(classes))
    gone = {entry.id for _, entry in plan.every_entry()} - {
        entry.id for _, entry in shown.every_entry()
    }
    assert gone.isdisjoint(part.root for part in parts_of(shown) if hasattr(part, "root"))


@given(plans())
@settings(max_examples=50)
def test_without_special_education_no_iep_team_shows(plan: Plan) -> None:
    shown = redact(plan, view_of(frozenset(PrivacyClass) - {PrivacyClass.SPED}))
    shown_as = {getattr(part, name, None) for part in parts_of(shown) for name in ("kind", "role")}
    assert AuthorKind.IEP_TEAM not in shown_as


@given(plans())
@settings(max_examples=30)
def test_every_rule_has_an_answer_for_every_plan(plan: Plan) -> None:
    assert {result.rule for result in check_plan(plan, TODAY)} == {f"ILP-{n}" for n in range(1, 8)}


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_arbitrary_bytes_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(DocumentError) as caught:
        read_document(data)
    assert all(finding.problem and finding.fix for finding in caught.value.findings)
