"""Code lists with version, date and terms of use: those that ship, and those a district brought.

A list is a CSV file with `code`, `title` and whatever facts it knows of a term, described by an
entry of a TOML file beside it (`cis.md` §2).
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

SHIPPED: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list in one version. `verified` is false where nobody compared it with the publisher's.

    `date` is that of the release, as far as it is known (`2025-05`).
    """

    set: str
    version: str
    title: str
    file: str
    release: str
    date: str
    source: str
    licence: str
    attribution: str
    verified: bool
    folder: Path

    @property
    def name(self) -> str:
        """What people call the list, such as `onet-soc`."""
        return self.set.lower()


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a list, with the facts that the list knows of it by column name."""

    set: str
    version: str
    code: str
    title: str
    facts: Mapping[str, str]


def code_lists(*folders: Path) -> tuple[CodeList, ...]:
    """The lists that ship, then those in other folders, each in the order of its descriptions."""
    return tuple(one for folder in (SHIPPED, *folders) for one in lists_in(folder))


def lists_in(folder: Path) -> Iterator[CodeList]:
    """The lists that a folder describes; none where it describes nothing."""
    for index in sorted(folder.glob("*.toml")):
        for named in tomllib.loads(index.read_text(encoding="utf-8")).get("list", ()):
            yield CodeList(**named, folder=folder)


def described(one: CodeList) -> dict[str, Any]:
    """What `lists.toml` says of a list."""
    return {each.name: getattr(one, each.name) for each in fields(one) if each.name != "folder"}


@cache
def terms_of(one: CodeList) -> tuple[Term, ...]:
    """The terms of a list in its order."""
    with (one.folder / one.file).open(encoding="utf-8", newline="") as stream:
        return tuple(_term(one, row) for row in csv.DictReader(stream))


def _term(one: CodeList, row: dict[str, str]) -> Term:
    code, title = row.pop("code"), row.pop("title")
    return Term(one.set, one.version, code, title, {key: row[key] for key in row if row[key]})


def find_terms(lists: tuple[CodeList, ...], code: str) -> Iterator[Term]:
    """Every term with this code; a CIP code has one for each occupation it prepares for."""
    for one in lists:
        for term in terms_of(one):
            if term.code == code:
                yield term


@dataclass(frozen=True, slots=True)
class Successor:
    """A cluster of 2024 that takes up one of 2002; `status` tells whether a source says so."""

    cluster: str
    relation: str
    status: str


def successors_of(cluster: str) -> tuple[Successor, ...]:
    """The clusters of 2024 for a cluster of 2002, such as `08`; STEM (`15`) has none."""
    return tuple(_crosswalk().get(cluster, ()))


@cache
def _crosswalk() -> dict[str, list[Successor]]:
    found: dict[str, list[Successor]] = {}
    path = SHIPPED / "career-clusters-crosswalk.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["to"]:
                successor = Successor(row["to"], row["relation"], row["status"])
                found.setdefault(row["from"], []).append(successor)
    return found
