"""What is written appears whole, under a name that was free, or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from adapters.whole import PUBLIC, whole_file, whole_folder, whole_package


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def pack(files: list[Path], stream: IO[bytes]) -> None:
    stream.write(b"".join(one.read_bytes() for one in files))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("asked", "given"), [(0o600, 0o600), (PUBLIC, 0o644)])
def test_a_file_has_the_mode_that_was_asked_for(tmp_path: Path, asked: int, given: int) -> None:
    with whole_file(tmp_path / "x", asked) as stream:
        stream.write(b"all")
        assert not (tmp_path / "x").exists()
    assert ((tmp_path / "x").read_bytes(), mode(tmp_path / "x")) == (b"all", given)


@pytest.mark.parametrize("name", ["x", "x.zip"])
def test_a_package_is_a_folder_or_packed(tmp_path: Path, name: str) -> None:
    with whole_package(tmp_path / "new" / name, pack) as folder:
        (folder / "a").write_bytes(b"all")
    whole = tmp_path / "new" / name
    assert (whole if name.endswith("zip") else whole / "a").read_bytes() == b"all"
    assert list(whole.parent.iterdir()) == [whole]
    assert mode(whole) == (0o644 if name.endswith("zip") else 0o755)


def give_up(path: Path) -> None:
    with whole_package(path, pack) as folder:
        (folder / "a").write_bytes(b"half")
        raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["x", "x.zip"])
def test_after_an_error_nothing_is_left(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        give_up(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", [whole_file, whole_folder])
def test_a_link_that_leads_nowhere_is_in_the_way(tmp_path: Path, way: type) -> None:
    (tmp_path / "x").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError, match="there already"), way(tmp_path / "x"):
        pytest.fail("nothing may be written")


def come_late(path: Path) -> None:
    with whole_file(path) as stream:
        stream.write(b"ours")
        path.write_bytes(b"theirs")


def test_what_came_meanwhile_stays(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        come_late(tmp_path / "x")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"theirs"]
