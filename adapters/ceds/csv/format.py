"""`ceds-csv-14`: CEDS records as one long table keyed by CEDS ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.port import Progress, silent
from schemas.finding import Finding
from schemas.standards.shape import StandardRecord


@dataclass(frozen=True)
class CedsCsv:
    """The long table in and out; see `adapters.formats.Format` and `adapters.ceds.csv.rows`.

    A path that ends in `.zip` is written as a zip, any other as a folder. `strict` writes without
    our extension.
    """

    name: str = "ceds-csv-14"
    strict: bool = False

    def claims(self, path: Path) -> bool:
        """Whether the table is there, by its name and its first bytes."""
        from adapters.ceds.csv.read import open_table
        from adapters.ceds.csv.rows import HEADER
        from adapters.formats import Unreadable

        if not path.exists():
            return False
        try:
            with open_table(path) as stream:
                start = stream.read(512).removeprefix(b"\xef\xbb\xbf")
        except (Unreadable, OSError):
            return False
        return start.startswith(",".join(HEADER).encode())

    def read(self, path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
        """Every tree of the table."""
        from adapters.ceds.csv.read import read_table

        return read_table(path, progress)

    def write(
        self, path: Path, records: Iterable[StandardRecord], progress: Progress = silent
    ) -> None:
        """A zip or a folder; also raises `adapters.ceds.tree.Unwritable`."""
        from adapters.ceds.csv.write import write_folder, write_zip

        as_zip = path.suffix.lower() == ".zip"
        (write_zip if as_zip else write_folder)(path, records, progress, self.strict)

    def check(
        self, path: Path, schemas: Path | None = None, progress: Progress = silent
    ) -> Iterator[Finding]:
        """What is wrong; with `schemas`, also what the SHACL shapes (`*.ttl`) there say."""
        from adapters.ceds.check import check

        return check(path, self.read(path, progress), schemas)
