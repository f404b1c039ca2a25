"""`planbridge demo`: three nights, told and kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import Answer, Home


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Answer]:
    """The demonstration's folder and what was said."""
    folder = tmp_path_factory.mktemp("demo")
    answer = Home(folder)("demo", "--out", folder / "shown")
    return Home(folder / "shown"), answer


def test_it_succeeds(demo: tuple[Home, Answer]) -> None:
    assert (demo[1].status, demo[1].err) == (0, "")


def test_the_first_two_nights_are_done_and_the_third_is_held(demo: tuple[Home, Answer]) -> None:
    runs = demo[0]("sync", "history", "--json").json
    assert [one["state"] for one in reversed(runs)] == ["done", "done", "held"]


def test_every_night_is_told(demo: tuple[Home, Answer]) -> None:
    words = " ".join(demo[1].out.split())
    for told in ("First night", "Second night", "Third night", "Nothing was changed"):
        assert told in words


def test_one_conflict_waits(demo: tuple[Home, Answer]) -> None:
    (one,) = demo[0]("conflicts", "list", "--json").json
    values = (one["field"], one["base"], one["ours"], one["theirs"])
    assert values == ("preferred_given_name", "Lupe", "Lupi", "Lupita")


def test_four_people_see_different_things(demo: tuple[Home, Answer]) -> None:
    told = demo[1].out
    (contacts,) = [line.split() for line in told.splitlines() if line.split()[:1] == ["contacts"]]
    assert contacts == ["contacts", "-", "all", "-", "-"]
    assert "1 denied" in told


def test_that_is_on_a_whole_log(demo: tuple[Home, Answer]) -> None:
    assert demo[0]("audit", "verify").status == 0
    found = demo[0]("disclosures", "0001052", "--all", "--json").json
    assert {one["event"]["actor"] if "event" in one else one["actor"] for one in found} >= {
        "teacher",
        "mother",
        "career system",
        "other teacher",
    }


def test_four_plans_found_their_students(demo: tuple[Home, Answer]) -> None:
    assert demo[0].query("SELECT DISTINCT attachment FROM ilp_plan") == [("attached",)]
    assert demo[0].value("SELECT count(*) FROM ilp_plan") == 4


def test_every_night_has_a_page_of_its_own(demo: tuple[Home, Answer]) -> None:
    pages = sorted((demo[0].folder / ".planbridge" / "reports").iterdir())
    assert [page.name for page in pages] == [f"run-0000{number}.html" for number in (1, 2, 3)]
    assert pages[-1].resolve().as_uri() in "".join(demo[1].out.split())
    assert "enrollments.csv" in pages[-1].read_text("utf-8")


def test_accepted_changes_lie_in_the_outbox(demo: tuple[Home, Answer]) -> None:
    assert len(list((demo[0].folder / "outbox").glob("*.jsonl"))) == 2


def test_the_folder_is_a_place_to_work(demo: tuple[Home, Answer]) -> None:
    home, _ = demo
    home.checkpoint("shown")
    assert home("conflicts", "decide", 1, "--ours").status == 0
    assert home("sync", "run", "sis").status == 3
    home.rewind("shown")


def test_running_it_again_replaces_its_own_folder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for _ in range(2):
        assert home("demo", "--out", "shown").status == 0
    assert len(Home(tmp_path / "shown")("sync", "history", "--json").json) == 3


@pytest.mark.parametrize("mine", ["notes.txt", "README.txt"])
def test_somebody_elses_folder_is_left_alone(mine: str, tmp_path: Path) -> None:
    (tmp_path / mine).write_text("mine")
    answer = Home(tmp_path.parent)("demo", "--out", tmp_path)
    assert (answer.status, "holds something else" in answer.err) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == [mine]


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    assert Home(tmp_path)("demo").status == 1
    assert (tmp_path / "demo").read_text() == "mine"
