"""What a conversion asks of anything that reads or writes files of a standard.

A format turns bytes into standard records and back, one at a time. It knows no database, no
mapping and no policy; what a file says is kept, what it cannot say is not invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from adapters.port import Progress, silent
from schemas.finding import Finding
from schemas.standards.shape import StandardRecord


class Unreadable(Exception):
    """Input that is not what it claims to be; `findings` name file, place and fix, worst first."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__(findings[0].problem)


class Format(Protocol):
    """One file format of one version of a standard, such as `edfi-xml-6.1`."""

    @property
    def name(self) -> str: ...

    def claims(self, path: Path) -> bool:
        """Whether the file or folder looks like this format; reads its first bytes at most."""
        ...

    def read(self, path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
        """Every record, in the order of the file, in memory that does not grow with it.

        Raises Unreadable for the first thing that cannot be read.
        """
        ...

    def write(
        self, path: Path, records: Iterable[StandardRecord], progress: Progress = silent
    ) -> None:
        """Write the records; the files appear under their names only when all of them are whole.

        Raises FileExistsError where something already stands at `path`.
        """
        ...

    def check(
        self, path: Path, schemas: Path | None = None, progress: Progress = silent
    ) -> Iterator[Finding]:
        """What is wrong with the input, as the standard has it; nothing for a clean one.

        `schemas` is a folder with the standard's official schemas, used besides our own checks.
        """
        ...
