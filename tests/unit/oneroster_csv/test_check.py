from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from adapters.oneroster.check import check_rows
from adapters.port import ROW, FileMode, RowCheck
from schemas.finding import Severity

SESSION = {
    "sourcedId": "s1",
    "title": "Fall",
    "type": "semester",
    "startDate": "2026-08-17",
    "endDate": "2027-01-16",
    "schoolYear": "2027",
}


def frame_of(*records: Mapping[str, str | None]) -> pl.DataFrame:
    names = dict.fromkeys(name for record in records for name in record)
    schema = dict.fromkeys(names, pl.String)
    return pl.DataFrame(list(records), schema=schema).with_row_index(ROW, 2)


def check(name: str, *records: Mapping[str, str | None], version: str = "1.2") -> RowCheck:
    return check_rows(frame_of(*records), name, version, mode=FileMode.BULK)


def told(found: RowCheck) -> list[tuple[str, str | None, Severity]]:
    return [(finding.code, finding.column, finding.severity) for finding in found.findings]


def test_a_good_row_has_no_findings() -> None:
    assert told(check("academicSessions", SESSION)) == []


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("startDate", "8/17/2026", "date.spreadsheet"),
        ("startDate", "46251", "date.spreadsheet"),
        ("startDate", "2026-02-30", "value.format"),
        ("startDate", "2026-08-17T00:00:00Z", "value.format"),
        ("startDate", "#N/A", "value.spreadsheet_error"),
        ("schoolYear", "26", "value.format"),
        ("title", None, "value.missing"),
        ("title", "#REF!", "value.spreadsheet_error"),
        ("dateLastModified", "yesterday", "value.format"),
        ("parentSourcedId", "1.23E+05", "id.scientific"),
    ],
)
def test_a_damaged_value_rejects_its_row(column: str, value: str | None, code: str) -> None:
    found = check("academicSessions", {**SESSION, column: value})
    assert told(found) == [(code, column, Severity.ROW)]
    assert found.rejected.to_list() == ["s1"]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("endDate", "2026-08-17", "date.order"),
        ("dateLastModified", "2026-08-17", "datetime.no_zone"),
        ("parentSourcedId", "{a b}", "id.characters"),
        ("title", "=1+1", "text.formula"),
        ("title", "@SUM(A1)", "text.formula"),
        ("title", "x" * 256, "text.long"),
        ("type", "trimester", "term.unknown"),
        ("type", "ext:", "term.unknown"),
    ],
)
def test_a_doubtful_value_is_a_warning(column: str, value: str, code: str) -> None:
    found = check("academicSessions", {**SESSION, column: value})
    assert told(found) == [(code, column, Severity.WARNING)]
    assert found.rejected.is_empty()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("type", "ext:trimester_1"),
        ("dateLastModified", "2026-08-17T06:30:00.123Z"),
        ("dateLastModified", "2026-08-17T06:30:00+02:00"),
        ("title", "+1 (555) 010-0199"),
        ("title", "-"),
        ("sourcedId", "a/b@c.d-e_f"),
    ],
)
def test_a_harmless_value_passes(column: str, value: str) -> None:
    assert told(check("academicSessions", {**SESSION, column: value})) == []


def test_a_rounded_key_stops_the_delivery() -> None:
    found = check("academicSessions", {**SESSION, "sourcedId": "1.23E+05"})
    assert told(found) == [("id.scientific", "sourcedId", Severity.REFUSE)]


def test_a_column_that_is_absent_counts_as_blank() -> None:
    [finding] = check("orgs", {"sourcedId": "o1", "type": "school"}).findings
    assert (finding.code, finding.column) == ("value.missing", "name")


def test_delta_rows_need_status_and_date() -> None:
    found = check_rows(frame_of(SESSION), "academicSessions", "1.2", mode=FileMode.DELTA)
    assert {finding.column for finding in found.findings} == {"status", "dateLastModified"}


