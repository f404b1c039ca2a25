"""The bytes of a credential file as a JSON object, read as if someone meant harm."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from adapters.clr.errors import refusal
from adapters.formats import Unreadable

MAX_BYTES: Final = 8 * 1024 * 1024
"""A record with 60 signed badges has 80 kB; pictures may come along in the file."""

MAX_PARTS: Final = 200_000
"""Values, counted by commas and brackets; each costs memory."""

MAX_DEPTH: Final = 40

_AGAIN: Final = "Ask the issuer for the credential as a .json file."
_TOKEN: Final = re.compile(rb"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\s*$")
_PICTURES: Final = (b"\x89PNG", b"<svg", b"<?xml")


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, as many as `parse_credential` takes and one more. Raises OSError."""
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def parse_credential(data: bytes, name: str) -> dict[str, Any]:
    """The credential in these bytes. Raises Unreadable."""
    if len(data) > MAX_BYTES:
        raise _unreadable("too-big", f"more than {MAX_BYTES:,} bytes", _AGAIN, name)
    start = data[:4000].lstrip()
    if _TOKEN.match(data[:4000]) or (_TOKEN.match(data) if data[:2] == b"ey" else None):
        raise _unreadable("token", "a credential as a JWT, which is not read", _AGAIN, name)
    if start.startswith(_PICTURES):
        raise _unreadable(
            "picture", "a picture; credentials in pictures are not read", _AGAIN, name
        )
    if sum(data.count(sign) for sign in (b",", b"{", b"[")) > MAX_PARTS:
        raise _unreadable("too-many", f"more than {MAX_PARTS:,} values", _AGAIN, name)
    value = _parsed(data, name)
    if not isinstance(value, dict):
        raise _unreadable("no-object", "not one JSON object", _AGAIN, name)
    return value


def _parsed(data: bytes, name: str) -> Any:
    try:
        value = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise _unreadable("encoding", "not UTF-8", _AGAIN, name) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _unreadable("syntax", f"not JSON at {where}: {error.msg}", _AGAIN, name) from None
    except (_Odd, ValueError) as error:
        raise _unreadable("odd", str(error), _AGAIN, name) from None
    except RecursionError:
        raise _unreadable("deep", "nested too deep", _AGAIN, name) from None
    if _depth(value) > MAX_DEPTH:
        raise _unreadable("deep", f"nested more than {MAX_DEPTH} levels deep", _AGAIN, name)
    return value


class _Odd(ValueError):
    """JSON that programs read in different ways."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise _Odd(
            "an object has a name twice: who signed it and who reads it may see different ones"
        )
    return named


def _no_constant(name: str) -> Any:
    raise _Odd(f"{name} is no JSON number")


def _depth(value: Any) -> int:
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            child
            for one in level
            if isinstance(one, dict | list)
            for child in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _unreadable(code: str, problem: str, fix: str, name: str) -> Unreadable:
    return Unreadable(refusal(code, problem, fix, name))
