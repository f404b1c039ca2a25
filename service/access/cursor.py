"""Page tokens that nobody can forge or edit: signed, and bound to subject, question and policy."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any, Final

from service.errors import Invalid

_MARK: Final = 32
_OF_PROCESS: Final = secrets.token_bytes(_MARK)
"""Signs where a district has no key yet; such tokens end with the process."""


def write_cursor(key: bytes, bound: tuple[Any, ...], last: tuple[Any, ...]) -> str:
    """A token for the page after the row whose order is `last`."""
    body = json.dumps(list(last)).encode()
    return base64.urlsafe_b64encode(_mark(key, bound, body) + body).decode()


def read_cursor(key: bytes, bound: tuple[Any, ...], token: str) -> list[Any]:
    """The order of the last row. Raises Invalid for a token of anything or anybody else."""
    try:
        raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    mark, body = raw[:_MARK], raw[_MARK:]
    # Base64 has several spellings of some bytes; only ours is a token that we gave.
    genuine = hmac.compare_digest(mark, _mark(key, bound, body))
    if not genuine or base64.urlsafe_b64encode(raw).decode() != token:
        raise Invalid("The page token does not belong to this question.", "Start at page one.")
    last: list[Any] = json.loads(body)
    return last


def _mark(key: bytes, bound: tuple[Any, ...], body: bytes) -> bytes:
    text = json.dumps(bound, sort_keys=True).encode()
    return hmac.digest(key or _OF_PROCESS, hashlib.sha256(text).digest() + body, "sha256")
