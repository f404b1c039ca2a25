"""A package that changes while it is read is not ready; a folder is read where it lies."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from support.dirty_base import clean
from support.make_dirty import rendered, zipped

from adapters.errors import SourceUnavailable
from adapters.oneroster.csv import OneRosterCsvSource
from adapters.oneroster.csv.package import unmoved
from adapters.shelf import Shelf
from schemas.finding import Severity


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def written(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_file_that_changes_meanwhile_is_not_ready(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("half", "utf-8")
    with pytest.raises(SourceUnavailable, match="changed while"), unmoved({"users": path}):
        path.write_text("half and more", "utf-8")


def test_a_file_that_vanishes_meanwhile_is_not_ready(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("half", "utf-8")
    with pytest.raises(SourceUnavailable), unmoved({"users": path}):
        path.unlink()


def test_what_is_wrong_with_a_file_that_changes_meanwhile_is_not_its_fault(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("half", "utf-8")

    def judged() -> None:
        path.write_text("half and more", "utf-8")
        raise ValueError("a row of half a file")

    with pytest.raises(SourceUnavailable, match="changed while"), unmoved({"users": path}):
        judged()


def test_an_opened_folder_is_read_where_it_lies(tmp_path: Path, shelf: Shelf) -> None:
    folder = written(tmp_path / "night", rendered(clean()))
    with OneRosterCsvSource(folder).opened(shelf) as delivery:
        assert delivery.files["users"].path == folder / "users.csv"
    assert not shelf.root.exists()


def test_an_opened_zip_is_taken_apart(tmp_path: Path, shelf: Shelf) -> None:
    path = tmp_path / "night.zip"
    path.write_bytes(zipped(rendered(clean()), zipfile.ZIP_DEFLATED))
    with OneRosterCsvSource(path).opened(shelf) as delivery:
        assert delivery.files["users"].path.is_relative_to(shelf.root)


def test_an_opened_folder_may_not_change(tmp_path: Path, shelf: Shelf) -> None:
    folder = written(tmp_path / "night", rendered(clean()))
    source = OneRosterCsvSource(folder)
    with pytest.raises(SourceUnavailable, match="users changed"), source.opened(shelf):
        (folder / "users.csv").write_bytes(b"")


def test_an_opened_folder_may_not_be_filled(tmp_path: Path, shelf: Shelf) -> None:
    files = rendered(clean())
    last = files.pop("users.csv")
    folder = written(tmp_path / "night", {n: c for n, c in files.items() if n != "manifest.csv"})
    source = OneRosterCsvSource(folder)
    with pytest.raises(SourceUnavailable, match="night changed"), source.opened(shelf):
        (folder / "users.csv").write_bytes(last)


def test_an_opened_folder_that_is_refused_says_why(tmp_path: Path, shelf: Shelf) -> None:
    folder = written(tmp_path / "night", {**rendered(clean()), "manifest.csv": b"no manifest"})
    with OneRosterCsvSource(folder).opened(shelf) as delivery:
        assert delivery.files == {}
        assert [finding.severity for finding in delivery.findings] == [Severity.REFUSE]
