"""A package from disk to delivery: place, manifest, modes, versions, and what is not read twice."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support import make_dirty
from support.dirty_base import Package, Table, clean, manifest_of, table
from support.make_dirty import rendered, zipped

from adapters.errors import SourceMisconfigured, SourceUnavailable
from adapters.oneroster.csv import Limits, OneRosterCsvSource
from adapters.port import Delivery, FileMode
from adapters.shelf import Shelf
from schemas.finding import Severity

Fetch = Callable[[Package], Delivery]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def fetch(tmp_path: Path, shelf: Shelf) -> Fetch:
    def fetch_package(package: Package) -> Delivery:
        folder = written(tmp_path / "night", rendered(package))
        return OneRosterCsvSource(folder).fetch(shelf, {})

    return fetch_package


def written(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def codes(delivery: Delivery) -> list[str]:
    return [finding.code for finding in delivery.findings]


def with_manifest(change: Callable[[list[list[str]]], list[list[str]]]) -> Package:
    package = clean()
    package["manifest"].rows = change(package["manifest"].rows)
    return package


def saying(name: str, value: str) -> Package:
    return with_manifest(lambda rows: [[n, value if n == name else v] for n, v in rows])


def test_a_clean_package_is_delivered_whole(fetch: Fetch) -> None:
    delivery = fetch(clean())
    assert delivery.files.keys() == clean().keys() - {"manifest"}
    assert (delivery.version, delivery.system, codes(delivery)) == ("1.2", "Example SIS", [])


def test_a_delivered_file_says_where_it_came_from(fetch: Fetch) -> None:
    assert fetch(clean()).files["users"].origin == "users.csv in night"


def test_folder_and_zip_deliver_the_same(fetch: Fetch, tmp_path: Path, shelf: Shelf) -> None:
    path = tmp_path / "night.zip"
    path.write_bytes(zipped(rendered(clean()), zipfile.ZIP_DEFLATED))
    delivery = OneRosterCsvSource(path).fetch(shelf, {})
    assert delivery.digest == fetch(clean()).digest


def test_an_unchanged_folder_is_not_copied_again(fetch: Fetch) -> None:
    before = {name: file.path.stat().st_ino for name, file in fetch(clean()).files.items()}
    after = {name: file.path.stat().st_ino for name, file in fetch(clean()).files.items()}
    assert before == after


def test_an_unchanged_zip_is_not_unpacked_again(tmp_path: Path, shelf: Shelf) -> None:
    source = OneRosterCsvSource(tmp_path / "night.zip")
    source.path.write_bytes(zipped(rendered(clean())))
    first = source.fetch(shelf, {})
    told: list[str] = []
    again = source.fetch(shelf, first.memory, lambda what, done, total=None: told.append(what))
    assert (again.digest, told) == (first.digest, [])


def test_a_remembered_zip_is_unpacked_when_the_shelf_lost_it(tmp_path: Path, shelf: Shelf) -> None:
    source = OneRosterCsvSource(tmp_path / "night.zip")
    source.path.write_bytes(zipped(rendered(clean())))
    first = source.fetch(shelf, {})
    shelf.sweep(set(), before=math.inf)
    again = source.fetch(shelf, first.memory)
    assert all(file.path.is_file() for file in again.files.values())


def test_a_zip_in_a_folder_is_found(tmp_path: Path, shelf: Shelf) -> None:
    written(tmp_path / "in", {"night.zip": zipped(rendered(clean()))})
    assert OneRosterCsvSource(tmp_path / "in").fetch(shelf, {}).files


def test_several_zips_need_a_decision(tmp_path: Path, shelf: Shelf) -> None:
    folder = written(tmp_path / "in", {"a.zip": b"", "b.zip": b""})
    with pytest.raises(SourceMisconfigured, match=r"a\.zip, b\.zip"):
        OneRosterCsvSource(folder).fetch(shelf, {})


def test_the_latest_of_several_zips_may_be_wanted(tmp_path: Path, shelf: Shelf) -> None:
    names = {"new.zip": zipped(rendered(clean())), "old.zip": b""}
    folder = written(tmp_path / "in", names)
    os.utime(folder / "old.zip", (0, 0))
    delivery = OneRosterCsvSource(folder, latest=True).fetch(shelf, {})
    assert delivery.files["users"].origin == "users.csv in new.zip"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("nowhere/night.zip", SourceMisconfigured),
        ("tonight.zip", SourceUnavailable),
        ("empty", SourceUnavailable),
        ("notes.txt", SourceMisconfigured),
    ],
)
def test_no_package_says_whose_turn_it_is(
    tmp_path: Path, shelf: Shelf, path: str, error: type[Exception]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("no package", "utf-8")
    with pytest.raises(error):
        OneRosterCsvSource(tmp_path / path).fetch(shelf, {})


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, shelf: Shelf) -> None:
    (tmp_path / "secret.csv").write_text("sourcedId\n", "utf-8")
    folder = written(tmp_path / "night", rendered(clean()))
    (folder / "orgs.csv").unlink()
    (folder / "orgs.csv").symlink_to(tmp_path / "secret.csv")
    assert codes(OneRosterCsvSource(folder).fetch(shelf, {})) == ["file.not_plain"]


def test_clutter_of_file_managers_is_no_finding(tmp_path: Path, shelf: Shelf) -> None:
    clutter = {"__MACOSX/._users.csv": b"x", ".DS_Store": b"x", "Thumbs.db": b"x"}
    folder = written(tmp_path / "night", {**rendered(clean()), **clutter})
    assert codes(OneRosterCsvSource(folder).fetch(shelf, {})) == []


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"Users.csv": b"x"}, "file.twice"),
        ({"more/orgs.csv": b"x"}, "package.scattered"),
        ({"readme.txt": b"x"}, "file.ignored"),
        ({"student.csv": b"x"}, "file.unknown"),
    ],
)
def test_other_files_are_told(
    tmp_path: Path, shelf: Shelf, files: dict[str, bytes], code: str
) -> None:
    folder = written(tmp_path / "night", {**rendered(clean()), **files})
    assert codes(OneRosterCsvSource(folder).fetch(shelf, {})) == [code]


def test_file_names_in_another_case_are_repaired(tmp_path: Path, shelf: Shelf) -> None:
    files = {name.upper(): content for name, content in rendered(clean()).items()}
    delivery = OneRosterCsvSource(written(tmp_path / "night", files)).fetch(shelf, {})
    assert delivery.files.keys() == clean().keys() - {"manifest"}
    assert set(codes(delivery)) == {"file.name"}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("file.users", "Bulk", "manifest.case"),
        ("file.users", "full", "manifest.value"),
        ("file.users", "absent", "manifest.absent_file"),
        ("file.results", "bulk", "manifest.file_missing"),
        ("manifest.version", "2.0", "manifest.own_version"),
        ("oneroster.version", "1.2.1", "manifest.version_form"),
        ("oneroster.version", "v1p2", "manifest.version_form"),
        ("oneroster.version", "2.0", "manifest.unknown_version"),
        ("oneroster.version", "", "manifest.no_version"),
        ("oneroster.version", "1.0", "manifest.version_form"),
    ],
)
def test_the_manifests_oddities_are_told(fetch: Fetch, name: str, value: str, code: str) -> None:
    assert code in codes(fetch(saying(name, value)))


def test_a_property_that_nobody_knows_is_told(fetch: Fetch) -> None:
    package = with_manifest(lambda rows: [*rows, ["file.teachers", "bulk"]])
    assert codes(fetch(package)) == ["manifest.property"]


@pytest.mark.parametrize(
    "content",
    [b"", b"name,value\n", b"propertyName,value\nfile.users,bulk\nfile.users,delta\n", b"\xff\n"],
)
def test_a_useless_manifest_is_refused(tmp_path: Path, shelf: Shelf, content: bytes) -> None:
    files = {**rendered(clean()), "manifest.csv": content}
    delivery = OneRosterCsvSource(written(tmp_path / "night", files)).fetch(shelf, {})
    assert (codes(delivery), delivery.files) == (["manifest.unreadable"], {})


def test_columns_win_over_the_manifests_version(fetch: Fetch) -> None:
    delivery = fetch(saying("oneroster.version", "1.1"))
    assert delivery.version == "1.2"
    assert "manifest.version_conflict" in codes(delivery)


def first_edition() -> Package:
    """A package of seven files as OneRoster 1.0 knew it: users with role and organizations."""
    user = dict.fromkeys(("sourcedId", "enabledUser", "orgSourcedIds", "role", "username"), "x")
    return {"users": Table([*user, "givenName", "familyName"], [[*user.values(), "a", "b"]])}


def test_without_a_manifest_the_columns_tell_the_version(fetch: Fetch) -> None:
    assert fetch(first_edition()).version == "1.1"


def test_a_file_of_a_later_version_is_not_read(fetch: Fetch) -> None:
    delivery = fetch({**first_edition(), "roles": clean()["roles"]})
    assert "roles" not in delivery.files
    assert "file.not_in_version" in codes(delivery)


def statuses(package: Package, rows: int, mode: str = "bulk") -> Package:
    """Give the first rows of the organizations status and date, as delta rows have."""
    for row in package["orgs"].rows[:rows]:
        row[1:3] = ["active", "2026-11-20T04:00:00Z"]
    listed = manifest_of({name: one for name, one in package.items() if name != "manifest"})
    listed.rows = [[n, mode if n == "file.orgs" else v] for n, v in listed.rows]
    return {**package, "manifest": listed}


@pytest.mark.parametrize(
    ("rows", "said", "read", "expected"),
    [
        (0, "bulk", FileMode.BULK, []),
        (1, "bulk", FileMode.BULK, [("manifest.bulk_with_status", Severity.WARNING)]),
        (3, "bulk", FileMode.DELTA, [("manifest.bulk_looks_delta", Severity.WARNING)]),
        (3, "delta", FileMode.DELTA, []),
        (1, "delta", FileMode.DELTA, []),
        (0, "delta", FileMode.BULK, [("manifest.delta_looks_bulk", Severity.HOLD)]),
    ],
)
def test_content_decides_between_bulk_and_delta(
    fetch: Fetch, rows: int, said: str, read: FileMode, expected: list[tuple[str, Severity]]
) -> None:
    delivery = fetch(statuses(clean(), rows, said))
    assert delivery.files["orgs"].mode is read
    assert [(f.code, f.severity) for f in delivery.findings] == expected


def test_without_a_manifest_rows_with_status_and_date_are_changes(fetch: Fetch) -> None:
    package = statuses(clean(), 3)
    del package["manifest"]
    modes = {name: file.mode for name, file in fetch(package).files.items()}
    assert {name for name, mode in modes.items() if mode is FileMode.DELTA} == {"orgs"}


@pytest.mark.parametrize(("mode", "severity"), [("bulk", "HOLD"), ("delta", "WARNING")])
def test_a_header_alone_is_dangerous_only_as_the_whole(
    fetch: Fetch, mode: str, severity: str
) -> None:
    package = statuses(clean(), 0, mode)
    package["orgs"].rows.clear()
    assert [(f.code, f.severity.name) for f in fetch(package).findings] == [
        ("file.header_only", severity)
    ]


def test_a_manifest_alone_means_no_changes(fetch: Fetch) -> None:
    delivery = fetch({"manifest": manifest_of({})})
    assert (delivery.files, delivery.findings) == ({}, ())


def test_gradebook_and_resource_files_are_read(fetch: Fetch) -> None:
    package = {name: one for name, one in clean().items() if name != "manifest"}
    package["categories"] = table("categories", [{"sourcedId": "c", "title": "Tests"}])
    package["resources"] = table("resources", [{"sourcedId": "r", "vendorResourceId": "v"}])
    delivery = fetch({"manifest": manifest_of(package), **package})
    assert {"categories", "resources"} <= delivery.files.keys()


def test_reading_and_checking_go_by_the_deliverys_version(shelf: Shelf) -> None:
    source = OneRosterCsvSource(make_dirty.TARGET / "clean")
    delivery = source.fetch(shelf, {})
    reading = source.read(delivery, "users")
    assert reading.frame.height == 60
    assert source.check(delivery, "users", reading.frame).findings == ()


def test_a_file_nobody_may_read_is_a_setting_to_change(
    fetch: Fetch, tmp_path: Path, shelf: Shelf
) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may read every file")
    fetch(clean())
    (tmp_path / "night" / "orgs.csv").chmod(0)
    with pytest.raises(SourceMisconfigured, match=r"orgs\.csv"):
        OneRosterCsvSource(tmp_path / "night").fetch(shelf, {})


def test_a_source_says_what_it_can_promise() -> None:
    can = OneRosterCsvSource(Path("anywhere.zip")).capabilities
    assert (can.full, can.delta, can.tombstones) == (True, True, True)


def test_the_manifests_header_is_read_in_any_case(fetch: Fetch) -> None:
    package = clean()
    package["manifest"].header[0] = "PropertyName"
    assert codes(fetch(package)) == ["manifest.header"]


def test_a_folder_in_the_folder_is_found(tmp_path: Path, shelf: Shelf) -> None:
    written(tmp_path / "in" / "export", rendered(clean()))
    delivery = OneRosterCsvSource(tmp_path / "in").fetch(shelf, {})
    assert (codes(delivery), len(delivery.files)) == (["package.subfolder"], 8)


def test_a_folder_of_far_too_many_files_is_refused(tmp_path: Path, shelf: Shelf) -> None:
    folder = written(tmp_path / "in", {f"{number}.csv": b"" for number in range(4)})
    delivery = OneRosterCsvSource(folder, Limits(entries=3)).fetch(shelf, {})
    assert codes(delivery) == ["package.entries"]


def test_a_delta_without_the_columns_it_needs_looks_bulk(fetch: Fetch) -> None:
    package = statuses(clean(), 0, "delta")
    package["orgs"].header = [f"metadata.{name}" for name in package["orgs"].header]
    assert codes(fetch(package)) == ["manifest.delta_looks_bulk"]


def test_a_malformed_file_keeps_the_manifests_word(fetch: Fetch) -> None:
    package = statuses(clean(), 1)
    package["orgs"].rows[1] = ["0", *["x"] * 20]
    assert fetch(package).files["orgs"].mode is FileMode.BULK
