"""Delimited text, written as a layout has it and read as if someone meant harm."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from adapters.formats import Unreadable
from mappings.cis.layout import Layout
from schemas.finding import Finding, Severity

_QUOTING: Final = {"needed": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "never": csv.QUOTE_NONE}
MOST_CELL: Final = 131_072
"""Characters of one cell; the longest text of a plan has 20,000."""

MOST_BYTES: Final = 1 << 30


class TableWriter:
    """Writes rows of cells in a layout's dialect; the header first."""

    def __init__(self, stream: IO[str], layout: Layout, header: Sequence[str]) -> None:
        self._quoted = layout.quote != "never"
        self._writer = csv.writer(
            stream,
            delimiter=layout.delimiter,
            quoting=_QUOTING[layout.quote],  # type: ignore[arg-type]
            lineterminator=layout.newline,
            quotechar='"' if self._quoted else None,
        )
        self._writer.writerow(header)
        self.rows = 0

    def write(self, cells: Sequence[str]) -> bool:
        """Write a row; False where the dialect cannot hold one of its values."""
        try:
            self._writer.writerow(cells)
        except csv.Error:
            return False
        self.rows += 1
        return True


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: its position with the header as row 1, and its cells by column."""

    number: int
    cells: dict[str, str]


def read_table(path: Path, name: str) -> Iterator[Line]:
    """The rows of a delimited file in UTF-8 (or UTF-16 with its mark), whatever its delimiter.

    Raises Unreadable naming line and fix: wrong encoding, no header, a column twice, a row of
    another length, an unclosed quote, a cell or file beyond any sense.
    """
    if path.stat().st_size > MOST_BYTES:
        raise _refused(name, "is larger than a gigabyte", "Send the export alone, unpacked.")
    limit = csv.field_size_limit(MOST_CELL)
    try:
        with path.open(encoding=_encoding(path), newline="") as stream:
            yield from _lines(stream, name)
    except UnicodeDecodeError as error:
        fix = "Export the file as UTF-8."
        raise _refused(name, f"is not UTF-8 (byte {error.start + 1:,})", fix) from None
    except csv.Error as error:
        raise _refused(name, f"is no delimited text: {error}", "Export it again.") from None
    finally:
        csv.field_size_limit(limit)


def count_lines(path: Path) -> int:
    """How many lines a file has, whichever way they end."""
    # In pieces: one line of a hostile file may be as long as the file.
    with path.open(encoding=_encoding(path), errors="replace") as stream:
        return sum(text.count("\n") for text in iter(lambda: stream.read(1 << 20), ""))


def header_of(path: Path) -> list[str]:
    """The columns of a file; none of one that cannot be read, which is told when it is."""
    try:
        with path.open(encoding=_encoding(path), newline="") as stream:
            return _header(stream)[1]
    except (UnicodeDecodeError, csv.Error):
        return []


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(2)
    return "utf-16" if start in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _header(stream: IO[str]) -> tuple[Iterator[list[str]], list[str]]:
    """The rows of a file behind its header, and that."""
    first = stream.readline(MOST_CELL)
    stream.seek(0)
    delimiter = max(("|", "\t", ";", ","), key=lambda char: (first.count(char), char == ","))
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    return reader, [cell.strip() for cell in next(reader, [])]


def _lines(stream: IO[str], name: str) -> Iterator[Line]:
    reader, header = _header(stream)
    _check_header(header, name)
    for number, cells in enumerate(reader, start=2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            problem = f"has {len(cells)} cells in row {number:,} and {len(header)} in its header"
            raise _refused(
                name, problem, "Export it again; quote what holds the delimiter.", number
            )
        yield Line(number, dict(zip(header, cells, strict=True)))


def _check_header(header: list[str], name: str) -> None:
    if not any(header):
        raise _refused(name, "is empty", "Send the file with its header.", 1)
    known = [cell.casefold() for cell in header]
    twice = sorted({cell for cell in header if known.count(cell.casefold()) > 1})
    if twice:
        problem = f"has the column {twice[0]!r} twice"
        raise _refused(name, problem, "Send each column once.", 1)


def _refused(name: str, problem: str, fix: str, row: int | None = None) -> Unreadable:
    sentence = f"{name} {problem}"
    return Unreadable(Finding(Severity.REFUSE, "cis.table", sentence, fix, name, row))
