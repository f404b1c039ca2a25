"""The four Ed-Fi formats; each imports what it needs when it is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.formats import Unreadable
from adapters.port import Progress, silent
from schemas.finding import Finding
from schemas.standards.shape import StandardRecord

if TYPE_CHECKING:
    from mappings.hub import Lines


@dataclass(frozen=True, slots=True)
class EdfiXml:
    """Bulk interchange files: one file (also `.gz`), a folder or a zip; written as a folder."""

    version: str

    @property
    def name(self) -> str:
        """`edfi-xml-` and the Data Standard."""
        return f"edfi-xml-{self.version}"

    def claims(self, path: Path) -> bool:
        """Whether the first file starts as an interchange of this version."""
        from adapters.edfi.xml.claim import opens

        return path.exists() and opens(path, self.version)

    def read(self, path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
        """Every record as a JSON resource; see `adapters.edfi.xml.read`."""
        from adapters.edfi.xml.read import read

        return read(path, self.version, progress=progress)

    def read_validated(
        self, path: Path, schemas: Path, progress: Progress = silent
    ) -> Iterator[StandardRecord]:
        """The same, validated on the way against the official XSDs in `schemas`."""
        from adapters.edfi.xml.official import Official
        from adapters.edfi.xml.read import read

        return read(path, self.version, Official(schemas, self.version), progress)

    def write(
        self, path: Path, records: Iterable[StandardRecord], progress: Progress = silent
    ) -> None:
        """Write one file for each interchange; see `adapters.edfi.xml.write`."""
        from adapters.edfi.xml.write import write

        write(path, self.version, records, progress)

    def check(
        self, path: Path, schemas: Path | None = None, progress: Progress = silent
    ) -> Iterator[Finding]:
        """What the shapes and, where given, the official XSDs have against the files."""
        from adapters.edfi.check import Checker
        from adapters.edfi.xml.official import Official
        from adapters.edfi.xml.read import inspect

        checker = Checker(self.version)
        try:
            official = Official(schemas, self.version) if schemas else None
            for each in inspect(path, self.version, official, progress):
                yield from [each] if isinstance(each, Finding) else checker.findings(each)
        except Unreadable as error:
            yield from error.findings
        yield from checker.rest()


@dataclass(frozen=True, slots=True)
class EdfiJson:
    """A folder or a zip of `<resource>.jsonl` or `<resource>.json`; written as a folder."""

    version: str

    @property
    def name(self) -> str:
        """`edfi-json-` and the Data Standard."""
        return f"edfi-json-{self.version}"

    def claims(self, path: Path) -> bool:
        """Whether the first record is one of the resource that its file is named after."""
        from adapters.edfi.json.read import opens

        return path.exists() and opens(path, self.version)

    def read(self, path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
        """Every record; see `adapters.edfi.json.read`."""
        from adapters.edfi.json.read import read

        return read(path, self.version, progress)

    def write(
        self, path: Path, records: Iterable[StandardRecord], progress: Progress = silent
    ) -> None:
        """Write one file for each resource; see `adapters.edfi.json.write`."""
        from adapters.edfi.json.write import write

        write(path, self.version, records, progress)

    def write_lines(
        self, path: Path, pieces: Iterable[StandardRecord | Lines], progress: Progress = silent
    ) -> None:
        """The same, where some records come as JSON text by the thousand."""
        from adapters.edfi.json.write import write_lines

        write_lines(path, self.version, pieces, progress)

    def check(
        self, path: Path, schemas: Path | None = None, progress: Progress = silent
    ) -> Iterator[Finding]:
        """What the shapes and, where given, the official JSON schemas have against the files."""
        from adapters.edfi.check import Checker
        from adapters.edfi.json.official import OfficialJson
        from adapters.edfi.json.read import read

        checker = Checker(self.version)
        try:
            official = OfficialJson(schemas, self.version) if schemas else None
            for record in read(path, self.version, progress):
                yield from checker.findings(record)
                if official is not None:
                    yield from official.findings(record)
        except Unreadable as error:
            yield from error.findings
        yield from checker.rest()
