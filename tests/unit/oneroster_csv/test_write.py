"""Writing CSV packages: what csv.json demands, byte for byte, and every loss told."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.formats import Unreadable
from adapters.oneroster import FORMATS
from adapters.oneroster.files.csv_format import OneRosterCsv
from adapters.oneroster.files.loss import Loss, Unrepresentable
from adapters.port import FileMode
from schemas.standards.oneroster import files
from schemas.standards.shape import StandardRecord

ORG = {"sourcedId": "north", "name": "North High", "type": "school"}


def org(**fields: Any) -> StandardRecord:
    return StandardRecord("orgs", {**ORG, **fields}, "orgs.json, record 7")


def write(folder: Path, *records: StandardRecord, **options: Any) -> list[Loss]:
    losses: list[Loss] = []
    OneRosterCsv("1.2", on_loss=losses.append, **options).write(folder / "out", records)
    return losses


def lines(folder: Path, name: str = "orgs") -> list[str]:
    return (folder / "out" / f"{name}.csv").read_text("utf-8").split("\n")


def test_the_formats_are_the_three_of_the_standard() -> None:
    names = [form.name for form in FORMATS]
    assert names == ["oneroster-csv-1.1", "oneroster-csv-1.2", "oneroster-json-1.2"]


@pytest.mark.parametrize(("version", "key"), [("1.1", "1.1"), ("1.2", "1.2.1")])
def test_headers_are_the_references(
    version: str, key: str, reference: Path, tmp_path: Path
) -> None:
    facts = json.loads((reference / "reference/oneroster/csv.json").read_text("utf-8"))
    frames = {
        name: pl.DataFrame({column.name: ["2026"] for column in columns})
        for name, columns in files(version).items()
    }
    OneRosterCsv(version, on_loss=lambda loss: None).write_frames(tmp_path / "out", frames)
    for path in (tmp_path / "out").glob("[!m]*.csv"):
        wanted = [column["name"] for column in facts[key]["files"][path.name]]
        assert path.read_text("utf-8").split("\n")[0].split(",") == wanted


def test_users_have_22_columns(tmp_path: Path) -> None:
    user = {"sourcedId": "u", "enabledUser": "true", "givenName": "A", "familyName": "B"}
    write(tmp_path, StandardRecord("users", {**user, "username": "ab"}))
    assert len(lines(tmp_path, "users")[0].split(",")) == 22


def test_a_row_is_plain_csv_with_blank_marks(tmp_path: Path) -> None:
    write(tmp_path, org(identifier='4,"5"'))
    assert lines(tmp_path)[1] == 'north,,,North High,school,"4,""5""",'


def test_extension_columns_stand_last_in_order_of_their_names(tmp_path: Path) -> None:
    many = [org(sourcedId=f"o{number}") for number in range(5_001)]
    write(tmp_path, org(**{"metadata.z": "1"}), *many, org(sourcedId="p", **{"metadata.a": "2"}))
    header, first, *_, last, _ = lines(tmp_path)
    assert header.endswith(",parentSourcedId,metadata.a,metadata.z")
    assert (first[-3:], last[-3:]) == (",,1", ",2,")


def test_the_manifest_lists_every_file_and_packs_only_those_with_rows(tmp_path: Path) -> None:
    write(tmp_path, org(), system="District")
    manifest = lines(tmp_path, "manifest")
    assert manifest[:3] == ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.2"]
    assert {row for row in manifest if row.endswith(",bulk")} == {"file.orgs,bulk"}
    assert len(manifest) == 1 + 2 + 21 + 1 + 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "manifest.csv",
        "orgs.csv",
    ]


def test_equal_records_give_equal_archives(tmp_path: Path) -> None:
    form = OneRosterCsv("1.2")
    for name in ("a.zip", "b.zip"):
        form.write(tmp_path / name, [org()])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_an_archive_holds_its_files_at_the_root_deflated(tmp_path: Path) -> None:
    OneRosterCsv("1.2").write(tmp_path / "a.zip", [org()])
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        entries = [(entry.filename, entry.compress_type) for entry in archive.infolist()]
    assert entries == [("manifest.csv", zipfile.ZIP_DEFLATED), ("orgs.csv", zipfile.ZIP_DEFLATED)]


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_nothing_is_left_of_a_package_that_fails(tmp_path: Path, name: str) -> None:
    def broken() -> Iterator[StandardRecord]:
        yield org()
        raise OSError("the source went away")

    with pytest.raises(OSError, match="went away"):
        OneRosterCsv("1.2").write(tmp_path / name, broken())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["none", "none.zip", "note.txt"])
def test_what_is_no_package_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(Unreadable) as caught:
        list(OneRosterCsv("1.2").read(tmp_path / name))
    assert caught.value.findings[0].fix


