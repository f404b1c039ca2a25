"""`oneroster-json-1.2`: one payload of the REST binding a collection, in a folder or a zip."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from adapters.formats import Unreadable
from adapters.oneroster.files.loss import (
    OnFinding,
    OnLoss,
    counting,
    dropping,
    ignore,
    refuse,
)
from adapters.oneroster.files.packed import unpacked
from adapters.oneroster.files.sniff import json_collections
from adapters.port import Progress, silent
from mappings.engine.loss import Losses
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import entities
from schemas.standards.shape import StandardRecord

_ALSO = {
    "terms": "academicSessions",
    "gradingPeriods": "academicSessions",
    "schools": "orgs",
    "students": "users",
    "teachers": "users",
}
"""Paths of the REST binding that some systems take for the key of the payload (REST 6.6)."""


@dataclass(frozen=True, slots=True)
class OneRosterJson:
    """The JSON binding of one version. Implements `adapters.formats.Format`.

    `on_loss` is told what JSON cannot say, by default an error; `on_finding` what was odd in what
    was read. `now` is the dateLastModified of records that have none, by default the time of
    writing. `base` is the address before every href, such as `https://sis.example.org`; without
    it they are paths that any server's address can stand before.
    """

    version: str = "1.2"
    now: datetime | None = None
    base: str = ""
    on_loss: OnLoss = refuse
    on_finding: OnFinding = ignore

    @property
    def name(self) -> str:
        """The format's name on the command line."""
        return f"oneroster-json-{self.version}"

    def reporting(self, losses: Losses) -> OneRosterJson:
        """The same format, counting what its files cannot say and what reading drops."""
        return replace(self, on_loss=counting(losses), on_finding=dropping(losses))

    def claims(self, path: Path) -> bool:
        """Whether JSON files there begin as payloads of this standard do."""
        return any(_collection(key, self.version) for key in json_collections(path))

    def read(self, path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
        """Every record as a row, followed by the rows that it nests. Raises Unreadable."""
        from adapters.oneroster.files.json_read import read_rows

        with _opened(path) as files:
            for done, (file, stream) in enumerate(files, start=1):
                yield from read_rows(stream, file, self.version, _collection, self.on_finding)
                progress(f"Reading {file}", done)

    def write(
        self, path: Path, records: Iterable[StandardRecord], progress: Progress = silent
    ) -> None:
        """Write a zip where the name ends in `.zip`, else a folder. Raises FileExistsError.

        Raises Unrepresentable at the first loss unless `on_loss` says otherwise.
        """
        from adapters.oneroster.files.json_write import Writing, write_collections

        moment = (self.now or datetime.now(UTC)).astimezone(UTC)
        now = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        writing = Writing(self.version, now, self.base, self.on_loss)
        write_collections(path, records, writing, progress)

    def check(
        self, path: Path, schemas: Path | None = None, progress: Progress = silent
    ) -> Iterator[Finding]:
        """What is odd in the form, the values and the references. `schemas` is not used."""
        from adapters.oneroster.files.json_check import check_collections

        told: list[Finding] = []
        reader = OneRosterJson(self.version, on_finding=told.append)
        try:
            records = reader.read(path, progress)
            found = list(check_collections(records, self.version))
        except Unreadable as unreadable:
            found = list(unreadable.findings)
        yield from told
        yield from found


def _collection(key: str, version: str) -> str | None:
    """The collection that a key of a payload stands for."""
    name = _ALSO.get(key, key)
    return name if name in entities(version) else None


@contextmanager
def _opened(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The JSON files of a folder or zip, or the one file, by name. Raises Unreadable."""
    with tempfile.TemporaryDirectory(prefix="planbridge-oneroster-") as scratch:
        if path.suffix.lower() == ".zip" and path.is_file():
            yield _streams(_unpacked(path, Path(scratch)), path)
        else:
            yield _streams(unpacked(_plain_files(path), Path(scratch), _refused), path)


def _plain_files(path: Path) -> Iterator[Path]:
    """The JSON files of a folder, packed ones among them, or the one file. Raises Unreadable."""
    if not path.is_dir():
        yield from [path] if path.is_file() else []
        return
    for file in sorted((*path.glob("*.json"), *path.glob("*.json.gz"))):
        if not file.resolve().is_relative_to(path.resolve()):
            raise _refused("file.not_plain", f"{file.name} leads out of the folder", file.name)
        yield file


def _streams(files: Iterable[Path], place: Path) -> Iterator[tuple[str, IO[bytes]]]:
    found = False
    for file in files:
        found = True
        with file.open("rb") as stream:
            yield file.name, stream
    if not found:
        raise _refused("json.none", f"{place} holds no JSON files", None)


def _unpacked(path: Path, scratch: Path) -> list[Path]:
    """The JSON files of a zip, inflated within limits. Raises Unreadable."""
    from adapters.oneroster.csv.limits import DEFAULT_LIMITS
    from adapters.oneroster.csv.refusal import Refused
    from adapters.oneroster.csv.zips import inflate, open_zip
    from adapters.shelf import Shelf

    found, shelf = [], Shelf(scratch, lasting=False)
    try:
        with open_zip(path, DEFAULT_LIMITS) as archive:
            for name in sorted(archive.namelist()):
                if name.lower().endswith(".json"):
                    file = scratch / PurePosixPath(name).name
                    if file.exists():
                        problem = f"two files of the archive are called {file.name}"
                        raise _refused("file.twice", problem, name)
                    inflate(archive, name, shelf, DEFAULT_LIMITS).path.rename(file)
                    found.append(file)
    except Refused as refused:
        raise Unreadable(refused.finding) from None
    return found


def _refused(code: str, problem: str, file: str | None) -> Unreadable:
    fix = "Point to the folder or zip with one JSON payload for each collection."
    return Unreadable(Finding(Severity.REFUSE, code, problem, fix, file))
