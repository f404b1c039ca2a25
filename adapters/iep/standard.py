"""IEPs in files of a standard: which student a record is about, told by the mapping tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from adapters.formats import Format
from adapters.iep.names import Names
from adapters.iep.pieces import Piece, Refined
from mappings.iep.bridge import IepBridge
from schemas.finding import Finding, Severity
from schemas.standards.shape import StandardRecord


@dataclass(frozen=True)
class StandardReader:
    """Reads files of a standard by `formats`, by the ending of the names that each takes.

    Files that end as `beside` says are laid beside them, for a format that looks for them.
    Records that no table of `bridge` knows are passed over: a delivery may hold more than IEPs.
    Implements `adapters.iep.pieces.IepReader`.
    """

    bridge: IepBridge
    formats: Mapping[str, Callable[[], Format]]
    beside: tuple[str, ...] = ()
    names: Names = field(default_factory=Names)

    @property
    def standard(self) -> str:
        """The book's name, such as `edfi-6.1`."""
        return self.bridge.book_name

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings that the formats take, packed files included."""
        packed = (f"{ending}.gz" for ending in self.formats)
        return (*self.formats, *packed, *self.beside)

    def columns(self, files: Mapping[str, Path]) -> dict[str, list[str]]:
        """Files that are named after a resource; others may have another name each night."""
        stems = {name: PurePosixPath(name).name.partition(".")[0] for name in files}
        known = self.bridge.book.by_entity.keys() | self.names.resources.keys()
        return {name: [] for name, stem in stems.items() if stem in known}

    def read(self, folder: Path) -> Iterator[Piece | Finding]:
        """Every record about an IEP. Raises Unreadable."""
        self.names.rename_files(folder)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            plain = path.name.lower().removesuffix(".gz")
            for ending, form in self.formats.items():
                if plain.endswith(ending):
                    records = map(self.names.renamed, form().read(path))
                    yield from map(self._piece, filter(self.bridge.is_about, records))

    def refine(self, record: StandardRecord) -> Refined:
        """The record as it is: what a mapping cannot read of it, the mapping lists."""
        return record, ()

    def _piece(self, record: StandardRecord) -> Piece | Finding:
        student = self.bridge.student_of(record)
        if student is None:
            return Finding(
                Severity.HOLD,
                "iep.no-student",
                f"a record of {record.entity} names no student ({record.where})",
                "Correct it; what it tells would be missed in some student's IEP.",
                record.where.partition(",")[0],
            )
        return Piece(student, record)
