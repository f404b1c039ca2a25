from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.standards import oneroster
from schemas.standards.oneroster import Column

KEYS = {"1.1": "1.1", "1.2": "1.2.1"}


@pytest.fixture(scope="module")
def facts(reference: Path) -> dict[str, Any]:
    text = (reference / "reference" / "oneroster" / "csv.json").read_text("utf-8")
    return dict(json.loads(text))


def as_reference(column: Column) -> dict[str, Any]:
    required = "delta-only" if column.required == "delta" else column.required
    facts: dict[str, Any] = {"name": column.name, "required": required, "format": column.format}
    if column.terms:
        facts["enum"] = list(column.terms)
    if column.extensible:
        facts["extTermsAllowed"] = True
    return facts


@pytest.mark.parametrize("version", oneroster.VERSIONS)
def test_every_file_and_column_is_the_references(version: str, facts: dict[str, Any]) -> None:
    ours = {
        f"{name}.csv": [as_reference(column) for column in columns]
        for name, columns in oneroster.files(version).items()
    }
    theirs = facts[KEYS[version]]["files"]
    plain = {
        name: [{key: value for key, value in column.items() if key != "note"} for column in columns]
        for name, columns in theirs.items()
    }
    assert ours == plain


@pytest.mark.parametrize("version", oneroster.VERSIONS)
def test_manifest_rows_are_the_references(version: str, facts: dict[str, Any]) -> None:
    theirs = facts[KEYS[version]]["manifest"]
    rows = oneroster.manifest(version)
    assert [(row.name, row.required) for row in rows] == [
        (name, required == "always") for name, required, _ in theirs
    ]


def test_a_former_column_of_users_is_the_references(facts: dict[str, Any]) -> None:
    [column] = oneroster.former_columns("1.2", "users")
    theirs = facts["1.2.0-difference"]["users.csv"]
    assert (column.name, column.format) == (theirs["extraColumn"], theirs["format"])


def test_requiredness_of_1p1_is_marked_unverified() -> None:
    columns = [column for file in oneroster.files("1.1").values() for column in file]
    assert not any(column.verified for column in columns)


def test_only_headers_seen_in_a_sample_count_as_verified() -> None:
    verified = {name for name in oneroster.files("1.1") if oneroster.header_verified("1.1", name)}
    assert verified == {"academicSessions", "classes", "enrollments", "orgs", "users"}


@pytest.mark.parametrize("version", oneroster.VERSIONS)
def test_every_reference_column_names_a_collection_of_its_version(version: str) -> None:
    columns = [column for file in oneroster.files(version).values() for column in file]
    targets = {c.refers for c in columns if "Reference" in c.format or c.refers}
    assert targets <= set(oneroster.files(version))


def test_an_unknown_version_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        oneroster.files("2.0")
