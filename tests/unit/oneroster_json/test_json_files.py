"""Writing and reading JSON collections: losses, oddities, safety."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.formats import Unreadable
from adapters.oneroster.files.json_format import OneRosterJson
from adapters.oneroster.files.loss import Loss
from schemas.finding import Finding
from schemas.standards.shape import StandardRecord

NOW = datetime(2026, 8, 17, 6, 30, tzinfo=UTC)
USER = {"sourcedId": "u", "enabledUser": "true", "givenName": "A", "familyName": "B"}
ROLE = {"userSourcedId": "u", "roleType": "primary", "role": "student", "orgSourcedId": "n"}
ORG = {"sourcedId": "n", "name": "North", "type": "school", "identifier": "1"}


def write(folder: Path, *rows: tuple[str, dict[str, Any]]) -> list[Loss]:
    losses: list[Loss] = []
    records = [StandardRecord(entity, values) for entity, values in rows]
    OneRosterJson(now=NOW, on_loss=losses.append).write(folder / "out", records)
    return losses


def payload(folder: Path, name: str) -> Any:
    return json.loads((folder / "out" / f"{name}.json").read_text("utf-8"))[name]


def read(folder: Path, name: str, *records: Any) -> tuple[list[StandardRecord], list[Finding]]:
    (folder / f"{name}.json").write_text(json.dumps({name: records}), "utf-8")
    told: list[Finding] = []
    return list(OneRosterJson(on_finding=told.append).read(folder)), told


def test_base_fields_that_rows_lack_are_the_runs(tmp_path: Path) -> None:
    write(tmp_path, ("orgs", ORG))
    [org] = payload(tmp_path, "orgs")
    assert (org["status"], org["dateLastModified"]) == ("active", "2026-08-17T06:30:00.000Z")


def test_references_are_paths_of_the_standard_without_a_base(tmp_path: Path) -> None:
    write(tmp_path, ("orgs", {**ORG, "parentSourcedId": "a/b"}))
    [org] = payload(tmp_path, "orgs")
    assert org["parent"]["href"] == "/ims/oneroster/rostering/v1p2/orgs/a%2Fb"


def test_nested_rows_may_come_before_their_record(tmp_path: Path) -> None:
    write(tmp_path, ("roles", {**ROLE, "sourcedId": "r"}), ("users", USER))
    [user] = payload(tmp_path, "users")
    assert [role["role"] for role in user["roles"]] == ["student"]


@pytest.mark.parametrize(
    ("entity", "change", "path", "code"),
    [
        ("orgs", {"identifier": None}, "", "value.missing"),
        ("orgs", {"type": "planet"}, "", "term.unknown"),
        ("orgs", {"colour": "red"}, "colour", "no_column"),
        ("orgs", {"metadata.password": "pw"}, "metadata.password", "password.dropped"),
        ("orgs", {"parentSourcedId": "x", "status": "ACTIVE"}, "status", "term.case"),
        (
            "categories",
            {"title": "T", "weight": "0.12345678901234567890"},
            "weight",
            "value.digits",
        ),
        ("scoreTypes", {}, "", "no_file"),
    ],
)
def test_what_json_cannot_say_is_a_loss(
    tmp_path: Path, entity: str, change: dict[str, Any], path: str, code: str
) -> None:
    base = ORG if entity == "orgs" else {"sourcedId": "n"}
    [loss] = write(tmp_path, (entity, {**base, **change}))
    assert (loss.entity, loss.path, loss.code) == (entity, path, code)


def test_the_id_of_a_nested_row_is_told_as_lost(tmp_path: Path) -> None:
    [loss] = write(tmp_path, ("users", USER), ("roles", {**ROLE, "sourcedId": "r1"}))
    assert (loss.entity, loss.path, loss.value) == ("roles", "sourcedId", "r1")


def test_a_user_without_a_role_is_told_with_all_that_hangs_on_it(tmp_path: Path) -> None:
    profile = {"sourcedId": "p", "userSourcedId": "u", "profileType": "x", "vendorId": "v"}
    losses = write(tmp_path, ("users", USER), ("userProfiles", profile))
    assert [(one.entity, one.code) for one in losses] == [
        ("users", "user.no_role"),
        ("userProfiles", "nested.orphan"),
    ]
    assert payload(tmp_path, "users") == []


def test_a_nested_row_without_its_record_is_a_loss(tmp_path: Path) -> None:
    losses = write(tmp_path, ("roles", {**ROLE, "sourcedId": "r1"}))
    assert [one.code for one in losses if one.path == ""] == ["nested.orphan"]


def test_a_nested_row_that_is_gone_is_left_out_and_told(tmp_path: Path) -> None:
    gone = {**ROLE, "sourcedId": "r1", "role": "teacher", "status": "tobedeleted"}
    role = {**ROLE, "sourcedId": "r2"}
    losses = write(tmp_path, ("users", USER), ("roles", gone), ("roles", role))
    assert [one.code for one in losses if one.path == ""] == ["nested.deleted"]
    assert len(payload(tmp_path, "users")[0]["roles"]) == 1


def test_a_second_score_scale_has_no_room(tmp_path: Path) -> None:
    link = {"resultSourcedId": "x", "sourcedId": "l"}
    result = {"sourcedId": "x", "lineItemSourcedId": "l", "studentSourcedId": "u"}
    result |= {"scoreStatus": "submitted", "scoreDate": "2026-01-01"}
    scales = [("resultScoreScales", {**link, "scoreScaleSourcedId": one}) for one in "ab"]
    losses = write(tmp_path, ("results", result), *scales)
    assert [one.code for one in losses if one.path == ""] == ["nested.single"]


def test_a_field_that_the_standard_lacks_is_kept_under_a_name_that_says_so(tmp_path: Path) -> None:
    [row], [finding] = read(tmp_path, "orgs", {**ORG, "mascot": "owl"})
    assert row.values["unmapped.mascot"] == "owl"
    assert (finding.code, finding.column) == ("rest.unmapped", "unmapped.mascot")


def test_passwords_are_dropped_and_told(tmp_path: Path) -> None:
    [row], [finding] = read(tmp_path, "users", {**USER, "password": "pw"})
    assert row.values == USER
    assert (finding.code, finding.value) == ("password.dropped", None)


def test_two_credentials_are_two_rows(tmp_path: Path) -> None:
    credentials = [{"type": "a", "username": "x"}, {"type": "b", "username": "y"}]
    profile = {"profileId": "urn:x:1", "profileType": "t", "vendorId": "v"}
    record = {**USER, "userProfiles": [{**profile, "credentials": credentials}]}
    rows, _ = read(tmp_path, "users", record)
    found = [(row.values["username"], row.values["profileId"]) for row in rows[1:]]
    assert found == [("x", "urn:x:1"), ("y", "urn:x:1")]
    assert len({row.values["sourcedId"] for row in rows}) == 3


def test_a_time_of_day_that_a_row_cannot_hold_is_told(tmp_path: Path) -> None:
    record = {"sourcedId": "l", "dueDate": "2026-09-15T17:00:00Z"}
    [row], [finding] = read(tmp_path, "lineItems", record)
    assert (row.values["dueDate"], finding.code) == ("2026-09-15", "rest.time")


def test_lenient_spellings_are_repaired_and_told(tmp_path: Path) -> None:
    [row], [finding] = read(tmp_path, "users", {**USER, "enabledUser": "TRUE", "email": " "})
    assert (row.values["enabledUser"], "email" in row.values) == ("true", False)
    assert finding.code == "boolean.case"


def test_a_type_with_a_colon_stays_apart_from_its_identifier(tmp_path: Path) -> None:
    ids = [{"type": "urn:x", "identifier": "a:b"}]
    rows, _ = read(tmp_path, "users", {**USER, "userIds": ids, "roles": [_role()]})
    write(tmp_path, *((row.entity, row.values) for row in rows))
    assert payload(tmp_path, "users")[0]["userIds"] == ids


def _role() -> dict[str, Any]:
    return {"roleType": "primary", "role": "student", "org": {"sourcedId": "n"}}


@pytest.mark.parametrize(
    ("content", "code"),
    [('{"orgs": [1]}', "json.record"), ('{"orgs": [', "json.broken"), (None, "json.none")],
)
def test_what_is_no_payload_is_one_error(tmp_path: Path, content: str | None, code: str) -> None:
    if content is not None:
        (tmp_path / "orgs.json").write_text(content)
    with pytest.raises(Unreadable) as caught:
        list(OneRosterJson().read(tmp_path))
    assert caught.value.findings[0].code == code


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(json.dumps({"orgs": [ORG]}))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "orgs.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(Unreadable, match="leads out of the folder"):
        list(OneRosterJson().read(tmp_path / "in"))


@pytest.mark.parametrize(
    ("names", "code"),
    [(("a/orgs.json", "b/orgs.json"), "file.twice"), (("../orgs.json",), "zip.unsafe_path")],
)
def test_an_archive_that_means_harm_is_refused(
    tmp_path: Path, names: tuple[str, ...], code: str
) -> None:
    with zipfile.ZipFile(tmp_path / "j.zip", "w") as archive:
        for name in names:
            archive.writestr(name, json.dumps({"orgs": [ORG]}))
    with pytest.raises(Unreadable) as caught:
        list(OneRosterJson().read(tmp_path / "j.zip"))
    assert caught.value.findings[0].code == code


@pytest.mark.parametrize(
    ("content", "claimed"),
    [
        ('{"orgs": [{"sourcedId": "a"', True),
        ('{"orgs": []}', True),
        ('{"schools": [{"sourcedId": "a"', True),
        ('{"orgs": [{"organizationId": 1}]}', False),
        ('[{"sourcedId": "a"}]', False),
        ("\x00\xff", False),
    ],
)
def test_only_payloads_of_the_standard_are_claimed(
    tmp_path: Path, content: str, claimed: bool
) -> None:
    (tmp_path / "orgs.json").write_text(content)
    assert OneRosterJson().claims(tmp_path) is claimed
