"""Bundles from the command line: a plan leaves with its history and files, and arrives whole."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from support.bundles import (
    FULL,
    LETTER,
    PICTURE,
    full_bundle,
    packed,
    plan_record,
    plan_with_files,
    sample,
    sha256,
    unpacked,
    write,
)
from support.cli import Home, make_home, mistake
from support.hostile_bundles import CASES, many_plans
from support.ilp_entries import plan_with
from support.nights import LOCAL_ID

from schemas.ilp.document import read_document, write_document

WORDS = "SELECT version, document, author, source, reason, at FROM ilp_plan_version"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A folder with an empty database."""
    return make_home(tmp_path_factory.mktemp("elsewhere"), NOW="2026-11-21T02:00:00Z")


@pytest.fixture
def empty(made: Home) -> Home:
    """The same, empty again."""
    if not (made.folder / "empty.checkpoint").exists():
        made.checkpoint("empty")
    shutil.rmtree(made.folder / ".planbridge", ignore_errors=True)
    made.rewind("empty")
    return made


def imported(home: Home, path: Path) -> list[dict[str, Any]]:
    answer = home("plan", "import", path, "--json")
    assert answer.status == 0, answer
    outcomes: list[dict[str, Any]] = answer.json
    return outcomes


def exported(home: Home, plan_id: str, path: Path) -> dict[str, bytes]:
    answer = home("plan", "export", plan_id, "-o", path)
    assert answer.status == 0, answer
    return unpacked(path)


def test_a_plan_arrives_whole_in_an_empty_database(empty: Home, tmp_path: Path) -> None:
    [one] = imported(empty, full_bundle(tmp_path / "in.zip"))
    assert (one["outcome"], one["version"]) == ("waits for its student", 2)
    assert (one["artifacts"], one["artifacts_missing"]) == (2, 0)
    exported(empty, one["plan"], tmp_path / "out.zip")
    assert (tmp_path / "out.zip").read_bytes() == (tmp_path / "in.zip").read_bytes()


def test_the_history_says_who_and_when(empty: Home, tmp_path: Path) -> None:
    imported(empty, full_bundle(tmp_path / "in.zip"))
    rows = [row[:1] + row[2:] for row in empty.query(WORDS)]
    assert rows == [
        (1, "counselor", "import", "meeting 1", "2026-09-01T10:00:00.000Z"),
        (2, "counselor", "import", "meeting 2", "2026-09-02T10:00:00.000Z"),
    ]


def test_who_brought_the_bundle_is_on_record(empty: Home, tmp_path: Path) -> None:
    assert empty("access", "appoint", "registrar", "--reason", "new").status == 0
    empty("plan", "import", full_bundle(tmp_path / "in.zip"), OPERATOR="registrar")
    words = "SELECT actor, action, at FROM change WHERE entity = 'ilp_plan'"
    assert empty.query(words) == [("registrar", "plan-import", "2026-11-21T02:00:00.000Z")]


def test_importing_twice_changes_nothing(empty: Home, tmp_path: Path) -> None:
    imported(empty, full_bundle(tmp_path / "in.zip"))
    before = empty.all()
    [one] = imported(empty, tmp_path / "in.zip")
    assert one["outcome"] == "unchanged"
    assert empty.all() == before


def test_a_student_with_a_roster_moves_whole(first: Home, empty: Home, tmp_path: Path) -> None:
    revised = json.loads(first("plan", "export", LOCAL_ID).out)
    goal, header = revised["plan"]["goals"]["career_goals"][0], revised["plan"]["profile"]["header"]
    goal["text"] += ", and then more"
    header["plan_version"] = goal["changed"]["plan_version"] = header["plan_version"] + 1
    (tmp_path / "revised.json").write_text(json.dumps(revised), "utf-8")
    imported(first, tmp_path / "revised.json")
    out = exported(first, LOCAL_ID, tmp_path / "moving.zip")
    [one] = imported(empty, tmp_path / "moving.zip")
    arrived = exported(empty, one["plan"], tmp_path / "arrived.zip")
    assert read_document(arrived["ilp.json"]) == read_document(out["ilp.json"])
    kept = [document for _, document, *_ in empty.query(f"{WORDS} ORDER BY version")]
    assert kept[:2] == [out[f"history/000000{n}.json"].decode() for n in (1, 2)]


