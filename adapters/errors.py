"""What can go wrong between a source and us, grouped by what the caller should do."""

from __future__ import annotations


class AdapterError(Exception):
    """An error of this layer; `fix` tells the operator what to do."""

    code = "adapter"

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix


class SourceUnavailable(AdapterError):
    """Try again later: the source did not answer, or is not ready."""

    code = "source.unavailable"


class SourceMisconfigured(AdapterError):
    """Change a setting first: asking again changes nothing."""

    code = "source.misconfigured"
