"""Pairs written by hand from the references: what ours is there, and what that is here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mappings.edfi.bridge import book_of
from mappings.engine.book import LOCAL_NAMESPACE, Book
from mappings.engine.loss import Losses
from mappings.engine.paths import Tree
from mappings.engine.plans import write_entry
from mappings.engine.records import read_record
from schemas.standards.shape import StandardRecord

GOLDEN = Path(__file__).resolve().parents[3] / "fixtures" / "golden" / "edfi"
BOOKS = {"5.2": "mappings.edfi.v5p2", "6.1": "mappings.edfi.v6p1"}
CONTEXT = {
    "$student": {
        "unique_id": "604821",
        "school_id": 255901001,
        "ed_org_id": 255901001,
        "entry_date": "2026-08-17",
        "grade": "11",
        "birth_date": "2010-02-03",
    },
    "$plan": {
        "id": "header",
        "school_year": 2027,
        "begin_date": "2024-09-01",
        "changed_on": "2026-09-14",
        "grading_period": "Quarter 1",
    },
}


def _cases() -> list[Any]:
    stated = {path: json.loads(path.read_text("utf-8")) for path in GOLDEN.glob("*.ours.json")}
    names = {path.name.removesuffix(".ours.json"): each for path, each in stated.items()}
    return [
        pytest.param(name, version, id=f"{name}-{version}")
        for name, each in sorted(names.items())
        for version in each["versions"]
    ]


def _pair(name: str) -> tuple[Tree, list[Tree]]:
    ours = json.loads((GOLDEN / f"{name}.ours.json").read_text("utf-8"))
    return ours, json.loads((GOLDEN / f"{name}.theirs.json").read_text("utf-8"))


def _told(path: Path) -> list[Tree]:
    told: list[Tree] = json.loads(path.read_text("utf-8"))
    return told


def _book(version: str) -> Book:
    return book_of(BOOKS[version], LOCAL_NAMESPACE)


def _matches(made: Any, wanted: Any) -> bool:
    """Equality, but that `*` stands for any value."""
    if isinstance(wanted, dict):
        same = isinstance(made, dict) and made.keys() == wanted.keys()
        return same and all(_matches(made[name], wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return len(made) == len(wanted) and all(map(_matches, made, wanted))
    return wanted == "*" or bool(made == wanted)


@pytest.mark.parametrize(("name", "version"), _cases())
def test_ours_becomes_what_the_reference_says(name: str, version: str) -> None:
    ours, theirs = _pair(name)
    record = ours["record"] | ({} if ours["subject"].startswith("edfi.") else CONTEXT)
    made = write_entry(
        _book(version), ours["subject"], record, Losses(), frozenset(ours["switched"])
    )
    left = list(made)
    for wanted in theirs if ours.get("written", True) else ():
        same = [
            each
            for each in left
            if each.entity == wanted["entity"] and _matches(each.values, wanted["record"])
        ]
        assert same, (wanted, [each for each in made if each.entity == wanted["entity"]])
        left.remove(same[0])


def test_every_resource_of_the_tables_has_a_pair() -> None:
    paired = {each["entity"] for path in GOLDEN.glob("*.theirs.json") for each in _told(path)}
    assert {table.entity for name in BOOKS for table in _book(name).tables} <= paired


@pytest.mark.parametrize(("name", "version"), _cases())
def test_theirs_reads_as_what_it_says(name: str, version: str) -> None:
    ours, theirs = _pair(name)
    read: Tree = {}
    for each in theirs:
        record = StandardRecord(each["entity"], each["record"])
        for found in read_record(_book(version), record, Losses()):
            if found.table.subject == ours["subject"]:
                read |= {name: value for name, value in found.ours.items() if name[0] != "$"}
    assert (read or None) == ours["read"]
