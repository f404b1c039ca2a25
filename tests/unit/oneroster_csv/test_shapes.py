"""Shapes of OneRoster: the columns of the tables, and what JSON alone has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.standards.oneroster import VERSIONS, entities, files, json_files, shape
from schemas.standards.shape import Kind


@pytest.mark.parametrize("version", VERSIONS)
def test_every_file_has_a_shape_with_its_columns_first(version: str) -> None:
    for name, columns in files(version).items():
        names = [one.name for one in shape(version, name).properties]
        assert names[: len(columns)] == [column.name for column in columns]


def test_what_json_alone_holds_comes_last() -> None:
    assert entities("1.2")[-2:] == ("assessmentLineItems", "assessmentResults")
    assert entities("1.1") == tuple(files("1.1"))


@pytest.mark.parametrize(
    ("entity", "name", "kind", "many", "reference"),
    [
        ("users", "enabledUser", Kind.BOOLEAN, False, None),
        ("users", "agentSourcedIds", Kind.STRING, True, "users"),
        ("roles", "role", Kind.CODE, False, None),
        ("lineItems", "resultValueMax", Kind.DECIMAL, False, None),
        ("academicSessions", "schoolYear", Kind.YEAR, False, None),
        ("assessmentResults", "learningObjectiveSet", Kind.OBJECT, True, None),
    ],
)
def test_a_property_is_what_its_column_says(
    entity: str, name: str, kind: Kind, many: bool, reference: str | None
) -> None:
    [found] = [one for one in shape("1.2", entity).properties if one.name == name]
    assert (found.kind, found.many, found.reference) == (kind, many, reference)


def test_1p1_is_marked_unverified() -> None:
    assert not any(one.verified for one in shape("1.1", "users").properties)


@pytest.fixture(scope="module")
def gradebook(reference: Path) -> dict[str, Any]:
    path = reference / "reference" / "oneroster" / "model-1.2.json"
    return dict(json.loads(path.read_text("utf-8"))["services"]["gradebook"])


@pytest.mark.parametrize("entity", ["assessmentLineItems", "assessmentResults"])
def test_collections_of_json_are_the_references(entity: str, gradebook: dict[str, Any]) -> None:
    fields = gradebook[f"A{entity[1:-1]}DType"]["fields"]
    marks = {"status", "dateLastModified", "metadata"}
    theirs = {name: field["required"] for name, field in fields.items() if name not in marks}
    columns = [one for one in json_files("1.2")[entity] if one.name not in marks]
    ours = {
        one.name if one.name == "sourcedId" else one.name.removesuffix("SourcedId"): one.required
        == "always"
        for one in columns
    }
    assert ours == theirs
