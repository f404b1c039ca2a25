"""The format `ilp`: documents, bundles, and folders of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.formats import Unreadable
from adapters.ilp.artifacts import Artifacts, NoArtifacts
from adapters.ilp.carry import files_in
from adapters.ilp.manifest import fault
from adapters.ilp.names import MANIFEST
from adapters.ilp.read import BundledPlan, check_bundle, open_bundle
from adapters.ilp.records import records_of
from adapters.ilp.write import write_bundle, write_plan
from adapters.port import Progress, silent
from schemas.finding import Finding
from schemas.ilp.document import FORMAT, MAX_BYTES, DocumentError, read_document
from schemas.standards.shape import StandardRecord

_ENDINGS = (".json", ".zip")
_ZIP = b"PK"
_FIRST_ENTRY = re.compile(rb"^PK\x03\x04.{26}(?:plans/[0-9]{6}/)?(?:ilp|manifest)\.json", re.DOTALL)


@dataclass(frozen=True, slots=True)
class IlpFormat:
    """Plans in our own form; `artifacts` is where the files of plans are found for writing."""

    artifacts: Artifacts = field(default_factory=NoArtifacts)
    name: str = "ilp"

    def claims(self, path: Path) -> bool:
        """Whether this is, or a folder starts with, a document or a bundle of ours."""
        files = _listed(path) if path.is_dir() else [path]
        return bool(files) and _is_ours(files[0])

    def read(self, path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
        """Each plan, followed by the versions before it; see `adapters.ilp.records`."""
        files = files_at(path)
        for done, file in enumerate(files, start=1):
            if is_bundle(file):
                with open_bundle(file) as bundle:
                    for number, one in enumerate(bundle.plans(), start=1):
                        yield from records_of(one)
                        progress(f"Reading {file.name}", number)
            else:
                yield from records_of(read_plan(file))
                progress("Reading plans", done, len(files))

    def write(
        self, path: Path, records: Iterable[StandardRecord], progress: Progress = silent
    ) -> None:
        """Write one document to a `.json`, or a bundle to a `.zip`; raises Unreadable."""
        ending = path.suffix.lower()
        if ending not in _ENDINGS:
            problem = f"{path.name} says neither .json nor .zip"
            raise Unreadable(fault("name", problem, "Name the output so.", path.name))
        if ending == ".zip":
            write_bundle(path, records, self.artifacts, progress)
        else:
            write_plan(path, records)

    @contextmanager
    def carrying(self, path: Path) -> Iterator[IlpFormat]:
        """The same format, which writes the files of the bundles at `path` along.

        For turning bundles into bundles; raises Unreadable.
        """
        held = files_in(file for file in files_at(path) if is_bundle(file))
        try:
            yield replace(self, artifacts=held)
        finally:
            held.close()

    def check(
        self, path: Path, schemas: Path | None = None, progress: Progress = silent
    ) -> Iterator[Finding]:
        """Every fault of every file; the format has no other schemas than its own."""
        try:
            files = files_at(path)
        except Unreadable as error:
            yield from error.findings
            return
        for done, file in enumerate(files, start=1):
            yield from check_bundle(file) if is_bundle(file) else _document_faults(file)
            progress("Checking plans", done, len(files))


def files_at(path: Path) -> list[Path]:
    """The file, or the documents and bundles of a folder by name.

    Raises Unreadable for a folder without any, FileNotFoundError where nothing is there.
    """
    if not path.is_dir():
        path.stat()
        return [path]
    if (path / MANIFEST).is_file():
        problem = f"{path.name} is an unpacked bundle"
        raise Unreadable(fault("unpacked", problem, "Give the .zip as it was.", path.name))
    files = _listed(path)
    if not files:
        problem = f"{path.name} holds neither .json documents nor .zip bundles"
        raise Unreadable(fault("empty", problem, "Name another folder.", path.name))
    return files


def is_bundle(file: Path) -> bool:
    """Whether a file is to be read as a bundle: by its name, or by its first bytes."""
    return file.suffix.lower() == ".zip" or _start(file, len(_ZIP)) == _ZIP


def read_plan(file: Path) -> BundledPlan:
    """The plan of a document; raises Unreadable."""
    size = file.stat().st_size
    if size > MAX_BYTES:
        problem = f"the document has {size:,} bytes; at most {MAX_BYTES:,} are read"
        raise Unreadable(fault("too-big", problem, "Export the plan again.", file.name))
    try:
        return BundledPlan(read_document(file.read_bytes()), (), (), file.name)
    except DocumentError as error:
        raise Unreadable(*(replace(one, file=file.name) for one in error.findings)) from None


def _document_faults(file: Path) -> Iterator[Finding]:
    try:
        read_plan(file)
    except Unreadable as error:
        yield from error.findings


def _listed(folder: Path) -> list[Path]:
    inner = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(path for path in inner if path.suffix.lower() in _ENDINGS and path.is_file())


def _is_ours(file: Path) -> bool:
    start = _start(file, 1000)
    return bool(_FIRST_ENTRY.match(start)) or f'"{FORMAT}"'.encode() in start


def _start(file: Path, size: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(size)
    except OSError:
        return b""
