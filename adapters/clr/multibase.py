"""Base58btc as multibase writes it, and Ed25519 keys in it (`cis.md` §3.1)."""

from __future__ import annotations

from typing import Final

from adapters.clr.errors import BadKey

_LETTERS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES: Final = {letter: value for value, letter in enumerate(_LETTERS)}
_LONGEST: Final = 200
"""Letters; a signature has 88, a key 47. Longer ones would only cost time."""

_ED25519: Final = b"\xed\x01"


def to_multibase(data: bytes) -> str:
    """`z` and the bytes in base58btc."""
    number, text = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        text = _LETTERS[rest] + text
    zeros = len(data) - len(data.lstrip(b"\0"))
    return f"z{_LETTERS[0] * zeros}{text}"


def from_multibase(text: str) -> bytes:
    """The bytes of a base58btc multibase text. Raises BadKey."""
    if not text.startswith("z") or len(text) > _LONGEST or not set(text[1:]) <= _VALUES.keys():
        raise BadKey("not base58btc with a leading z")
    letters = text[1:]
    number = 0
    for letter in letters:
        number = number * 58 + _VALUES[letter]
    zeros = len(letters) - len(letters.lstrip(_LETTERS[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def key_text(public: bytes) -> str:
    """An Ed25519 public key (32 bytes) as a multikey, such as `z6Mk...`."""
    return to_multibase(_ED25519 + public)


def key_bytes(text: str) -> bytes:
    """The 32 bytes of a multikey. Raises BadKey for anything but an Ed25519 public key."""
    data = from_multibase(text)
    if len(data) != 34 or not data.startswith(_ED25519):
        raise BadKey("not an Ed25519 public key")
    return data[2:]
