"""What is written is what our own reader would take without a word.

A frame of rows is repaired as the reader repairs it, then held against the standard's rules: a
value that breaks one is left blank where it is optional, and takes its row with it where it is
required. Whatever changes is a loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from adapters.oneroster.csv.limits import DEFAULT_LIMITS
from adapters.oneroster.csv.repair import Repair, drop_secrets, repair
from adapters.oneroster.files.loss import WHOLE, Loss, OnLoss, sample
from adapters.oneroster.listing import Rule
from adapters.oneroster.rules import rules_for
from adapters.port import ROW, FileMode
from schemas.finding import Severity
from schemas.standards.oneroster import Column

_BLANKS = " \t\n\r\u00a0"
_STRICT = ("term.unknown",)
"""Read with a warning, never written: neither a term of the list nor of the form ext:name."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one collection as a frame, numbered by `_row`; `places` tell where they were read."""

    entity: str
    frame: pl.DataFrame
    places: Sequence[str] = ()

    def place(self, row: int) -> str:
        """Where the row of this number came from."""
        return self.places[row] if row < len(self.places) else ""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What holds for one collection: its columns, those that must be filled, and the binding."""

    columns: tuple[Column, ...]
    needed: frozenset[str]
    mode: FileMode | None
    is_csv: bool


def sound(sheet: Sheet, book: Rulebook, on_loss: OnLoss) -> pl.DataFrame:
    """The rows that may be written, as they may be written; every difference is told."""
    whole = _repaired(sheet, book, on_loss)
    if book.is_csv and book.mode is FileMode.BULK:
        whole = _without_marks(sheet, whole, on_loss)
    blanked = _blanked(sheet, whole, book, on_loss)
    return _kept(sheet, blanked, book, on_loss)


def _repaired(sheet: Sheet, book: Rulebook, on_loss: OnLoss) -> pl.DataFrame:
    absent = [one.name for one in book.columns if one.name not in sheet.frame.columns]
    frame = sheet.frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    repaired = Repair(sheet.entity, frame)
    drop_secrets(repaired)
    repair(repaired, [column for column in book.columns if not column.parts], _BLANKS)
    for found in repaired.findings:
        place = sheet.place(found.row or 0)
        reason = (
            "passwords are never written" if found.code == "password.dropped" else found.problem
        )
        path = found.column or WHOLE
        on_loss(Loss(sheet.entity, path, found.code, reason, found.value, place, found.count))
    return repaired.frame


def _without_marks(sheet: Sheet, frame: pl.DataFrame, on_loss: OnLoss) -> pl.DataFrame:
    """A bulk file leaves status and date blank and holds nothing that is gone."""
    gone = Rule(
        Severity.ROW,
        "bulk.deleted",
        "status",
        pl.col("status") == "tobedeleted",
        "a bulk file says that a record is gone by leaving it out",
        "",
    )
    dated = Rule(
        Severity.ROW,
        "bulk.date",
        "dateLastModified",
        pl.col("dateLastModified").is_not_null(),
        "a bulk file leaves dateLastModified blank",
        "",
    )
    frame = _left_out(sheet, frame, [gone], on_loss)
    if frame["dateLastModified"].null_count() < frame.height:
        _tell(sheet, frame.filter(dated.broken), dated, "dateLastModified", on_loss)
    blank = pl.lit(None, pl.String)
    return frame.with_columns(blank.alias("status"), blank.alias("dateLastModified"))


def _blanked(sheet: Sheet, frame: pl.DataFrame, book: Rulebook, on_loss: OnLoss) -> pl.DataFrame:
    """Optional values that break a rule are left blank."""
    rules = [rule for rule in _rules(frame, book) if not _is_needed(rule.column, book)]
    for rule in _broken(frame, rules):
        hit = rule.broken.fill_null(value=False)
        _tell(sheet, frame.filter(hit), rule, rule.column, on_loss)
        kept = pl.when(~hit).then(pl.col(rule.column)).alias(rule.column)
        frame = frame.with_columns(kept)
    return frame


def _kept(sheet: Sheet, frame: pl.DataFrame, book: Rulebook, on_loss: OnLoss) -> pl.DataFrame:
    """Rows in which a required value breaks a rule are left out."""
    rules = [rule for rule in _rules(frame, book) if _is_needed(rule.column, book)]
    rules += [_missing(name) for name in sorted(book.needed) if name in frame.columns]
    return _left_out(sheet, frame, _broken(frame, rules), on_loss)


def _left_out(
    sheet: Sheet, frame: pl.DataFrame, rules: Sequence[Rule], on_loss: OnLoss
) -> pl.DataFrame:
    """Every row counts once, by the first rule that it breaks."""
    for rule in rules:
        hit = rule.broken.fill_null(value=False)
        _tell(sheet, frame.filter(hit), rule, WHOLE, on_loss)
        frame = frame.filter(~hit)
    return frame


def _broken(frame: pl.DataFrame, rules: Sequence[Rule]) -> list[Rule]:
    """The rules that some row breaks, told in one pass."""
    if not rules or frame.is_empty():
        return []
    found = frame.select(
        rule.broken.fill_null(value=False).any().alias(str(at)) for at, rule in enumerate(rules)
    )
    return [rule for rule, any_broken in zip(rules, found.row(0), strict=True) if any_broken]


def _tell(sheet: Sheet, hits: pl.DataFrame, rule: Rule, path: str, on_loss: OnLoss) -> None:
    if hits.is_empty():
        return
    value = sample(hits[rule.column][0])
    place = sheet.place(hits[ROW][0])
    on_loss(Loss(sheet.entity, path, rule.code, rule.problem, value, place, hits.height))


def _is_needed(column: str, book: Rulebook) -> bool:
    return column in book.needed


def _rules(frame: pl.DataFrame, book: Rulebook) -> Iterator[Rule]:
    """The rules of form; blanks in required columns are looked for apart."""
    filled = {name for name in frame.columns if frame[name].null_count() < frame.height}
    if book.is_csv:
        for name in frame.columns:
            if name in filled and name != ROW:
                yield from _cell_rules(name)
    for column in book.columns:
        if column.name in filled and not column.parts:
            for rule in rules_for(column, book.mode, rest=not book.is_csv):
                serious = rule.severity >= Severity.ROW or rule.code in _STRICT
                if serious and rule.code != "value.missing":
                    yield rule


def _missing(name: str) -> Rule:
    problem = f"{name} is blank, but every record needs it"
    return Rule(Severity.ROW, "value.missing", name, pl.col(name).is_null(), problem, "")


def _cell_rules(name: str) -> Iterator[Rule]:
    value = pl.col(name)
    returns = value.str.contains("\r", literal=True)
    problem = f"{name} holds a carriage return, which no CSV cell may"
    yield Rule(Severity.ROW, "value.carriage_return", name, returns, problem, "")
    nul = value.str.contains("\0", literal=True)
    problem = f"{name} holds a NUL character, which no CSV file may"
    yield Rule(Severity.ROW, "value.nul", name, nul, problem, "")
    limit = DEFAULT_LIMITS.field_bytes
    problem = f"{name} is longer than the {limit:,} bytes that a cell may have"
    yield Rule(Severity.ROW, "value.too_long", name, value.str.len_bytes() > limit, problem, "")
