"""`planbridge profile`: what a State asks, and how a student and a school stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Home, mistake
from support.nights import LOCAL_ID, LUPE, MOTHER

TEACHER, SCHOOL = "tch-2201", "org-cedar"


@pytest.fixture
def school(home: Home) -> Home:
    """A teacher and a mother have accounts."""
    for account, person in {"lee": TEACHER, "mia": MOTHER}.items():
        assert home("access", "link", account, person, "--reason", "minutes").status == 0
    return home


def outcomes(home: Home, who: str, state: str = "CO") -> dict[str, str]:
    answer = home("profile", "check", LOCAL_ID, "--state", state, "--json", OPERATOR=who)
    assert answer.status == 0, answer
    return {one["rule"]: one["outcome"] for one in answer.json["results"]}


def test_every_state_is_listed_with_its_date(home: Home) -> None:
    found = home("profile", "list", "--json").json
    assert len(found) == 21
    assert all(one["checked_on"] for one in found)


def test_what_is_not_verified_is_said(home: Home) -> None:
    said = home("profile", "show", "AZ").out.split()
    assert {"(not", "verified)"} <= set(said)  # in one cell, on two lines


def test_a_mother_sees_how_her_child_stands(school: Home) -> None:
    found = outcomes(school, "mia")
    assert (found["CO-01"], found["CO-05"], found["CO-09"]) == ("met", "not-met", "not-applicable")


def test_what_a_teacher_may_not_see_is_not_missing(school: Home) -> None:
    assert outcomes(school, "lee")["CO-03"] == "cannot-tell"


@pytest.mark.parametrize(("year", "signers"), [(2026, "S and C and F"), (2031, "S and C")])
def test_a_parent_signs_until_the_student_is_18(school: Home, year: int, signers: str) -> None:
    assert school("access", "link", "lupe", LUPE, "--reason", "minutes").status == 0
    words = ("profile", "check", LOCAL_ID, "--state", "NM", "--grade", "9", "--json")
    answer = school(*words, OPERATOR="lupe", NOW=f"{year}-11-20T02:00:00Z")
    assert f"approved by {signers}, and" in answer.json["results"][0]["reason"]


def test_a_school_is_judged_by_what_is_open(school: Home) -> None:
    words = ("profile", "check", "--school", SCHOOL, "--state", "CO", "--json")
    found = school(*words, OPERATOR="lee").json
    assert LOCAL_ID not in str(found["not_open"])
    assert found["not_open"] == 0
    assert {one["has_plan"] for one in found["students"]} == {True, False}


def test_what_cannot_be_told_of_a_school_is_said(school: Home) -> None:
    words = ("profile", "check", "--school", SCHOOL, "--state", "CO")
    said = school(*words, OPERATOR="lee").out
    [row] = [line for line in said.splitlines() if "Guadalupe Herrera" in line]
    assert " ".join(row.split()[2:]) == "9 3 1 1 not met: CO-05; cannot"
    assert "Cannot tell: " in said


def test_nobody_is_told_what_the_custodian_cannot_see(school: Home) -> None:
    words = ("profile", "check", "--school", SCHOOL, "--state", "CO")
    counts = [line.split()[3:6] for line in school(*words).out.splitlines() if "no plan" in line]
    assert counts
    assert all(met == short == "0" and untold > "0" for met, short, untold in counts)


def test_the_page_says_what_its_signs_mean(school: Home, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert (
        school("profile", "check", "--school", SCHOOL, "--state", "CO", "--page", page).status == 0
    )
    [key] = [line for line in page.read_text("utf-8").splitlines() if 'class="key"' in line]
    assert "<b>?</b> cannot be told from here" in key
    assert "<b>\u2013</b> too few to show" in key


def test_the_page_names_nobody(school: Home, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    words = ("profile", "check", "--school", SCHOOL, "--state", "CO", "--page", page)
    assert school(*words, OPERATOR="lee").status == 0
    text = page.read_text("utf-8")
    assert "Individual Career and Academic Plan" in text
    assert "Herrera" not in text


def test_a_district_corrects_a_copy(school: Home, tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    shipped = Path(__file__).parents[2] / "schemas/profiles/states/co.toml"
    ours.write_text(shipped.read_text("utf-8").replace('[["REC.05"]]', '[["STR.03"]]'), "utf-8")
    answer = school("profile", "check", LOCAL_ID, "--profile", ours, "--json", OPERATOR="mia")
    found = {one["rule"]: one["outcome"] for one in answer.json["results"]}
    assert found["CO-05"] == "met"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((LOCAL_ID, "--state", "ZZ"), "no profile 'ZZ'"),
        (("--state", "CO"), "Say whose plan"),
        ((LOCAL_ID, "--state", "CO", "--page", "x.html"), "A page is of a school"),
        (("--school", "nowhere", "--state", "CO"), "Nobody is a student at 'nowhere'"),
        (("nobody", "--state", "CO"), "'nobody' is not known here"),
    ],
)
def test_mistakes_end_in_a_sentence(school: Home, words: tuple[str, ...], told: str) -> None:
    assert mistake(school("profile", "check", *words, OPERATOR="mia"), told)


def test_a_broken_copy_is_named(school: Home, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("state = 'CO'")
    answer = school("profile", "check", LOCAL_ID, "--profile", tmp_path / "x.toml")
    assert mistake(answer, "x.toml: name: Field required")
