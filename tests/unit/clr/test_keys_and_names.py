"""Keys as multibase and DIDs spell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clr.did import did_document, did_key, key_of, keys_in, web_address
from adapters.clr.errors import BadKey
from adapters.clr.multibase import from_multibase, key_bytes, key_text, to_multibase

KNOWN = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
WEB = "did:web:district.example.org"


@given(st.binary(max_size=80))
def test_bytes_come_back_from_multibase(data: bytes) -> None:
    assert from_multibase(to_multibase(data)) == data


def test_a_published_key_is_read_and_written_alike() -> None:
    assert key_text(key_bytes(KNOWN)) == KNOWN


@pytest.mark.parametrize("text", ["", "z", "6Mk", "z0", f"{KNOWN}x", "z" + "1" * 500, "zäöü"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        key_bytes(text)


@given(st.binary(min_size=32, max_size=32))
def test_a_did_key_spells_its_key(public: bytes) -> None:
    assert key_of(did_key(public)) == public


def test_other_dids_spell_none() -> None:
    assert key_of(WEB) is None
    assert key_of("did:key:zNonsense") is None


@pytest.mark.parametrize(
    ("did", "address"),
    [
        (WEB, "https://district.example.org/.well-known/did.json"),
        (f"{WEB}:schools:a", "https://district.example.org/schools/a/did.json"),
        (f"{WEB}%3A8443", "https://district.example.org:8443/.well-known/did.json"),
    ],
)
def test_a_did_web_says_where_its_document_is(did: str, address: str) -> None:
    assert web_address(did) == address


@pytest.mark.parametrize(
    "did", ["did:web:", f"{WEB}/../x", f"{WEB}:..%2f", "did:key:z", "https://x"]
)
def test_what_is_no_did_web_leads_nowhere(did: str) -> None:
    assert web_address(did) is None


def test_a_published_document_gives_its_keys_back() -> None:
    publics = [bytes([one]) * 32 for one in (1, 2)]
    assert keys_in(did_document(WEB, publics), WEB) == tuple(publics)


def test_a_document_of_somebody_else_gives_none() -> None:
    assert keys_in(did_document(WEB, [bytes(32)]), "did:web:other.example.org") == ()


@pytest.mark.parametrize("document", [None, [], {}, {"id": WEB}, {"id": WEB, "assertionMethod": 3}])
def test_a_strange_document_gives_none(document: object) -> None:
    assert keys_in(document, WEB) == ()
