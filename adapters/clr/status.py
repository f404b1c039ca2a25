"""Whether a credential was taken back (`credentialStatus`), where somebody may be asked."""

from __future__ import annotations

import base64
import gzip
import io
import zlib
from collections.abc import Callable
from typing import Any, Final

from adapters.clr.issuers import Fetch
from adapters.clr.plain import issuer_of
from adapters.clr.verdict import Check, Step, failed, passed, untold

Prove = Callable[[dict[str, Any]], Check | None]
"""The first step that a credential does not pass, proof and dates among them; None if it passes."""

_LIST: Final = "BitstringStatusList"
_FEWEST: Final = 131_072
"""Entries of a list (section 3.1): among fewer a credential could be told by its place."""

_MOST_SIZE: Final = 32
_ASK: Final = "Verify with --online, or ask the issuer."
_GONE: Final = "Ask the issuer why."
_MOST_BYTES: Final = 16 * 1024 * 1024
"""Of an inflated list: 128 million credentials."""


def status_of(document: dict[str, Any], fetch: Fetch | None, prove: Prove) -> Check:
    """Whether the issuer revoked or suspended a credential, as far as it can be told.

    `prove` judges the credential that a list of states is.
    """
    status = document.get("credentialStatus")
    if status is None:
        return passed(Step.STATUS)
    entries = status if isinstance(status, list) else [status]
    for entry in entries:
        check = _entry(document, entry, fetch, prove)
        if check.outcome != passed(Step.STATUS).outcome:
            return check
    return passed(Step.STATUS)


def _entry(document: dict[str, Any], entry: Any, fetch: Fetch | None, prove: Prove) -> Check:
    kind = entry.get("type") if isinstance(entry, dict) else None
    if kind == "1EdTechRevocationList":
        return _revocations(document, entry, fetch)
    if kind == "BitstringStatusListEntry":
        return _bitstring(document, entry, fetch, prove)
    return untold(Step.STATUS, f"a status of the kind {str(kind)[:60]!r} is not read", _ASK)


def _had(address: Any, fetch: Fetch | None) -> Any:
    """The document at an address; None where it cannot be had."""
    if fetch is None or not isinstance(address, str):
        return None
    try:
        return fetch(address)
    except OSError:
        return None


def _revocations(document: dict[str, Any], entry: dict[str, Any], fetch: Fetch | None) -> Check:
    """A list without a signature: that its address stands in the signed credential has to do."""
    listed = _had(entry.get("id"), fetch)
    rows = listed.get("revokedCredential", []) if isinstance(listed, dict) else None
    ids = [_id(one) for one in rows] if isinstance(rows, list) else [None]
    if document.get("id") in ids:
        return failed(Step.STATUS, "the issuer revoked it", _GONE)
    if None in ids or not isinstance(listed, dict):
        return untold(Step.STATUS, "the issuer's list of revocations was not looked at", _ASK)
    if "issuer" in listed and issuer_of(listed) != issuer_of(document):
        return untold(Step.STATUS, "the list of revocations is another issuer's", _ASK)
    return passed(Step.STATUS)


def _id(row: Any) -> str | None:
    """Whose revocation a row tells; None for a row that is not understood."""
    found = row.get("id") if isinstance(row, dict) else None
    return found if isinstance(found, str) else None


def _bitstring(
    document: dict[str, Any], entry: dict[str, Any], fetch: Fetch | None, prove: Prove
) -> Check:
    """The validate algorithm of Bitstring Status List 1.0, section 3.2."""
    listed = _had(entry.get("statusListCredential"), fetch)
    if not isinstance(listed, dict):
        return untold(Step.STATUS, "the issuer's list of states was not looked at", _ASK)
    wrong = _unlike(document, entry, listed) or _unproved(prove(listed))
    if wrong is not None:
        return wrong
    subject = listed["credentialSubject"]
    state = _state(subject.get("encodedList"), entry)
    if state is None:
        return failed(Step.STATUS, "the list of states cannot be read", _GONE)
    if state:
        return failed(Step.STATUS, f"the issuer says of it: {entry.get('statusPurpose')}", _GONE)
    return passed(Step.STATUS)


def _unlike(
    document: dict[str, Any], entry: dict[str, Any], listed: dict[str, Any]
) -> Check | None:
    """Why a list is not the one that an entry means.

    Whoever serves it could sign a list of his own: it has to be by the credential's issuer.
    """
    subject = listed.get("credentialSubject")
    types = listed.get("type")
    if not isinstance(subject, dict) or subject.get("type") != _LIST:
        return failed(Step.STATUS, "what stands in the place of the list is none", _GONE)
    if not isinstance(types, list) or f"{_LIST}Credential" not in types:
        return failed(Step.STATUS, "what stands in the place of the list is none", _GONE)
    if listed.get("id") not in (None, entry.get("statusListCredential")):
        return failed(Step.STATUS, "the list of states is one of another address", _GONE)
    if not issuer_of(document) or issuer_of(listed) != issuer_of(document):
        return failed(Step.STATUS, "the list of states is another issuer's", _GONE)
    purposes = subject.get("statusPurpose")
    if entry.get("statusPurpose") not in (purposes if isinstance(purposes, list) else [purposes]):
        return failed(Step.STATUS, "the list of states is for another purpose", _GONE)
    return None


def _unproved(check: Check | None) -> Check | None:
    """The same fault, said of the list."""
    if check is None:
        return None
    return Check(Step.STATUS, check.outcome, f"the list of states: {check.problem}", check.fix)


def _state(encoded: Any, entry: dict[str, Any]) -> int | None:
    """What a list says in an entry's place, the first bit leftmost; None where that is nothing.

    The list is in multibase base64url and gzip, and too short to hide anybody it is none.
    """
    try:
        place, size = int(str(entry.get("statusListIndex"))), int(entry.get("statusSize", 1))
        packed = base64.b64decode(f"{str(encoded)[1:]}===", altchars=b"-_")
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            bits = stream.read(_MOST_BYTES)
    except (ValueError, TypeError, OverflowError, OSError, EOFError, zlib.error):
        return None
    held = len(bits) * 8
    known = str(encoded).startswith("u") and 0 < size <= _MOST_SIZE and held // size >= _FEWEST
    if not known or not 0 <= place < held // size:
        return None
    first, last = place * size, place * size + size - 1
    stretch = bits[first // 8 : last // 8 + 1]
    return int.from_bytes(stretch) >> (7 - last % 8) & ((1 << size) - 1)
