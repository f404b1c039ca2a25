"""A district at once makes the records that one by one make."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest
from support.edfi_hub import roster

from mappings.edfi import bulk
from mappings.edfi.bridge import v6p1
from mappings.edfi.distinct import AGAIN
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
    lines = told(v6p1().write_lines(hub, Losses(), Choice()))
    assert lines == told(v6p1().write(hub, Losses(), Choice()))


def test_students_and_their_sections_come_as_text(hub: Hub) -> None:
    pieces = v6p1().write_lines(hub, Losses(), Choice())
    entities = {piece.entity for piece in pieces if isinstance(piece, Lines)}
    assert entities == {"students", "studentSectionAssociations"}


def test_the_losses_are_the_same(hub: Hub) -> None:
    lines, single = Losses(), Losses()
    list(v6p1().write_lines(hub, lines, Choice()))
    list(v6p1().write(hub, single, Choice()))
    assert lines.counts == single.counts


def test_only_what_is_wanted_is_made(hub: Hub) -> None:
    wanted = Choice(only=frozenset({"students"}))
    every = told(v6p1().write(hub, Losses(), Choice()))
    found = told(v6p1().write_lines(hub, Losses(), wanted))
    assert found == [each for each in every if each[0] == "students"]


ONLY = Choice(only=frozenset({"studentSectionAssociations"}))


def wanted(hub: Hub) -> list[tuple[str, str]]:
    """The sections of students, one by one."""
    return told(each for each in v6p1().write(hub, Losses(), ONLY) if ONLY.wants(each.entity))


def test_enrollments_by_the_slice_make_the_same_records(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_SLICE", 100)
    assert told(v6p1().write_lines(hub, Losses(), ONLY)) == wanted(hub)


def test_a_key_that_stands_twice_is_told_once_over_all_slices(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_SLICE", 100)
    enrolled = hub.frame("enrollment")
    again = Hub({**hub.frames, "enrollment": pl.concat([enrolled, enrolled.head(300).tail(30)])})
    losses = Losses()
    assert told(v6p1().write_lines(again, losses, ONLY)) == wanted(again)
    assert AGAIN in {key.reason for key in losses}
