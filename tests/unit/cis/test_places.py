"""A folder as a place: the same promises as a server's."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.cis.places import FolderPlace, PlaceMisconfigured, collect, deliver
from adapters.shelf import Shelf


def _files(folder: Path, *names: str) -> list[Path]:
    folder.mkdir()
    for name in names:
        (folder / name).write_text(name)
    return [folder / name for name in names]


def test_a_set_arrives_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    deliver(FolderPlace(tmp_path / "there"), _files(tmp_path / "out", "a.csv", "b.csv"))
    assert {path.name for path in (tmp_path / "there").iterdir()} == {"a.csv", "b.csv"}


def test_what_an_earlier_attempt_left_is_cleaned_up(tmp_path: Path) -> None:
    there = tmp_path / "there"
    _files(there, ".planbridge-0123-a.csv.part", "kept.csv")
    deliver(FolderPlace(there), _files(tmp_path / "out", "a.csv"))
    assert {path.name for path in there.iterdir()} == {"a.csv", "kept.csv"}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlaceMisconfigured):
        FolderPlace(tmp_path / "there").sizes()


def test_a_link_is_not_picked_up(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("x")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.csv").symlink_to(tmp_path / "secret.csv")
    assert collect(FolderPlace(tmp_path / "there"), ["*.csv"], Shelf(tmp_path / "shelf")) == []


def test_names_are_matched_in_any_letter_case(tmp_path: Path) -> None:
    _files(tmp_path / "there", "INTERESTS.CSV")
    found = collect(FolderPlace(tmp_path / "there"), ["interests.csv"], Shelf(tmp_path / "shelf"))
    assert [one.name for one in found] == ["INTERESTS.CSV"]
