"""Delivery and pick-up by a real SFTP server: whole or not visible, whatever breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from support.sftp_server import Server, sftp_server

from adapters.cis.places import PlaceMisconfigured, PlaceUnavailable, collect, deliver
from adapters.shelf import Shelf

OLD = {"Student.txt": b"old students", "School.txt": b"old schools"}
NEW = {"Student.txt": b"new students " * 9000, "School.txt": b"new schools"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with sftp_server(tmp_path / "there") as running:
        yield running


def files(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def send(server: Server, tmp_path: Path, contents: dict[str, bytes]) -> None:
    with server.place() as place:
        deliver(place, files(tmp_path / "out", contents))


def test_a_set_arrives_byte_for_byte(server: Server, tmp_path: Path) -> None:
    send(server, tmp_path, NEW)
    assert server.visible() == NEW


def test_nothing_is_left_beside_it(server: Server, tmp_path: Path) -> None:
    send(server, tmp_path, NEW)
    assert {path.name for path in server.root.iterdir()} == set(NEW)


def test_a_second_set_takes_the_place_of_the_first(server: Server, tmp_path: Path) -> None:
    send(server, tmp_path, OLD)
    send(server, tmp_path, NEW)
    assert server.visible() == NEW


def _operations(server: Server, tmp_path: Path) -> int:
    server.operations.clear()
    send(server, tmp_path, NEW)
    return len(server.operations)


def _first_naming(server: Server, tmp_path: Path) -> int:
    """How many operations come before the first file gets its name; the place is as before."""
    before = server.visible()
    total = _operations(server, tmp_path)
    for path in server.root.iterdir():
        path.unlink()
    files(server.root, before)
    return total - len(NEW) - 1


def test_wherever_it_breaks_no_partial_file_is_visible_and_the_next_attempt_ends_it(
    server: Server, tmp_path: Path
) -> None:
    total = _operations(server, tmp_path)
    assert total > 10
    for stage in range(total):
        send(server, tmp_path, OLD)
        server.break_at = stage
        with pytest.raises(PlaceUnavailable):
            send(server, tmp_path, NEW)
        seen = server.visible()
        assert all(seen[name] in (OLD[name], NEW[name]) for name in OLD), stage
        server.break_at = None
        send(server, tmp_path, NEW)
        assert {path.name for path in server.root.iterdir()} == set(NEW), stage
        assert server.visible() == NEW


def test_until_all_is_staged_the_former_set_is_seen_whole(server: Server, tmp_path: Path) -> None:
    send(server, tmp_path, OLD)
    server.break_at = _first_naming(server, tmp_path)
    with pytest.raises(PlaceUnavailable):
        send(server, tmp_path, NEW)
    assert server.visible() == OLD


def test_what_was_staged_whole_is_not_sent_again(server: Server, tmp_path: Path) -> None:
    server.break_at = _first_naming(server, tmp_path)
    with pytest.raises(PlaceUnavailable):
        send(server, tmp_path, NEW)
    server.operations.clear()
    send(server, tmp_path, NEW)
    assert "write" not in server.operations


def test_a_server_that_cannot_rename_over_a_file_is_served_too(
    server: Server, tmp_path: Path
) -> None:
    server.posix_rename = False
    send(server, tmp_path, OLD)
    send(server, tmp_path, NEW)
    assert server.visible() == NEW


def test_another_host_key_ends_the_connection(server: Server, tmp_path: Path) -> None:
    with (
        server.place(host_key=f"SHA256:{'A' * 43}") as place,
        pytest.raises(PlaceMisconfigured, match="pinned"),
    ):
        deliver(place, files(tmp_path / "out", NEW))
    assert server.operations == []


def test_a_wrong_password_is_told(server: Server) -> None:
    with server.place(secret="wrong") as place, pytest.raises(PlaceMisconfigured, match="let"):
        place.sizes()


def test_a_folder_that_is_not_there_is_told(server: Server) -> None:
    with server.place(folder="nowhere") as place, pytest.raises(PlaceMisconfigured):
        place.sizes()


def test_a_server_that_is_away_is_told(tmp_path: Path) -> None:
    with sftp_server(tmp_path / "there") as gone:
        pass
    with gone.place(timeout=1) as place, pytest.raises(PlaceUnavailable):
        place.sizes()


def test_a_key_opens_as_well(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(tmp_path / "key")
    key.write_public_key(tmp_path / "known")
    with sftp_server(tmp_path / "there", tmp_path / "known") as server:
        with server.place(key_file=tmp_path / "key", secret=None) as place:
            deliver(place, files(tmp_path / "out", OLD))
        assert server.visible() == OLD


def test_results_are_picked_up_byte_for_byte(server: Server, tmp_path: Path) -> None:
    files(server.root, NEW)
    with server.place() as place:
        found = collect(place, ["*.txt"], Shelf(tmp_path / "shelf"))
    assert {one.name: one.path.read_bytes() for one in found} == NEW


def test_wherever_a_pick_up_breaks_nothing_counts_as_picked_up(
    server: Server, tmp_path: Path
) -> None:
    files(server.root, NEW)
    with server.place() as place:
        collect(place, ["*.txt"], Shelf(tmp_path / "shelf"))
    for stage in range(len(server.operations)):
        server.break_at = stage
        with server.place() as place, pytest.raises(PlaceUnavailable):
            collect(place, ["*.txt"], Shelf(tmp_path / f"shelf{stage}"))
        server.break_at = None
        drafts = list((tmp_path / f"shelf{stage}").glob("draft-*"))
        assert drafts == [], stage


@pytest.mark.parametrize("name", ["a.csv.part", ".a.csv", "a.csv.tmp", "b.txt"])
def test_what_is_unfinished_or_not_meant_is_left(server: Server, tmp_path: Path, name: str) -> None:
    files(server.root, {name: b"1"})
    with server.place() as place:
        assert collect(place, ["*.csv"], Shelf(tmp_path / "shelf")) == []
