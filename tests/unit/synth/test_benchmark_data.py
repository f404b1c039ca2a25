"""The packages that benchmarks read."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.packages import read_package

from benchmarks.data import make


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("data"), students=50)


def test_the_shuffled_night_has_the_same_records(made: Path) -> None:
    plain, shuffled = (read_package(made / night) for night in ("night1", "night1-shuffled"))
    for file, rows in plain.items():
        assert sorted(shuffled[file], key=str) == sorted(rows, key=str)


def test_the_shuffled_night_has_other_bytes(made: Path) -> None:
    plain, shuffled = (made / night / "users.csv" for night in ("night1", "night1-shuffled"))
    assert plain.read_bytes() != shuffled.read_bytes()


def test_data_is_made_once(made: Path) -> None:
    before = (made / "night2/users.csv").stat().st_mtime_ns
    assert make(made.parent, students=50) == made
    assert (made / "night2/users.csv").stat().st_mtime_ns == before


def test_data_cut_short_is_made_again(made: Path) -> None:
    (made / "complete").unlink()
    (made / "night2/users.csv").unlink()
    make(made.parent, students=50)
    assert (made / "night2/users.csv").exists()
