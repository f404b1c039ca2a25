"""One CSV file as a table of strings: fast where it is sound, explained where it is not.

Source: CSV Binding 1.2.1, CSV Format (RFC 4180, UTF-8, no carriage return inside a value).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from adapters.oneroster.csv.explain import explain
from adapters.oneroster.csv.headers import Header, resolve_header
from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.parts import parts_of
from adapters.oneroster.csv.peek import BOM
from adapters.oneroster.csv.repair import Repair, repair
from adapters.oneroster.csv.sound import Text, is_sound, text_of
from adapters.oneroster.csv.weigh import too_heavy
from adapters.port import ROW, FileMode, Reading
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import column_map, files, former_columns

_HEAD = 1 << 20
_FIRST = 2
"""The number of the first row below the header."""

_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class CsvFile:
    """One file to read: where it lies and what it claims to be."""

    path: Path
    name: str
    version: str
    mode: FileMode

    @property
    def label(self) -> str:
        """The file's name in findings."""
        return f"{self.name}.csv"


def read_csv(file: CsvFile, limits: Limits) -> Reading:
    """Read a file whole. REFUSE findings come with an empty frame; nothing is read in part.

    The frame has every column of the standard in its order (missing ones null), then those that
    only the sender knows, without passwords.
    """
    header, findings = _accepted(file, limits)
    if header is None:
        return _refused(file, findings)
    text = text_of(file.path)
    frame, broken = _read_rows(file, header, limits, text)
    if frame is None:
        return _refused(file, [*findings, *broken])
    return _finished(file, frame, findings, text)


def read_parts(file: CsvFile, limits: Limits) -> Iterator[Reading]:
    """The same some rows at a time, each part with what was found in it; there is at least one.

    A part with REFUSE findings is the last, and what came before it is not to be used.
    """
    header, findings = _accepted(file, limits)
    if header is None:
        yield _refused(file, findings)
        return
    row = _FIRST
    for text in map(text_of, parts_of(file.path, limits.part_bytes)):
        frame, broken = _read_rows(file, header, limits, text, row)
        if frame is None:
            yield _refused(file, [*findings, *broken])
            return
        row += frame.height
        yield _finished(file, frame, findings, text)
        findings = []


def _accepted(file: CsvFile, limits: Limits) -> tuple[Header | None, list[Finding]]:
    """The header of a file that can be read, or None, and what there is to say so far."""
    sent, findings = _read_header(file)
    if sent is None:
        return None, findings
    heavy = too_heavy(file.path, file.label, len(sent), limits)
    if heavy is not None:
        return None, [*findings, heavy]
    header = resolve_header(sent, file.name, file.version, file.mode)
    findings.extend(header.findings)
    return (None if header.refused else header), findings


def _refused(file: CsvFile, findings: list[Finding]) -> Reading:
    schema = {ROW: pl.UInt32, **dict.fromkeys(_standard_order(file, []), pl.String)}
    return Reading(pl.DataFrame(schema=schema), tuple(findings))


def _refusal(file: CsvFile, code: str, problem: str, fix: str) -> Finding:
    return Finding(Severity.REFUSE, code, problem, fix, file=file.label, row=1)


def _read_header(file: CsvFile) -> tuple[list[str] | None, list[Finding]]:
    """The header's cells as sent, or None with the reason."""
    with file.path.open("rb") as stream:
        head = stream.read(_HEAD)
    problem = _foreign(file, head)
    if problem:
        return None, [problem]
    line = head.split(b"\n", 1)[0].decode("utf-8", "replace")
    findings = []
    if line.startswith(BOM):
        fix = "Write UTF-8 without a byte order mark."
        mark = "the file begins with a byte order mark; it is skipped"
        findings.append(Finding(Severity.REPAIR, "file.bom", mark, fix, file=file.label, row=1))
    line = line.removeprefix(BOM).rstrip("\r")
    problem = _odd_header(file, line)
    if problem:
        return None, [problem]
    try:
        return next(csv.reader([line], strict=True)), findings
    except csv.Error:
        return None, [_malformed_header(file)]


def _malformed_header(file: CsvFile) -> Finding:
    problem, fix = "the header cannot be read as CSV", "Write plain column names and commas."
    return _refusal(file, "header.malformed", problem, fix)


