"""Keys come from outside, are never shown, and are made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.audit_log import event

from service.audit.event import About, bodies, read_event
from service.audit.keys import VARIABLE, add_key, find_keys, make_key, read_keys
from service.errors import Misconfigured

ONE, TWO = "11" * 32, "22" * 32


def test_the_newest_key_is_the_last() -> None:
    assert read_keys(f"{ONE}\n{TWO}\n", "file").current == make_key(bytes.fromhex(TWO))


@pytest.mark.parametrize("text", ["", "zz", "11", f"{ONE} 22"])
def test_what_is_no_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_keys(text, "the file")
    assert "the file" in refused.value.problem
    assert not text or text not in refused.value.problem


def test_a_key_shows_its_name_only() -> None:
    ring = read_keys(ONE, "file")
    assert ring.current.id in repr(ring)
    assert "\\x11" not in repr(ring)


def test_the_variable_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(ONE)
    monkeypatch.setenv(VARIABLE, TWO)
    assert find_keys(tmp_path / "key") == read_keys(TWO, "")


def test_a_new_key_is_its_owners_alone(tmp_path: Path) -> None:
    add_key(tmp_path / "audit" / "key")
    assert (tmp_path / "audit" / "key").stat().st_mode & 0o777 == 0o600


def test_of_two_that_make_a_key_at_once_one_wins(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_key, [tmp_path / "key"] * 8))
    assert len(read_keys((tmp_path / "key").read_text(), "file").keys) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_a_key_can_be_added(tmp_path: Path) -> None:
    add_key(tmp_path / "key")
    before = find_keys(tmp_path / "key")
    assert before is not None
    add_key(tmp_path / "key", before.keys)
    after = find_keys(tmp_path / "key")
    assert after is not None
    assert after.keys[:-1] == before.keys


def test_events_come_back_as_they_were_written() -> None:
    one = event(
        about=(About("a", ("item\0",)), About("b\ud800")), count=0, sealed=True, erased=((1, 2),)
    )
    first, *others = bodies(one)
    assert read_event(first, others) == one
