"""Which member of a package is which file of the standard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath

from adapters.oneroster.csv.refusal import Refused
from schemas.finding import Finding, Severity
from schemas.standards.oneroster import files

MANIFEST = "manifest"

_MISSPELT = {"courseresourses": "courseResources"}
"""The 1.2 binding's own table misspells this file once, and producers copy it."""
_CLUTTER = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Contents:
    """The members of a package by collection name (`manifest` included)."""

    members: dict[str, str]
    findings: tuple[Finding, ...]


def identify(paths: Iterable[str]) -> Contents:
    """Tell the files of the standard by name; repairs case, one misspelling and one sub-folder.

    Raises `Refused` when CSV files lie in several folders or two claim to be the same file.
    """
    kept = [path for path in paths if not _is_clutter(path)]
    tables = [path for path in kept if path.lower().endswith(".csv")]
    findings = [*_check_folder(tables), *_others(kept)]
    members: dict[str, str] = {}
    for path in sorted(tables):
        collection, found = _recognise(PurePosixPath(path).name)
        findings.extend(found)
        if collection in members:
            raise _twice(path, members[collection])
        if collection:
            members[collection] = path
    return Contents(members, tuple(findings))


def _is_clutter(path: str) -> bool:
    parts = path.lower().split("/")
    return any(part in _CLUTTER or part.startswith("._") for part in parts)


def _check_folder(tables: list[str]) -> Iterator[Finding]:
    folders = {str(PurePosixPath(path).parent) for path in tables}
    if len(folders) > 1:
        raise Refused(
            "package.scattered",
            f"the CSV files lie in several folders: {', '.join(sorted(folders))}",
            "Put all files of one delivery at the root of the package.",
        )
    for folder in folders - {"."}:
        yield Finding(
            Severity.REPAIR,
            "package.subfolder",
            f"the files lie in the folder {folder} instead of the root of the package",
            "Pack the files themselves, not the folder that holds them.",
            value=folder,
        )


def _others(paths: list[str]) -> Iterator[Finding]:
    for path in paths:
        if not path.lower().endswith((".csv", "/")):
            yield Finding(
                Severity.WARNING,
                "file.ignored",
                "this is no CSV file and is not read",
                "Leave it out of the package.",
                file=path,
            )


def _recognise(name: str) -> tuple[str | None, list[Finding]]:
    stem = name[: -len(".csv")]
    known = {known.lower(): known for known in (MANIFEST, *files("1.2"))}
    meant = known.get(stem.lower()) or _MISSPELT.get(stem.lower())
    if meant is None:
        return None, [_unknown(name, list(known.values()))]
    if f"{meant}.csv" == name:
        return meant, []
    return meant, [_renamed(name, meant)]


def _renamed(name: str, meant: str) -> Finding:
    return Finding(
        Severity.REPAIR,
        "file.name",
        f"the file's name is not spelled {meant}.csv",
        f"Name the file {meant}.csv; upper and lower case count.",
        file=f"{meant}.csv",
        value=name,
    )


def _unknown(name: str, known: list[str]) -> Finding:
    close = get_close_matches(name, [f"{one}.csv" for one in known], n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return Finding(
        Severity.WARNING,
        "file.unknown",
        "OneRoster has no file of this name, so it is not read",
        f"{hint}Leave out what is no part of OneRoster.",
        file=name,
    )


def _twice(path: str, other: str) -> Refused:
    return Refused(
        "file.twice",
        f"{path} and {other} both claim to be the same file",
        "Keep one of the two.",
        file=path,
    )
