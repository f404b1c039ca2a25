"""A district at once makes the records that one by one make."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from support.edfi_hub import roster

from mappings.edfi.bridge import v6p1
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub, Lines
from schemas.standards.shape import StandardRecord


@pytest.fixture(scope="module")
def hub(fixtures: Path) -> Hub:
    return Hub(roster(fixtures / "district" / "night1").frames)


def told(pieces: Iterable[StandardRecord | Lines]) -> list[tuple[str, str]]:
    """Every record with its entity, spelled the same however it came."""
    found: list[tuple[str, object]] = []
    for piece in pieces:
        if isinstance(piece, Lines):
            found += [(piece.entity, json.loads(text)) for text in piece.texts]
        else:
            found.append((piece.entity, piece.values))
    return sorted((entity, json.dumps(values, sort_keys=True)) for entity, values in found)


def test_the_records_are_the_same(hub: Hub) -> None:
    bulk = told(v6p1().write_lines(hub, Losses(), Choice()))
    assert bulk == told(v6p1().write(hub, Losses(), Choice()))


def test_students_and_their_sections_come_as_text(hub: Hub) -> None:
    pieces = v6p1().write_lines(hub, Losses(), Choice())
    entities = {piece.entity for piece in pieces if isinstance(piece, Lines)}
    assert entities == {"students", "studentSectionAssociations"}


def test_the_losses_are_the_same(hub: Hub) -> None:
    bulk, single = Losses(), Losses()
    list(v6p1().write_lines(hub, bulk, Choice()))
    list(v6p1().write(hub, single, Choice()))
    assert bulk.counts == single.counts


def test_only_what_is_wanted_is_made(hub: Hub) -> None:
    wanted = Choice(only=frozenset({"students"}))
    every = told(v6p1().write(hub, Losses(), Choice()))
    found = told(v6p1().write_lines(hub, Losses(), wanted))
    assert found == [each for each in every if each[0] == "students"]
