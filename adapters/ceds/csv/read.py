"""Reads the long table from a zip, a folder or the file itself, one tree at a time."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

from adapters.ceds.csv.build import BadRow, Builder
from adapters.ceds.csv.cells import plain
from adapters.ceds.csv.rows import HEADER, Row
from adapters.ceds.csv.write import FILE, MAX_SUBJECT
from adapters.ceds.tree import MAX_TREE_BYTES, entity_of, refused, sample
from adapters.formats import Unreadable
from adapters.port import Progress, silent
from schemas.standards.shape import StandardRecord

MAX_LINE_BYTES: Final = 2 * MAX_TREE_BYTES
_MAX_RATIO: Final = 500
"""A table of CEDS rows shrinks to about a fortieth; what shrinks this much is a bomb."""

_EVERY: Final = 500


class Numbered(NamedTuple):
    """A row and the line of the file it starts on."""

    line: int
    row: Row


@contextmanager
def open_table(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of the table. Raises Unreadable."""
    if path.is_dir():
        with _opened(path / FILE, path) as stream:
            yield stream
    elif path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive, _unzipped(path, archive) as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise _damaged(path, error) from None
    else:
        with _opened(path, path) as stream:
            yield stream


def _unzipped(path: Path, archive: zipfile.ZipFile) -> io.BufferedReader:
    try:
        opened = cast("io.BufferedIOBase", archive.open(_member(path, archive)))
        return io.BufferedReader(opened, 2**18)
    except (NotImplementedError, RuntimeError) as error:  # a password, an odd compression
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> Unreadable:
    fix = "make the zip again, without a password"
    return refused(path.name, f"a damaged zip: {sample(str(error))}", fix)


@contextmanager
def _opened(file: Path, given: Path) -> Iterator[IO[bytes]]:
    if not file.is_file():
        raise refused(given.name, f"no file {file.name} there", f"give a folder with {FILE}")
    with file.open("rb") as stream:
        yield stream


def _member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [each for each in archive.infolist() if not each.is_dir()]
    if [each.filename for each in files] != [FILE]:
        names = ", ".join(sample(each.filename) for each in files[:3]) or "nothing"
        raise refused(path.name, f"the zip holds {names}", f"put {FILE} into it and nothing else")
    found = files[0]
    if found.file_size > _MAX_RATIO * max(found.compress_size, 4096):
        problem = f"{found.compress_size} bytes that claim to be {found.file_size}"
        raise refused(path.name, problem, "unpack it by other means if you trust it")
    return found


def _text_lines(stream: IO[bytes]) -> Iterator[str]:
    """Lines with their ends, decoded; no line is longer than the limit."""
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            problem = f"a line of more than {MAX_LINE_BYTES // 2**20} MiB"
            raise refused(FILE, problem, "is a quotation mark missing?", row=number)
        if b"\0" in line:
            raise refused(FILE, "a NUL character", "save the file as UTF-8", row=number)
        try:
            yield line.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").decode()
        except UnicodeDecodeError:
            raise refused(FILE, "bytes that are no UTF-8", "save as UTF-8", row=number) from None


def _rows(stream: IO[bytes]) -> Iterator[Numbered]:
    csv.field_size_limit(max(csv.field_size_limit(), MAX_TREE_BYTES))
    reader = csv.reader(_text_lines(stream), strict=True)
    line = 1
    try:
        for cells in reader:
            if line == 1:
                _require_header(cells)
            elif cells:
                yield Numbered(line, _row(cells, line))
            line = reader.line_num + 1
    except csv.Error as error:
        fix = "quote cells as RFC 4180 says"
        raise refused(FILE, f"no CSV: {error}", fix, row=line) from None
    if line == 1:
        raise refused(FILE, "an empty file", "ask for the file again")


def _require_header(cells: list[str]) -> None:
    if tuple(cells) != HEADER:
        expected = ",".join(HEADER)
        problem = f"the columns are {sample(','.join(cells))}"
        raise refused(FILE, problem, f"the first line has to be {expected}", row=1)


def _row(cells: list[str], line: int) -> Row:
    if len(cells) != len(HEADER):
        problem = f"{len(cells)} cells where {len(HEADER)} belong"
        raise refused(FILE, problem, "quote cells that hold commas", row=line)
    return Row(*map(plain, cells))


def read_table(path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
    """Every tree of the table. Raises Unreadable."""
    with open_table(path) as stream:
        seen = 0
        for subject, group in groupby(_rows(stream), key=lambda each: each.row.subject):
            seen += 1
            yield _record(subject, seen, group)
            if seen % _EVERY == 0:
                progress(FILE, seen)
        progress(FILE, seen)


def _bounded(group: Iterator[Numbered]) -> Iterator[Numbered]:
    size = 0
    for each in group:
        size += sum(map(len, each.row))
        if size > MAX_SUBJECT:
            problem = f"a record of more than {MAX_SUBJECT // 2**20} million characters"
            raise refused(FILE, problem, "split the record", row=each.line)
        yield each


def _record(subject: str, number: int, group: Iterator[Numbered]) -> StandardRecord:
    builder, first = Builder(), 0
    for line, row in _bounded(group):
        if not first and subject != str(number):
            problem = f"the subject {sample(subject)} where {number} belongs"
            fix = "keep the rows of one subject together and number the subjects from 1"
            raise refused(FILE, problem, fix, row=line, column="subject")
        first = first or line
        try:
            builder.add(row)
        except BadRow as bad:
            place = {"row": line, "column": bad.column, "value": sample(bad.value)}
            raise refused(FILE, bad.problem, bad.fix, **place) from None
    tree = builder.tree or {}
    return StandardRecord(entity_of(tree), tree, f"{FILE}, line {first}")
