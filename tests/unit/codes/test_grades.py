"""Grades as providers write them, and as they must not be guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.codes.grades import GRADE_LEVELS, grade_number, normalize_grade


@pytest.mark.parametrize("code", GRADE_LEVELS)
def test_a_code_is_itself(code: str) -> None:
    assert normalize_grade(code) == code


@pytest.mark.parametrize("label", GRADE_LEVELS.values())
def test_a_label_is_its_code(label: str) -> None:
    assert GRADE_LEVELS[normalize_grade(label) or ""] == label


@pytest.mark.parametrize("number", range(1, 14))
def test_a_bare_number_is_a_grade(number: int) -> None:
    assert normalize_grade(str(number)) == f"{number:02}"


@pytest.mark.parametrize(
    "text",
    ["9", "09", "009", "9.0", "9th", "9TH", " 9th grade ", "Grade 9", "grade9", "Gr. 9", "Gr9",
     "Ninth", "Ninth grade", "NINTH GRADE", "ninth-grade", "Freshman", "Year 9"],
)  # fmt: skip
def test_ways_to_write_the_ninth_grade(text: str) -> None:
    assert normalize_grade(text) == "09"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("K", "KG"),
        ("KN", "KG"),
        ("kindergarten", "KG"),
        ("P", "PK"),
        ("Pre-K", "PK"),
        ("First grade", "01"),
        ("2nd", "02"),
        ("3rd grade", "03"),
        ("Twelfth grade", "12"),
        ("Infant/toddler", "IT"),
        ("other", "Other"),
    ],
)
def test_other_ways_to_write_a_grade(text: str, code: str) -> None:
    assert normalize_grade(text) == code


@pytest.mark.parametrize(
    "text", ["", " ", "0", "14", "99", "-", "grade", "1-2", "9-12", "1 2", "9.5", "9x", "²", "nine"]
)
def test_what_names_no_single_grade_is_none(text: str) -> None:
    assert normalize_grade(text) is None


@pytest.mark.parametrize(("code", "number"), [("KG", 0), ("01", 1), ("12", 12), ("13", 13)])
def test_grades_in_order_have_numbers(code: str, number: int) -> None:
    assert grade_number(code) == number


@pytest.mark.parametrize("code", ["PK", "UG", "PS", "Other", "14", "²"])
def test_grades_out_of_order_have_none(code: str) -> None:
    assert grade_number(code) is None


def test_the_codes_are_those_of_the_reference(reference: Path) -> None:
    text = (reference / "reference" / "oneroster.md").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("**Grades.**"))
    named = line.split("Emit these")[0]
    assert all(f"`{code}`" in named for code in GRADE_LEVELS if not "02" <= code <= "11")
