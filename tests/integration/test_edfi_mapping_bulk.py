"""A district at once makes the records that one by one make."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.edfi_hub import roster

from mappings.edfi.bridge import v6p1
from mappings.edfi.bulk import SUBJECTS, write_bulk
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub


@pytest.fixture(scope="module")
def hub(fixtures: Path) -> Hub:
    return roster(fixtures / "district" / "night1")


def test_the_records_are_the_same(hub: Hub) -> None:
    bulk = {entity: lines.to_list() for entity, lines in write_bulk(hub.frames, Choice(), Losses())}
    single: dict[str, list[str]] = {entity: [] for entity in bulk}
    for record in v6p1().write(hub, Losses(), Choice()):
        if record.entity in single:
            single[record.entity].append(json.dumps(record.values, sort_keys=True))
    for entity, lines in bulk.items():
        same = [json.dumps(json.loads(line), sort_keys=True) for line in lines]
        assert sorted(same) == sorted(single[entity])


def test_the_losses_are_the_same(hub: Hub) -> None:
    bulk, single = Losses(), Losses()
    list(write_bulk(hub.frames, Choice(), bulk))
    list(v6p1().write(hub, single, Choice()))
    ours = {key: count for key, count in single.counts.items() if key.subject in SUBJECTS}
    assert {key: count for key, count in bulk.counts.items() if key.subject in SUBJECTS} == ours
