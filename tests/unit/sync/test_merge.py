"""The three-way merge, field by field."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from mappings.engine.decode import entity_schema
from service.store.bulk import frame_schema
from service.store.tables import ROSTER
from service.sync.authority import Authority, authority_table
from service.sync.merge import Merged, Sides, base_from_origins, merge

LOCAL = {"source": "local", "by": "c", "at": "2026-09-01T00:00:00.000Z", "replaced": "1"}


def person(**values: Any) -> dict[str, Any]:
    return {"given_name": "Ana", "family_name": "Diaz", **values}


def merged(base: Any, theirs: Any, ours: Any, field: str = "phone", **known: Any) -> Merged:
    decoded = pl.Schema({"id": pl.String(), **entity_schema("person")})
    source_rows = [
        pl.DataFrame([{"id": "p", **person(**{field: value})}], schema=decoded)
        for value in (base, theirs)
    ]
    stored = {"id": "p", "state": "active", **person(**{field: ours}), **known}
    mine = pl.DataFrame([stored], schema=frame_schema(ROSTER["person"].columns))
    sides = Sides(source_rows[0], source_rows[1], mine)
    return merge("person", sides, authority_table({}), {"source": "sis", "run": 2}, {})


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "value"),
    [("1", "2", "1", "2"), (None, "2", None, "2"), ("1", None, "1", None)],
)
def test_the_source_moves_a_field_that_we_left_alone(
    base: str | None, theirs: str | None, ours: str | None, value: str | None
) -> None:
    result = merged(base, theirs, ours)
    assert result.rows["phone"].to_list() == [value]
    assert not result.clashes


@pytest.mark.parametrize(
    ("base", "theirs", "ours"), [("1", "1", "2"), ("1", "2", "2"), ("1", "1", "1")]
)
def test_nothing_is_written_where_the_source_brings_nothing_new(
    base: str, theirs: str, ours: str
) -> None:
    result = merged(base, theirs, ours)
    assert result.rows.is_empty()
    assert not result.clashes


def test_a_person_decides_where_the_table_says_so() -> None:
    result = merged("1", "2", "3")
    assert result.rows.is_empty()
    assert [(one.field, one.outcome) for one in result.clashes] == [("phone", Authority.MANUAL)]


def test_the_source_wins_where_the_table_says_so() -> None:
    result = merged("A", "B", "C", field="middle_name")
    assert result.rows["middle_name"].to_list() == ["B"]
    assert result.clashes[0].outcome is Authority.SOURCE


def test_provenance_names_the_run_of_a_changed_field() -> None:
    origins = json.loads(merged("1", "2", "1").rows["origins"][0])
    assert origins == {"phone": {"source": "sis", "run": 2}}


def test_an_edit_that_stands_learns_the_sources_last_word() -> None:
    result = merged("1", "2", "3", origins=json.dumps({"phone": LOCAL}))
    assert json.loads(result.rows["origins"][0])["phone"]["replaced"] == "2"


def test_a_record_that_was_gone_is_revived() -> None:
    assert merged("1", "1", "1", state="detached").rows["revived"].to_list() == [True]


def test_the_base_of_an_edited_field_is_what_the_edit_replaced() -> None:
    stored = {"id": "p", "origins": json.dumps({"phone": LOCAL}), **person(phone="3")}
    ours = pl.DataFrame([stored], schema=frame_schema(ROSTER["person"].columns))
    theirs = pl.DataFrame(schema={"id": pl.String, **dict(entity_schema("person"))})
    assert base_from_origins("person", ours, theirs)["phone"].to_list() == ["1"]
