"""`planbridge demo`: three nights, told and kept."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader
from support.cli import Answer, Home
from support.tutorial import surprises


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Answer]:
    """The demonstration's folder and what was said."""
    folder = tmp_path_factory.mktemp("demo")
    answer = Home(folder)("demo", "--out", folder / "shown")
    return Home(folder / "shown"), answer


@pytest.fixture(scope="module")
def transition(demo: tuple[Home, Answer]) -> Home:
    """The folder of the story within it."""
    return Home(demo[0].folder / "transition")


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


def test_a_transition_plan_is_told(demo: tuple[Home, Answer]) -> None:
    words = " ".join(demo[1].out.split())
    story = words.partition("2026-11-25: a student turns 16")[2]
    for told in ("Nobody has consented yet: refused", "records it: accepted", "is realized"):
        assert told in story
    assert "His mother: refused; he himself: shown" in story
    assert "he has revoked it. The agency: refused" in story


def test_the_agency_was_told_twice_and_refused_three_times(transition: Home) -> None:
    found = transition("disclosures", "0001088", "--json", OPERATOR="jose").json
    to_agency = [one for one in found if one["name"] == "State VR"]
    regimes = [(one["outcome"], one["ferpa"]["reason"]) for one in to_agency]
    told, refused = ("allowed", "99.32(d)(3)"), ("denied", "99.32(a)(1)")
    assert regimes == [refused, told, refused, told, refused]
    assert [one["idea"]["recorded"] for one in to_agency] == [False, True, False, True, False]


def test_the_log_of_the_story_is_whole(transition: Home) -> None:
    assert transition("audit", "verify").status == 0


def test_the_packet_can_be_read(transition: Home) -> None:
    text = "".join(
        page.extract_text() for page in PdfReader(transition.folder / "packet.pdf").pages
    )
    assert "Physical therapist assistant" in text


def test_nothing_was_written_for_whoever_was_refused(transition: Home) -> None:
    given = {path.name for path in transition.folder.glob("*.json")}
    assert given == {"agency.json", "own-word.json"}


def test_the_portfolio_can_be_read(demo: tuple[Home, Answer]) -> None:
    pages = PdfReader(demo[0].folder / "portfolio.pdf").pages
    assert "Ama Okafor" in pages[0].extract_text()


def test_the_learner_record_verifies(demo: tuple[Home, Answer]) -> None:
    answer = demo[0]("credential", "verify", "record.clr.json", "--json")
    assert (answer.status, answer.json["verified"]) == (0, True)
    assert len(answer.json["credentials"]) > 1


def test_the_career_system_gets_every_student_of_the_school(demo: tuple[Home, Answer]) -> None:
    with zipfile.ZipFile(demo[0].folder / "naviance.zip") as archive:
        assert archive.testzip() is None
        rows = archive.read("Student.csv").decode().splitlines()
    assert len(rows) == 84


def test_the_career_system_gets_the_catalogue_of_the_roster(demo: tuple[Home, Answer]) -> None:
    with zipfile.ZipFile(demo[0].folder / "naviance.zip") as archive:
        rows = archive.read("CourseCatalog.csv").decode().splitlines()[1:]
    algebra = "ALG1,2026-2027,,Algebra I,Mathematics,02,02052,1.0,9,9"
    assert (len(rows), algebra in rows) == (23, True)


@pytest.mark.parametrize(
    ("student", "who"),
    [("0001101", "senior"), ("0001052", "mother"), ("0001101", "career system")],
)
def test_each_file_that_left_is_on_the_log(
    student: str, who: str, demo: tuple[Home, Answer]
) -> None:
    found = demo[0]("disclosures", student, "--all", "--json").json
    asked = {(one["actor"], one["request"], one["outcome"]) for one in found}
    assert (who, "export portfolio", "allowed") in asked


def test_the_last_lines_say_where_everything_lies(demo: tuple[Home, Answer]) -> None:
    told = "".join(demo[1].out.partition("Reports:")[2].split())
    for name in ("portfolio.pdf", "record.clr.json", "naviance.zip", "transition/packet.pdf"):
        assert str(demo[0].folder.resolve() / name) in told


def test_the_tutorial_goes_on_in_it(demo: tuple[Home, Answer], tmp_path: Path) -> None:
    shutil.copytree(demo[0].folder, tmp_path / "demo")
    assert surprises(Home(tmp_path), "Part two") == []


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
