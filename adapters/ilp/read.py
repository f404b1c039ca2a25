"""Bundles, read as if someone meant harm: nothing is believed that was not measured."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from adapters.formats import Unreadable
from adapters.ilp.artifacts import by_digest, every_file
from adapters.ilp.limits import LIMITS, BundleLimits
from adapters.ilp.manifest import Manifest, Role, Row, VersionFacts, fault, read_manifest
from adapters.ilp.names import MANIFEST
from adapters.shelf import Shelf
from adapters.zips import ZipRefused, ZipRules, inflated, open_zip
from schemas.finding import Finding
from schemas.ilp.document import DocumentError, read_document
from schemas.ilp.envelope import MAX_BYTES
from schemas.ilp.plan import Plan
from schemas.ilp.values import FileMeta

_AGAIN: Final = "Export the plan again, and pass the bundle on as it is."
_TRANSFER: Final = "Transfer the bundle again, or ask its sender for another."


@dataclass(frozen=True, slots=True)
class PastVersion:
    """The whole plan as it was in a version, and who kept it."""

    facts: VersionFacts
    plan: Plan


@dataclass(frozen=True, slots=True)
class BundledPlan:
    """One plan of a bundle, verified with its versions (oldest first) and files.

    `artifacts` also lists files that are known by the plan's words alone (`held` is False).
    """

    plan: Plan
    past: tuple[PastVersion, ...]
    artifacts: tuple[Row, ...]
    where: str


@contextmanager
def open_bundle(path: Path, limits: BundleLimits = LIMITS) -> Iterator[Bundle]:
    """Open a bundle whose list of files agrees with what lies in it; raises Unreadable.

    The files themselves are verified as they are read.
    """
    with _opened(path, limits) as bundle:
        wrong = list(bundle.disagreements())
        if wrong:
            raise Unreadable(*wrong)
        yield bundle


def check_bundle(path: Path, limits: BundleLimits = LIMITS) -> Iterator[Finding]:
    """Everything that is wrong with a bundle; nothing for a sound one."""
    try:
        with _opened(path, limits) as bundle:
            yield from bundle.disagreements()
            for rows in bundle.manifest.folders():
                yield from bundle.faults(rows)
    except Unreadable as error:
        yield from error.findings


@contextmanager
def _opened(path: Path, limits: BundleLimits) -> Iterator[Bundle]:
    rules = limits.rules(path.stat().st_size)
    try:
        with open_zip(path, rules) as archive:
            yield Bundle(path.name, archive, _manifest(archive, path.name, rules, limits), rules)
    except ZipRefused as error:
        raise Unreadable(replace(error.finding, file=_inside(error.finding.file, path))) from None


def _inside(entry: str | None, path: Path) -> str:
    return path.name if entry in (None, path.name) else f"{entry} in {path.name}"


def _manifest(
    archive: zipfile.ZipFile, name: str, rules: ZipRules, limits: BundleLimits
) -> Manifest:
    """The manifest; it is held in memory, so its size is bounded by what it can list."""
    if MANIFEST not in archive.namelist():
        problem = f"there is no {MANIFEST}: this is no bundle of Planbridge"
        raise Unreadable(fault("foreign", problem, "Give a bundle that Planbridge exported.", name))
    allowed = limits.manifest_bytes(len(archive.namelist()))
    if archive.getinfo(MANIFEST).file_size > allowed:
        problem = f"the manifest has more than {allowed:,} bytes, too many for what it lists"
        raise Unreadable(fault("manifest", problem, _AGAIN, f"{MANIFEST} in {name}"))
    try:
        return read_manifest(b"".join(inflated(archive, MANIFEST, rules)))
    except Unreadable as error:
        found = (replace(one, file=f"{MANIFEST} in {name}") for one in error.findings)
        raise Unreadable(*found) from None


@dataclass(frozen=True, slots=True)
class Bundle:
    """An open bundle."""

    name: str
    archive: zipfile.ZipFile
    manifest: Manifest
    rules: ZipRules

    def plans(self) -> Iterator[BundledPlan]:
        """Every plan, all that belongs to it verified first; raises Unreadable."""
        for rows in self.manifest.folders():
            wrong: list[Finding] = []
            read = self._read(rows, wrong)
            if wrong or read is None:
                raise Unreadable(*wrong)
            yield read

    def faults(self, rows: tuple[Row, ...]) -> list[Finding]:
        """What is wrong with the files of one plan."""
        wrong: list[Finding] = []
        self._read(rows, wrong)
        return wrong

    def keep(self, row: Row, shelf: Shelf) -> None:
        """Copy a held file to a shelf, unless it is there already; raises Unreadable."""
        if shelf.is_whole(row.sha256):
            return
        try:
            with shelf.draft() as draft:
                for chunk in self._verified(row):
                    draft.stream.write(chunk)
        except ZipRefused as error:
            raise Unreadable(self._placed(error.finding, row)) from None

    def disagreements(self) -> Iterator[Finding]:
        """Where the manifest and the zip's own table of contents disagree."""
        held = {entry.filename: entry for entry in self.archive.infolist() if not _is_empty(entry)}
        listed = {row.path: row for row in self.manifest.files if row.held}
        for path, row in listed.items():
            if path not in held:
                yield self._fault("missing", "the file is listed, but not there", row.path)
            elif held[path].file_size != row.bytes:
                problem = f"the file has {held[path].file_size:,} bytes, not {row.bytes:,}"
                yield self._fault("tampered", problem, row.path)
        for path in held.keys() - listed.keys() - {MANIFEST}:
            yield self._fault("unlisted", "the manifest does not list this file", path, _AGAIN)

    def _read(self, rows: tuple[Row, ...], wrong: list[Finding]) -> BundledPlan | None:
        plans = {row.path: self._plan(row, wrong) for row in rows if row.role is not Role.ARTIFACT}
        artifacts = tuple(row for row in rows if row.role is Role.ARTIFACT)
        for row in artifacts:
            if row.held and self._is_there(row):
                self._drain(row, wrong)
        whole = {path: plan for path, plan in plans.items() if plan is not None}
        if len(whole) < len(plans):
            return None
        wrong.extend(self._contradictions(list(whole.values()), artifacts))
        return self._put_together(rows, whole, artifacts)

    def _put_together(
        self, rows: tuple[Row, ...], plans: dict[str, Plan], artifacts: tuple[Row, ...]
    ) -> BundledPlan:
        [head] = (row for row in rows if row.role is Role.PLAN)
        past = [PastVersion(row.facts, plans[row.path]) for row in rows if row.facts is not None]
        past.sort(key=lambda one: one.facts.version)
        where = f"{head.path} in {self.name}"
        return BundledPlan(plans[head.path], tuple(past), artifacts, where)

    def _is_there(self, row: Row) -> bool:
        """Whether the zip holds the file in the size listed; if not, that has been told."""
        entry = self.archive.NameToInfo.get(row.path)
        return entry is not None and entry.file_size == row.bytes

    def _plan(self, row: Row, wrong: list[Finding]) -> Plan | None:
        if not self._is_there(row):
            return None
        if row.bytes > MAX_BYTES:
            problem = f"the document has more than {MAX_BYTES:,} bytes"
            wrong.append(self._fault("too-big", problem, row.path, _AGAIN))
            return None
        try:
            return read_document(b"".join(self._verified(row)))
        except Unreadable as error:
            wrong.extend(error.findings)
        except ZipRefused as error:
            wrong.append(self._placed(error.finding, row))
        except DocumentError as error:
            wrong.extend(self._placed(finding, row) for finding in error.findings)
        return None

    def _drain(self, row: Row, wrong: list[Finding]) -> None:
        """Read a file for its digest alone."""
        try:
            for _ in self._verified(row):
                pass
        except Unreadable as error:
            wrong.extend(error.findings)
        except ZipRefused as error:
            wrong.append(self._placed(error.finding, row))

    def _verified(self, row: Row) -> Iterator[bytes]:
        """A listed file's bytes; raises Unreadable at its end where they are not those listed."""
        sum_ = hashlib.sha256()
        for chunk in inflated(self.archive, row.path, self.rules):
            sum_.update(chunk)
            yield chunk
        if sum_.hexdigest() != row.sha256:
            problem = "the file was changed after the bundle was written: its digest differs"
            raise Unreadable(self._fault("tampered", problem, row.path))

    def _contradictions(self, plans: list[Plan], artifacts: tuple[Row, ...]) -> Iterator[Finding]:
        """Where the list of artifacts and what the plan says of its files disagree."""
        listed = {row.sha256: row for row in artifacts}
        said = list(every_file(plans))
        named = by_digest(said)
        for sha256, row in listed.items():
            if sha256 not in named:
                problem = "no plan speaks of this artifact"
                yield self._fault("unlisted", problem, row.path, _AGAIN)
        for sha256, meta in named.items():
            if sha256 not in listed:
                problem = f"the plan speaks of {meta.name}, which the manifest does not list"
                yield self._fault("missing", problem, MANIFEST, _AGAIN)
        yield from self._wrong_sizes(said, listed)

    def _wrong_sizes(self, said: list[FileMeta], listed: dict[str, Row]) -> Iterator[Finding]:
        for meta in said:
            row = listed.get(meta.sha256)
            if row and row.held and meta.bytes != row.bytes:
                problem = f"the plan says that {meta.name} has {meta.bytes:,} bytes, not "
                yield self._fault("contradiction", f"{problem}{row.bytes:,}", row.path, _AGAIN)

    def _fault(self, code: str, problem: str, path: str, fix: str = _TRANSFER) -> Finding:
        return fault(code, problem, fix, f"{path} in {self.name}")

    def _placed(self, finding: Finding, row: Row) -> Finding:
        return replace(finding, file=f"{row.path} in {self.name}")


def _is_empty(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a mere folder, as zip programs add them."""
    return entry.is_dir() and not entry.file_size
