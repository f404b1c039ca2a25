"""A set of files: whole or not there, and an account of everything it does not hold."""

from __future__ import annotations

import csv
import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.cis_pupils import ASKED, DISTRICT, JOSE_FACTS, ZOE_FACTS, jose, zoe, zoe_plan
from support.ilp_entries import entry, plan_with

from adapters.cis.write import Asked, District, SetReport, write_set
from mappings.cis.facts import Pupil, class_year
from mappings.cis.layout import shipped_layout
from schemas.finding import Severity


def _write(layout: str, out: Path, *pupils: Pupil) -> SetReport:
    return write_set(shipped_layout(layout), out, pupils, ASKED, DISTRICT)


def _losses(report: SetReport) -> set[tuple[str, str, str]]:
    return {(key.subject, key.path, key.reason) for key in report.told.losses}


def test_a_zip_holds_the_same_files(tmp_path: Path) -> None:
    _write("xello", tmp_path / "set.zip", zoe())
    _write("xello", tmp_path / "set", zoe())
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {path.name: path.read_bytes() for path in (tmp_path / "set").iterdir()}


def test_the_same_students_give_the_same_zip(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        _write("naviance", tmp_path / name, zoe(), jose())
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_nothing_that_stands_there_is_overwritten(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        _write("xello", tmp_path, zoe())


def test_a_set_that_is_cut_short_leaves_nothing(tmp_path: Path) -> None:
    def cut() -> Iterator[Pupil]:
        yield zoe()
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_set(shipped_layout("xello"), tmp_path / "out", cut(), ASKED, DISTRICT)
    assert list(tmp_path.iterdir()) == []


def test_what_no_file_takes_is_counted_with_its_reason(tmp_path: Path) -> None:
    report = _write("xello", tmp_path / "out", zoe())
    assert ("GOA.01", "*", "the target documents no file for it") in _losses(report)
    assert ("GOA.09", "*", "special education goes to no career system") in _losses(report)


def test_a_field_without_a_column_is_counted(tmp_path: Path) -> None:
    report = _write("xello", tmp_path / "out", zoe())
    assert ("REC.01", "term", "the target's file has no column for it") in _losses(report)


def test_what_the_recipient_may_not_see_is_said_to_be_withheld(tmp_path: Path) -> None:
    facts = {name: value for name, value in ZOE_FACTS.items() if name != "birth_date"}
    pupil = Pupil(facts, None, frozenset({"birth_date"}))
    report = _write("scoir", tmp_path / "out", pupil)
    assert ("student", "birth_date", "withheld from this recipient") in _losses(report)
    assert "withheld" in report.findings[0].problem


def test_an_altered_value_is_counted(tmp_path: Path) -> None:
    report = _write("naviance", tmp_path / "out", zoe())
    assert ("REC.01", "title", "altered: characters that the target refuses") in _losses(report)


def test_every_entry_is_written_or_counted(tmp_path: Path) -> None:
    report = _write("generic", tmp_path / "out", zoe())
    lost = {subject for subject, path, _ in _losses(report) if path == "*"}
    text = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir()).decode()
    for place, one in zoe_plan().every_entry():
        assert place.id in lost or f",{one.id}," in text or place.id in ("PRO.01", "PRO.02")


@pytest.mark.parametrize("layout", ["generic", "xello", "naviance"])
def test_a_private_reflection_and_an_iep_never_go(layout: str, tmp_path: Path) -> None:
    _write(layout, tmp_path / "out", zoe())
    text = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"For me alone" not in text
    assert b"iep-1" not in text


def test_a_student_without_the_identifier_stays_out_and_is_named(tmp_path: Path) -> None:
    facts = {name: value for name, value in JOSE_FACTS.items() if name != "local_id"}
    report = _write("xello", tmp_path / "out", zoe(), Pupil(facts))
    assert report.told.left == {"Student.txt": 1}
    assert "u-2" in report.findings[0].problem


def test_two_students_of_one_number_hold_the_set(tmp_path: Path) -> None:
    report = _write("xello", tmp_path / "out", zoe(), zoe())
    assert max(one.severity for one in report.findings) is Severity.HOLD


def test_a_course_that_two_schools_list_is_for_the_grades_of_both(tmp_path: Path) -> None:
    told = {"id": "ALG1", "title": "Algebra I", "subject": "Mathematics", "credits": "1"}
    listed = tuple({**told, "grade_low": grade, "grade_high": grade} for grade in ("09", "08"))
    write_set(shipped_layout("naviance"), tmp_path / "out", [], ASKED, District((), listed))
    [row] = (tmp_path / "out" / "CourseCatalog.csv").read_text("utf-8").splitlines()[1:]
    assert row.endswith(",1,8,9")


def _with_sample(folder: Path, name: str = "../=Report.PDF", held: bytes = b"words") -> Pupil:
    """A student with one work sample, whose file is held as these bytes."""
    digest = hashlib.sha256(b"words").hexdigest()
    file = {"name": name, "media_type": "application/pdf", "bytes": 5, "sha256": digest}
    plan = plan_with({"ART.01": [entry("sample", title="Report", file=file)]})
    path = folder / "held"
    path.write_bytes(held)
    return Pupil(ZOE_FACTS, plan, files={digest: path})


def _artifacts(out: Path) -> list[dict[str, str]]:
    with (out / "artifacts.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_file_of_an_artifact_goes_along_under_a_name_of_ours(tmp_path: Path) -> None:
    pupil = _with_sample(tmp_path)
    report = _write("generic", tmp_path / "out", pupil)
    [row], [(digest, _)] = _artifacts(tmp_path / "out"), pupil.files.items()
    assert (row["file"], row["bytes"]) == (f"artifact-{digest}.pdf", "5")
    assert (tmp_path / "out" / row["file"]).read_bytes() == b"words"
    assert [(one.name, one.sha256) for one in report.attached] == [(row["file"], digest)]


def test_a_file_that_is_not_held_is_said_to_stay(tmp_path: Path) -> None:
    pupil = replace(_with_sample(tmp_path), files={})
    report = _write("generic", tmp_path / "out", pupil)
    assert [row["file"] for row in _artifacts(tmp_path / "out")] == [""]
    assert ("ART.01", "file", "the file itself is not held here") in _losses(report)


def test_a_damaged_file_does_not_go(tmp_path: Path) -> None:
    report = _write("generic", tmp_path / "out", _with_sample(tmp_path, held=b"other"))
    assert [row["file"] for row in _artifacts(tmp_path / "out")] == [""]
    assert (report.attached, list((tmp_path / "out").glob("artifact-*"))) == ([], [])
    assert ("ART.01", "file", "the stored file is damaged") in _losses(report)


def test_a_file_of_two_rows_goes_once(tmp_path: Path) -> None:
    pupil = _with_sample(tmp_path)
    report = _write("generic", tmp_path / "out", pupil, replace(pupil))
    assert (len(_artifacts(tmp_path / "out")), len(report.attached)) == (2, 1)


def test_a_set_tells_of_whom_each_file_is(tmp_path: Path) -> None:
    pupil = _with_sample(tmp_path)
    both = [replace(pupil, key=key) for key in ("one", "two")]
    report = _write("generic", tmp_path / "out", *both, replace(pupil, files={}, key="three"))
    assert report.holders == {report.attached[0].name: {"one", "two"}}


def test_no_file_goes_of_a_row_that_stays_out(tmp_path: Path) -> None:
    pupil = replace(_with_sample(tmp_path), facts={})
    report = _write("generic", tmp_path / "out", pupil)
    assert (report.attached, list((tmp_path / "out").glob("artifact-*"))) == ([], [])


@pytest.mark.parametrize("name", ["x.gz/..", "x.\N{RIGHT-TO-LEFT OVERRIDE}gpj", "x", "x.aaaaaaaaa"])
def test_an_ending_that_is_none_is_left_off(name: str, tmp_path: Path) -> None:
    _write("generic", tmp_path / "out", _with_sample(tmp_path, name))
    assert re.fullmatch(r"artifact-[0-9a-f]{64}", _artifacts(tmp_path / "out")[0]["file"])


def test_the_kind_of_identifier_is_chosen_for_the_set(tmp_path: Path) -> None:
    asked = Asked(ASKED.on, "state_id")
    write_set(shipped_layout("xello"), tmp_path / "out", [zoe()], asked, DISTRICT)
    assert "WA-0099|Zoë" in (tmp_path / "out" / "Student.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("day", "year"), [((2026, 7, 24), 2029), ((2026, 7, 25), 2030), ((2027, 1, 1), 2030)]
)
def test_grades_roll_over_on_the_targets_day(day: tuple[int, int, int], year: int) -> None:
    assert class_year("09", date(*day), (7, 25)) == year
