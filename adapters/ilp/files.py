"""Plans in files: documents, bundles, and folders of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from adapters.formats import Unreadable
from adapters.ilp.artifacts import Artifacts
from adapters.ilp.carry import BundledArtifacts, files_in
from adapters.ilp.claim import ENDINGS, is_bundle, listed
from adapters.ilp.manifest import fault
from adapters.ilp.names import MANIFEST
from adapters.ilp.read import BundledPlan, check_bundle, open_bundle
from adapters.ilp.records import records_of
from adapters.ilp.write import write_bundle, write_plan
from adapters.port import Progress
from schemas.finding import Finding
from schemas.ilp.document import DocumentError, read_document
from schemas.ilp.envelope import MAX_BYTES
from schemas.standards.shape import StandardRecord


def read(path: Path, progress: Progress) -> Iterator[StandardRecord]:
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
    path: Path, records: Iterable[StandardRecord], artifacts: Artifacts, progress: Progress
) -> None:
    """Write one document to a `.json`, or a bundle to a `.zip`; raises Unreadable."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        problem = f"{path.name} says neither .json nor .zip"
        raise Unreadable(fault("name", problem, "Name the output so.", path.name))
    if ending == ".zip":
        write_bundle(path, records, artifacts, progress)
    else:
        write_plan(path, records)


@contextmanager
def held_at(path: Path) -> Iterator[BundledArtifacts]:
    """The files of the bundles at a path, while it is opened. Raises Unreadable."""
    held = files_in(file for file in files_at(path) if is_bundle(file))
    try:
        yield held
    finally:
        held.close()


def check(path: Path, progress: Progress) -> Iterator[Finding]:
    """Every fault of every file."""
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
    files = listed(path)
    if not files:
        problem = f"{path.name} holds neither .json documents nor .zip bundles"
        raise Unreadable(fault("empty", problem, "Name another folder.", path.name))
    return files


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