def _foreign(file: CsvFile, head: bytes) -> Finding | None:
    """A file that is no UTF-8 text with ordinary lines, told by its first bytes."""
    if not head.strip():
        fix = "Export the file again, or mark it absent in the manifest and leave it out."
        return _refusal(file, "file.empty", "the file is empty, without even a header", fix)
    if head.startswith(_UTF16) or head.count(b"\0") > len(head) // 4:
        problem = "the file is not UTF-8; it looks like UTF-16"
        return _refusal(file, "file.encoding", problem, "Export the file as UTF-8.")
    if b"\n" not in head and b"\r" in head:
        problem = "lines end with a carriage return alone, as on very old systems"
        return _refusal(file, "file.line_ends", problem, "End lines with LF or CR LF.")
    return None


def _odd_header(file: CsvFile, line: str) -> Finding | None:
    if not line.strip() or line.count('"') % 2:
        return _malformed_header(file)
    for separator, called in _SEPARATORS.items():
        if separator in line and "," not in line:
            problem = f"values are separated by {called} instead of commas"
            return _refusal(file, "file.separator", problem, "Export with commas as separators.")
    return None


def _read_rows(
    file: CsvFile, header: Header, limits: Limits, text: Text, row: int = _FIRST
) -> tuple[pl.DataFrame | None, list[Finding]]:
    try:
        frame = _scan(text.content, header.names, row)
    except pl.exceptions.PolarsError as error:
        return None, _explained(file, header, text) or [_unreadable(file, str(error))]
    if not is_sound(text, frame):
        broken = _explained(file, header, text)
        if broken:
            return None, broken
    long = _too_long(file, frame, limits)
    return (None, long) if long else (frame, [])


def _scan(content: Path | bytes, names: list[str], row: int) -> pl.DataFrame:
    """The rows after the header; blank lines come as rows of nulls and keep their number."""
    return pl.read_csv(
        content,
        has_header=False,
        skip_lines=1,
        schema=dict.fromkeys(names, pl.String),
        row_index_name=ROW,
        row_index_offset=row,
        missing_columns="insert",  # where the first line is blank
    ).with_columns(pl.col(ROW).cast(pl.UInt32))


def _explained(file: CsvFile, header: Header, text: Text) -> list[Finding]:
    """What is wrong with a text; rows are counted from the beginning of the file."""
    part = text.content
    if isinstance(part, bytes) and not explain(file.label, part, header.names):
        return []
    return explain(file.label, file.path.read_bytes(), header.names)


def _unreadable(file: CsvFile, error: str) -> Finding:
    problem = f"the file cannot be read as CSV: {error.splitlines()[0]}"
    return _refusal(file, "file.unreadable", problem, "Export the file again as RFC 4180 CSV.")


def _too_long(file: CsvFile, frame: pl.DataFrame, limits: Limits) -> list[Finding]:
    longest = frame.select(pl.exclude(ROW).str.len_bytes().max())
    findings = []
    for column, size in zip(longest.columns, longest.row(0), strict=True):
        if (size or 0) > limits.field_bytes:
            row = frame.filter(pl.col(column).str.len_bytes() == size)[ROW][0]
            problem = f"a value of {size:,} bytes is longer than any roster holds"
            fix = "Correct the value in the sending system, or look for a missing quotation mark."
            code = "value.too_long"
            finding = Finding(Severity.REFUSE, code, problem, fix, file.label, row, column)
            findings.append(finding)
    return findings


def _finished(file: CsvFile, frame: pl.DataFrame, findings: list[Finding], text: Text) -> Reading:
    columns = column_map(file.version, file.name)
    repaired = Repair(file.label, frame)
    repair(repaired, columns.values(), text.blanks)
    _drop_blank_rows(repaired)
    absent = [c.name for c in files(file.version)[file.name] if c.name not in frame.columns]
    whole = repaired.frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    ordered = whole.select(ROW, *_standard_order(file, whole.columns))
    return Reading(ordered, (*findings, *repaired.findings))


def _drop_blank_rows(repaired: Repair) -> None:
    """Leave out rows without any value: blank lines, and the commas that spreadsheets append."""
    first = repaired.frame.columns[1]
    if repaired.frame[first].null_count():
        filled = pl.any_horizontal(pl.exclude(ROW).is_not_null())
        repaired.frame = repaired.frame.filter(filled)


def _standard_order(file: CsvFile, present: list[str]) -> list[str]:
    """The standard's columns, former ones that are present, then the sender's own."""
    former = [column.name for column in former_columns(file.version, file.name)]
    standard = [column.name for column in files(file.version)[file.name]]
    names = [name for name in standard if name.lower() != "password"]
    names += [name for name in former if name in present]
    return names + [name for name in present if name not in {*names, ROW}]
