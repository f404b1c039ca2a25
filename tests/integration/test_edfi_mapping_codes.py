"""Codes of ours that leave as Ed-Fi's own are codes that Ed-Fi has."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import mappings.codesets
import mappings.edfi
from mappings.codesets.crosswalk import crosswalk

CODESETS = Path(mappings.codesets.__file__).parent / "edfi"
TABLES = Path(mappings.edfi.__file__).parent
URI = re.compile(r'"uri://ed-fi\.org/(\w+)#([^"]+)"')


@pytest.fixture(scope="module")
def official(reference: Path) -> dict[str, set[str]]:
    """Code values by descriptor, of whatever version."""
    found: dict[str, set[str]] = defaultdict(set)
    place = reference / "reference" / "edfi" / "descriptors" / "descriptors.csv"
    with place.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found[row["descriptor"]].add(row["codeValue"])
    return found


def _crossed() -> Iterator[tuple[str, str]]:
    for path in sorted(CODESETS.glob("*.csv")):
        for row in crosswalk(f"edfi/{path.stem}").rows:
            namespace, _, name = row.theirs_set.rpartition("/")
            if namespace == "ed-fi.org" and row.theirs:
                yield name, row.theirs


def _constant() -> Iterator[tuple[str, str]]:
    for path in sorted(TABLES.glob("*/*.toml")):
        yield from URI.findall(path.read_text("utf-8"))


def test_every_code_of_a_crosswalk_is_official(official: dict[str, set[str]]) -> None:
    strange = {
        (name, code) for name, code in _crossed() if name in official and code not in official[name]
    }
    assert strange == set()


def test_every_constant_is_official(official: dict[str, set[str]]) -> None:
    strange = {
        (name, code)
        for name, code in _constant()
        if name in official and code not in official[name]
    }
    assert strange == set()
