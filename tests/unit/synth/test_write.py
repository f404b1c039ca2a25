"""Packages are written as the CSV binding asks."""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
from support.packages import header, read_rows

from service.synth.compare import compare
from service.synth.headers import HEADERS
from service.synth.write import write_package, zip_package

ORGS = pl.DataFrame(
    {"metadata.zone": ["4"], "name": ['Oak, "The" School'], "sourcedId": ["o1"], "type": ["school"]}
)


def test_columns_stand_in_header_order_with_metadata_last(tmp_path: Path) -> None:
    write_package(tmp_path, {"orgs": ORGS})
    assert header(tmp_path / "orgs.csv") == [*HEADERS["orgs"], "metadata.zone"]


def test_a_cell_with_quotes_and_commas_survives(tmp_path: Path) -> None:
    write_package(tmp_path, {"orgs": ORGS})
    assert read_rows(tmp_path / "orgs.csv")[0]["name"] == 'Oak, "The" School'


def test_a_file_without_rows_is_absent(tmp_path: Path) -> None:
    write_package(tmp_path, {"orgs": ORGS.clear()})
    told = {row["propertyName"]: row["value"] for row in read_rows(tmp_path / "manifest.csv")}
    assert told["file.orgs"] == "absent"
    assert not (tmp_path / "orgs.csv").exists()


def test_the_manifest_names_all_files_of_the_binding(tmp_path: Path) -> None:
    write_package(tmp_path, {"orgs": ORGS})
    rows = [row["propertyName"] for row in read_rows(tmp_path / "manifest.csv")]
    assert [row for row in rows if row.startswith("file.")] == [f"file.{name}" for name in HEADERS]


def test_a_zip_holds_the_files_at_its_root(tmp_path: Path) -> None:
    write_package(tmp_path / "night1", {"orgs": ORGS})
    with zipfile.ZipFile(zip_package(tmp_path / "night1")) as archive:
        assert archive.namelist() == ["manifest.csv", "orgs.csv"]


def test_a_blank_and_an_absent_cell_are_equal() -> None:
    blank = ORGS.with_columns(identifier=pl.lit(None, pl.String))
    assert compare({"orgs": ORGS}, {"orgs": blank}) == {}


def test_a_file_that_is_absent_now_says_nothing() -> None:
    assert compare({"orgs": ORGS}, {}) == {}


def test_a_file_that_is_new_adds_its_rows() -> None:
    assert compare({}, {"orgs": ORGS})["orgs"].counts() == {"added": 1, "removed": 0, "changed": 0}
