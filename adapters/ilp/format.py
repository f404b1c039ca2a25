"""The format `ilp`; it imports what it needs when it is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.ilp.artifacts import Artifacts, NoArtifacts
from adapters.ilp.claim import is_ours, listed
from adapters.port import Progress, silent
from schemas.finding import Finding
from schemas.standards.shape import StandardRecord


@dataclass(frozen=True, slots=True)
class IlpFormat:
    """Plans in our own form; `artifacts` is where the files of plans are found for writing."""

    artifacts: Artifacts = field(default_factory=NoArtifacts)
    name: str = "ilp"

    def claims(self, path: Path) -> bool:
        """Whether this is, or a folder starts with, a document or a bundle of ours."""
        files = listed(path) if path.is_dir() else [path]
        return bool(files) and is_ours(files[0])

    def read(self, path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
        """Each plan, followed by the versions before it; see `adapters.ilp.records`."""
        from adapters.ilp.files import read

        return read(path, progress)

    def write(
        self, path: Path, records: Iterable[StandardRecord], progress: Progress = silent
    ) -> None:
        """Write one document to a `.json`, or a bundle to a `.zip`; raises Unreadable."""
        from adapters.ilp.files import write

        write(path, records, self.artifacts, progress)

    @contextmanager
    def carrying(self, path: Path) -> Iterator[IlpFormat]:
        """The same format, which writes the files of the bundles at `path` along.

        For turning bundles into bundles; raises Unreadable.
        """
        from adapters.ilp.files import held_at

        with held_at(path) as held:
            yield replace(self, artifacts=held)

    def check(
        self, path: Path, schemas: Path | None = None, progress: Progress = silent
    ) -> Iterator[Finding]:
        """Every fault of every file; the format has no other schemas than its own."""
        from adapters.ilp.files import check

        return check(path, progress)
