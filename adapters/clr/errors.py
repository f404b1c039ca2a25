"""Why a credential cannot be signed, read or believed."""

from __future__ import annotations

from schemas.finding import Finding, Severity


class Unsafe(Exception):
    """A document that says something which would not be signed, or could not be compared.

    `problem` names the place, `fix` what to do.
    """

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


class UnknownContext(Unsafe):
    """A context that does not travel with the program: what its terms mean cannot be told."""


class BadKey(ValueError):
    """A text that is no Ed25519 key."""


def refusal(code: str, problem: str, fix: str, file: str | None = None) -> Finding:
    """A finding that stops a credential from being read."""
    return Finding(Severity.REFUSE, f"credential.{code}", problem, fix, file)
