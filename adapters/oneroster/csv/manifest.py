"""`manifest.csv`: which files a package holds, in which version, all or only changes.

Source: CSV Binding 1.2.1, Package rules and manifest.csv.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from adapters.oneroster.csv.refusal import Refused
from adapters.port import FileMode
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import manifest as manifest_rows

FILE = "manifest.csv"
_LARGEST = 1 << 20
_HEADER = ["propertyName", "value"]
_VERSION = re.compile(r"v?1[.p]?([012])([.p]\d+)*$", re.IGNORECASE)
_PREFIX = "file."


@dataclass(slots=True)
class Manifest:
    """What the manifest says; `modes` has None for a value that means nothing.

    `version` is None where the manifest does not say. Files marked absent are not in `modes`.
    """

    version: str | None = None
    modes: dict[str, FileMode | None] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    system: str | None = None
    findings: list[Finding] = field(default_factory=list)

    def warn(self, code: str, problem: str, fix: str, *, row: int | None = None) -> None:
        """Note something worth knowing about the manifest."""
        self._note(Severity.WARNING, code, problem, fix, row=row)

    def repair(self, code: str, problem: str, fix: str, *, row: int | None = None) -> None:
        """Note something read leniently."""
        self._note(Severity.REPAIR, code, problem, fix, row=row)

    def _note(
        self, severity: Severity, code: str, problem: str, fix: str, *, row: int | None
    ) -> None:
        self.findings.append(Finding(severity, code, problem, fix, file=FILE, row=row))


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; raises `Refused` when it is not one or contradicts itself."""
    manifest = Manifest()
    properties = dict(_properties(path, manifest))
    _take_versions(properties, manifest)
    for name, (row, value) in properties.items():
        if name.startswith(_PREFIX):
            _take_mode(name.removeprefix(_PREFIX), row, value, manifest)
    _take_system(properties, manifest)
    _check_rows(properties, manifest)
    return manifest


def _properties(path: Path, manifest: Manifest) -> Iterator[tuple[str, tuple[int, str]]]:
    """Each property with its row and value."""
    records = _records(path)
    if [name.strip().lower() for name in records[0]] != [name.lower() for name in _HEADER]:
        raise _no_manifest("its header is not propertyName,value")
    if records[0] != _HEADER:
        fix = "Write the header exactly as propertyName,value."
        manifest.repair("manifest.header", "the header is not spelled exactly", fix, row=1)
    seen: dict[str, str] = {}
    for row, record in enumerate(records[1:], start=2):
        name, value = ([*(cell.strip() for cell in record), "", ""])[:2]
        if name and seen.setdefault(name, value) != value:
            raise _no_manifest(f"row {row} gives {name} a second value")
        if name:
            yield name, (row, value)


def _records(path: Path) -> list[list[str]]:
    if path.stat().st_size > _LARGEST:
        raise _no_manifest("it is far too large")
    try:
        text = path.read_text("utf-8-sig")
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _no_manifest(f"it cannot be read as CSV in UTF-8 ({error})") from None
    return records or [[]]


def _no_manifest(reason: str) -> Refused:
    return Refused(
        "manifest.unreadable",
        f"manifest.csv cannot be used: {reason}",
        "Export the package again with a manifest of the form propertyName,value.",
        file=FILE,
    )


def _take_versions(properties: dict[str, tuple[int, str]], manifest: Manifest) -> None:
    own = properties.get("manifest.version")
    if own and own[1] != "1.0":
        fix = "manifest.version is the version of the manifest's own form, which is 1.0."
        manifest.warn("manifest.own_version", "manifest.version is not 1.0", fix, row=own[0])
    row, said = properties.get("oneroster.version", (None, ""))
    if said:
        manifest.version = _version(said)
        if manifest.version != said:
            problem = f"oneroster.version says {said}; read as {manifest.version}"
            fix = "Write 1.1 or 1.2; packages of 1.2.1 say 1.2 as well."
            manifest.repair("manifest.version_form", problem, fix, row=row)


def _version(said: str) -> str:
    found = _VERSION.match(said)
    if found is None:
        raise Refused(
            "manifest.unknown_version",
            f"the package says it is OneRoster {said}, which cannot be read",
            "Export the package as OneRoster 1.1 or 1.2.",
            file=FILE,
            value=said,
        )
    # 1.0 knew seven of the files of 1.1 and no manifest.
    return "1.2" if found[1] == "2" else "1.1"


def _take_mode(name: str, row: int, value: str, manifest: Manifest) -> None:
    word = value.lower()
    if word == "absent":
        manifest.absent.add(name)
    elif word in (FileMode.BULK, FileMode.DELTA):
        manifest.modes[name] = FileMode(word)
    else:
        manifest.modes[name] = None
        problem = f"file.{name} is {value or 'blank'!s}, so its content decides how it is read"
        manifest.warn("manifest.value", problem, "Write absent, bulk or delta.", row=row)
        return
    if word != value:
        problem = f"file.{name} is written {value}"
        manifest.repair("manifest.case", problem, f"Write {word}.", row=row)


def _take_system(properties: dict[str, tuple[int, str]], manifest: Manifest) -> None:
    names = (properties.get(f"source.system{part}", (0, ""))[1] for part in ("Name", "Code"))
    manifest.system = next((name for name in names if name), None)


def _check_rows(properties: dict[str, tuple[int, str]], manifest: Manifest) -> None:
    """Tell rows that the standard has and the manifest lacks, and the other way round."""
    known = manifest_rows(manifest.version or "1.2")
    names = {row.name for row in known}
    for name, (row, _) in properties.items():
        if name not in names:
            fix = "Leave the row out; upper and lower case count."
            manifest.warn("manifest.property", f"OneRoster has no property {name}", fix, row=row)
    missing = [row.name for row in known if row.required and row.name not in properties]
    if missing:
        problem = f"the manifest lacks required rows: {', '.join(missing)}"
        manifest.warn("manifest.row_missing", problem, "Add the rows; unused files are absent.")
