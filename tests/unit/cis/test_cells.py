"""Values become cells whole, cleaned and said so, or not at all."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cis.table import TableWriter
from mappings.cis.cells import cell_of, parsed, safe, unsafe
from mappings.cis.layout import Column, shipped_layout
from schemas.meta import Code

TEXT = Column.model_validate({"from": ["name"]})


def column(**more: object) -> Column:
    return Column.model_validate({"from": ["name"], **more})


@given(st.text())
def test_what_was_made_safe_is_read_as_it_was(text: str) -> None:
    assert unsafe(safe(text)) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1 555", "-x", "@SUM(A1)", "\t=1", " =1", "\uff1d1+1", "'=1"]
)
def test_what_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "3.25", "0042", "O'Neil", "", "1-2"])
def test_plain_values_stay(text: str) -> None:
    assert safe(text) == text


def test_too_long_is_a_loss_never_a_cut() -> None:
    cell = cell_of(column(max=5), "abcdef")
    assert (cell.text, cell.lost) == ("", "longer than 5 characters")


def test_an_identifier_is_never_altered() -> None:
    cell = cell_of(column(exact=True, forbid="|"), "12|3")
    assert (cell.text, cell.lost) == ("", "an identifier cannot be altered")


def test_an_identifier_keeps_its_zeros() -> None:
    assert cell_of(column(exact=True, max=7), "0000123").text == "0000123"


def test_an_altered_value_is_reported() -> None:
    assert cell_of(column(forbid=","), "a,b").altered == "characters that the target refuses"


def test_a_word_that_the_target_lacks_is_a_loss() -> None:
    assert cell_of(column(map={"done": "D"}), "open").lost == "the target has no such value"


def test_a_code_of_another_set_is_not_passed_off() -> None:
    cell = cell_of(column(set="CIP"), Code(set="SCED", code="01001"))
    assert cell.text == ""


@given(st.text(st.characters(codec="utf-8")))
def test_no_dialect_lets_a_value_break_out(text: str) -> None:
    for name in ("xello", "naviance", "schoolinks", "generic"):
        layout = shipped_layout(name)
        first = next(iter(layout.file[0].columns.values()))
        cell = cell_of(first.model_copy(update={"exact": False, "max": None}), text)
        stream = io.StringIO()
        TableWriter(stream, layout, ["a", "b"]).write([cell.text, "z"])
        lines = stream.getvalue().split(layout.newline)[1:-1]
        bare = layout.quote == "never"
        [row] = [lines[0].split("|")] if bare else csv.reader(lines, delimiter=layout.delimiter)
        assert row == [cell.text, "z"]


@pytest.mark.parametrize("written", ["03/04/2012", "12/31/1999"])
def test_a_day_comes_back(written: str) -> None:
    own = column(form="date", pattern="%m/%d/%Y")
    assert cell_of(own, parsed(own, written)).text == written


@pytest.mark.parametrize(("said", "meant"), [("0", "KG"), ("9", "09"), ("Grade 12", "12")])
def test_a_grade_is_read(said: str, meant: str) -> None:
    assert parsed(column(form="grade-number"), said) == meant


@pytest.mark.parametrize(
    "more",
    [{"form": "date"}, {"form": "grade-code"}, {"form": "flag"}, {"map": {"a": "b"}}],
)
def test_a_cell_that_says_nothing_sensible_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"write|no grade|use one of"):
        parsed(column(**more), "@@")