def test_an_older_bundle_takes_nothing_back(empty: Home, tmp_path: Path) -> None:
    older = write(
        tmp_path / "older.zip", [FULL[0]._replace(values=FULL[1].values["plan"]), FULL[1]]
    )
    imported(empty, full_bundle(tmp_path / "in.zip"))
    before = empty.held()
    assert [one["outcome"] for one in imported(empty, older)] == ["unchanged"]
    assert empty.held() == before


def test_files_may_come_after_the_plan(empty: Home, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(write_document(plan_with_files()))
    [one] = imported(empty, tmp_path / "plan.json")
    assert _held(exported(empty, one["plan"], tmp_path / "a.zip")) == [False, False]
    full_bundle(tmp_path / "in.zip")
    imported(empty, tmp_path / "in.zip")
    files = exported(empty, one["plan"], tmp_path / "b.zip")
    assert _held(files) == [True, True]
    assert {PICTURE, LETTER} < set(files.values())


def _held(files: dict[str, bytes]) -> list[bool]:
    rows = json.loads(files["manifest.json"])["files"]
    return [row.get("held", True) for row in rows if row["role"] == "artifact"]


def test_no_plan_is_given_the_files_of_another(empty: Home, tmp_path: Path) -> None:
    imported(empty, full_bundle(tmp_path / "in.zip"))
    theirs = write_document(plan_with_files()).replace(b"0000001", b"0000002")
    (tmp_path / "theirs.json").write_bytes(theirs)
    [one] = imported(empty, tmp_path / "theirs.json")
    assert _held(exported(empty, one["plan"], tmp_path / "out.zip")) == [False, False]


def test_a_folder_and_a_bundle_of_several_are_taken(empty: Home, tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    folder.mkdir()
    many_plans(folder / "b.zip")
    (folder / "a.json").write_bytes(write_document(plan_with()))
    assert [one["file"] for one in imported(empty, folder)] == ["a.json", "b.zip", "b.zip"]


def test_a_damaged_file_of_ours_is_not_passed_on(empty: Home, tmp_path: Path) -> None:
    [one] = imported(empty, full_bundle(tmp_path / "in.zip"))
    [stored] = _artifacts(empty).rglob(sha256(PICTURE))
    stored.write_bytes(PICTURE[::-1])
    answer = empty("plan", "export", one["plan"], "-o", tmp_path / "out.zip")
    assert mistake(answer, "damaged", "Gate?.png")
    assert not (tmp_path / "out.zip").exists()


def test_a_damaged_file_of_ours_is_mended_by_a_bundle(empty: Home, tmp_path: Path) -> None:
    [one] = imported(empty, full_bundle(tmp_path / "in.zip"))
    [stored] = _artifacts(empty).rglob(sha256(PICTURE))
    stored.write_bytes(PICTURE[::-1])
    imported(empty, tmp_path / "in.zip")
    assert PICTURE in exported(empty, one["plan"], tmp_path / "out.zip").values()


@pytest.mark.parametrize("case", ["artifact_changed", "cut_off", "roster_package", "plan_invalid"])
def test_a_bundle_that_is_refused_changes_nothing(empty: Home, tmp_path: Path, case: str) -> None:
    make, _, words = CASES[case]
    make(tmp_path / "x.zip")
    before = empty.all()
    assert mistake(empty("plan", "import", tmp_path / "x.zip"), "x.zip", words)
    assert empty.all() == before


def test_one_bad_plan_keeps_all_out(empty: Home, tmp_path: Path) -> None:
    full_bundle(tmp_path / "a.zip")
    CASES["plan_changed"][0](tmp_path / "b.zip")
    before = empty.all()
    assert mistake(empty("plan", "import", tmp_path), "ilp.json in b.zip", "digest differs")
    assert empty.all() == before


def test_the_bundle_of_nobody_is_refused(empty: Home, tmp_path: Path) -> None:
    packed(tmp_path / "x.zip", {"a": b""})
    assert mistake(empty("plan", "import", tmp_path / "x.zip"), "no bundle of Planbridge")
    assert mistake(empty("plan", "export", "nobody", "-o", tmp_path / "y.zip"), "not known here")


def test_nothing_that_stands_there_is_overwritten(first: Home, tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_bytes(b"mine")
    answer = first("plan", "export", LOCAL_ID, "-o", tmp_path / "out.zip")
    assert mistake(answer, "is there already")
    assert (tmp_path / "out.zip").read_bytes() == b"mine"


def test_killed_while_files_are_written_nothing_is_half_there(empty: Home, tmp_path: Path) -> None:
    film = bytes(48 << 20)
    plan = plan_with({"ART.01": [sample("film", film, "film.mp4")]})
    path = write(tmp_path / "film.zip", [plan_record(plan)], film)
    process = empty.program("plan", "import", path)
    while process.poll() is None and not list(_artifacts(empty).rglob("draft-*")):
        time.sleep(0.002)
    process.kill()
    process.communicate()
    versions = empty.value("SELECT count(*) FROM ilp_plan_version")
    assert versions <= len(list(_artifacts(empty).rglob(sha256(film))))
    [one] = imported(empty, path)
    assert film in exported(empty, one["plan"], tmp_path / "out.zip").values()


def test_what_a_killed_import_left_is_swept(empty: Home, tmp_path: Path) -> None:
    imported(empty, full_bundle(tmp_path / "in.zip"))
    [shelf] = {path.parents[1] for path in _artifacts(empty).rglob(sha256(PICTURE))}
    (shelf / "draft-old").write_bytes(b"half")
    (shelf / "draft-new").write_bytes(b"half")
    os.utime(shelf / "draft-old", (0, 0))
    imported(empty, tmp_path / "in.zip")
    assert [path.name for path in shelf.glob("draft-*")] == ["draft-new"]


def _artifacts(home: Home) -> Path:
    return home.folder / ".planbridge" / "artifacts"


def _changed(home: Home, plan_id: str, path: Path, text: str) -> None:
    """Change the sample's title by hand, as the next version."""
    document = json.loads(exported(home, plan_id, path.with_suffix(".zip"))["ilp.json"])
    document["plan"]["artifacts"]["work_samples"][0]["title"] = text
    path.write_text(json.dumps(document), "utf-8")
    imported(home, path)


def test_a_plan_that_went_two_ways_is_united_and_conflicts_queue(
    empty: Home, tmp_path: Path
) -> None:
    [one] = imported(empty, full_bundle(tmp_path / "in.zip"))
    _changed(empty, one["plan"], tmp_path / "theirs.json", "Theirs")
    exported(empty, one["plan"], tmp_path / "moving.zip")
    empty.rewind("empty")
    imported(empty, tmp_path / "in.zip")
    _changed(empty, one["plan"], tmp_path / "ours.json", "Ours")
    [united] = imported(empty, tmp_path / "moving.zip")
    assert united["conflicts"] == 1
    now = json.loads(exported(empty, one["plan"], tmp_path / "now.zip")["ilp.json"])
    assert now["plan"]["artifacts"]["work_samples"][0]["title"] == "Ours"
    documents = [json.loads(row[1])["plan"] for row in empty.query(WORDS)]
    titles = {
        plan["artifacts"]["work_samples"][0]["title"] for plan in documents if "artifacts" in plan
    }
    assert {"Ours", "Theirs"} < titles


def test_a_united_plan_is_not_united_again(empty: Home, tmp_path: Path) -> None:
    [one] = imported(empty, full_bundle(tmp_path / "in.zip"))
    _changed(empty, one["plan"], tmp_path / "theirs.json", "Theirs")
    exported(empty, one["plan"], tmp_path / "moving.zip")
    empty.rewind("empty")
    imported(empty, tmp_path / "in.zip")
    _changed(empty, one["plan"], tmp_path / "ours.json", "Ours")
    imported(empty, tmp_path / "moving.zip")
    before = empty.held()
    assert imported(empty, tmp_path / "moving.zip")[0]["outcome"] == "unchanged"
    assert empty.held() == before
