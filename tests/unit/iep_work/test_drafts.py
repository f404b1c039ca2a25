"""The draft in words: every sentence has a source, every form an account, no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.iep_drafts import AGENCY, ALL, draft_of, plan_of

from mappings.engine.loss import Losses
from schemas.iep.iep import Iep
from schemas.iep.part import fields_below
from schemas.ilp.plan import ELEMENTS
from service.iep.feed.draft import Draft
from service.iep.feed.loss import Kept, fates_of, forms, loss_report
from service.iep.feed.page import as_html
from service.iep.feed.phrases import EVIDENCE
from service.iep.feed.plain import COLUMNS, as_csv, as_json


@pytest.fixture(scope="module")
def draft(fixtures: Path) -> Draft:
    return draft_of(plan_of(fixtures))


def test_every_sentence_names_an_entry_of_its_element(draft: Draft) -> None:
    for one in draft.sentences:
        entries = {entry.id for entry in draft.plan.entries(one.source.element)}
        assert one.source.entry in entries


def test_every_element_of_the_evidence_speaks(draft: Draft) -> None:
    spoken = {one.source.element for one in draft.sentences}
    held = {one for one in EVIDENCE if draft.plan.holds(one)}
    assert spoken == held


def test_only_what_the_student_wrote_is_quoted(draft: Draft) -> None:
    quoted = [one for one in draft.sentences if one.quoted]
    assert quoted
    assert {one.source.writer for one in quoted} == {"the student"}


def test_own_words_are_verbatim(draft: Draft) -> None:
    (career,) = (one for one in draft.sentences if one.source.element == "GOA.01")
    (goal,) = draft.plan.goals.career_goals
    assert career.text == goal.text


def test_contact_data_of_others_is_not_in_a_draft(draft: Draft) -> None:
    contacts = [one.contact for one in draft.plan.supports.supportive_adults if one.contact]
    told = as_json(draft) + as_csv(draft) + as_html(draft)
    assert contacts
    assert not [one for one in contacts if one.email and one.email in told]


@pytest.mark.parametrize("form", forms())
def test_every_element_of_a_transition_section_has_a_fate(form: str) -> None:
    listed = [one.path for one in fates_of(form)]
    assert listed == [path for path, _ in fields_below(Iep)]
    assert all(one.told for one in fates_of(form))


def test_every_entry_of_the_table_is_an_element_and_every_form_is_said() -> None:
    known = {path for path, _ in fields_below(Iep)}
    from service.iep.feed.loss import _document

    table = _document()
    named = {*table["not_in_a_plan"], *table["in_a_plan"]}
    others = set(table["forms"]) - set(table["whole"])
    assert named <= known
    assert all(set(told) == others for told in table["in_a_plan"].values())


def test_what_a_sentence_fills_is_not_called_absent_from_plans(draft: Draft) -> None:
    fates = {one.path: one.fate for one in fates_of("json")}
    assert {fates[one.path] for one in draft.sentences} <= {Kept.KEPT, Kept.PARTLY}


def test_the_report_tells_what_is_withheld_only_to_who_may_know(fixtures: Path) -> None:
    plan, fields = plan_of(fixtures), ALL - {"ACC.01"}
    told = loss_report("json", draft_of(plan, fields), Losses())
    untold = loss_report("json", draft_of(plan, fields, AGENCY, told=False), Losses())
    assert told["withheld"] == ["ACC.01"]
    assert "withheld" not in untold


def test_json_leaves_out_keys_that_would_tell_of_something_hidden(fixtures: Path) -> None:
    fields = frozenset(one for one in ALL if not one.startswith(("ACC", "ASM")))
    shut = json.loads(as_json(draft_of(plan_of(fixtures), fields, AGENCY, told=False)))
    assert "assessments" not in shut["parts"]
    assert "withheld" not in shut
    assert "ACC" not in json.dumps(shut)


def test_a_table_has_one_row_for_each_sentence(draft: Draft) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(draft))))
    assert len(rows) == len(draft.sentences)
    assert tuple(rows[0]) == COLUMNS
    assert {row["disclosure"] for row in rows} == {"D-17"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd", "\t=1"])
def test_no_cell_of_the_table_is_a_formula(draft: Draft, text: str) -> None:
    odd = replace(draft.sentences[0], text=text)
    rows = list(csv.DictReader(io.StringIO(as_csv(replace(draft, sentences=(odd,))))))
    assert rows[0]["text"] == f"'{text}"


def test_the_page_escapes_what_people_wrote(draft: Draft) -> None:
    odd = replace(draft.sentences[0], text="<script>alert(1)</script>")
    page = as_html(replace(draft, sentences=(odd,)))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_page_fetches_nothing(draft: Draft) -> None:
    page = as_html(draft)
    assert not [one for one in ("http://", "https://", "src=", "url(", "@import") if one in page]


def test_names_of_elements_are_those_of_the_content_model(draft: Draft) -> None:
    assert all(one.source.name == ELEMENTS[one.source.element].name for one in draft.sentences)
