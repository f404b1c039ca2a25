"""What a check has to say about a delivery: one problem, where it is and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any


class Severity(IntEnum):
    """How much a finding stops, from nothing to the whole delivery."""

    NOTE = 0
    """What was found; nothing is wrong."""
    REPAIR = 1
    """Read leniently; the value used differs from the value sent."""
    WARNING = 2
    """Worth knowing; nothing is changed or stopped."""
    ROW = 3
    """This row is not applied; yesterday's row stays in force."""
    HOLD = 4
    """Nothing of the delivery is applied unless a person accepts this finding."""
    REFUSE = 5
    """The delivery cannot be read as what it claims to be; nobody can wave it through."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem, addressed as a person would look it up.

    `row` counts records with the header as row 1, so the first data row is 2; for JSON it is the
    record's position in its collection, from 1. `value` is a short sample and may hold personal
    data: show it to the operator, never send it to a log. `count` tells how many rows share the
    problem when only the first few are listed one by one.
    """

    severity: Severity
    code: str
    problem: str
    fix: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    count: int = 1

    def as_json(self) -> dict[str, Any]:
        """The finding as plain JSON values, absent fields left out."""
        named = {**asdict(self), "severity": self.severity.name.lower()}
        return {key: value for key, value in named.items() if value is not None}

    @classmethod
    def from_json(cls, named: dict[str, Any]) -> Finding:
        """The finding that `as_json` wrote."""
        return cls(**{**named, "severity": Severity[named["severity"].upper()]})


def worst(findings: list[Finding]) -> Severity | None:
    """The gravest severity among the findings, or None without any."""
    return max((finding.severity for finding in findings), default=None)
