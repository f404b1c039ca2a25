"""One CSV file as a table of strings: fast where it is sound, explained where it is not.

Source: CSV Binding 1.2.1, CSV Format (RFC 4180, UTF-8, no carriage return inside a value).
"""

from __future__ import annotations

import csv
import mmap
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from adapters.oneroster.csv.explain import explain
from adapters.oneroster.csv.headers import Header, resolve_header
from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.peek import BOM
from adapters.oneroster.csv.repair import Repair, repair
from adapters.oneroster.csv.weigh import too_heavy
from adapters.port import ROW, FileMode, Reading
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import column_map, files, former_columns

_HEAD = 1 << 20
_CHUNK = 1 << 22
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
    sent, findings = _read_header(file)
    if sent is None:
        return _refused(file, findings)
    heavy = too_heavy(file.path, file.label, len(sent), limits)
    if heavy is not None:
        return _refused(file, [*findings, heavy])
    header = resolve_header(sent, file.name, file.version, file.mode)
    findings.extend(header.findings)
    if header.refused:
        return _refused(file, findings)
    frame, broken = _read_rows(file, header, limits)
    if frame is None:
        return _refused(file, [*findings, *broken])
    return _finished(file, frame, findings)


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
    file: CsvFile, header: Header, limits: Limits
) -> tuple[pl.DataFrame | None, list[Finding]]:
    try:
        frame = _scan(file.path, header.names)
    except pl.exceptions.PolarsError as error:
        return None, _explained(file, header) or [_unreadable(file, str(error))]
    if not _is_sound(file.path, frame):
        broken = _explained(file, header)
        if broken:
            return None, broken
    long = _too_long(file, frame, limits)
    return (None, long) if long else (frame, [])


def _scan(path: Path, names: list[str]) -> pl.DataFrame:
    """The rows after the header; blank lines come as rows of nulls and keep their number."""
    return pl.read_csv(
        path,
        has_header=False,
        skip_lines=1,
        schema=dict.fromkeys(names, pl.String),
        row_index_name=ROW,
        row_index_offset=2,
    ).with_columns(pl.col(ROW).cast(pl.UInt32))


def _explained(file: CsvFile, header: Header) -> list[Finding]:
    return explain(file.label, file.path.read_bytes(), header.names)


def _unreadable(file: CsvFile, error: str) -> Finding:
    problem = f"the file cannot be read as CSV: {error.splitlines()[0]}"
    return _refusal(file, "file.unreadable", problem, "Export the file again as RFC 4180 CSV.")


def _is_sound(path: Path, frame: pl.DataFrame) -> bool:
    """Whether the fast reader can have seen nothing but well-formed records.

    It fills short rows with nulls and lets some stray quotes pass, without a word. Both show in
    the number of separators and quotes, which costs a fraction of reading.
    """
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        start = raw.find(b"\n") + 1
        if start == 0:
            return True
        if raw.find(b"\0", start) >= 0:
            return False
        quoted = raw.find(b'"', start) >= 0
        quotes_fit = not quoted or _quotes_fit(path)
        has_returns = raw.find(b"\r", start) >= 0
        # A short row leaves its last cell null, so a filled last column tells that none is short.
        if not quoted and frame.height and not frame[frame.columns[-1]].null_count():
            return not (has_returns and _any(frame, "\r"))
        commas = sum(raw[at : at + _CHUNK].count(b",") for at in range(start, len(raw), _CHUNK))
    commas_fit = _commas_fit(frame, commas, quoted=quoted)
    return quotes_fit and commas_fit and not (has_returns and _any(frame, "\r"))


def _quotes_fit(path: Path) -> bool:
    """Whether every quote opens a cell, closes one, or is doubled inside one."""
    line = pl.col("line")
    quoted = pl.scan_lines(path).slice(1).filter(line.str.contains('"', literal=True))
    # A line ends where the reader ends it, so a value of several lines begins and ends lines.
    counts = quoted.select(line.str.replace_all('""', "", literal=True)).select(
        opening=line.str.count_matches('(?:^|,)"').sum(),
        closing=line.str.count_matches('"(?:,|$)').sum(),
        all=line.str.count_matches('"', literal=True).sum(),
    )
    opening, closing, every = counts.collect(engine="streaming").row(0)
    return bool(opening == closing and opening + closing == every)


def _commas_fit(frame: pl.DataFrame, commas: int, *, quoted: bool) -> bool:
    """Whether the separators are as many as whole rows must have; only quotes can hide commas."""
    values = frame.drop(ROW)
    if not quoted and commas == frame.height * (values.width - 1):
        return True
    # Rows of commas alone are not told from blank lines here; the slow look clears them.
    filled = pl.any_horizontal(pl.all().is_not_null()).sum()
    held = pl.all().str.count_matches(",", literal=True).sum()
    rows, *hidden = values.select(filled.alias(ROW), held).row(0)
    return bool(commas == rows * (values.width - 1) + sum(hidden))


def _any(frame: pl.DataFrame, text: str) -> bool:
    found = frame.select(pl.exclude(ROW).str.contains(text, literal=True).any()).row(0)
    return any(found)


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


def _finished(file: CsvFile, frame: pl.DataFrame, findings: list[Finding]) -> Reading:
    columns = column_map(file.version, file.name)
    repaired = Repair(file.label, frame)
    repair(repaired, columns.values(), _blanks(file.path))
    _drop_blank_rows(repaired)
    absent = [c.name for c in files(file.version)[file.name] if c.name not in frame.columns]
    whole = repaired.frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    ordered = whole.select(ROW, *_standard_order(file, whole.columns))
    return Reading(ordered, (*findings, *repaired.findings))


_SIGNS = {" ": (b" ", b'"'), "\t": (b"\t",), "\n": (b'"',), "\u00a0": (b"\xc2",)}
"""Characters that may surround values, and the bytes of which a file that has them holds one.

A quotation mark stands with the blank, because only a quoted value can be empty and not null.
"""


def _blanks(path: Path) -> str:
    """The characters that may surround values here; without any, no value is empty either."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        start = raw.find(b"\n") + 1
        held = {sign for signs in _SIGNS.values() for sign in signs if raw.find(sign, start) >= 0}
    return "".join(char for char, signs in _SIGNS.items() if not held.isdisjoint(signs))


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
