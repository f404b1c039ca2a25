"""Writes the long table, as one zip or as a folder with one file (RFC 4180, UTF-8)."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Final

from adapters.ceds.csv.cells import safe
from adapters.ceds.csv.rows import HEADER, rows
from adapters.ceds.strict import wanted
from adapters.ceds.tree import MAX_TREE_BYTES, Tree, Unwritable, sample
from adapters.port import Progress, silent
from adapters.whole import PUBLIC, whole_file, whole_folder
from schemas.finding import Finding, Severity
from schemas.standards.shape import StandardRecord

FILE: Final = "ceds.csv"
MAX_SUBJECT: Final = 4 * MAX_TREE_BYTES
"""Characters of one record in the table, which repeats names that JSON has once."""

_EVERY: Final = 500
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def _write_table(
    stream: IO[bytes], records: Iterable[StandardRecord], progress: Progress, strict: bool
) -> None:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(HEADER)
        number = 0
        for number, record in enumerate(wanted(records, strict), 1):
            writer.writerows(_cells(record.values, number))
            if number % _EVERY == 0:
                progress(FILE, number)
        text.flush()
        progress(FILE, number)
    finally:
        text.detach()


def _cells(tree: Tree, number: int) -> list[list[str]]:
    """The rows of one tree, ready to be written."""
    try:
        found = [[safe(cell) for cell in row] for row in rows(tree, number)]
        size = sum(len(cell.encode()) for row in found for cell in row)
    except ValueError as error:  # a text that UTF-8 has not, or no value of a record
        raise _refusal(tree, str(error), "correct it at its source") from None
    if size > MAX_SUBJECT:
        raise _refusal(tree, f"a record of more than {MAX_SUBJECT // 2**20} MiB", "split it")
    return found


def _refusal(tree: Tree, problem: str, fix: str) -> Unwritable:
    value = sample(str(tree.get("@id", "")))
    return Unwritable(Finding(Severity.REFUSE, "ceds.unwritable", problem, fix, value=value))


def write_zip(
    path: Path, records: Iterable[StandardRecord], progress: Progress = silent, strict: bool = False
) -> None:
    """A zip with the table; the same records make the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, PUBLIC) as stream, zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo(FILE, _EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        with archive.open(entry, "w", force_zip64=True) as table:
            _write_table(table, records, progress, strict)


def write_folder(
    path: Path, records: Iterable[StandardRecord], progress: Progress = silent, strict: bool = False
) -> None:
    """A folder with the table, which appears when the table is whole."""
    with whole_folder(path) as folder, (folder / FILE).open("wb") as table:
        _write_table(table, records, progress, strict)
        os.fsync(table.fileno())
