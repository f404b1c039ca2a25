from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.parts import parts_of
from adapters.oneroster.csv.read import CsvFile, read_csv, read_parts
from adapters.port import FileMode, Reading
from schemas.finding import Severity

HEADER = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId"
CELLS = st.text(alphabet='ab,"\n é', max_size=6)


def orgs(folder: Path, text: str) -> CsvFile:
    """A file of organizations."""
    path = folder / "orgs.csv"
    path.write_bytes(f"{HEADER}\n{text}".encode())
    return CsvFile(path, "orgs", "1.2", FileMode.BULK)


def parts(file: CsvFile, size: int) -> list[Reading]:
    return list(read_parts(file, Limits(part_bytes=size)))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=20), st.integers(1, 60))
def test_parts_are_what_the_whole_is(rows: list[tuple[str, str]], size: int) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(
        (f"o{number}", "", "", name, "school", other, "")
        for number, (name, other) in enumerate(rows)
    )
    with tempfile.TemporaryDirectory() as folder:
        file = orgs(Path(folder), text.getvalue())
        whole, cut = read_csv(file, Limits()), parts(file, size)
    assert pl.concat(part.frame for part in cut).equals(whole.frame)


def test_a_part_begins_with_the_header_and_ends_with_a_row(tmp_path: Path) -> None:
    file = orgs(tmp_path, 'o1,,,"a\n""b""\nc",school,,\no2,,,b,school,,\n')
    first, second = parts_of(file.path, 12)
    assert first.decode() == f'{HEADER}\no1,,,"a\n""b""\nc",school,,\n'
    assert second.decode() == f"{HEADER}\no2,,,b,school,,\n"


@pytest.mark.parametrize("size", [10, 1000])
def test_a_blank_first_line_is_passed_over(tmp_path: Path, size: int) -> None:
    file = orgs(tmp_path, "\n\n\no1,,,a,school,,\n")
    [row] = pl.concat(part.frame for part in parts(file, size)).rows()
    assert row[:2] == (5, "o1")


def test_a_file_without_rows_is_one_part(tmp_path: Path) -> None:
    [part] = parts(orgs(tmp_path, ""), 10)
    assert part.frame.is_empty()
    assert part.frame.columns[1:] == HEADER.split(",")


def test_a_broken_row_is_named_as_in_the_whole_file(tmp_path: Path) -> None:
    rows = "".join(f"o{number},,,a,school,,\n" for number in range(40))
    file = orgs(tmp_path, f"{rows}short,row\n")
    last = parts(file, 100)[-1]
    [finding] = [one for one in last.findings if one.severity is Severity.REFUSE]
    assert (finding.code, finding.row) == ("row.ragged", 42)
    assert last.findings == read_csv(file, Limits()).findings


def test_findings_of_the_header_are_told_once(tmp_path: Path) -> None:
    file = orgs(tmp_path, "o1,,,a,school,,\n" * 9)
    file.path.write_bytes(b"\xef\xbb\xbf" + file.path.read_bytes())
    told = [finding.code for part in parts(file, 20) for finding in part.findings]
    assert told == ["file.bom"]
