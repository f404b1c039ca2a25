"""Whether a credential was taken back (`credentialStatus`), where somebody may be asked."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import zlib
from typing import Any, Final

from adapters.clr.issuers import Fetch
from adapters.clr.verdict import Check, Step, failed, passed, untold

_ASK: Final = "Verify with --online, or ask the issuer."
_GONE: Final = "Ask the issuer why."
_MOST_BYTES: Final = 16 * 1024 * 1024
"""Of an inflated list: 128 million credentials."""


def status_of(document: dict[str, Any], fetch: Fetch | None) -> Check:
    """Whether the issuer revoked or suspended a credential, as far as it can be told."""
    status = document.get("credentialStatus")
    if status is None:
        return passed(Step.STATUS)
    entries = status if isinstance(status, list) else [status]
    for entry in entries:
        check = _entry(document, entry, fetch)
        if check.outcome != passed(Step.STATUS).outcome:
            return check
    return passed(Step.STATUS)


def _entry(document: dict[str, Any], entry: Any, fetch: Fetch | None) -> Check:
    kind = entry.get("type") if isinstance(entry, dict) else None
    if kind == "1EdTechRevocationList":
        return _revocations(document, entry, fetch)
    if kind == "BitstringStatusListEntry":
        return _bitstring(entry, fetch)
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
    listed = _had(entry.get("id"), fetch)
    rows = listed.get("revokedCredential", []) if isinstance(listed, dict) else None
    ids = [_id(one) for one in rows] if isinstance(rows, list) else [None]
    if document.get("id") in ids:
        return failed(Step.STATUS, "the issuer revoked it", _GONE)
    if None in ids:
        return untold(Step.STATUS, "the issuer's list of revocations was not looked at", _ASK)
    return passed(Step.STATUS)


def _id(row: Any) -> str | None:
    """Whose revocation a row tells; None for a row that is not understood."""
    found = row.get("id") if isinstance(row, dict) else None
    return found if isinstance(found, str) else None


def _bitstring(entry: dict[str, Any], fetch: Fetch | None) -> Check:
    listed = _had(entry.get("statusListCredential"), fetch)
    subject = listed.get("credentialSubject") if isinstance(listed, dict) else None
    if not isinstance(subject, dict):
        return untold(Step.STATUS, "the issuer's list of states was not looked at", _ASK)
    if subject.get("statusPurpose") != entry.get("statusPurpose"):
        return failed(Step.STATUS, "the list of states is for another purpose", _GONE)
    bit = _bit(subject.get("encodedList"), entry.get("statusListIndex"))
    if bit is None:
        return failed(Step.STATUS, "the list of states cannot be read", _GONE)
    if bit:
        return failed(Step.STATUS, f"the issuer says of it: {entry.get('statusPurpose')}", _GONE)
    return passed(Step.STATUS)


def _bit(encoded: Any, index: Any) -> bool | None:
    """One bit of a list in multibase base64url and gzip, the first bit leftmost."""
    try:
        place = int(str(index))
        packed = base64.urlsafe_b64decode(f"{str(encoded)[1:]}===")
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            bits = stream.read(_MOST_BYTES)
        return bool(bits[place // 8] >> (7 - place % 8) & 1) if place >= 0 else None
    except (ValueError, binascii.Error, OSError, EOFError, IndexError, zlib.error):
        return None
