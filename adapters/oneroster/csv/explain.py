"""A slow second look at a file that the fast reader would not take: what is wrong, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from adapters.oneroster.listing import LISTED, shorten
from schemas.finding import Finding, Severity

_CELL = re.compile(rb'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|\r?\Z)')
_CUT = "Transfer the file again and compare its size with the original; the export may have failed."
_UTF8 = "Export the file as UTF-8."


@dataclass(frozen=True, slots=True)
class Suspect:
    """The bytes of a file that is looked at again, and what its columns are called."""

    file: str
    raw: bytes
    names: Sequence[str]

    def finding(
        self, code: str, problem: str, fix: str, row: int | None, place: int | None = None
    ) -> Finding:
        """A REFUSE finding at a row and the index of a column."""
        inside = place is not None and place < len(self.names)
        column = self.names[place] if inside and place is not None else None
        return Finding(Severity.REFUSE, code, problem, fix, self.file, row, column)


def explain(file: str, raw: bytes, names: Sequence[str]) -> list[Finding]:
    """Everything wrong with the form of a CSV file; empty when it is sound after all."""
    suspect = Suspect(file, raw, names)
    foreign = _encoding(suspect)
    if foreign:
        return [foreign]
    broken: list[Finding] = []
    ragged: list[Finding] = []
    for finding in _walk(suspect):
        (ragged if finding.code == "row.ragged" else broken).append(finding)
    return [*_limited(ragged), *broken]


def _limited(ragged: list[Finding]) -> Iterator[Finding]:
    yield from ragged[:LISTED]
    if len(ragged) > LISTED:
        rest = len(ragged) - LISTED
        first = ragged[0]
        problem = f"{rest:,} more rows have too many or too few values"
        yield Finding(first.severity, first.code, problem, first.fix, first.file, count=rest)


def _encoding(suspect: Suspect) -> Finding | None:
    at = suspect.raw.find(b"\0")
    if at >= 0:
        problem = "the file holds a NUL character, which no CSV file may"
        row, place = _locate(suspect.raw, at)
        return suspect.finding("value.nul", problem, "Remove it in the sending system.", row, place)
    try:
        suspect.raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(suspect, error.start)
    return None


def _not_utf8(suspect: Suspect, at: int) -> Finding:
    row, place = _locate(suspect.raw, at)
    start = suspect.raw.rfind(b",", 0, at) + 1
    text = suspect.raw[max(start, suspect.raw.rfind(b"\n", 0, at) + 1) : at + 20]
    sample = re.split(rb"[,\r\n]", text)[0].decode("cp1252", "replace")
    name = "Windows-1252" if _is_cp1252(suspect.raw) else "another encoding"
    problem = f"the file is not UTF-8; it looks like {name}"
    finding = suspect.finding("file.encoding", problem, _UTF8, row, place)
    return replace(finding, value=shorten(sample))


def _is_cp1252(raw: bytes) -> bool:
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _locate(raw: bytes, at: int) -> tuple[int, int]:
    """Row and index of the column of a byte, counting lines and commas outside quotes."""
    row = raw.count(b"\n", 0, at) + 1
    line = raw[raw.rfind(b"\n", 0, at) + 1 : at]
    return row, re.sub(rb'"[^"]*"', b"", line).count(b",")


def _walk(suspect: Suspect) -> Iterator[Finding]:
    """Findings record by record; stops where it is no longer clear where records begin."""
    row, lines, quotes = 0, list[bytes](), 0
    for line in BytesIO(suspect.raw):
        lines.append(line)
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            row += 1
            yield from (found := list(_record(suspect, row, b"".join(lines), quoted=quotes > 0)))
            if any(finding.code != "row.ragged" for finding in found):
                return
            lines, quotes = [], 0
    if lines:
        yield from _unfinished(suspect, row + 1, b"".join(lines))


def _record(suspect: Suspect, row: int, record: bytes, *, quoted: bool) -> Iterator[Finding]:
    if not record.strip(b"\r\n"):
        return
    if quoted:
        cells = 0
        for cells, problem in enumerate(_cells(record), start=1):
            if problem:
                yield _malformed(suspect, row, cells - 1, problem)
                return
    else:
        cells = record.count(b",") + 1
        at = record.rstrip(b"\r\n").find(b"\r")
        if at >= 0:
            yield _malformed(suspect, row, record.count(b",", 0, at), "value.carriage_return")
            return
    if cells != len(suspect.names):
        yield _ragged(suspect, row, cells, record)


def _cells(record: bytes) -> Iterator[str | None]:
    """For each cell of a record, the code of what is wrong with it."""
    at = 0
    while True:
        cell = _CELL.match(record, at)
        if cell is None:
            rest = record[at:].split(b",")[0]
            bare_return = not rest.startswith(b'"') and b'"' not in rest
            yield "value.carriage_return" if bare_return else "quote.stray"
            return
        yield "value.carriage_return" if b"\r" in (cell[1] or b"") else None
        at = cell.end()
        if cell[3] != b",":
            return


_MALFORMED = {
    "value.carriage_return": (
        "a value holds a carriage return",
        "Remove line breaks from values in the sending system.",
    ),
    "quote.stray": (
        "a quotation mark stands where none may",
        'Enclose the whole value in quotation marks and double those inside: "a ""b"" c".',
    ),
}


def _malformed(suspect: Suspect, row: int, place: int, code: str) -> Finding:
    problem, fix = _MALFORMED[code]
    return suspect.finding(code, problem, fix, row, place)


def _ragged(suspect: Suspect, row: int, cells: int, record: bytes) -> Finding:
    wanted = len(suspect.names)
    last = suspect.raw.endswith(record) and not record.endswith((b"\n", b"\r"))
    if cells < wanted and last:
        problem = f"the file looks cut off at row {row}: {cells} of {wanted} values, no line end"
        return suspect.finding("file.cut_off", problem, _CUT, row)
    problem = f"the row has {cells} values, but the header names {wanted} columns"
    fix = "Enclose values that hold commas in quotation marks, and write every comma of a row."
    return suspect.finding("row.ragged", problem, fix, row)


def _unfinished(suspect: Suspect, row: int, record: bytes) -> Iterator[Finding]:
    """The last record, whose quotation marks do not pair up."""
    problems = list(_cells(record))
    place = len(problems) - 1
    opening = _opening(record, place)
    if problems[-1] == "quote.stray" and not opening.startswith(b'"'):
        yield _malformed(suspect, row, place, "quote.stray")
    elif b"\n" in opening:
        problem = "a quotation mark opens a value and is never closed"
        fix = "Close the value with a quotation mark, and double those inside it."
        yield suspect.finding("quote.unterminated", problem, fix, row, place)
    else:
        problem = f"the file looks cut off at row {row}, inside a quoted value"
        yield suspect.finding("file.cut_off", problem, _CUT, row, place)


def _opening(record: bytes, place: int) -> bytes:
    at = 0
    for _ in range(place):
        cell = _CELL.match(record, at)
        at = cell.end() if cell else at
    return record[at:]
