"""Cells of the CSV layout: what spreadsheets put around them, and what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from adapters.iep.csv.profile import Profile, Words
from adapters.iep.pieces import Refined
from schemas.finding import Finding, Severity
from schemas.standards.iep_csv import Column, layout
from schemas.standards.shape import Kind, StandardRecord

STUDENT: Final = "studentId"

_WRAPPED: Final = re.compile(r'="([^"]*)"')
_SAFE: Final = re.compile(r"'[=+\-@\t\r]")
_LISTS: Final = frozenset(
    {"noticeAgencyIds", "goalIds", "inviteConsentParts", "releaseConsentParts"}
)
_SHOWN: Final = frozenset({Kind.DATE, Kind.BOOLEAN, Kind.INTEGER, Kind.DECIMAL})
"""Kinds of cells that a finding may show: words of an IEP stay out of reports."""


def plain_cell(cell: str) -> str:
    """A cell without blanks around it and without what makes it safe in a spreadsheet."""
    cell = cell.strip()
    if cell[:1] not in ("=", "'"):
        return cell
    wrapped = _WRAPPED.fullmatch(cell)
    if wrapped:
        return wrapped[1].strip()
    return cell[1:] if _SAFE.match(cell) else cell


def refined(profile: Profile, record: StandardRecord) -> Refined:
    """A row with its cells as the layout spells them, or what is wrong with them."""
    faults: list[Finding] = []
    words = Words(profile, profile.of(record.entity))
    values = dict(_values(words, record, faults))
    return (None, tuple(faults)) if faults else (record._replace(values=values), ())


def _values(
    words: Words, record: StandardRecord, faults: list[Finding]
) -> Iterator[tuple[str, str]]:
    for column in layout()[record.entity]:
        cell = record.values.get(column.name)
        if cell is None:
            if column.required:
                problem = "cell.empty", "the cell is empty", "Fill it."
                faults.append(_fault(words, record, column, *problem))
            continue
        try:
            yield column.name, _value(words, column, cell)
        except ValueError as error:
            fix = str(error)[0].upper() + str(error)[1:] + "."
            problem = "cell.value", "the cell cannot be read", fix
            faults.append(_fault(words, record, column, *problem))


def _value(words: Words, column: Column, cell: str) -> str:
    if cell.startswith("="):
        raise ValueError("export values, not formulas")
    plain = words.plain(column.name, column.kind, cell)
    if column.name in _LISTS and not plain.startswith("["):
        parts = (part.strip() for part in plain.split(words.profile.list_separator))
        return json.dumps([part for part in parts if part], ensure_ascii=False)
    return plain


def _fault(
    words: Words, record: StandardRecord, column: Column, code: str, problem: str, fix: str
) -> Finding:
    file, _, row = record.where.rpartition(", row ")
    called = words.about.columns.get(column.name, column.name)
    cell = record.values.get(column.name)
    shown = cell[:40] if cell and column.kind in _SHOWN else None
    return Finding(Severity.ROW, code, problem, fix, file, int(row), called, shown)
