from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.read import CsvFile, read_csv
from adapters.port import ROW, FileMode, Reading
from schemas.finding import Finding, Severity

HEADER = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId"

Read = Callable[..., Reading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_orgs(*lines: str | bytes, header: str = HEADER, end: bytes = b"\n") -> Reading:
        rows = [line.encode() if isinstance(line, str) else line for line in (header, *lines)]
        path = tmp_path / "orgs.csv"
        path.write_bytes(b"".join(row + end for row in rows))
        return read_csv(CsvFile(path, "orgs", "1.2", FileMode.BULK), Limits(field_bytes=1000))

    return read_orgs


def codes(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.findings]


def refusal(reading: Reading) -> Finding:
    [finding] = [one for one in reading.findings if one.severity is Severity.REFUSE]
    return finding


def test_every_column_is_text_and_blanks_are_null(read: Read) -> None:
    frame = read('o1,,,Alder,school,"", ').frame
    assert frame.rows() == [(2, "o1", None, None, "Alder", "school", None, None)]
    assert frame.schema == {ROW: pl.UInt32, **dict.fromkeys(HEADER.split(","), pl.String)}


def test_missing_optional_columns_come_as_null_in_the_standards_order(read: Read) -> None:
    reading = read("school,o1,Alder", header="type,sourcedId,name")
    assert reading.frame.columns == [ROW, *HEADER.split(",")]
    assert codes(reading) == ["header.optional_missing", "header.order"]


def test_columns_of_the_senders_own_are_kept_last(read: Read) -> None:
    reading = read("o1,,,Alder,school,,,7,x", header=f"{HEADER},metadata.region,nickname")
    assert reading.frame.columns[-2:] == ["metadata.region", "nickname"]
    assert codes(reading) == ["header.unknown"]


def test_rows_are_numbered_past_blank_lines(read: Read) -> None:
    frame = read("o1,,,Alder,school,,", "", "o2,,,Birch,school,,", ",,,,,,").frame
    assert frame.select(ROW, "sourcedId").rows() == [(2, "o1"), (4, "o2")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_both_line_ends_read_alike(read: Read, end: bytes) -> None:
    frame = read('o1,,,"Alder, north",school,,', end=end).frame
    assert frame["name"].to_list() == ["Alder, north"]


def test_a_short_row_is_not_filled_up_in_silence(read: Read) -> None:
    found = refusal(read("o1,,,Alder,school,,", "o2,,,Birch", "o3,,,Cedar,school,,"))
    assert (found.code, found.row) == ("row.ragged", 3)


def test_a_short_row_is_seen_beside_a_comma_in_quotes(read: Read) -> None:
    found = refusal(read('o1,,,"Alder, north",school,,', "o2,,,Birch,school,"))
    assert (found.code, found.row) == ("row.ragged", 3)


def test_a_long_row_is_refused(read: Read) -> None:
    found = refusal(read("o1,,,Alder, north,school,,"))
    assert (found.code, found.row) == ("row.ragged", 2)


def test_ragged_rows_are_listed_first_and_counted_after(read: Read) -> None:
    findings = read(*["o1"] * 25).findings
    assert [finding.row for finding in findings] == [*range(2, 22), None]
    assert findings[-1].count == 5


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ('o1,,,5" pipe,school,,', "quote.stray", "name"),
        ('o1,,,the "A, b" hall,school,,', "quote.stray", "name"),
        ('o1,,,"Alder"s,school,,', "quote.stray", "name"),
        ('o1,,,"Alder,school,,', "quote.unterminated", "name"),
        ('o1,,,Alder,school,"a\rb",', "value.carriage_return", "identifier"),
        ("o1,,,Alder,school,a\rb,", "value.carriage_return", "identifier"),
        ("o1,,,Al\0der,school,,", "value.nul", "name"),
        (b"o1,,,Mu\xf1oz,school,,", "file.encoding", "name"),
        (f"o1,,,{'x' * 1001},school,,", "value.too_long", "name"),
    ],
)
def test_a_malformed_value_is_named(read: Read, line: str | bytes, code: str, column: str) -> None:
    found = refusal(read("o0,,,Zero,school,,", line, "o2,,,Birch,school,,"))
    assert (found.code, found.row, found.column) == (code, 3, column)


