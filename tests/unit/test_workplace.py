"""A folder to work in leaves nothing behind, whatever ends the work."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from service.workplace import workplace


def test_nothing_is_left(tmp_path: Path) -> None:
    with workplace(tmp_path, "set") as folder:
        (folder / "students.csv").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_after_an_error(tmp_path: Path) -> None:
    with suppress(OSError), workplace(tmp_path, "set") as folder:
        (folder / "students.csv").write_text("x")
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_goes_at_the_next_beginning(tmp_path: Path) -> None:
    left = tmp_path / ".set.x1y2.unfinished"
    left.mkdir()
    (left / "students.csv").write_text("x")
    with workplace(tmp_path, "set"):
        assert not left.exists()


def test_what_another_run_works_on_stays(tmp_path: Path) -> None:
    with workplace(tmp_path, "set") as theirs, workplace(tmp_path, "set"):
        assert theirs.is_dir()
