"""Bundles for tests: small plans with files and versions, and bundles taken apart and put together.

`rebuilt` makes what somebody with bad intentions, or a bad cable, would hand in.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from support.ilp_entries import changed, entry, plan_with

from adapters.ilp.format import IlpFormat
from adapters.ilp.manifest import digest_of
from adapters.ilp.records import PLAN, VERSION, as_values
from schemas.ilp.plan import Plan
from schemas.standards.shape import StandardRecord

PICTURE = bytes(range(256)) * 4
LETTER = "Résumé ✓".encode()


def sha256(content: bytes) -> str:
    """The digest by which a file is known."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class Held:
    """Files held in memory, by digest."""

    files: Mapping[str, bytes] = field(default_factory=dict)

    def open(self, sha256: str) -> IO[bytes] | None:
        """The file, if it is held."""
        return io.BytesIO(self.files[sha256]) if sha256 in self.files else None


def holding(*contents: bytes) -> Held:
    """These files."""
    return Held({sha256(content): content for content in contents})


def sample(id_: str, content: bytes, name: str, **meta: Any) -> dict[str, Any]:
    """A work sample with a file; `meta` replaces what is said of it."""
    said = {
        "name": name,
        "media_type": "image/png",
        "bytes": len(content),
        "sha256": sha256(content),
    }
    return entry(id_, title=f"Sample {id_}", file=said | meta)


def resume(id_: str, content: bytes) -> dict[str, Any]:
    """A résumé that was sent as a file, and whose first version was another file."""
    said = {"kind": "resume", "title": "My résumé", "current_on": date(2026, 9, 1)}
    file = sample(id_, content, "Résumé.pdf")["file"]
    before = {"id": id_, "version": 1, "changed": changed(), **said, "file": file}
    return {"id": id_, "version": 2, "changed": changed(2), **said, "earlier": (before,)}


def plan_with_files(**meta: Any) -> Plan:
    """A plan whose current entry names a picture and whose earlier one a letter."""
    picture = sample("sample", PICTURE, "My Garden/Gate?.png", **meta)
    return plan_with({"ART.01": [picture], "ART.02": [resume("resume", LETTER)]})


def version_of(plan: Plan, number: int) -> StandardRecord:
    """An earlier version of a whole plan."""
    facts = {
        "version": number,
        "author": "counselor",
        "source": "import",
        "reason": f"meeting {number}",
        "at": f"2026-09-{number:02}T10:00:00.000Z",
    }
    return StandardRecord(VERSION, {**facts, "plan": as_values(plan)})


def plan_record(plan: Plan) -> StandardRecord:
    """A plan on its way."""
    return StandardRecord(PLAN, as_values(plan))


FULL = [
    plan_record(plan_with_files()),
    version_of(plan_with(), 1),
    version_of(plan_with_files(), 2),
]
"""A plan with two versions and two files."""


def write(path: Path, records: Iterable[StandardRecord], *contents: bytes) -> Path:
    """Write a bundle of plans with the files held."""
    IlpFormat(holding(*contents)).write(path, records)
    return path


def full_bundle(path: Path) -> Path:
    """A bundle of one plan with two versions and two files, both held."""
    return write(path, FULL, PICTURE, LETTER)


Files = dict[str, bytes]


def unpacked(path: Path) -> Files:
    """The files of a bundle by path, in their order."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path: Path, files: Mapping[str, bytes]) -> Path:
    """A zip of these files, in their order."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def rebuilt(path: Path, change: Callable[[Files], object]) -> Path:
    """A bundle with its files changed, and its manifest as it was unless that was changed."""
    files = unpacked(path)
    change(files)
    path.unlink()
    return packed(path, files)


def resealed(files: Files, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a manifest says, and seal it again as its forger would."""
    content = json.loads(files["manifest.json"])
    change(content)
    content["digest"] = digest_of(content)
    files["manifest.json"] = json.dumps(content).encode()


def relisted(files: Files, path: str) -> None:
    """Put a changed file's true size and digest into the manifest."""

    def correct(content: dict[str, Any]) -> None:
        row = next(row for row in content["files"] if row["path"] == path)
        row |= {"bytes": len(files[path]), "sha256": sha256(files[path])}

    resealed(files, correct)
