"""What a reader of IEP files hands over: records by student, looked into where they changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from schemas.finding import Finding
from schemas.standards.shape import StandardRecord

ROWS: Final = "(rows)"
"""Stands among a file's columns where it holds rows."""

WHOLE: Final = "(whole)"
"""Stands among a file's columns where its last row is ended like the others."""


class Piece(NamedTuple):
    """A record of one student, as it was read and not yet looked into."""

    student: str
    record: StandardRecord


Refined = tuple[StandardRecord | None, tuple[Finding, ...]]
"""A record that can be used, or what is wrong with it."""


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
        """What each file whose name is settled says it holds, to be compared with tomorrow.

        Cheap, and never raises.
        """
        ...

    def read(self, folder: Path) -> Iterator[Piece | Finding]:
        """Every record, and findings that concern no single student; every night, so be quick.

        Raises `adapters.formats.Unreadable` for a file that is not what it claims to be.
        """
        ...

    def refine(self, record: StandardRecord) -> Refined:
        """A record with its values as the mapping wants them; only for students who changed."""
        ...
