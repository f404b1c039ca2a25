"""Which of the collected files count, in which version and mode, by manifest and content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters.oneroster.csv.collect import Collected
from adapters.oneroster.csv.manifest import FILE, Manifest, read_manifest
from adapters.oneroster.csv.modes import Decided, decide_mode
from adapters.oneroster.csv.names import MANIFEST
from adapters.oneroster.csv.peek import Peek, peek
from adapters.port import DeliveredFile, Delivery, FileMode
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import files

STANDARD = "oneroster"

_ONLY_1P2_FILES = frozenset(files("1.2")) - frozenset(files("1.1"))
_ONLY_1P1_COLUMNS = ("orgSourcedIds", "role")
_ONLY_1P2_COLUMNS = ("userMasterIdentifier", "primaryOrgSourcedId", "preferredGivenName")

Looks = Mapping[str, Peek]


def deliver(collected: Collected, origin: str, *, complete: bool = False) -> Delivery:
    """The delivery that the collected files make; raises `Refused` for a useless manifest.

    With `complete`, files without the marks of a delta or with them everywhere are bulk alike.
    """
    paths = collected.paths
    looks = {name: peek(path) for name, path in paths.items() if name != MANIFEST}
    manifest = read_manifest(paths[MANIFEST]) if MANIFEST in paths else None
    findings = [*collected.contents.findings, *(manifest.findings if manifest else ())]
    version = _settle_version(manifest, looks, findings)
    findings.extend(_listed_but_missing(manifest, looks))
    delivered: dict[str, DeliveredFile] = {}
    for name, look in looks.items():
        if _counts(name, version, manifest, findings):
            said = manifest.modes[name] if manifest else None
            decided = decide_mode(f"{name}.csv", paths[name], look, said)
            if complete and said is not FileMode.DELTA and look.first is not None:
                decided = Decided(FileMode.BULK)
            findings.extend(decided.findings)
            delivered[name] = _delivered(collected, name, decided.mode, origin)
    return Delivery(
        STANDARD,
        version,
        delivered,
        memory=collected.memory,
        system=manifest.system if manifest else None,
        findings=tuple(findings),
    )


def _delivered(collected: Collected, name: str, mode: FileMode, origin: str) -> DeliveredFile:
    digest = collected.digests.get(name, "")
    source = f"{collected.contents.members[name]} in {origin}"
    return DeliveredFile(name, mode, collected.paths[name], digest, "text/csv", source)


def _settle_version(manifest: Manifest | None, looks: Looks, findings: list[Finding]) -> str:
    """The version of the package; where manifest and columns disagree, the columns win."""
    shown = _shown_version(looks)
    said = manifest.version if manifest else None
    version = shown or said or "1.1"
    if manifest is None:
        findings.append(_no_manifest(version))
    elif said is None:
        problem = f"the manifest does not say which OneRoster it is; read as {version}"
        fix = "Add the row oneroster.version with 1.1 or 1.2."
        findings.append(_warning("manifest.no_version", problem, fix, FILE))
    elif said != version:
        problem = f"the manifest says {said}, but users.csv has the columns of {version}"
        fix = f"Write {version} in the manifest, or export users.csv as {said} has it."
        findings.append(_warning("manifest.version_conflict", problem, fix, FILE))
    return version


def _shown_version(looks: Looks) -> str | None:
    """What the columns of users.csv, or without it the files present, say about the version."""
    users = looks.get("users")
    if users is not None:
        if all(users.has(column) for column in _ONLY_1P1_COLUMNS):
            return "1.1"
        if any(users.has(column) for column in _ONLY_1P2_COLUMNS):
            return "1.2"
    return "1.2" if _ONLY_1P2_FILES & looks.keys() else None


def _no_manifest(version: str) -> Finding:
    problem = (
        f"the package has no manifest; read as OneRoster {version}, complete unless every row "
        "has a status and date"
    )
    fix = "Export the package with manifest.csv, as OneRoster 1.1 and 1.2 want."
    return _warning("manifest.missing", problem, fix, FILE)


def _listed_but_missing(manifest: Manifest | None, looks: Looks) -> Iterator[Finding]:
    for name in manifest.modes if manifest else ():
        if name not in looks and name in files("1.2"):
            yield Finding(
                Severity.REFUSE,
                "manifest.file_missing",
                f"the manifest lists {name}.csv, but the package does not hold it",
                "Add the file, or mark it absent in the manifest.",
                file=f"{name}.csv",
            )


def _counts(name: str, version: str, manifest: Manifest | None, findings: list[Finding]) -> bool:
    """Whether a file that is there is read; a file that is left out is a finding."""
    reason = None
    if name not in files(version):
        reason = "file.not_in_version", f"OneRoster {version} has no such file, so it is not read"
    elif manifest is not None and name in manifest.absent:
        reason = "manifest.absent_file", "the manifest marks the file absent, so it is not read"
    elif manifest is not None and name not in manifest.modes:
        reason = "manifest.unlisted", "the manifest does not list the file, so it is not read"
    if reason is not None:
        code, problem = reason
        fix = "List the file as bulk or delta in the manifest, or leave it out."
        findings.append(_warning(code, problem, fix, f"{name}.csv"))
    return reason is None


def _warning(code: str, problem: str, fix: str, file: str) -> Finding:
    return Finding(Severity.WARNING, code, problem, fix, file=file)
