"""Whatever the bytes, there is an answer: rows that another reader agrees with, or a refusal."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make_dirty import zipped

from adapters.oneroster.csv import Limits, OneRosterCsvSource
from adapters.oneroster.csv.read import CsvFile, read_csv
from adapters.port import FileMode, Reading
from adapters.shelf import Shelf
from schemas.finding import Severity

HEADER = ["sourcedId", "name", "type", "metadata.a", "metadata.b"]
CELLS = st.text('ab ,"\n', max_size=5)
TABLES = st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=5)
DAMAGE = st.tuples(st.integers(0, 200), st.integers(0, 2), st.sampled_from([*'",\n\r;a', "", '""']))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


def read(folder: Path, content: bytes) -> Reading:
    path = folder / "orgs.csv"
    path.write_bytes(content)
    return read_csv(CsvFile(path, "orgs", "1.2", FileMode.BULK), Limits())


def refused(reading: Reading) -> bool:
    return any(finding.severity is Severity.REFUSE for finding in reading.findings)


def written(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def own_cells(rows: list[list[str]]) -> list[tuple[str, ...]]:
    """The two columns that are nobody's, blanks told alike, blank rows left out."""
    return [tuple(cell.strip(" \n") and cell for cell in row[3:]) for row in rows if any(row)]


@given(TABLES, DAMAGE)
def test_a_damaged_file_is_refused_or_read_as_others_read_it(
    folder: Path, rows: list[list[str]], damage: tuple[int, int, str]
) -> None:
    at, gone, put = damage
    text = written(rows)
    text = text[:at] + put + text[at + gone :]
    reading = read(folder, (",".join(HEADER) + "\n" + text).encode())
    if not refused(reading):
        theirs = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
        assert {len(row) for row in theirs} <= {5}
        ours = reading.frame.select("metadata.a", "metadata.b").fill_null("").rows()
        told = own_cells(theirs)
        assert [row for row in ours if any(row)] == [row for row in told if any(row)]


@given(st.sampled_from([b"", ",".join(HEADER).encode() + b"\n"]), st.binary(max_size=300))
def test_whatever_the_bytes_a_refused_file_gives_no_rows(
    folder: Path, head: bytes, content: bytes
) -> None:
    reading = read(folder, head + content)
    assert not (refused(reading) and reading.frame.height)


@given(st.binary(max_size=200))
def test_no_manifest_makes_fetching_fail(folder: Path, content: bytes) -> None:
    package = folder / "package"
    package.mkdir(exist_ok=True)
    (package / "manifest.csv").write_bytes(content)
    delivery = OneRosterCsvSource(package).fetch(Shelf(folder / "shelf"), {})
    assert delivery.findings


@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_no_damage_to_a_zip_makes_fetching_fail(folder: Path, at: int, put: bytes) -> None:
    sound = zipped({"manifest.csv": b"propertyName,value\n" * 3, "orgs.csv": b"sourcedId,name\n"})
    path = folder / "night.zip"
    path.write_bytes(sound[:at] + put + sound[at + len(put) :])
    delivery = OneRosterCsvSource(path).fetch(Shelf(folder / "shelf"), {})
    assert delivery.findings


def test_a_zip_of_one_member_a_folder_deep_is_told(folder: Path) -> None:
    path = folder / "deep.zip"
    path.write_bytes(zipped({"a/b/orgs.csv": b"sourcedId\n"}, zipfile.ZIP_DEFLATED))
    delivery = OneRosterCsvSource(path).fetch(Shelf(folder / "shelf"), {})
    assert "package.subfolder" in {finding.code for finding in delivery.findings}
