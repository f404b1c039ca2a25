"""What a reader of IEP files hands over: records by student, and rows that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from schemas.finding import Finding
from schemas.standards.shape import StandardRecord


@dataclass(frozen=True, slots=True)
class Piece:
    """A record of one student, or a row of one that cannot be used and what is wrong with it.

    A student with such a row is left as on the night before: half of an IEP would look like an
    IEP that lost its other half.
    """

    student: str
    record: StandardRecord | None = None
    finding: Finding | None = None


class IepReader(Protocol):
    """One form in which IEPs come."""

    @property
    def standard(self) -> str:
        """The form's name and version, such as `edfi-6.1`."""
        ...

    @property
    def endings(self) -> tuple[str, ...]:
        """How the names of files end that are read."""
        ...

    def columns(self, files: Mapping[str, Path]) -> dict[str, list[str]]:
        """What each file says it holds, to be compared with tomorrow; cheap, and never raises."""
        ...

    def read(self, folder: Path) -> Iterator[Piece | Finding]:
        """Every record, and findings that concern no single student.

        Raises `adapters.formats.Unreadable` for a file that is not what it claims to be.
        """
        ...
