"""Findings by kind: what is wrong said once, where it is said for the first few rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.finding import Finding, Severity
from service.report.words import amount

MEANINGS = {
    Severity.REFUSE: "refused",
    Severity.HOLD: "holds the run",
    Severity.ROW: "row not applied",
    Severity.WARNING: "warning",
    Severity.REPAIR: "repaired",
    Severity.NOTE: "found",
}
"""What a severity did, in two words."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One place where the problem occurs.

    `file` and `problem` are given only where they differ from spot to spot.
    """

    file: str | None
    row: int | None
    column: str | None
    value: str | None
    count: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one kind. `total` counts rows, listed or not."""

    severity: Severity
    code: str
    files: tuple[str, ...]
    problems: tuple[str, ...]
    fixes: tuple[str, ...]
    spots: tuple[Spot, ...]
    total: int

    @property
    def where(self) -> str:
        """The file, or how many there are."""
        return self.files[0] if len(self.files) == 1 else amount(len(self.files), "file")

    @property
    def heading(self) -> str:
        """The problem, or the first of them and how many others there are."""
        first, *others = self.problems
        return f"{first} (and {len(others):,} more of this kind)" if others else first

    @property
    def extent(self) -> str:
        """How many rows it touches; empty when that says no more than the places listed."""
        in_rows = any(spot.row is not None for spot in self.spots)
        telling = self.total > max(1, 0 if in_rows else len(self.spots))
        return amount(self.total, "row") if telling else ""

    def beyond(self, shown: int) -> int:
        """How many rows are left when the first `shown` spots have been told."""
        return self.total - sum(spot.count for spot in self.spots[:shown])


def read_findings(named: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """The findings that a report keeps as JSON."""
    return [Finding.from_json(dict(one)) for one in named]


def group(findings: Iterable[Finding]) -> list[Group]:
    """Findings by kind, gravest first and otherwise in the order they came.

    One problem in many rows of a file is a kind. So are problems with one code and one fix that
    occur here and there: six files that shrank are told as six lines, not as six stories.
    """
    files: dict[tuple[object, ...], list[Finding]] = {}
    for one in findings:
        files.setdefault((one.severity, one.code, one.file), []).append(one)
    kinds: dict[tuple[object, ...], list[Finding]] = {}
    for members in files.values():
        kinds.setdefault(_kind(members), []).extend(members)
    groups = [_group(members) for members in kinds.values()]
    return sorted(groups, key=lambda one: -one.severity)


def _kind(members: list[Finding]) -> tuple[object, ...]:
    first = members[0]
    story = len(members) > 1 and len({one.problem for one in _told(members)}) == 1
    return (first.severity, first.code, *((first.file, None) if story else (None, first.fix)))


def _group(members: list[Finding]) -> Group:
    told = _told(members)
    problems = tuple(dict.fromkeys(one.problem for one in told))
    files = tuple(dict.fromkeys(one.file for one in members if one.file is not None))
    spots = (_spot(one, len(files) > 1, len(problems) > 1) for one in told)
    return Group(
        severity=members[0].severity,
        code=members[0].code,
        files=files,
        problems=problems,
        fixes=tuple(dict.fromkeys(one.fix for one in members)),
        spots=tuple(spot for spot in spots if spot != _NOWHERE),
        total=sum(one.count for one in members),
    )


_MORE = re.compile(r" \([\d,]+ more rows?\)$")


def _told(members: list[Finding]) -> list[Finding]:
    """Without those that only count the rows which a check did not list."""
    listed = {(one.file, one.problem) for one in members if one.row is not None}
    return [
        one
        for one in members
        if one.row is not None or (one.file, _MORE.sub("", one.problem)) not in listed
    ]


_NOWHERE = Spot(None, None, None, None, 1, None)


def _spot(one: Finding, files_differ: bool, problems_differ: bool) -> Spot:
    return Spot(
        one.file if files_differ else None,
        one.row,
        one.column,
        one.value,
        one.count,
        one.problem if problems_differ else None,
    )


_NOUNS = {
    Severity.REFUSE: ("reason to refuse", "reasons to refuse"),
    Severity.HOLD: ("reason to hold", "reasons to hold"),
    Severity.ROW: ("row not applied", "rows not applied"),
    Severity.WARNING: ("warning", None),
    Severity.REPAIR: ("repair", None),
    Severity.NOTE: ("thing found", "things found"),
}


def summary(findings: Iterable[Finding]) -> str:
    """How much was found of which severity, as `1 reason to hold, 4 warnings`."""
    totals: dict[Severity, int] = {}
    for one in findings:
        weight = 1 if one.severity >= Severity.HOLD else one.count
        totals[one.severity] = totals.get(one.severity, 0) + weight
    return ", ".join(amount(totals[kind], *_NOUNS[kind]) for kind in sorted(totals, reverse=True))
