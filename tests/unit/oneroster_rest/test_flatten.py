"""Flattening: REST records as the CSV binding's tables, with nothing lost on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.oneroster.rest.columns import tables
from adapters.oneroster.rest.flatten import read_collection
from adapters.port import ROW, DeliveredFile, FileMode, Reading
from schemas.standards.oneroster import files

STUDENT = {"roleType": "primary", "role": "student", "org": {"sourcedId": "north"}}


def read(folder: Path, name: str, *records: dict[str, Any], version: str = "1.2") -> Reading:
    path = folder / "records.ndjson"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    file = DeliveredFile(name, FileMode.BULK, path, "", "application/x-ndjson", f"GET /{name}")
    return read_collection(file, version)


def user(**fields: Any) -> dict[str, Any]:
    return {"sourcedId": "u1", "status": "active", **fields}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_every_file_of_the_binding_has_a_table(version: str) -> None:
    assert not files(version).keys() - tables(version).keys()


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_every_column_of_the_binding_is_read_from_somewhere(version: str) -> None:
    read_here = {
        (name, column.name) for name, table in tables(version).items() for column in table.columns
    }
    wanted = {(name, column.name) for name, own in files(version).items() for column in own}
    # Secrets are dropped on purpose, and a REST profile's credentials are such secrets.
    secrets = {("users", "password")}
    secrets |= {("userProfiles", one) for one in ("credentialType", "username", "password")}
    assert wanted - read_here == secrets & wanted


def test_the_columns_are_the_bindings_own_in_their_order(tmp_path: Path) -> None:
    standard = [column.name for column in files("1.2")["users"] if column.name != "password"]
    assert read(tmp_path, "users", user()).frame.columns == [ROW, *standard]


def test_every_column_is_text(tmp_path: Path) -> None:
    frame = read(tmp_path, "users", user(enabledUser=True, grades=["09"])).frame
    assert set(frame.drop(ROW).dtypes) == {pl.String}


def test_rows_are_numbered_from_one(tmp_path: Path) -> None:
    frame = read(tmp_path, "users", user(), user(sourcedId="u2")).frame
    assert frame[ROW].to_list() == [1, 2]


def test_no_records_still_give_the_columns(tmp_path: Path) -> None:
    frame = read(tmp_path, "orgs").frame
    assert (frame.height, "parentSourcedId" in frame.columns) == (0, True)


@pytest.mark.parametrize(
    ("field", "value", "column", "cell"),
    [
        ("preferredFirstName", "Jo", "preferredGivenName", "Jo"),
        ("preferredLastName", "Ro", "preferredFamilyName", "Ro"),
        ("primaryOrg", {"sourcedId": "north"}, "primaryOrgSourcedId", "north"),
        ("agents", [{"sourcedId": "p1"}, {"sourcedId": "p2"}], "agentSourcedIds", "p1,p2"),
        ("enabledUser", "TRUE", "enabledUser", "true"),
        ("status", "inactive", "status", "tobedeleted"),
        ("username", "  ", "username", None),
    ],
)
def test_rest_names_become_csv_names(
    tmp_path: Path, field: str, value: Any, column: str, cell: str | None
) -> None:
    assert read(tmp_path, "users", user(**{field: value})).frame[column].to_list() == [cell]


def test_a_user_of_1_1_keeps_role_and_orgs(tmp_path: Path) -> None:
    record = user(role="teacher", orgs=[{"sourcedId": "north"}, {"sourcedId": "south"}])
    frame = read(tmp_path, "users", record, version="1.1").frame
    assert frame.select("role", "orgSourcedIds").row(0) == ("teacher", "north,south")


def test_metadata_is_one_column_of_canonical_json(tmp_path: Path) -> None:
    frame = read(tmp_path, "users", user(metadata={"b": 1, "a": {"c": [True]}})).frame
    assert frame["metadata"].to_list() == ['{"a":{"c":[true]},"b":1}']


def test_an_unknown_field_is_kept(tmp_path: Path) -> None:
    frame = read(tmp_path, "users", user(), user(shoeSize=43)).frame
    assert frame["unmapped.shoeSize"].to_list() == [None, "43"]


@pytest.mark.parametrize("value", ["1,2", 5, [1], {"a": "b"}, True, "é"])
def test_an_unknown_field_is_json_whatever_it_held(tmp_path: Path, value: Any) -> None:
    (cell,) = read(tmp_path, "users", user(shoeSize=value)).frame["unmapped.shoeSize"]
    assert json.loads(cell) == value


def test_an_unknown_field_is_reported_once_with_its_count(tmp_path: Path) -> None:
    (finding,) = read(tmp_path, "users", user(), user(shoeSize=43), user(shoeSize=44)).findings
    assert (finding.code, finding.row, finding.count) == ("rest.unmapped", 2, 2)


def test_an_empty_unknown_field_is_not_worth_a_column(tmp_path: Path) -> None:
    reading = read(tmp_path, "users", user(shoeSize=None))
    assert (reading.findings, "unmapped.shoeSize" in reading.frame.columns) == ((), False)


def test_children_are_kept_without_a_warning(tmp_path: Path) -> None:
    reading = read(tmp_path, "orgs", user(children=[{"sourcedId": "north"}]))
    kept = ['[{"sourcedId":"north"}]']
    assert (reading.frame["unmapped.children"].to_list(), reading.findings) == (kept, ())


def test_a_grading_period_stands_in_for_the_session(tmp_path: Path) -> None:
    frame = read(tmp_path, "lineItems", user(gradingPeriod={"sourcedId": "q1"})).frame
    assert frame["academicSessionSourcedId"].to_list() == ["q1"]


def test_roles_become_rows_of_their_own(tmp_path: Path) -> None:
    frame = read(tmp_path, "roles", user(roles=[STUDENT], dateLastModified="2026-09-01")).frame
    columns = ("sourcedId", "status", "dateLastModified", "userSourcedId", "orgSourcedId", "role")
    assert frame.select(columns).row(0) == (
        "u1|north|student", "active", "2026-09-01", "u1", "north", "student",
    )  # fmt: skip


def test_roles_that_differ_in_date_only_get_the_date_in_their_id(tmp_path: Path) -> None:
    roles = [{**STUDENT, "beginDate": f"2026-0{month}-01"} for month in (1, 2)]
    frame = read(tmp_path, "roles", user(roles=roles)).frame
    assert frame["sourcedId"].to_list() == [f"u1|north|student|2026-0{n}-01" for n in (1, 2)]


def test_roles_that_differ_in_less_are_numbered_by_content(tmp_path: Path) -> None:
    roles = [STUDENT, {**STUDENT, "endDate": "2026-06-01"}]
    one, other = (read(tmp_path, "roles", user(roles=order)) for order in (roles, roles[::-1]))
    drop = {(row["sourcedId"], row["endDate"]) for row in one.frame.to_dicts()}
    assert drop == {(row["sourcedId"], row["endDate"]) for row in other.frame.to_dicts()}


def test_a_users_only_role_keeps_its_id_whatever_its_date(tmp_path: Path) -> None:
    frame = read(tmp_path, "roles", user(roles=[{**STUDENT, "beginDate": "2026-01-01"}])).frame
    assert frame["sourcedId"].to_list() == ["u1|north|student"]


def test_a_role_points_to_the_row_of_its_profile(tmp_path: Path) -> None:
    profile = {"profileId": "urn:p1", "profileType": "LMS", "vendorId": "v"}
    record = user(roles=[{**STUDENT, "userProfile": "urn:p1"}], userProfiles=[profile])
    role = read(tmp_path, "roles", record).frame["userProfileSourcedId"].to_list()
    assert role == read(tmp_path, "userProfiles", record).frame["sourcedId"].to_list()


def test_an_unknown_field_of_a_role_is_kept(tmp_path: Path) -> None:
    reading = read(tmp_path, "roles", user(roles=[{**STUDENT, "note": "x"}]))
    assert reading.frame["unmapped.note"].to_list() == ['"x"']


def test_learning_objectives_of_results_become_rows(tmp_path: Path) -> None:
    scores = [{"learningObjectiveId": "lo1", "score": 3}, {"learningObjectiveId": "lo2"}]
    sets = [{"source": "unknown", "learningObjectiveResults": scores}]
    frame = read(tmp_path, "resultLearningObjectiveIds", user(learningObjectiveSet=sets)).frame
    columns = ("resultSourcedId", "source", "learningObjectiveId", "score")
    rows = [("u1", "unknown", "lo1", "3"), ("u1", "unknown", "lo2", None)]
    assert frame.select(columns).rows() == rows


def test_learning_objectives_of_line_items_become_rows(tmp_path: Path) -> None:
    sets = [{"source": "case", "learningObjectiveIds": ["a", "b"]}]
    frame = read(tmp_path, "lineItemLearningObjectiveIds", user(learningObjectiveSet=sets)).frame
    assert frame["learningObjectiveId"].to_list() == ["a", "b"]


def test_a_score_scale_becomes_a_link_row(tmp_path: Path) -> None:
    frame = read(tmp_path, "lineItemScoreScales", user(scoreScale={"sourcedId": "s1"})).frame
    assert frame.select("sourcedId", "scoreScaleSourcedId").row(0) == ("u1|s1", "s1")


def test_resources_of_a_class_become_link_rows(tmp_path: Path) -> None:
    resources = [{"sourcedId": "r1", "type": "resource", "href": "x"}]
    reading = read(tmp_path, "classResources", user(resources=resources))
    row = reading.frame.select("classSourcedId", "resourceSourcedId").row(0)
    assert (row, reading.findings) == (("u1", "r1"), ())
