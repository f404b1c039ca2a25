"""No record of a roster refers to one that CEDS cannot hold, and what stays behind is told."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.ceds.bridge import v14
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub, frame_of

Rows = dict[str, list[dict[str, Any]]]
WEEK = {"type": "term", "start_date": "2026-01-05", "end_date": "2026-02-01", "school_year": 2026}
ROSTER: Rows = {
    "organization": [
        {"id": "camp", "name": "Camp", "type": "ext:campus"},
        {"id": "north", "name": "North", "type": "school", "parent_id": "camp"},
    ],
    "academic_session": [{"id": "t", "title": "T", **WEEK}],
    "course": [{"id": "crs", "title": "Art", "org_id": "camp", "school_year_id": "nowhere"}],
    "class": [
        {"id": "cls", "title": "Art 1", "school_id": "north", "term_ids": ["nowhere", "t"]},
        {"id": "lost", "title": "Art 2", "school_id": "camp"},
    ],
    "person": [{"id": "p", "given_name": "A", "family_name": "B", "primary_org_id": "camp"}],
    "role": [{"id": "r", "person_id": "p", "org_id": "camp", "role": "student"}],
    "enrollment": [
        {"id": "e", "person_id": "p", "class_id": "lost", "school_id": "north", "role": "student"}
    ],
    "relation": [{"id": "rel", "person_id": "p", "agent_id": "nobody"}],
}


def written(rows: Rows, losses: Losses) -> str:
    frames = {entity: frame_of(entity, each) for entity, each in rows.items()}
    return str(list(v14().write(Hub(frames), losses, Choice())))


@pytest.mark.parametrize("gone", ["camp", "nowhere", "lost", "nobody"])
def test_nothing_refers_to_what_is_not_written(gone: str) -> None:
    told = written(ROSTER, Losses())
    assert f":{gone}'" not in told


@pytest.mark.parametrize(
    ("entity", "path"),
    [
        ("organization", "parent_id"),
        ("course", "org_id"),
        ("course", "school_year_id"),
        ("class", "term_ids[]"),
        ("person", "primary_org_id"),
        ("class", ""),
        ("role", ""),
        ("enrollment", ""),
        ("relation", ""),
    ],
)
def test_what_stays_behind_is_told(entity: str, path: str) -> None:
    written(ROSTER, losses := Losses())
    assert (entity, path) in {
        (key.subject, key.path) for key in losses if "that is written" in key.reason
    }


def test_what_a_source_says_nothing_of_is_somebody_elses() -> None:
    rows = {entity: ROSTER[entity] for entity in ("person", "role")}
    assert "urn:planbridge:organization:camp" in written(rows, losses := Losses())
    assert not [key for key in losses if "that is written" in key.reason]
