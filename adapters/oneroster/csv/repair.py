"""Values read leniently: blanks, padding, letter case of terms, the old status, passwords.

Each step first asks whether there is anything to do, because a sound file has nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from adapters.oneroster.csv.headers import SECRET
from adapters.oneroster.listing import shorten
from adapters.port import ROW
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import Column

_TEXT = ("String", "List of Strings")
_LEGACY_STATUS = {"inactive": "tobedeleted"}
"""OneRoster 1.0 said inactive where 1.1 and 1.2 say tobedeleted."""


@dataclass(slots=True)
class Repair:
    """A frame on its way from what was sent to what is used, with a finding for each change."""

    file: str
    frame: pl.DataFrame
    findings: list[Finding] = field(default_factory=list)

    def note(self, code: str, column: str, changed: pl.Expr, problem: str, fix: str) -> int:
        """Add one finding for the rows where `changed` holds; returns how many there are."""
        hits = self.frame.lazy().filter(changed.fill_null(value=False)).select(ROW, column)
        rows = hits.collect()
        if rows.height:
            value = None if column.lower().endswith(SECRET) else shorten(rows[column][0])
            finding = Finding(
                Severity.REPAIR,
                code,
                problem,
                fix,
                self.file,
                int(rows[ROW][0]),
                column,
                value,
                rows.height,
            )
            self.findings.append(finding)
        return rows.height


def repair(repaired: Repair, columns: Iterable[Column], blanks: str) -> None:
    """Repair the values of a frame; `blanks` are the characters that count as blank.

    Without `blanks` no value is taken to be empty or padded.
    """
    known = {column.name: column for column in columns if column.name in repaired.frame.columns}
    drop_secrets(repaired)
    _blank_and_pad(repaired, known, blanks)
    for column in known.values():
        if column.terms and column.format != "Enumeration List":
            _fold_terms(repaired, column)


def drop_secrets(repaired: Repair) -> None:
    """Remove columns of passwords, whoever defined them; they go no further than here."""
    for column in repaired.frame.columns:
        if column.lower().split(".")[-1] == SECRET:
            repaired.note(
                "password.dropped",
                column,
                pl.col(column).is_not_null(),
                "the file holds passwords; they are dropped unread",
                "Leave the column blank: OneRoster passwords must not be stored.",
            )
            repaired.frame = repaired.frame.drop(column)


def _blank_and_pad(repaired: Repair, known: dict[str, Column], blanks: str) -> None:
    for name in _padded(repaired.frame, blanks):
        column = known.get(name)
        bare = pl.col(name).str.strip_chars(blanks)
        if column is not None and column.format not in _TEXT:
            repaired.note(
                "value.trimmed",
                name,
                (bare != pl.col(name)) & (bare != ""),
                f"{name} has blanks before or after the value; they are ignored",
                "Remove the blanks in the sending system.",
            )
            repaired.frame = repaired.frame.with_columns(bare)
        blank = pl.when(bare != "").then(pl.col(name))
        repaired.frame = repaired.frame.with_columns(blank)


def _padded(frame: pl.DataFrame, blanks: str) -> list[str]:
    """The columns with a value that is empty or begins or ends with a blank."""
    names = [name for name in frame.columns if name != ROW]
    names = [name for name in names if blanks and frame[name].null_count() < frame.height]
    if not names:
        return []
    tests = []
    for name in names:
        value = pl.col(name)
        edges = [value.str.starts_with(one) | value.str.ends_with(one) for one in blanks]
        tests.append(pl.any_horizontal(value == "", *edges).any())
    found = frame.select(tests_named(tests)).row(0)
    return [name for name, padded in zip(names, found, strict=True) if padded]


def tests_named(tests: list[pl.Expr]) -> list[pl.Expr]:
    """Expressions with distinct names, since several may test the same column."""
    return [test.alias(str(index)) for index, test in enumerate(tests)]


def _fold_terms(repaired: Repair, column: Column) -> None:
    value = pl.col(column.name)
    outside = ~value.is_in((*column.terms, *column.tolerated))
    if not repaired.frame.select(outside.any()).item():
        return
    if column.name == "status":
        _replace(repaired, column, _LEGACY_STATUS, "status.inactive", "the status of OneRoster 1.0")
    folded = {term.lower(): term for term in column.terms}
    code = "boolean.case" if column.is_boolean else "term.case"
    _replace(repaired, column, folded, code, "not spelled as in the standard's list")


def _replace(repaired: Repair, column: Column, terms: dict[str, str], code: str, what: str) -> None:
    value = pl.col(column.name)
    lower = value.str.to_lowercase()
    wrong = lower.is_in(list(terms)) & (lower.replace(terms) != value)
    fix = f"Write one of {', '.join(column.terms)}, exactly so."
    repaired.note(code, column.name, wrong, f"{column.name} is {what}; read as meant", fix)
    meant = pl.when(wrong).then(lower.replace(terms)).otherwise(value)
    repaired.frame = repaired.frame.with_columns(meant.alias(column.name))
