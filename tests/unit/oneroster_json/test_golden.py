"""Every JSON collection against a pair written by hand from the standard's tables."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from support.oneroster_model import strict_models

from adapters.oneroster.files.json_format import OneRosterJson
from schemas.standards.shape import StandardRecord

CASES: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("golden.json").read_text("utf-8")
)["cases"]
FORM = OneRosterJson(base="https://sis.example.org")


def rows_of(name: str) -> list[StandardRecord]:
    case = CASES[name]
    entities = case.get("entities", [name])
    rows = [StandardRecord(one, dict(row)) for one, row in zip(entities, case["rows"], strict=True)]
    # Nested rows have the marks of the record they lie in.
    marks = {name: rows[0].values[name] for name in ("status", "dateLastModified")}
    for row in rows[1:]:
        row.values.update(marks)
    for at, text in case.get("minted", {}).items():
        rows[int(at)].values["sourcedId"] = hashlib.sha256(text.encode()).hexdigest()[:32]
    return rows


@pytest.mark.parametrize("name", CASES)
def test_rows_become_the_record(name: str, tmp_path: Path) -> None:
    FORM.write(tmp_path / "out", rows_of(name))
    assert json.loads((tmp_path / "out" / f"{name}.json").read_text("utf-8")) == {
        name: [CASES[name]["record"]]
    }


@pytest.mark.parametrize("name", CASES)
def test_the_record_becomes_the_rows(name: str, tmp_path: Path) -> None:
    payload = json.dumps({name: [CASES[name]["record"]]})
    (tmp_path / f"{name}.json").write_text(payload, "utf-8")
    found = [one._replace(where="") for one in FORM.read(tmp_path)]
    assert sorted(found) == sorted(rows_of(name))


@pytest.mark.parametrize("name", CASES)
def test_the_pair_is_what_the_standard_allows(name: str, reference: Path) -> None:
    strict_models(reference)[name].validate({name: [CASES[name]["record"]]})


def test_every_collection_has_a_pair(reference: Path) -> None:
    assert strict_models(reference).keys() - {"sourcedIdPairs"} == CASES.keys()
