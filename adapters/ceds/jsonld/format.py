"""`ceds-jsonld-14`: JSON-LD documents of CEDS 14."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.port import Progress, silent
from schemas.finding import Finding
from schemas.standards.shape import StandardRecord


@dataclass(frozen=True)
class CedsJsonLd:
    """JSON-LD in and out; see `adapters.formats.Format`.

    `strict` writes without our extension. `contexts` are folders with contexts that documents
    name and that we do not have; nothing is ever fetched.
    """

    name: str = "ceds-jsonld-14"
    strict: bool = False
    contexts: tuple[Path, ...] = ()

    def core(self) -> CedsJsonLd:
        """The same for receivers that want CEDS and nothing else: no term of ours is defined."""
        return replace(self, strict=True)

    def claims(self, path: Path) -> bool:
        """Whether the file is JSON-LD that speaks of CEDS; reads its first bytes at most."""
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            start = stream.read(65536).removeprefix(b"\xef\xbb\xbf").lstrip()
        linked = b'"@context"' in start or b'"@type"' in start
        return start[:1] in (b"{", b"[") and linked and b"ceds" in start.lower()

    def read(self, path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
        """Every tree: line by line in our own layout, by way of PyLD in any other."""
        from adapters.ceds.jsonld.document import read_document
        from adapters.ceds.jsonld.lines import is_our_layout, read_lines
        from adapters.ceds.tree import refused

        if not path.is_file():
            raise refused(path.name, "no file there", "give a JSON-LD document")
        if is_our_layout(path):
            yield from read_lines(path, progress)
        else:
            yield from read_document(path, progress, self.contexts)

    def write(
        self, path: Path, records: Iterable[StandardRecord], progress: Progress = silent
    ) -> None:
        """One document; also raises `adapters.ceds.tree.Unwritable`."""
        from adapters.ceds.jsonld.write import write

        write(path, records, progress, strict=self.strict)

    def check(
        self, path: Path, schemas: Path | None = None, progress: Progress = silent
    ) -> Iterator[Finding]:
        """What is wrong; with `schemas`, also what the SHACL shapes (`*.ttl`) there say."""
        from adapters.ceds.check import check

        folders = self.contexts if schemas is None else (*self.contexts, schemas)
        reader = replace(self, contexts=folders)
        return check(path, reader.read(path, progress), schemas)
