"""A district's overlay passes the checks that the book itself passes, or says what to mend."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.mapping_books import TOY
from support.mapping_laws import put

from mappings.engine.book import Book, Options
from mappings.engine.coverage import check_book, uncovered
from mappings.engine.errors import MappingTableError


def overlaid(folder: Path, text: str, name: str = "sessions.toml") -> Book:
    (folder / name).write_text(text, encoding="utf-8")
    return TOY.open(Options(overlay=folder))


SENT = """
drop = ["ours_only.outcome", "theirs_only.topic"]
[add.rows]
outcome = { to = "topic", codec = "text" }
"""


def test_an_overlay_may_send_what_the_book_keeps(tmp_path: Path) -> None:
    (of,) = overlaid(tmp_path, SENT).by_subject["ACT.04"]
    ours = {"$student": {"number": "1"}, "on": "2026-10-05", "outcome": "Done"}
    assert (put(of, ours) or {})["topic"] == "Done"


def test_an_overlay_is_held_to_the_same_coverage(tmp_path: Path) -> None:
    assert uncovered(overlaid(tmp_path, SENT)) == []


def test_a_field_that_an_overlay_forgets_is_named(tmp_path: Path) -> None:
    book = overlaid(tmp_path, 'drop = ["ours_only.outcome"]')
    with pytest.raises(MappingTableError, match=r"ACT\.04\.outcome stands in no row"):
        check_book(book)


def test_an_overlay_that_drops_what_the_standard_needs_is_named(tmp_path: Path) -> None:
    text = 'drop = ["rows.on"]\nadd.ours_only.on = "private"\nadd.theirs_only.day = "private"'
    assert "events needs day, and no row or constant writes it" in uncovered(
        overlaid(tmp_path, text)
    )


def test_a_reason_may_be_replaced(tmp_path: Path) -> None:
    (of,) = overlaid(tmp_path, 'replace.ours_only.outcome = "ours"').by_subject["ACT.04"]
    assert of.ours_only["outcome"] == "ours"


def test_the_book_itself_stays_as_it_is(tmp_path: Path) -> None:
    overlaid(tmp_path, SENT)
    assert "outcome" in TOY.open().by_subject["ACT.04"][0].ours_only


WRONG = {
    'drop = ["rows.none"]': "sessions.toml: drops rows.none, which is not there",
    'drop = "rows.on"': "sessions.toml: write drop = [...]",
    'replace.rows.none = { to = "x", codec = "text" }': "none replaces what is not there: use add",
    'add.rows.on = { to = "day", codec = "date" }': "on is there: use replace",
    'add.rows.outcome = { to = "topic", codec = "latin" }': "rows.outcome: no codec 'latin'",
    'drop = ["rows.on"]\ncolour = 1': "a revision needs a table and has no keys of its own",
    "drop = [": "sessions.toml: ",
    'replace.ours = "ACT.05"': 'sessions.toml: ours is "ACT.04" in the book',
    'replace.entity = "courses"': 'sessions.toml: entity is "events" in the book',
    'add.direction = "in"': "sessions.toml: direction is left out in the book",
}


@pytest.mark.parametrize("text", WRONG)
def test_nonsense_is_refused_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(MappingTableError) as refused:
        overlaid(tmp_path, text)
    assert WRONG[text] in str(refused.value)


def test_a_revision_of_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingTableError, match=r"nowhere\.toml: a revision needs a table"):
        overlaid(tmp_path, "drop = []", "nowhere.toml")


def test_an_overlay_cannot_revise_the_book(tmp_path: Path) -> None:
    with pytest.raises(MappingTableError, match="revises tables"):
        overlaid(tmp_path, 'standard = "mine"', "standard.toml")


def test_an_overlay_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sessions.toml").write_bytes("add.ours_only.x = 'é'".encode("latin-1"))
    with pytest.raises(MappingTableError, match="save it as UTF-8"):
        TOY.open(Options(overlay=tmp_path))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingTableError, match="no such folder"):
        TOY.open(Options(overlay=tmp_path / "none"))


def test_a_table_of_an_unknown_entity_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingTableError, match=r"mine\.toml: the standard has no 'colours'"):
        overlaid(tmp_path, 'entity = "colours"\nours = "GOA.02"\n[rows]', "mine.toml")
