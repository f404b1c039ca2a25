"""Findings by kind: what is wrong said once, where it is said for the first few rows."""

from __future__ import annotations

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
}
"""What a severity did, in two words."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One place where the problem occurs; `problem` only where it differs from spot to spot."""

    row: int | None
    column: str | None
    value: str | None
    count: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one code in one file. `total` counts rows, listed or not."""

    severity: Severity
    code: str
    file: str | None
    problems: tuple[str, ...]
    fixes: tuple[str, ...]
    spots: tuple[Spot, ...]
    total: int

    def beyond(self, shown: int) -> int:
        """How many rows are left when the first `shown` spots have been told."""
        return self.total - sum(spot.count for spot in self.spots[:shown])


def read_findings(named: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """The findings that a report keeps as JSON."""
    return [Finding.from_json(dict(one)) for one in named]


def group(findings: Iterable[Finding]) -> list[Group]:
    """Findings by code and file, gravest first and otherwise in the order they came.

    What stops a run is a reason of its own each time: there, only equal problems are grouped.
    """
    kinds: dict[tuple[object, ...], list[Finding]] = {}
    for one in findings:
        reason = one.problem if one.severity >= Severity.HOLD else None
        kinds.setdefault((one.severity, one.code, one.file, reason), []).append(one)
    groups = [_group(members) for members in kinds.values()]
    return sorted(groups, key=lambda one: -one.severity)


def _group(members: list[Finding]) -> Group:
    told = _told_one_by_one(members)
    problems = tuple(dict.fromkeys(one.problem for one in told))
    return Group(
        severity=members[0].severity,
        code=members[0].code,
        file=members[0].file,
        problems=problems,
        fixes=tuple(dict.fromkeys(one.fix for one in members)),
        spots=tuple(_spot(one, len(problems) > 1) for one in told if _is_somewhere(one, problems)),
        total=sum(one.count for one in members),
    )


def _told_one_by_one(members: list[Finding]) -> list[Finding]:
    """Without those that only count the rows a check did not list."""
    return [one for one in members if one.row is not None or one.count == 1] or members


def _is_somewhere(one: Finding, problems: tuple[str, ...]) -> bool:
    return len(problems) > 1 or any(place is not None for place in (one.row, one.column, one.value))


def _spot(one: Finding, differs: bool) -> Spot:
    return Spot(one.row, one.column, one.value, one.count, one.problem if differs else None)


_NOUNS = {
    Severity.REFUSE: ("reason to refuse", "reasons to refuse"),
    Severity.HOLD: ("reason to hold", "reasons to hold"),
    Severity.ROW: ("row not applied", "rows not applied"),
    Severity.WARNING: ("warning", None),
    Severity.REPAIR: ("repair", None),
}


def summary(findings: Iterable[Finding]) -> str:
    """How much was found of which severity, as `1 reason to hold, 4 warnings`."""
    totals: dict[Severity, int] = {}
    for one in findings:
        weight = 1 if one.severity >= Severity.HOLD else one.count
        totals[one.severity] = totals.get(one.severity, 0) + weight
    return ", ".join(amount(totals[kind], *_NOUNS[kind]) for kind in sorted(totals, reverse=True))
