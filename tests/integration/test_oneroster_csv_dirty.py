"""Each dirty package is told apart by file, row and column, and the committed ones are made."""

from __future__ import annotations

import tomllib
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from support import make_dirty

from adapters.oneroster.validate import validate_package
from schemas.finding import Finding

DIRTY = make_dirty.TARGET
EXPECTED: dict[str, Any] = tomllib.loads((DIRTY / "expected.toml").read_text("utf-8"))
PACKAGES: dict[str, Any] = EXPECTED["packages"]
TODAY: date = EXPECTED["today"]

Kind = tuple[str, str, str | None, str | None]


def kinds_of(findings: list[Finding]) -> dict[Kind, tuple[int | None, int]]:
    """The first row and the number of rows of each kind of finding."""
    kinds: dict[Kind, tuple[int | None, int]] = {}
    for found in findings:
        kind = (found.severity.name.lower(), found.code, found.file, found.column)
        first, count = kinds.get(kind, (found.row, 0))
        kinds[kind] = (first, count + found.count)
    return kinds


def expected_kinds(package: str) -> dict[Kind, tuple[int | None, int]]:
    return {
        (one["severity"], one["code"], one.get("file"), one.get("column")): (
            one.get("row"),
            one.get("count", 1),
        )
        for one in PACKAGES[package]["findings"]
    }


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_findings_name_file_row_and_column(package: str) -> None:
    findings = validate_package(DIRTY / package, today=TODAY)
    assert kinds_of(findings) == expected_kinds(package)


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_every_finding_says_what_to_do(package: str) -> None:
    findings = validate_package(DIRTY / package, today=TODAY)
    assert all(finding.problem and finding.fix.endswith(".") for finding in findings)


def test_every_package_is_expected_and_made() -> None:
    committed = {path.name for path in DIRTY.iterdir()} - {"expected.toml"}
    assert committed == PACKAGES.keys()
    assert committed == {*make_dirty.FAULTS, *make_dirty.ZIPS}


@pytest.mark.parametrize("fault", sorted(make_dirty.FAULTS))
def test_a_committed_folder_is_what_the_generator_makes(fault: str) -> None:
    committed = {path.name: path.read_bytes() for path in (DIRTY / fault).iterdir()}
    assert committed == make_dirty.FAULTS[fault]()


@pytest.mark.parametrize("fault", sorted(make_dirty.ZIPS.keys() - {"zip-bomb.zip"}))
def test_a_committed_zip_is_what_the_generator_makes(fault: str) -> None:
    assert (DIRTY / fault).read_bytes() == make_dirty.ZIPS[fault]()


def test_the_committed_bomb_holds_what_the_generator_makes() -> None:
    # Deflate may pack the same bytes differently from one zlib to another.
    both = ((DIRTY / "zip-bomb.zip").read_bytes(), make_dirty.ZIPS["zip-bomb.zip"]())
    listings = [
        [(entry.filename, entry.file_size, entry.CRC) for entry in archive.infolist()]
        for archive in (zipfile.ZipFile(BytesIO(content)) for content in both)
    ]
    assert listings[0] == listings[1]


def test_dirty_packages_stay_small() -> None:
    sizes = [path.stat().st_size for path in DIRTY.rglob("*") if path.is_file()]
    assert max(sizes) < 100_000


def test_no_password_is_quoted() -> None:
    findings = validate_package(DIRTY / "passwords-present", today=TODAY)
    assert not [found for found in findings if "not-a-real-password" in repr(found)]


def test_a_clean_package_is_clean_from_a_zip_too(tmp_path: Path) -> None:
    path = tmp_path / "night.zip"
    path.write_bytes(make_dirty.zipped(make_dirty.FAULTS["clean"](), zipfile.ZIP_DEFLATED))
    assert validate_package(path, today=TODAY) == []


def test_progress_counts_every_file_that_is_checked() -> None:
    told: list[tuple[int, int | None]] = []

    def watch(what: str, done: int, total: int | None = None) -> None:
        if what.startswith("Checking"):
            told.append((done, total))

    validate_package(DIRTY / "clean", watch, today=TODAY)
    assert told == [(number, 8) for number in range(1, 9)]
