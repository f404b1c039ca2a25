"""Who an account may be: how many suggestions are right, and how many students are found."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from support.cis_lookalikes import labelled

from service.cis.suggest import Somebody, Students

ADA = Somebody("p1", "Ada", "Ash", birth_date="2010-03-04", email="ash@example.org")


@dataclass
class Measured:
    """Shares of 1: right among the suggested, found among those to be found, first and right."""

    precision: float
    recall: float
    first: float


def measure(seed: int, count: int = 2000) -> Measured:
    students, accounts = labelled(seed, count)
    index = Students.of(students)
    asked = [(label, [one.person_id for one in index.suggest(who)]) for who, label in accounts]
    suggested = [(label, found) for label, found in asked if found]
    wanted = [(label, found) for label, found in asked if label]
    return Measured(
        precision=sum(label in found for label, found in suggested) / len(suggested),
        recall=sum(label in found for label, found in wanted) / len(wanted),
        first=sum(found[:1] == [label] for label, found in wanted) / len(wanted),
    )


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure(seed=6)


def test_most_suggestions_are_right(measured: Measured) -> None:
    assert measured.precision >= 0.90


def test_most_students_are_found(measured: Measured) -> None:
    assert measured.recall >= 0.97


def test_the_likeliest_is_mostly_the_one(measured: Measured) -> None:
    assert measured.first >= 0.95


def test_the_figures_are_those_documented(measured: Measured, repository: Path) -> None:
    page = repository / "docs" / "reference" / "cis-layouts.md"
    told = re.search(
        r"precision (\d\.\d\d), recall (\d\.\d\d), first (\d\.\d\d)", page.read_text("utf-8")
    )
    assert told is not None
    found = (measured.precision, measured.recall, measured.first)
    assert told.groups() == tuple(f"{one:.2f}" for one in found)


def test_the_same_e_mail_alone_suggests_nobody() -> None:
    other = Somebody("a", "Zygmunt", "Quist", email="ash@example.org")
    assert Students.of([ADA]).suggest(other) == []


def test_another_birth_date_outweighs_a_likeness() -> None:
    assert Students.of([ADA]).suggest(replace(ADA, id="a", birth_date="2012-11-30")) == []


def test_reasons_are_told() -> None:
    [found] = Students.of([ADA]).suggest(replace(ADA, id="a", family="Ahs"))
    assert found.reasons == ("names are 83 % alike", "same birth date", "same e-mail")


def test_three_are_the_most() -> None:
    index = Students.of([replace(ADA, id=f"p{number}") for number in range(9)])
    assert len(index.suggest(replace(ADA, id="a"))) == 3


def test_nobody_has_no_name() -> None:
    assert Students.of([ADA]).suggest(Somebody("a", "", "")) == []
