"""DIDs without a registry: `did:key`, and `did:web` with the document its owner publishes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import unquote

from adapters.clr.errors import BadKey
from adapters.clr.multibase import key_bytes, key_text

_KEY: Final = "did:key:"
_WEB: Final = re.compile(
    r"^did:web:(?P<host>[A-Za-z0-9.-]+)(?P<port>%3[Aa][0-9]{1,5})?(?P<path>(:[A-Za-z0-9._~-]+)*)$"
)


def did_key(public: bytes) -> str:
    """The `did:key` of an Ed25519 public key."""
    return f"{_KEY}{key_text(public)}"


def key_of(did: str) -> bytes | None:
    """The key that a `did:key` spells, None for anything else."""
    if not did.startswith(_KEY):
        return None
    try:
        return key_bytes(did.removeprefix(_KEY))
    except BadKey:
        return None


def web_address(did: str) -> str | None:
    """Where the document of a `did:web` is published; None for anything else."""
    found = _WEB.match(did)
    if found is None:
        return None
    path = found["path"].replace(":", "/") or "/.well-known"
    return f"https://{found['host']}{unquote(found['port'] or '')}{path}/did.json"


def did_document(did: str, publics: Iterable[bytes]) -> dict[str, Any]:
    """The document to publish for a `did:web`: every key that signed what is still in force."""
    methods = [
        {
            "id": f"{did}#{key_text(public)}",
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": key_text(public),
        }
        for public in publics
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [one["id"] for one in methods],
    }


def keys_in(document: Any, did: str) -> tuple[bytes, ...]:
    """The Ed25519 keys by which a DID document lets its owner make assertions."""
    if not isinstance(document, dict) or document.get("id") != did:
        return ()
    may = {
        one if isinstance(one, str) else str(one.get("id"))
        for one in _list(document, "assertionMethod")
    }
    methods = [*_list(document, "verificationMethod"), *_list(document, "assertionMethod")]
    found = (
        one.get("publicKeyMultibase")
        for one in methods
        if isinstance(one, dict) and one.get("id") in may
    )
    return tuple(dict.fromkeys(key for text in found if (key := _key(text))))


def _list(document: dict[str, Any], name: str) -> list[Any]:
    held = document.get(name)
    return [one for one in held if isinstance(one, str | dict)] if isinstance(held, list) else []


def _key(text: Any) -> bytes | None:
    try:
        return key_bytes(text) if isinstance(text, str) else None
    except BadKey:
        return None
