from __future__ import annotations

import pytest

from adapters.oneroster.csv.headers import Header, resolve_header
from adapters.port import FileMode
from schemas.standards import oneroster


def names_of(name: str, version: str = "1.2") -> list[str]:
    return [column.name for column in oneroster.files(version)[name]]


def resolve(
    sent: list[str], name: str = "users", version: str = "1.2", mode: FileMode = FileMode.BULK
) -> Header:
    return resolve_header(sent, name, version, mode)


def told(header: Header) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.column) for finding in header.findings]


@pytest.mark.parametrize("version", oneroster.VERSIONS)
def test_the_standards_own_headers_have_no_findings(version: str) -> None:
    headers = [resolve(names_of(name, version), name, version) for name in oneroster.files(version)]
    assert [header.findings for header in headers] == [[]] * len(headers)


@pytest.mark.parametrize(
    ("sent", "meant", "code"),
    [
        ("SOURCEDID", "sourcedId", "header.case"),
        (" sourcedId ", "sourcedId", "header.case"),
        ("dataLastModified", "dateLastModified", "header.misspelt"),
        ("prefferedGivenName", "preferredGivenName", "header.misspelt"),
    ],
)
def test_a_name_is_repaired(sent: str, meant: str, code: str) -> None:
    header = resolve([sent if name == meant else name for name in names_of("users")])
    assert header.names == names_of("users")
    assert told(header) == [(code, meant)]


def test_the_former_column_of_1p2p0_is_read() -> None:
    sent = names_of("users")
    sent.insert(sent.index("preferredGivenName"), "resourceSourcedIds")
    assert told(resolve(sent)) == []


def test_metadata_columns_are_kept_without_a_word() -> None:
    assert told(resolve([*names_of("users"), "metadata.ilp.gpa"])) == []


def test_an_unknown_column_is_kept_with_a_suggestion() -> None:
    sent = [name for name in names_of("users") if name != "pronouns"]
    header = resolve([*sent, "pronoun"])
    assert header.names[-1] == "pronoun"
    assert "pronouns" in header.findings[-1].fix


def test_a_column_without_a_name_keeps_its_values() -> None:
    assert resolve([*names_of("users"), ""]).names[-1] == "unnamed.23"


def test_a_missing_required_column_is_refused_with_a_suggestion() -> None:
    header = resolve(["lastFamilyName" if n == "familyName" else n for n in names_of("users")])
    [finding] = [one for one in header.findings if one.code == "header.missing"]
    assert header.refused
    assert "lastFamilyName" in finding.fix


def test_every_missing_required_column_is_named_at_once() -> None:
    missing = [column for code, column in told(resolve(["sourcedId"])) if code == "header.missing"]
    assert missing == ["enabledUser", "username", "givenName", "familyName"]


def test_a_delta_file_needs_status_and_date() -> None:
    header = resolve(names_of("users")[:1] + names_of("users")[3:], mode=FileMode.DELTA)
    missing = [column for code, column in told(header) if code == "header.missing"]
    assert missing == ["status", "dateLastModified"]


def test_a_missing_column_in_an_unverified_header_is_a_warning() -> None:
    sent = [name for name in names_of("results", "1.1") if name != "score"]
    assert told(resolve(sent, "results", "1.1")) == [("header.unverified", "score")]


@pytest.mark.parametrize("sent", ["email", "Email"])
def test_a_column_that_is_there_twice_is_refused(sent: str) -> None:
    header = resolve([*names_of("users"), sent])
    assert ("header.duplicate", "email") in told(header)


def test_the_name_of_the_row_number_is_reserved() -> None:
    assert ("header.reserved", "_row") in told(resolve([*names_of("users"), "_row"]))


def test_another_order_is_read_and_told() -> None:
    assert told(resolve(names_of("orgs")[::-1], "orgs")) == [("header.order", None)]
