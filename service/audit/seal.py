"""The arithmetic of the log: salted digests of payloads, and links that only a key can make."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

SALT: Final = 32
"""Bytes of salt, as long as the digest, so that a destroyed text cannot be guessed from it."""

GENESIS: Final = "0" * 64
"""What stands for the link before the first."""

LINK, CHECKPOINT = b"planbridge audit link", b"planbridge audit checkpoint"
"""What a key is used for; no seal of one use can pass for the other's."""


_text: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode


class Header(NamedTuple):
    """Everything in a row of the chain that its link vouches for."""

    tenant: str
    seq: int
    at: str
    kind: str
    key_id: str
    parts: int
    commitment: str
    previous: str


def new_salts(count: int) -> list[bytes]:
    """Fresh salts, drawn at once."""
    drawn = secrets.token_bytes(SALT * count)
    return [drawn[at : at + SALT] for at in range(0, len(drawn), SALT)]


def digest(salt: bytes, body: str) -> str:
    """The salted digest of one part of a payload, as hex."""
    return hmac.digest(salt, body.encode(), "sha256").hex()


def commitment(digests: Iterable[str]) -> str:
    """What an event commits to: the digests of all its parts in their order."""
    return hashlib.sha256(" ".join(digests).encode()).hexdigest()


def link(key: bytes, header: Header) -> str:
    """The keyed link of a row of the chain."""
    return seal(key, LINK, header)


def seal(key: bytes, use: bytes, value: Any) -> str:
    """A keyed seal of some JSON value, for one use of the key."""
    return hmac.digest(_key_for(key, use), _text(value).encode(), "sha256").hex()


@lru_cache(maxsize=64)
def _key_for(key: bytes, use: bytes) -> bytes:
    return hmac.digest(key, use, "sha256")


def same(one: str, other: str) -> bool:
    """Whether two seals are equal, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
