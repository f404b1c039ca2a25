"""Writing bundles and documents: the same plans give the same bytes, whole or not at all."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Final

from adapters.formats import Unreadable
from adapters.ilp.artifacts import Artifacts, by_digest, every_file
from adapters.ilp.limits import LIMITS
from adapters.ilp.manifest import JSON, Role, Row, VersionFacts, fault, write_manifest
from adapters.ilp.names import DOCUMENT, MANIFEST, artifact_path, plan_folder, version_path
from adapters.ilp.records import PlanRecords, gathered
from adapters.port import Progress
from adapters.whole import whole_file
from schemas.ilp.document import write_document
from schemas.ilp.envelope import MAX_BYTES
from schemas.ilp.plan import Plan
from schemas.ilp.values import FileMeta
from schemas.standards.shape import StandardRecord

_CHUNK: Final = 1 << 20
_LEVEL: Final = 6
_DATE: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest moment that a zip can name: equal plans give equal bytes on any day."""


def write_plan(path: Path, records: Iterable[StandardRecord]) -> None:
    """Write one plan as a document. Raises Unreadable for several, or for versions before it."""
    with whole_file(path) as stream:
        plans = gathered(records)
        only = next(plans, None)
        if only is None:
            raise _nothing(path)
        if only.past or next(plans, None) is not None:
            what = "earlier versions of the whole plan" if only.past else "several plans"
            problem = f"one {path.suffix} document cannot hold {what}"
            raise Unreadable(fault("one-plan", problem, "Write to a .zip instead.", path.name))
        stream.write(_document(only.plan))


def write_bundle(
    path: Path, records: Iterable[StandardRecord], artifacts: Artifacts, progress: Progress
) -> None:
    """Write plans, their versions and the files that `artifacts` holds as one bundle."""
    with whole_file(path) as stream, zipfile.ZipFile(stream, "w") as archive:
        writer = _Writer(archive, artifacts)
        for done, (folder, one) in enumerate(_placed(gathered(records)), start=1):
            writer.add(folder, one)
            progress("Writing plans", done)
        if not writer.rows:
            raise _nothing(path)
        writer.close()


def _placed(plans: Iterator[PlanRecords]) -> Iterator[tuple[str, PlanRecords]]:
    """Each plan with its folder: one alone lies at the root."""
    first = list(zip(range(2), plans, strict=False))
    if len(first) == 1:
        yield "", first[0][1]
        return
    every = chain((one for _, one in first), plans)
    for number, one in enumerate(every, start=1):
        yield plan_folder(number), one


def _nothing(path: Path) -> Unreadable:
    return Unreadable(fault("empty", "there is no plan to write", "Name a plan.", path.name))


def _document(plan: Plan) -> bytes:
    data = write_document(plan)
    if len(data) > MAX_BYTES:
        problem = f"the plan takes {len(data):,} bytes; no reader accepts more than {MAX_BYTES:,}"
        raise Unreadable(fault("too-big", problem, "Keep fewer earlier versions.", None))
    return data


@dataclass(slots=True)
class _Writer:
    archive: zipfile.ZipFile
    artifacts: Artifacts
    rows: list[Row] = field(default_factory=list)

    def add(self, folder: str, one: PlanRecords) -> None:
        """Write one plan with all that belongs to it."""
        self._write_plan(f"{folder}{DOCUMENT}", Role.PLAN, one.plan)
        for past in one.past:
            path = version_path(folder, past.facts.version)
            self._write_plan(path, Role.VERSION, past.plan, past.facts)
        said = list(every_file([one.plan, *(past.plan for past in one.past)]))
        for meta in by_digest(said).values():
            row = self._write_artifact(folder, meta)
            self.rows.append(row)
            if row.held:
                _check_sizes(said, row)

    def close(self) -> None:
        """Write the list of what was written."""
        if len(self.rows) >= LIMITS.files:
            problem = f"a bundle holds at most {LIMITS.files:,} files"
            raise Unreadable(fault("too-many", problem, "Write several bundles.", None))
        manifest = write_manifest(self.rows)
        if len(manifest) > LIMITS.manifest_bytes(len(self.archive.infolist())):
            problem = "the list of files and versions is larger than any reader accepts"
            raise Unreadable(fault("too-many", problem, "Write several bundles.", None))
        self._pack(MANIFEST, manifest)

    def _write_plan(
        self, path: str, role: Role, plan: Plan, facts: VersionFacts | None = None
    ) -> None:
        data = _document(plan)
        self._pack(path, data)
        digest = hashlib.sha256(data).hexdigest()
        self.rows.append(
            Row(
                path=path,
                role=role,
                media_type=JSON,
                bytes=len(data),
                sha256=digest,
                facts=facts,
            )
        )

    def _pack(self, path: str, data: bytes) -> None:
        self.archive.writestr(_entry(path), data, zipfile.ZIP_DEFLATED, _LEVEL)

    def _write_artifact(self, folder: str, meta: FileMeta) -> Row:
        path = artifact_path(folder, meta.sha256, meta.name)
        stream = self.artifacts.open(meta.sha256)
        if stream is not None:
            with stream:
                self._copy(path, stream, meta)
        return Row(
            path=path,
            role=Role.ARTIFACT,
            media_type=meta.media_type,
            bytes=meta.bytes,
            sha256=meta.sha256,
            held=stream is not None,
        )

    def _copy(self, path: str, stream: IO[bytes], meta: FileMeta) -> None:
        """Copy a stored file as it is: pictures and films are packed already."""
        entry = _entry(path)
        entry.file_size = meta.bytes
        sum_, size = hashlib.sha256(), 0
        with self.archive.open(entry, "w") as target:
            while chunk := stream.read(min(_CHUNK, meta.bytes - size + 1)):
                size += len(chunk)
                if size > meta.bytes:
                    break
                sum_.update(chunk)
                target.write(chunk)
        if size == meta.bytes and sum_.hexdigest() != meta.sha256:
            problem = f"the stored file of {meta.name} is damaged: its digest differs"
            raise Unreadable(fault("damaged", problem, "Restore it from a backup.", meta.sha256))
        if size != meta.bytes:
            raise _contradiction(meta, "has another size")


def _check_sizes(said: list[FileMeta], row: Row) -> None:
    for meta in said:
        if meta.sha256 == row.sha256 and meta.bytes != row.bytes:
            raise _contradiction(meta, f"has {row.bytes:,}")


def _contradiction(meta: FileMeta, truth: str) -> Unreadable:
    problem = f"the plan says that {meta.name} has {meta.bytes:,} bytes; the stored file {truth}"
    return Unreadable(fault("contradiction", problem, "Correct the plan's entry.", meta.sha256))


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _DATE)
    entry.create_system = 3
    entry.external_attr = 0o600 << 16
    return entry
