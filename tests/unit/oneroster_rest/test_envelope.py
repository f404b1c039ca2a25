"""Pages: envelopes, links and totals in every form seen in the field; error bodies too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.oneroster.rest.client import Answer
from adapters.oneroster.rest.envelope import open_page, parse_links, records_of
from adapters.oneroster.rest.problems import Unreadable, describe, is_html

URL = "https://sis.example/ims/oneroster/v1p1/users?limit=2&offset=0"
NEXT = "https://sis.example/ims/oneroster/v1p1/users?limit=2&offset=2"


def page(payload: Any, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return open_page(Answer(URL, named, payload), "users")


@pytest.mark.parametrize(
    ("collection", "payload"),
    [
        ("users", {"users": [{"a": 1}]}),
        ("users", {"students": [{"a": 1}]}),
        ("users", [{"a": 1}]),
        ("orgs", {"schools": [{"a": 1}]}),
        ("academicSessions", {"terms": [{"a": 1}]}),
        ("demographics", {"demographics": [{"a": 1}]}),
        ("demographics", {"demographics": {"a": 1}}),
        ("demographics", {"demographic": {"a": 1}}),
        ("classes", {"class": {"a": 1}}),
        ("categories", {"category": {"a": 1}}),
        ("enrollments", {"enrollment": {"a": 1}}),
    ],
)
def test_records_are_found_in_every_envelope(collection: str, payload: Any) -> None:
    assert records_of(payload, collection) == [{"a": 1}]


@pytest.mark.parametrize("payload", [{"users": []}, {"users": None}, []])
def test_no_records_is_an_empty_page(payload: Any) -> None:
    assert records_of(payload, "users") == []


@pytest.mark.parametrize("payload", [{}, {"orgs": []}, "users", None, 3])
def test_an_answer_without_the_collection_is_unreadable(payload: Any) -> None:
    with pytest.raises(Unreadable, match="users"):
        records_of(payload, "users")


@pytest.mark.parametrize(
    "header",
    [
        f'<{NEXT}>; rel="next"',
        f"<{NEXT}>; rel=next",
        f'{NEXT}; rel="next"',
        f'<{URL}>; rel="first", <{NEXT}>; rel="next"',
        f'{URL}; rel="first", {NEXT}; rel="next"',
        f'<{NEXT}>; title="a, b"; rel="last next"',
        f'<{NEXT}>;rel="Next"',
    ],
)
def test_the_next_link_is_found(header: str) -> None:
    assert parse_links(header)["next"] == NEXT


@given(st.text(alphabet='<>;,="= relnxt:/?&0', max_size=200))
def test_no_link_header_breaks_the_parser(header: str) -> None:
    assert all(isinstance(link, str) for link in parse_links(header).values())


def test_a_relative_next_link_is_resolved() -> None:
    found = page({"users": []}, Link='</ims/oneroster/v1p1/users?limit=2&offset=2>; rel="next"')
    assert found.following == (NEXT, {})


def test_a_link_to_another_host_lends_only_its_query() -> None:
    found = page({"users": []}, Link='<http://inner:8080/x/users?limit=2&offset=2>; rel="next"')
    assert found.following == (URL.split("?", maxsplit=1)[0], {"limit": "2", "offset": "2"})


@pytest.mark.parametrize(
    ("payload", "headers", "total"),
    [
        ({"users": []}, {"X_Total_Count": "7"}, 7),
        ({"users": [], "totalCount": 7}, {}, 7),
        ({"users": [], "total": "7"}, {}, 7),
        ({"users": []}, {"X_Total_Count": "many"}, None),
        ({"users": []}, {"X_Total_Count": "-1"}, None),
        ([], {}, None),
    ],
)
def test_totals_are_read_from_header_or_body(
    payload: Any, headers: dict[str, str], total: int | None
) -> None:
    assert page(payload, **headers).total == total


def test_a_success_with_warning_is_passed_on() -> None:
    status = {"imsx_severity": "warning", "imsx_description": "unknown sort field"}
    assert page({"users": [], "statusInfoSet": [status]}).warning == "unknown sort field"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"imsx_codeMajor": "failure", "imsx_description": "bad filter"}, "bad filter"),
        ({"imsx_StatusInfo": {"imsx_description": "bad filter"}}, "bad filter"),
        ({"statusInfoSet": [{"imsx_description": "bad filter"}]}, "bad filter"),
        ({"errors": ["bad filter"]}, "bad filter"),
        ({"errors": [{"message": "bad filter"}]}, "bad filter"),
        ({"error": {"message": "bad filter"}}, "bad filter"),
        ({"error": "invalid_scope", "error_description": "no"}, "invalid_scope; no"),
        ({"imsx_description": "x", "imsx_codeMinor": "invalid_data"}, "x; invalid_data"),
        (
            {
                "imsx_CodeMinor": {
                    "imsx_codeMinorField": [{"imsx_codeMinorFieldValue": "forbidden"}]
                }
            },
            "forbidden",
        ),
        ([], ""),
        (None, ""),
    ],
)
def test_every_error_body_is_described(body: Any, said: str) -> None:
    assert describe(json.dumps(body).encode()) == said


@pytest.mark.parametrize("status", [400, 401, 404])
def test_recorded_errors_are_described(reference: Path, status: int) -> None:
    folder = reference / "samples" / "oneroster-1.2-recorded"
    body = (folder / f"error-{status}.json").read_bytes()
    assert json.loads(body)["imsx_description"][:200] in describe(body)


def test_an_html_error_is_described_by_its_title() -> None:
    assert describe(b"<html><title>Sign in</title>...") == "a web page titled 'Sign in'"


@given(st.binary(max_size=300))
def test_no_body_breaks_the_description(body: bytes) -> None:
    assert len(describe(body)) <= 300


def test_a_login_page_is_recognised() -> None:
    assert is_html(b"\n <!DOCTYPE html><html>")