def test_a_folder_that_changes_while_it_is_read_is_not_read(tmp_path: Path) -> None:
    form = OneRosterCsv("1.2")
    form.write(tmp_path / "out", [org()])
    records = form.read(tmp_path / "out")
    assert next(records).values["sourcedId"] == "north"
    (tmp_path / "out/orgs.csv").write_bytes(b"")
    with pytest.raises(Unreadable, match="changed while it was being read"):
        list(records)


def test_what_stands_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_text("mine")
    with pytest.raises(FileExistsError, match="there already"):
        OneRosterCsv("1.2").write(tmp_path / "out.zip", [org()])
    assert (tmp_path / "out.zip").read_text() == "mine"


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"identifier": "a\rb"}, "identifier", "value.carriage_return"),
        ({"identifier": "a\0b"}, "identifier", "value.nul"),
        ({"identifier": "a\ud800"}, "identifier", "value.surrogate"),
        ({"identifier": "x" * (1 << 20 | 1)}, "identifier", "value.too_long"),
        ({"metadata.a": "a\rb"}, "metadata.a", "value.carriage_return"),
        ({"colour": "red"}, "colour", "no_column"),
        ({"name": "a\rb"}, "", "value.carriage_return"),
        ({"name": None}, "", "value.missing"),
        ({"type": "School?"}, "", "term.unknown"),
        ({"dateLastModified": "2026-01-01T00:00:00Z"}, "dateLastModified", "bulk.date"),
        ({"status": "tobedeleted"}, "", "bulk.deleted"),
        ({"type": "SCHOOL"}, "type", "term.case"),
    ],
)
def test_what_csv_cannot_say_is_a_loss(
    tmp_path: Path, fields: dict[str, Any], path: str, code: str
) -> None:
    [loss] = write(tmp_path, org(**fields))
    assert (loss.entity, loss.path, loss.code, loss.count) == ("orgs", path, code, 1)
    assert loss.where == "orgs.json, record 7"


def test_only_the_list_element_with_a_comma_is_lost(tmp_path: Path) -> None:
    course = {"sourcedId": "c", "title": "Art", "orgSourcedId": "n", "grades": ["09", "1,0"]}
    [loss] = write(tmp_path, StandardRecord("courses", course))
    assert (loss.code, loss.value) == ("list.comma", "1,0")
    assert lines(tmp_path, "courses")[1] == "c,,,,Art,,09,n,,"


def test_paired_lists_are_lost_whole_so_that_no_code_meets_another_name(tmp_path: Path) -> None:
    course = {"sourcedId": "c", "title": "Art", "orgSourcedId": "n", "subjects": ["a", "b,c"]}
    losses = write(tmp_path, StandardRecord("courses", course))
    assert [(loss.path, loss.value) for loss in losses] == [("subjects", "a"), ("subjects", "b,c")]


def test_a_password_is_never_written(tmp_path: Path) -> None:
    user = {"sourcedId": "u", "enabledUser": "true", "givenName": "A", "familyName": "B"}
    [loss] = write(tmp_path, StandardRecord("users", {**user, "username": "a", "password": "pw"}))
    assert (loss.code, loss.value) == ("password.dropped", None)
    assert "pw" not in (tmp_path / "out" / "users.csv").read_text()


def test_a_collection_without_a_file_is_a_loss(tmp_path: Path) -> None:
    [loss] = write(tmp_path, StandardRecord("assessmentResults", {"sourcedId": "r"}))
    assert (loss.code, loss.value) == ("no_file", "r")


def test_without_an_account_of_losses_the_first_one_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Unrepresentable, match=r"orgs\.colour .*record 7.* cannot be written"):
        OneRosterCsv("1.2").write(tmp_path / "out", [org(colour="red")])


def test_a_formula_stays_what_it_is(tmp_path: Path) -> None:
    write(tmp_path, org(name="=HYPERLINK(1)"))
    assert lines(tmp_path)[1] == "north,,,=HYPERLINK(1),school,,"


def test_delta_files_keep_their_marks(tmp_path: Path) -> None:
    marks = {"status": "tobedeleted", "dateLastModified": "2026-01-01T00:00:00Z"}
    losses = write(tmp_path, org(**marks), org(sourcedId="south"), mode=FileMode.DELTA)
    assert lines(tmp_path)[1].startswith("north,tobedeleted,2026-01-01T00:00:00Z,")
    assert [loss.code for loss in losses] == ["value.missing"]


def test_frames_and_records_give_the_same_losses(tmp_path: Path) -> None:
    frame = pl.DataFrame([{**ORG, "colour": "red", "identifier": "a\rb"}])
    losses: list[Loss] = []
    OneRosterCsv("1.2", on_loss=losses.append).write_frames(tmp_path / "f", {"orgs": frame})
    told = write(tmp_path, org(colour="red", identifier="a\rb"))
    assert [(one.path, one.code) for one in losses] == [(one.path, one.code) for one in told]
