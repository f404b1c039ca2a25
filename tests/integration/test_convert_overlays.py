"""A district's own tables on a conversion: what they revise, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mappings.hub import Choice
from service.convert.run import Order, Outcome, convert
from service.errors import Invalid

FROM, TO = "oneroster-csv-1.2", "edfi-json-6.1"
STUDENTS = Choice(only=frozenset({"students"}))
REASON = "this district tells no birthplace"
TABLE = f"""
drop = ["rows.birth_city"]
[add.ours_only]
birth_city = "{REASON}"
[add.theirs_only]
birthCity = "{REASON}"
"""


def converted(fixtures: Path, out: Path, overlay: Path, choice: Choice = STUDENTS) -> Outcome:
    night = fixtures / "district" / "night1"
    return convert(Order(night, FROM, out, TO, choice, overlay=overlay))


def written(place: Path, text: str = TABLE) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    return place


@pytest.mark.parametrize("inner", ["student.toml", "edfi-6.1/student.toml"])
def test_a_folder_revises_the_tables_of_the_target(
    fixtures: Path, tmp_path: Path, inner: str
) -> None:
    written(tmp_path / "own" / inner)
    converted(fixtures, tmp_path / "out", tmp_path / "own")
    assert "birthCity" not in (tmp_path / "out" / "students.jsonl").read_text("utf-8")


def test_a_single_file_does_as_well(fixtures: Path, tmp_path: Path) -> None:
    converted(fixtures, tmp_path / "out", written(tmp_path / "student.toml"))
    assert "birthCity" not in (tmp_path / "out" / "students.jsonl").read_text("utf-8")


def test_what_it_leaves_behind_is_listed_with_its_reason(fixtures: Path, tmp_path: Path) -> None:
    table = f'drop = ["rows.email"]\n[add.ours_only]\nemail = "{REASON}"\n'
    own = written(tmp_path / "directory.toml", table)
    outcome = converted(fixtures, tmp_path / "out", own, Choice())
    assert REASON in {key.reason for key in outcome.losses if key.path == "email"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("student.toml", 'drop = ["rows.nothing"]', "drops rows.nothing, which is not there"),
        ("student.toml", "[add.rows]\nx = {", "student.toml"),
        ("students.toml", TABLE, "students"),
    ],
)
def test_a_mistake_names_its_file(
    fixtures: Path, tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        converted(fixtures, tmp_path / "out", written(tmp_path / name, text))
    assert not (tmp_path / "out").exists()


def test_an_overlay_for_neither_side_is_refused(fixtures: Path, tmp_path: Path) -> None:
    written(tmp_path / "own" / "ceds-14" / "person.toml")
    with pytest.raises(Invalid, match="no tables for"):
        converted(fixtures, tmp_path / "out", tmp_path / "own")
