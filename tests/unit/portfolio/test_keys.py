"""The district's signing keys: private, changed without losing what went before."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from adapters.clr.did import keys_in
from adapters.clr.multibase import key_bytes
from service.errors import Invalid, Misconfigured, NotFound
from service.portfolio.keys import KeyStore

WEB = "did:web:district.example.org"


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys")


def test_without_a_key_nothing_signs(keys: KeyStore) -> None:
    assert keys.identity() is None
    with pytest.raises(NotFound):
        keys.signer()


def test_a_first_key_is_the_district_name(keys: KeyStore) -> None:
    made = keys.create()
    assert made.did == f"did:key:{made.current}"
    assert keys.signer().method == f"{made.did}#{made.current}"


def test_only_the_owner_may_read_any_of_it(keys: KeyStore) -> None:
    keys.create()
    modes = {stat.S_IMODE(one.stat().st_mode) for one in keys.folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(keys.folder.stat().st_mode) == 0o700


def test_a_key_that_others_can_read_does_not_sign(keys: KeyStore) -> None:
    made = keys.create()
    (keys.folder / f"{made.current}.pem").chmod(0o640)
    with pytest.raises(Misconfigured, match="640"):
        keys.signer()


def test_there_is_one_first_key(keys: KeyStore) -> None:
    keys.create()
    with pytest.raises(Invalid):
        keys.create()


def test_a_district_with_a_web_name_keeps_it(keys: KeyStore) -> None:
    first = keys.create(WEB)
    second = keys.rotate()
    assert (second.did, second.retired) == (WEB, (first.current,))
    assert keys.signer().method == f"{WEB}#{second.current}"


def test_a_district_named_by_its_key_changes_its_name(keys: KeyStore) -> None:
    first = keys.create()
    assert keys.rotate().did != first.did


def test_the_published_document_proves_what_old_keys_signed(keys: KeyStore) -> None:
    first, second = keys.create(WEB), keys.rotate()
    published = keys_in(keys.document(), WEB)
    assert published == (key_bytes(second.current), key_bytes(first.current))


def test_a_name_by_key_needs_no_document(keys: KeyStore) -> None:
    keys.create()
    with pytest.raises(Invalid, match="needs no document"):
        keys.document()


@pytest.mark.parametrize("did", ["did:web:", "district.example.org", "did:key:z6Mk"])
def test_a_name_that_is_no_did_web_is_refused(keys: KeyStore, did: str) -> None:
    with pytest.raises(Invalid):
        keys.create(did)
    assert keys.identity() is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"did": 1}'])
def test_a_damaged_index_is_said_to_be_so(keys: KeyStore, text: str) -> None:
    keys.create()
    (keys.folder / "issuer.json").write_text(text)
    with pytest.raises(Misconfigured):
        keys.signer()


def test_a_key_under_another_name_does_not_sign(keys: KeyStore) -> None:
    first, second = keys.create(WEB), keys.rotate()
    old, new = (keys.folder / f"{one.current}.pem" for one in (first, second))
    old.replace(new)
    with pytest.raises(Misconfigured, match="another key"):
        keys.signer()
