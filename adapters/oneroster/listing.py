"""From broken rules to findings: the first few rows one by one, the rest as a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from adapters.port import ROW, RowCheck
from schemas.finding import Finding, Severity

LISTED = 20
"""How many rows of one kind are listed before only their number is given."""
SAMPLE = 60
"""How many characters of a value a finding quotes."""

KEY = "sourcedId"


@dataclass(frozen=True, slots=True)
class Rule:
    """What must not be true of a row; `broken` may be null where the rule does not apply."""

    severity: Severity
    code: str
    column: str
    broken: pl.Expr
    problem: str
    fix: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding in one file: everything but the row and its value."""

    severity: Severity
    code: str
    column: str
    problem: str
    fix: str
    file: str


def shorten(value: str | None) -> str | None:
    """A sample of a value that fits on a line."""
    if value is None or len(value) <= SAMPLE:
        return value
    return f"{value[: SAMPLE - 1]}…"


def list_rows(kind: Kind, hits: pl.DataFrame) -> Iterator[Finding]:
    """Findings for `hits`, a frame of `_row` and the value; one more counts what is not listed."""
    for row, value in hits.head(LISTED).iter_rows():
        yield Finding(
            kind.severity,
            kind.code,
            kind.problem,
            kind.fix,
            file=kind.file,
            row=row,
            column=kind.column,
            value=shorten(value),
        )
    if hits.height > LISTED:
        yield rest_of(kind, hits.height - LISTED)


def rest_of(kind: Kind, count: int) -> Finding:
    """The finding that stands for the rows of a kind that are not listed one by one."""
    problem = f"{kind.problem} ({count:,} more rows)"
    return Finding(
        kind.severity, kind.code, problem, kind.fix, kind.file, column=kind.column, count=count
    )


def check_rules(rules: Sequence[Rule], frame: pl.DataFrame, file: str) -> RowCheck:
    """Hold every row against every rule; one pass counts, only broken rules look further."""
    counts = frame.select(
        rule.broken.fill_null(value=False).sum().alias(str(index))
        for index, rule in enumerate(rules)
    ).row(0)
    broken = [rule for rule, count in zip(rules, counts, strict=True) if count]
    return joined(_check_rule(rule, frame, file) for rule in broken)


def _check_rule(rule: Rule, frame: pl.DataFrame, file: str) -> RowCheck:
    hits = frame.filter(rule.broken)
    kind = Kind(rule.severity, rule.code, rule.column, rule.problem, rule.fix, file)
    findings = tuple(list_rows(kind, hits.select(ROW, rule.column)))
    return RowCheck(findings, rejected_of(hits if rule.severity >= Severity.ROW else hits.clear()))


def rejected_of(rows: pl.DataFrame) -> pl.Series:
    """The distinct `sourcedId`s of these rows; rows without one cannot be named."""
    return rows[KEY].drop_nulls().unique(maintain_order=True)


def nothing_found() -> RowCheck:
    """The answer of a check that has nothing to say."""
    return RowCheck((), pl.Series(KEY, [], pl.String))


def joined(checks: Iterable[RowCheck]) -> RowCheck:
    """Several checks of one file as one."""
    every = [nothing_found(), *checks]
    findings = tuple(finding for check in every for finding in check.findings)
    rejected = pl.concat([check.rejected for check in every])
    return RowCheck(findings, rejected.unique(maintain_order=True))
