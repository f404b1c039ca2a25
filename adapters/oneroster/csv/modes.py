"""Whether a file holds everything or only changes, by its manifest row and its content.

The content wins where they disagree (CSV Binding 1.2.1, Bulk/Delta Behavior Constraints): delta
rows fill status and dateLastModified, bulk rows leave both blank.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from adapters.oneroster.csv.peek import Peek
from adapters.port import FileMode
from schemas.finding import Finding, Severity

_MARKS = ("status", "dateLastModified")


@dataclass(frozen=True, slots=True)
class Decided:
    """How a file is read, and what there is to say about that."""

    mode: FileMode
    findings: tuple[Finding, ...] = ()


def decide_mode(file: str, path: Path, look: Peek, said: FileMode | None) -> Decided:
    """Settle the mode of one file; `said` is the manifest's word, if any.

    The whole file is read only where its first row contradicts the manifest.
    """
    if look.first is None:
        return _header_only(file, said or FileMode.BULK) if look.header else Decided(FileMode.BULK)
    marked = [look.filled(column) for column in _MARKS]
    if said is FileMode.DELTA and all(marked):
        return Decided(FileMode.DELTA)
    if said is not FileMode.DELTA and not any(marked):
        return Decided(FileMode.BULK)
    marks = _count_marks(path, look)
    if said is FileMode.DELTA:
        return _said_delta(file, marks)
    return _said_bulk(file, said, marks)


@dataclass(frozen=True, slots=True)
class _Marks:
    """How many rows fill status or dateLastModified, how many both, and how many rows there are."""

    some: int = 0
    both: int = 0
    rows: int = 0


def _count_marks(path: Path, look: Peek) -> _Marks:
    import polars as pl

    names = [str(index) for index in range(len(look.header))]
    folded = [name.strip().lower() for name in look.header]
    if not all(mark.lower() in folded for mark in _MARKS):
        return _Marks()
    filled = [
        pl.col(names[folded.index(mark.lower())]).str.strip_chars().fill_null("") != ""
        for mark in _MARKS
    ]
    schema = dict.fromkeys(names, pl.String)
    table = pl.scan_csv(path, has_header=False, skip_lines=1, schema=schema)
    counts = table.select(
        pl.any_horizontal(filled).sum().alias("some"),
        pl.all_horizontal(filled).sum().alias("both"),
        pl.any_horizontal(pl.all().is_not_null()).sum().alias("rows"),
    )
    try:
        return _Marks(*counts.collect().row(0))
    except pl.exceptions.PolarsError:
        return _Marks()  # Reading the file will say what is wrong with it.


def _header_only(file: str, mode: FileMode) -> Decided:
    fix = "Mark an unused file absent in the manifest and leave it out; else export it again."
    if mode is FileMode.DELTA:
        problem = "the file has a header and no rows: nothing changed"
        return Decided(mode, (_finding(Severity.WARNING, "file.header_only", problem, fix, file),))
    problem = "the file has a header and no rows: it says that everything in it is gone"
    return Decided(mode, (_finding(Severity.HOLD, "file.header_only", problem, fix, file),))


def _said_delta(file: str, marks: _Marks) -> Decided:
    if marks.some:
        return Decided(FileMode.DELTA)
    return Decided(
        FileMode.BULK,
        (
            _finding(
                Severity.HOLD,
                "manifest.delta_looks_bulk",
                "the manifest says delta, but no row has a status or date, as in a bulk file; "
                "read as bulk, whatever is not in it would be gone",
                "Fill status and dateLastModified in delta files, or mark the file bulk.",
                file,
            ),
        ),
    )


def _said_bulk(file: str, said: FileMode | None, marks: _Marks) -> Decided:
    everywhere = 0 < marks.both == marks.rows
    if everywhere and said is None:
        return Decided(FileMode.DELTA)
    if everywhere:
        problem = (
            "the manifest says bulk, but every row has a status and date, as in a delta file; "
            "read as delta, so records that are missing from it stay in force"
        )
        code, mode = "manifest.bulk_looks_delta", FileMode.DELTA
    else:
        problem = "rows of a bulk file have a status or date; both must be blank there"
        code, mode = "manifest.bulk_with_status", FileMode.BULK
    fix = (
        "Leave status and dateLastModified blank in bulk files, or mark the file delta; "
        "a source added with --complete reads such files as bulk."
    )
    return Decided(mode, (_finding(Severity.WARNING, code, problem, fix, file),))


def _finding(severity: Severity, code: str, problem: str, fix: str, file: str) -> Finding:
    return Finding(severity, code, problem, fix, file=file)
