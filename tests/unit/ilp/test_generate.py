"""The generator writes both files, and tells when they are out of date."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.ilp import generate


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that stands in for the checkout."""
    monkeypatch.setattr(generate, "SCHEMA", tmp_path / "ilp.schema.json")
    monkeypatch.setattr(generate, "TABLE", tmp_path / "docs" / "ilp-elements.md")
    return tmp_path


def test_checking_fails_where_nothing_was_generated(elsewhere: Path) -> None:
    assert generate.main(["--check"]) == 1


def test_checking_names_what_is_out_of_date(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate.main([])
    (elsewhere / "ilp.schema.json").write_text("{}", encoding="utf-8")
    generate.main(["--check"])
    assert capsys.readouterr().out == "out of date: ilp.schema.json\n"


def test_checking_succeeds_after_generating(elsewhere: Path) -> None:
    generate.main([])
    assert generate.main(["--check"]) == 0


def test_the_table_has_a_row_for_each_element() -> None:
    rows = [line for line in generate.elements_table().splitlines() if line[2:6].endswith(".")]
    assert len(rows) == 84
