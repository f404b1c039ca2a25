"""How an Ed-Fi file or record is refused: one finding that names place and fix."""

from __future__ import annotations

from adapters.formats import Unreadable
from schemas.finding import Finding, Severity


class Unwritable(Unreadable):
    """A record that the format cannot say; nothing is written of the whole delivery."""


def refused(
    code: str, problem: str, fix: str, file: str | None = None, row: int | None = None
) -> Unreadable:
    """The error for input that cannot be read; `row` is the line."""
    return Unreadable(Finding(Severity.REFUSE, f"edfi.{code}", problem, fix, file=file, row=row))


def unwritable(problem: str, fix: str, where: str, path: str | None = None) -> Unwritable:
    """The error for a record that cannot be written; `where` is where it came from."""
    return Unwritable(
        Finding(Severity.REFUSE, "edfi.unwritable", problem, fix, file=where or None, column=path)
    )
