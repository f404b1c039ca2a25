"""What verifying a credential found out, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Step(StrEnum):
    """What is looked at, in this order."""

    CONTEXT = "context"
    TYPE = "type"
    SCHEMA = "schema"
    SAFE = "safe-mode"
    PROOF = "proof"
    ISSUER = "issuer"
    VALIDITY = "validity"
    STATUS = "status"


class Outcome(StrEnum):
    """How a step ended."""

    PASSED = "passed"
    FAILED = "failed"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Check:
    """One step, and what to do where it did not pass."""

    step: Step
    outcome: Outcome
    problem: str = ""
    fix: str = ""

    def as_json(self) -> dict[str, str]:
        """The check as plain JSON values."""
        told = {"step": self.step.value, "outcome": self.outcome.value}
        return told | {
            name: getattr(self, name) for name in ("problem", "fix") if getattr(self, name)
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything about one credential of a file; the envelope comes before what it holds."""

    id: str
    name: str
    kind: str
    issuer: str
    issuer_name: str
    document: dict[str, Any]
    checks: tuple[Check, ...]

    @property
    def verified(self) -> bool:
        """Whether every step passed, that of knowing the issuer aside."""
        others = (one for one in self.checks if one.step is not Step.ISSUER)
        return all(one.outcome is Outcome.PASSED for one in others)

    @property
    def issuer_known(self) -> bool:
        """Whether the district knows who the issuer is."""
        return any(one.outcome is Outcome.PASSED for one in self.checks if one.step is Step.ISSUER)

    @property
    def faults(self) -> tuple[Check, ...]:
        """The steps that did not pass."""
        return tuple(one for one in self.checks if one.outcome is not Outcome.PASSED)

    def as_json(self) -> dict[str, Any]:
        """The verdict as plain JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.kind,
            "issuer": {"id": self.issuer, "name": self.issuer_name, "known": self.issuer_known},
            "verified": self.verified,
            "checks": [one.as_json() for one in self.checks],
        }


def passed(step: Step) -> Check:
    """A step that found nothing wrong."""
    return Check(step, Outcome.PASSED)


def failed(step: Step, problem: str, fix: str) -> Check:
    """A step that found something wrong."""
    return Check(step, Outcome.FAILED, problem, fix)


def untold(step: Step, problem: str, fix: str) -> Check:
    """A step that could not be taken."""
    return Check(step, Outcome.CANNOT_TELL, problem, fix)
