"""Revocation and suspension, as far as the issuer's lists tell."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest
from support.credentials import NOW, carelessly_signed, signer

from adapters.clr.issuers import Fetch, Issuers
from adapters.clr.proof import Signing
from adapters.clr.status import status_of
from adapters.clr.verdict import Check, Outcome
from adapters.clr.verify import Verifying

LIST = "https://issuer.example/list"
ENTRY = {
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "9",
    "statusListCredential": LIST,
}
REVOCABLE = {"id": "urn:b", "credentialStatus": {"id": LIST, "type": "1EdTechRevocationList"}}
ISSUER = signer().controller


def bits(*ones: int, length: int = 1 << 14) -> str:
    """A status list in which these places are set, the first bit leftmost."""
    held = bytearray(length)
    for one in ones:
        held[one // 8] |= 1 << (7 - one % 8)
    return f"u{base64.urlsafe_b64encode(gzip.compress(bytes(held), mtime=0)).decode().rstrip('=')}"


def of_list(encoded: str, **subject: Any) -> dict[str, Any]:
    """The credential that a status list is, not signed."""
    told = {"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encoded}
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": ISSUER,
        "validFrom": "2025-06-01T00:00:00Z",
        "credentialSubject": told | subject,
    }


def signed(document: dict[str, Any]) -> dict[str, Any]:
    return Signing(signer(), NOW).sign(document)


def judged(listed: Any, **entry: Any) -> Check:
    """What is said of the status of a credential whose list is this one."""
    document = {"id": "urn:b", "issuer": {"id": ISSUER}, "credentialStatus": {**ENTRY, **entry}}
    return Verifying(Issuers({}, lambda _: listed), NOW).verify(document)[0].checks[-1]


_PACKED = gzip.compress(bytes(range(64)), mtime=0)
_WRONG = base64.urlsafe_b64encode(_PACKED[:12] + b"\xff\xff\xff\xff" + _PACKED[16:]).decode()


@pytest.mark.parametrize(
    ("encoded", "outcome"),
    [
        pytest.param(bits(), Outcome.PASSED, id="none-set"),
        pytest.param(bits(8, 10), Outcome.PASSED, id="neighbours-set"),
        pytest.param(bits(9), Outcome.FAILED, id="set"),
        pytest.param(bits(length=(1 << 14) - 1), Outcome.FAILED, id="too-short"),
        pytest.param(bits()[1:], Outcome.FAILED, id="no-multibase"),
        pytest.param("u%", Outcome.FAILED, id="no-base64"),
        pytest.param(f"u{_WRONG}", Outcome.FAILED, id="no-gzip"),
    ],
)
def test_a_bit_tells(encoded: str, outcome: Outcome) -> None:
    assert judged(signed(of_list(encoded))).outcome is outcome


def test_states_of_several_bits_are_read_whole() -> None:
    listed = signed(of_list(bits(4, 8, length=1 << 15)))
    told = [judged(listed, statusSize=2, statusListIndex=place).outcome for place in "1234"]
    assert told == [Outcome.PASSED, Outcome.FAILED, Outcome.PASSED, Outcome.FAILED]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": signer(2).controller}, "another issuer's"),
        ({"id": "https://issuer.example/other"}, "of another address"),
        ({"type": ["VerifiableCredential"]}, "is none"),
        ({"credentialSubject": ["x"]}, "is none"),
        ({"validUntil": "2025-06-20T00:00:00Z"}, "it expired"),
        ({"validFrom": "2025-06-30T00:00:00Z"}, "valid only from"),
        ({"validUntil": "soon"}, "its end cannot be read"),
    ],
)
def test_a_list_that_is_not_the_issuers_own_fails(changes: dict[str, Any], words: str) -> None:
    check = judged(carelessly_signed(of_list(bits()) | changes))
    assert check.outcome is Outcome.FAILED
    assert words in check.problem


def test_an_unsigned_list_fails() -> None:
    check = judged(of_list(bits()))
    assert (check.outcome, check.problem) == (
        Outcome.FAILED,
        "the list of states: nobody signed it",
    )


def test_a_list_that_was_changed_fails() -> None:
    forged = signed(of_list(bits(9))) | {"credentialSubject": of_list(bits())["credentialSubject"]}
    assert "something was changed" in judged(forged).problem


def test_a_list_for_several_purposes_serves_each() -> None:
    both = {"statusPurpose": ["suspension", "revocation"]}
    assert judged(signed(of_list(bits(), **both))).outcome is Outcome.PASSED
    other = of_list(bits(), statusPurpose="suspension")
    assert "for another purpose" in judged(signed(other)).problem


@pytest.mark.parametrize("listed", [[], "list", None])
def test_what_is_no_list_tells_nothing(listed: Any) -> None:
    assert judged(listed).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize("index", ["-1", "x", "99999999", None])
def test_a_place_outside_the_list_fails(index: str) -> None:
    assert judged(signed(of_list(bits())), statusListIndex=index).outcome is Outcome.FAILED


@pytest.mark.parametrize("size", [-1, 33, "x", [], 1e999])
def test_a_size_beyond_sense_fails(size: Any) -> None:
    assert judged(signed(of_list(bits())), statusSize=size).outcome is Outcome.FAILED


def told(document: dict[str, Any], fetch: Fetch | None) -> Check:
    """What a list of revocations tells; there is no signature to look at."""
    return status_of(document, fetch, lambda _: None)


def test_a_list_of_revocations_tells() -> None:
    gone = {"revokedCredential": [{"id": "urn:b"}]}
    assert told(REVOCABLE, lambda _: gone).outcome is Outcome.FAILED
    assert told(REVOCABLE, lambda _: {"revokedCredential": []}).outcome is Outcome.PASSED


def test_a_list_of_revocations_of_somebody_else_tells_nothing() -> None:
    listed = {"revokedCredential": [], "issuer": "did:example:other"}
    assert told(REVOCABLE, lambda _: listed).outcome is Outcome.CANNOT_TELL


@pytest.mark.parametrize("row", [["urn:b"], "urn:b", {"id": ["urn:b"]}, {}, None])
def test_a_list_with_other_rows_tells_nothing(row: Any) -> None:
    listed = {"revokedCredential": [row]}
    assert told(REVOCABLE, lambda _: listed).outcome is Outcome.CANNOT_TELL


def test_a_server_that_does_not_answer_tells_nothing() -> None:
    def silent(_: str) -> Any:
        raise OSError

    assert told(REVOCABLE, silent).outcome is Outcome.CANNOT_TELL


def test_offline_nothing_is_told() -> None:
    assert told(REVOCABLE, None).outcome is Outcome.CANNOT_TELL
    assert told({"id": "urn:b"}, None).outcome is Outcome.PASSED