def test_a_refused_file_gives_no_rows_but_every_column(read: Read) -> None:
    frame = read("o1").frame
    assert frame.is_empty()
    assert frame.columns == [ROW, *HEADER.split(",")]


@pytest.mark.parametrize(
    ("last", "code"),
    [
        ("o2,,,Bir", "file.cut_off"),
        ('o2,,,"Bir', "file.cut_off"),
        ('o2,,,"Bir\no3,,,Cedar,school,,\n', "quote.unterminated"),
        ("o2,,,Birch,school\n", "row.ragged"),
    ],
)
def test_a_file_that_ends_too_early_is_told_from_a_wrong_row(
    tmp_path: Path, last: str, code: str
) -> None:
    path = tmp_path / "orgs.csv"
    path.write_text(f"{HEADER}\no1,,,Alder,school,,\n{last}", "utf-8")
    found = refusal(read_csv(CsvFile(path, "orgs", "1.2", FileMode.BULK), Limits()))
    assert (found.code, found.row) == (code, 3)


def test_a_whole_last_row_needs_no_line_end(tmp_path: Path) -> None:
    path = tmp_path / "orgs.csv"
    path.write_text(f"{HEADER}\no1,,,Alder,school,,", "utf-8")
    reading = read_csv(CsvFile(path, "orgs", "1.2", FileMode.BULK), Limits())
    assert (reading.frame.height, reading.findings) == (1, ())


@pytest.mark.parametrize("content", [b"", b"\n", b" \n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "orgs.csv"
    path.write_bytes(content)
    found = refusal(read_csv(CsvFile(path, "orgs", "1.2", FileMode.BULK), Limits()))
    assert found.code == "file.empty"


def test_lines_that_end_in_a_carriage_return_alone_are_named(read: Read) -> None:
    assert refusal(read("o1,,,Alder,school,,", end=b"\r")).code == "file.line_ends"


@pytest.mark.parametrize(("separator", "word"), [("\t", "tabs"), ("|", "vertical bars")])
def test_other_separators_are_named(read: Read, separator: str, word: str) -> None:
    found = refusal(read(header=HEADER.replace(",", separator)))
    assert found.code == "file.separator"
    assert word in found.problem


def test_padding_goes_from_ids_and_stays_in_names(read: Read) -> None:
    reading = read(" o1 ,,, Alder ,school,\u00a0,")
    assert reading.frame.select("sourcedId", "name", "identifier").row(0) == ("o1", " Alder ", None)
    assert codes(reading) == ["value.trimmed"]


def test_terms_are_repaired_to_the_standards_case(read: Read) -> None:
    reading = read("o1,Active,,Alder,SCHOOL,,", "o2,INACTIVE,,Birch,ext:Camp,,")
    assert reading.frame.select("status", "type").rows() == [
        ("active", "school"),
        ("tobedeleted", "ext:Camp"),
    ]
    assert codes(reading) == ["status.inactive", "term.case", "term.case"]


@pytest.mark.parametrize("header", ['a"b,c', '"a"b,c', "a\rb,c", " "])
def test_a_header_that_is_no_csv_is_refused(read: Read, header: str) -> None:
    assert refusal(read("1,2", header=header)).code == "header.malformed"


def test_passwords_of_any_column_go_no_further(read: Read) -> None:
    reading = read("o1,,,Alder,school,,,s3cret", header=f"{HEADER},metadata.Password")
    assert "metadata.Password" not in reading.frame.columns
    assert codes(reading) == ["password.dropped"]
    assert "s3cret" not in repr(reading.findings)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=8), st.booleans())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], everything: bool
) -> None:
    header = ["sourcedId", "name", "type", *(f"metadata.{letter}" for letter in "abcd")]
    out = io.StringIO()
    dialect = csv.unix_dialect if everything else csv.excel
    csv.writer(out, dialect).writerows([header, *rows])
    path = tmp_path_factory.mktemp("written") / "orgs.csv"
    path.write_bytes(out.getvalue().encode())
    reading = read_csv(CsvFile(path, "orgs", "1.2", FileMode.BULK), Limits())
    own = reading.frame.select(pl.col("^metadata.*$")).rows()
    told = [tuple(None if is_blank(cell) else cell for cell in row[3:]) for row in rows]
    assert [row for row in own if any(row)] == [row for row in told if any(row)]


def is_blank(cell: str) -> bool:
    return not cell.strip(" \t\n\u00a0")
