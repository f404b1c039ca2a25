"""Whether a version shows a change: words as they stand, and a report where they do not."""

from __future__ import annotations

import pytest
from support.iep_story import WORDING, first_version, second_version

from service.iep.change import PARTS, Change, Wish, difference, shows, texts_of

ADD = Wish(Change.ADD, "postsecondary_goals", WORDING, area="employment")


def test_the_new_version_shows_what_was_added() -> None:
    assert shows(ADD, first_version(), second_version())
    assert not shows(ADD, None, first_version())


@pytest.mark.parametrize("said", [WORDING.upper(), WORDING.rstrip("."), f"  {WORDING}\n"])
def test_case_spaces_and_a_full_stop_make_no_difference(said: str) -> None:
    assert shows(ADD, first_version(), second_version(said))


def test_another_word_does() -> None:
    said = WORDING.replace("full time", "part time")
    assert not shows(ADD, first_version(), second_version(said))


def test_the_same_words_in_another_area_are_not_it() -> None:
    wish = Wish(Change.ADD, "postsecondary_goals", WORDING, area="education-training")
    assert not shows(wish, first_version(), second_version())


def test_an_item_ended_only_when_id_and_words_are_gone() -> None:
    wish = Wish(Change.END, "postsecondary_goals", item="PSG-2")
    kept = second_version()
    renamed = kept.postsecondary_goals[1].model_copy(update={"id": "PSG-9"})
    moved = kept.model_copy(update={"postsecondary_goals": (kept.postsecondary_goals[0], renamed)})
    assert shows(wish, kept, first_version())
    assert not shows(wish, kept, moved)


def test_the_report_names_what_is_there_instead() -> None:
    told = difference(ADD, second_version("The student will work part time as an assistant."))
    assert told["expected"] == WORDING
    assert told["item"] == "PSG-2"
    assert told["found"] == "The student will work part time as an assistant."


@pytest.mark.parametrize("part", PARTS)
def test_every_part_that_can_be_proposed_has_texts(part: str) -> None:
    assert isinstance(texts_of(first_version(), part), dict)


def test_a_course_is_found_by_year_and_title() -> None:
    assert texts_of(first_version(), "course_of_study") == {
        "2027/Chemistry": "Chemistry, 2027",
        "2027/English 11": "English 11, 2027",
    }
