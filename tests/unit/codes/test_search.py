"""What people type, and what they mean by it."""

from __future__ import annotations

import pytest

from schemas.codes.lists import code_lists
from schemas.codes.search import search

LISTS = code_lists()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("registered nurses", "29-1141.00"),
        ("Registered  NURSE", "29-1141.00"),
        ("29-1141.00", "29-1141.00"),
        ("electrician", "47-2111.00"),
        ("RN", "29-1141.00"),
        ("vet", "29-1131.00"),
        ("vetinarian", "29-1131.00"),
        ("programer", "15-1251.00"),
        ("accountent", "13-2011.00"),
        ("software dev", "15-1252.00"),
        ("15-1252", "15-1252"),
        ("291141", "29-1141"),
        ("29114101", "29-1141.01"),
        ("01001", "01001"),
        ("algebra 1", "02052"),
        ("Algebra I", "02052"),
    ],
)
def test_the_first_answer_is_what_was_meant(typed: str, meant: str) -> None:
    assert search(LISTS, typed, 1)[0].term.code == meant


def test_all_nurses_are_found() -> None:
    titles = [hit.term.title for hit in search(LISTS, "nurse", 9)]
    assert sum("Nurse" in title for title in titles) == 9


def test_an_occupation_is_listed_once() -> None:
    titles = [hit.term.title for hit in search(LISTS, "nurse practitioners", 50)]
    assert titles.count("Nurse Practitioners") == 1


@pytest.mark.parametrize("typed", ["", "  ", "!?", "zzzzqq", "\x00", "=cmd|' /C calc'!A0"])
def test_nonsense_finds_nothing(typed: str) -> None:
    assert search(LISTS, typed) == []


def test_a_limit_holds() -> None:
    assert len(search(LISTS, "e", 7)) == 7
