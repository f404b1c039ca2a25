"""Coded values: crosswalks that contradict themselves are refused, codes keep their set."""

from __future__ import annotations

import pytest

from mappings.codesets.crosswalk import COLUMNS, Crosswalk, parse_crosswalk
from mappings.engine.codec.codes import Crossed, Verbatim
from mappings.engine.codec.fixed import SchoolYear
from mappings.engine.codec.lists import Cell, Native, Split
from mappings.engine.codec.scalars import Text
from mappings.engine.errors import MappingTableError, Unrepresentable

HEAD = ",".join(COLUMNS)
GRADES = (
    HEAD,
    "09,equivalent,ed-fi.org/GradeLevelDescriptor,Ninth grade,yes,",
    "9B,broader,ed-fi.org/GradeLevelDescriptor,Ninth grade,,",
    "IT,none,,,,infants have no grade there",
    ",none,ed-fi.org/GradeLevelDescriptor,Adult,,we hold no adults",
)


def walk(*rows: str) -> Crosswalk:
    return parse_crosswalk("edfi/grade", rows or GRADES)


GRADE = Crossed(walk(), "descriptor", "toy.example")
NINTH = "uri://ed-fi.org/GradeLevelDescriptor#Ninth grade"


def test_a_code_is_written_with_its_set() -> None:
    assert GRADE.encode("09") == NINTH


def test_a_shared_code_reads_as_the_preferred_one() -> None:
    assert GRADE.decode(GRADE.encode("9B")) == GRADE.known_as("9B") == "09"


def test_a_descriptor_of_any_namespace_is_read() -> None:
    assert GRADE.decode("uri://district.example/GradeLevelDescriptor#Ninth grade") == "09"


def test_a_descriptor_of_another_name_is_not_read() -> None:
    with pytest.raises(Unrepresentable, match="is not of GradeLevelDescriptor"):
        GRADE.decode("uri://ed-fi.org/TermDescriptor#Ninth grade")


def test_a_code_without_counterpart_gives_the_note() -> None:
    with pytest.raises(Unrepresentable, match="infants have no grade there"):
        GRADE.encode("IT")


def test_a_code_of_theirs_without_counterpart_gives_the_note() -> None:
    with pytest.raises(Unrepresentable, match="we hold no adults"):
        GRADE.decode("uri://ed-fi.org/GradeLevelDescriptor#Adult")


WRONG = {
    "09,like,X,Y,yes,": "row 2: no relation 'like'",
    "09,none,X,Y,,why": "exactly a code without counterpart has relation none",
    "09,none,,,,": "say in the note why",
    "09,equivalent,X,Y,,": "no preferred row for Y",
    "09,equivalent,X,Y,maybe,": "preferred is yes or empty",
    "09,equivalent,X,Y": "there must be 6 cells",
}


@pytest.mark.parametrize("row", WRONG)
def test_a_crosswalk_that_does_not_hold_is_refused(row: str) -> None:
    with pytest.raises(MappingTableError, match=WRONG[row]):
        walk(HEAD, row)


def test_two_preferred_rows_for_one_code_are_refused() -> None:
    with pytest.raises(MappingTableError, match="two preferred rows"):
        walk(HEAD, "1,equivalent,X,Y,yes,", "2,broader,X,Y,yes,")


def test_a_code_may_hold_the_sign_that_parts_a_descriptor() -> None:
    codec = Verbatim("uri://toy.example/LanguageDescriptor#")
    assert codec.decode(codec.encode("C#")) == "C#"


def test_the_whole_of_a_descriptor_has_to_fit() -> None:
    with pytest.raises(Unrepresentable, match="longer than 3 characters"):
        Verbatim("uri://x/YDescriptor#", longest=23).encode("four")


def test_elements_of_a_cell_that_would_read_differently_are_refused() -> None:
    with pytest.raises(Unrepresentable, match="comma"):
        Cell(Text()).element("a,b")


def test_a_text_is_parted_at_the_last_separator() -> None:
    assert Split().encode("Ada Maria Ash") == ("Ada Maria", "Ash")


def test_content_in_a_cell_reads_back() -> None:
    codec = Native(text=True)
    assert codec.decode(codec.encode({"b": [1, "é"], "a": None})) == {"b": [1, "é"], "a": None}


def test_a_day_at_the_end_of_the_calendar_lies_in_no_school_year() -> None:
    assert SchoolYear().encode("9999-06-30") == 9999
    with pytest.raises(Unrepresentable, match="beyond the calendar"):
        SchoolYear().encode("9999-07-01")
