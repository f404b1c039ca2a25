"""Rosters become Ed-Fi JSON in columns: the same files as record by record, and only what is asked.

What is told by columns is compared with what the format writes of the bridge's single records.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.edfi_hub import roster

from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub
from service.convert.run import Order, Outcome, convert
from service.formats import bridge_of, format_of

FROM, TO = "oneroster-csv-1.2", "edfi-json-6.1"


def converted(night: Path, out: Path, only: frozenset[str] = frozenset()) -> Outcome:
    """A night's delivery as Ed-Fi JSON."""
    return convert(Order(night, FROM, out, TO, Choice(only=only)))


def lines(folder: Path) -> dict[str, list[str]]:
    """The lines of each file, sorted, since members may stand in another order."""
    return {
        file.name: sorted("".join(sorted(line)) for line in file.read_text("utf-8").splitlines())
        for file in folder.glob("*.jsonl")
    }


@pytest.fixture(scope="module")
def night(fixtures: Path) -> Path:
    return fixtures / "district" / "night1"


def test_files_are_those_of_single_records(night: Path, tmp_path: Path) -> None:
    converted(night, tmp_path / "lines")
    hub = Hub(roster(night).frames)
    format_of(TO).write(tmp_path / "records", bridge_of(TO).write(hub, Losses(), Choice()))
    assert lines(tmp_path / "lines") == lines(tmp_path / "records")


def test_only_what_is_asked_for_is_written(night: Path, tmp_path: Path) -> None:
    outcome = converted(night, tmp_path / "out", frozenset({"students"}))
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["students.jsonl"]
    assert list(outcome.written) == ["students"]


def test_a_document_without_our_terms_does_not_define_them(night: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonld"
    convert(Order(night, FROM, out, "ceds-jsonld-14", Choice(core_only=True)))
    assert b'"ilp' not in out.read_bytes()
