"""Files of IEPs that are cut, renamed, packed, broken or missing: what is told and what is held."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from support.cli import Home
from support.iep_town import codes, counts, deliver, night, redeliver


def test_a_delivery_of_headers_alone_is_held(home: Home) -> None:
    before = home.held()
    redeliver(home, [])

    report = night(home, day=2)

    assert (report["state"], codes(report)) == ("held", {"file.emptied"})
    assert home.held() == before


def test_a_file_that_no_longer_comes_holds_the_night(home: Home) -> None:
    (home.folder / "iep" / "annual_goals.csv").unlink()

    report = night(home, day=2)

    assert (report["state"], codes(report)) == ("held", {"file.missed"})


def test_a_missing_file_that_is_gone_for_good_is_let_through(home: Home) -> None:
    (home.folder / "iep" / "events.csv").unlink()
    night(home, day=2)

    report = night(home, "--allow-held", "the system no longer exports events", day=3)

    assert report["exit_status"] == 0
    assert night(home, day=4)["state"] == "quiet"


def test_a_delivery_of_another_system_is_refused_and_changes_nothing(home: Home) -> None:
    (home.folder / "iep" / "ieps.csv").write_text("Student;Plan\n1;2\n", encoding="utf-8")
    before = home.held()

    report = night(home, "--allow-held", "it will be fine", day=2)

    assert (report["state"], home.held()) in [("refused", before), ("held", before)]


def zipped(home: Home, name: str = "ieps.zip") -> None:
    """What lies there comes as an archive."""
    files = sorted((home.folder / "iep").glob("*.csv"))
    with zipfile.ZipFile(home.folder / "iep" / name, "w") as archive:
        for path in files:
            archive.write(path, path.name)
            path.unlink()


@pytest.mark.parametrize("packed", [False, True])
def test_a_column_that_is_called_otherwise_holds_the_night(
    home: Home, fixtures: Path, packed: bool
) -> None:
    path = home.folder / "iep" / "annual_goals.csv"
    path.write_text(path.read_text().replace("baseline", "start_here", 1), encoding="utf-8")
    if packed:
        zipped(home)
    report = night(home, day=2)
    assert (report["state"], "column.missed" in codes(report)) == ("held", True)


def test_the_name_of_an_archive_means_nothing(home: Home, fixtures: Path) -> None:
    for day in (2, 3):
        deliver(home, fixtures / "iep" / "night1")
        zipped(home, f"ieps-2026-10-0{day}.zip")
        assert night(home, day=day)["state"] == "quiet"


@pytest.mark.parametrize("file", ["annual_goals", "services"])
def test_a_file_that_ends_within_a_row_is_held(home: Home, file: str) -> None:
    path = home.folder / "iep" / f"{file}.csv"
    path.write_bytes(path.read_bytes()[:-4])
    report = night(home, day=2)
    assert (report["state"], codes(report)) == ("held", {"file.cut"})


def test_numbers_that_lost_their_zeros_lose_no_iep(home: Home) -> None:
    for path in (home.folder / "iep").glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"^0+(?=1)", "", text, flags=re.MULTILINE), encoding="utf-8")
    report = night(home, day=2)
    assert (report["state"], "iep.none-left" in codes(report)) == ("held", True)


def test_a_broken_row_leaves_its_student_as_before(home: Home) -> None:
    path = home.folder / "iep" / "annual_goals.csv"
    path.write_text(path.read_text().replace("2026-09-15", "soon", 1), encoding="utf-8")

    report = night(home, day=2)

    assert (counts(report), "cell.value" in codes(report)) == ({}, True)
    assert home.value("SELECT count(*) FROM iep_mirror WHERE state = 'active'") == 11


def test_a_broken_row_is_told_every_night_until_it_is_mended(home: Home) -> None:
    path = home.folder / "iep" / "annual_goals.csv"
    path.write_text(path.read_text().replace("2026-09-15", "soon", 1), encoding="utf-8")
    night(home, day=2)

    assert "cell.value" in codes(night(home, day=3))
