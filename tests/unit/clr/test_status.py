"""Revocation and suspension, as far as the issuer's lists tell."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest

from adapters.clr.status import status_of
from adapters.clr.verdict import Outcome

LIST = "https://issuer.example/list"
ENTRY = {
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "9",
    "statusListCredential": LIST,
}
REVOCABLE = {"id": "urn:b", "credentialStatus": {"id": LIST, "type": "1EdTechRevocationList"}}


def bits(*ones: int) -> dict[str, Any]:
    """A status list in which these places are set, the first bit leftmost."""
    held = bytearray(16)
    for one in ones:
        held[one // 8] |= 1 << (7 - one % 8)
    encoded = base64.urlsafe_b64encode(gzip.compress(bytes(held))).decode().rstrip("=")
    return {"credentialSubject": {"statusPurpose": "revocation", "encodedList": f"u{encoded}"}}


_PACKED = gzip.compress(bytes(range(64)))
_WRONG = base64.urlsafe_b64encode(_PACKED[:12] + b"\xff\xff\xff\xff" + _PACKED[16:]).decode()
DAMAGED = {"credentialSubject": {"statusPurpose": "revocation", "encodedList": f"u{_WRONG}"}}


@pytest.mark.parametrize(
    ("listed", "outcome"),
    [
        (bits(), Outcome.PASSED),
        (bits(8, 10), Outcome.PASSED),
        (bits(9), Outcome.FAILED),
        ({"credentialSubject": {"statusPurpose": "suspension"}}, Outcome.FAILED),
        (
            {"credentialSubject": {"statusPurpose": "revocation", "encodedList": "u%"}},
            Outcome.FAILED,
        ),
        (DAMAGED, Outcome.FAILED),
        ([], Outcome.CANNOT_TELL),
    ],
)
def test_a_bit_tells(listed: Any, outcome: Outcome) -> None:
    check = status_of({"id": "urn:b", "credentialStatus": ENTRY}, lambda _: listed)
    assert check.outcome is outcome


@pytest.mark.parametrize("index", ["-1", "x", "99999999"])
def test_a_place_outside_the_list_fails(index: str) -> None:
    status = {**ENTRY, "statusListIndex": index}
    check = status_of({"id": "urn:b", "credentialStatus": status}, lambda _: bits())
    assert check.outcome is Outcome.FAILED


def test_a_list_of_revocations_tells() -> None:
    gone = {"revokedCredential": [{"id": "urn:b"}]}
    assert status_of(REVOCABLE, lambda _: gone).outcome is Outcome.FAILED
    assert status_of(REVOCABLE, lambda _: {"revokedCredential": []}).outcome is Outcome.PASSED


@pytest.mark.parametrize("row", [["urn:b"], "urn:b", {"id": ["urn:b"]}, {}, None])
def test_a_list_with_other_rows_tells_nothing(row: Any) -> None:
    listed = {"revokedCredential": [row]}
    assert status_of(REVOCABLE, lambda _: listed).outcome is Outcome.CANNOT_TELL


def test_a_server_that_does_not_answer_tells_nothing() -> None:
    def silent(_: str) -> Any:
        raise OSError

    assert status_of(REVOCABLE, silent).outcome is Outcome.CANNOT_TELL


def test_offline_nothing_is_told() -> None:
    assert status_of(REVOCABLE, None).outcome is Outcome.CANNOT_TELL
    assert status_of({"id": "urn:b"}, None).outcome is Outcome.PASSED