def test_requiredness_that_is_unverified_only_warns() -> None:
    user = {"sourcedId": "u1", "enabledUser": "true", "orgSourcedIds": "o1", "role": "student"}
    found = check("users", user, version="1.1")
    assert {severity for _, _, severity in told(found)} == {Severity.WARNING}


def test_a_term_that_1p1_senders_are_known_to_use_only_warns() -> None:
    links = {"classSourcedId": "c", "schoolSourcedId": "o", "userSourcedId": "u"}
    found = check("enrollments", {"sourcedId": "e", **links, "role": "aide"}, version="1.1")
    assert told(found) == [("term.unknown", "role", Severity.WARNING)]


def test_a_blank_that_rest_permits_is_silent_there() -> None:
    user = {
        "sourcedId": "u1",
        "enabledUser": "true",
        "givenName": "Ada",
        "familyName": "Abel",
    }
    assert told(check("users", user)) == [("value.missing", "username", Severity.WARNING)]
    assert check_rows(frame_of(user), "users", "1.2", rest=True).findings == ()


def test_rest_findings_name_the_collection() -> None:
    found = check_rows(frame_of({"sourcedId": None}), "orgs", "1.2", rest=True)
    assert {finding.file for finding in found.findings} == {"orgs"}


def test_lists_of_terms_are_checked_item_by_item() -> None:
    resource = {"sourcedId": "r1", "vendorResourceId": "v1", "roles": "student, chef"}
    assert told(check("resources", resource)) == [("term.unknown", "roles", Severity.WARNING)]


def test_numbers_need_a_decimal_point() -> None:
    result = {"sourcedId": "r", "lineItemSourcedId": "l", "studentSourcedId": "u"}
    score = {"scoreStatus": "submitted", "scoreDate": "2026-10-01", "score": "12,5"}
    assert told(check("results", {**result, **score})) == [("value.format", "score", Severity.ROW)]


def test_subjects_and_codes_must_pair() -> None:
    course = {"sourcedId": "c", "title": "t", "orgSourcedId": "o"}
    found = check("courses", {**course, "subjects": "a,b", "subjectCodes": "1"})
    assert told(found) == [("list.uneven", "subjectCodes", Severity.WARNING)]


def test_rows_that_contradict_each_other_are_rejected_together() -> None:
    found = check("academicSessions", SESSION, {**SESSION, "title": "Autumn"}, SESSION)
    assert [(f.code, f.row) for f in found.findings] == [
        ("duplicate.conflict", 3),
        ("duplicate.conflict", 4),
    ]
    assert found.rejected.to_list() == ["s1"]


def test_a_row_repeated_word_for_word_is_a_warning() -> None:
    found = check("academicSessions", SESSION, SESSION)
    assert told(found) == [("duplicate.same", "sourcedId", Severity.WARNING)]
    assert found.rejected.is_empty()


def test_blank_keys_are_no_duplicates() -> None:
    found = check(
        "academicSessions", {**SESSION, "sourcedId": None}, {**SESSION, "sourcedId": None}
    )
    assert [(f.code, f.row) for f in found.findings] == [("value.missing", 2), ("value.missing", 3)]


def test_only_the_first_rows_of_a_kind_are_listed() -> None:
    rows = [{**SESSION, "sourcedId": f"s{number}", "title": None} for number in range(30)]
    found = check("academicSessions", *rows)
    assert [finding.row for finding in found.findings] == [*range(2, 22), None]
    assert found.findings[-1].count == 10
    assert found.rejected.len() == 30


def test_long_values_are_quoted_in_part() -> None:
    [finding] = check("academicSessions", {**SESSION, "title": "x" * 300}).findings
    assert finding.value is not None
    assert len(finding.value) == 60


def test_no_rows_have_no_findings() -> None:
    found = check_rows(frame_of(SESSION).clear(), "academicSessions", "1.2")
    assert (found.findings, found.rejected.len()) == ((), 0)


def test_an_unknown_collection_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        check("roles", SESSION, version="1.1")
