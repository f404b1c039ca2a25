"""The keys of the log: from the environment or from a file, never in the database, never shown.

Keys stand as hexadecimal text, one after the other, the newest last. Adding one at the end is all
that a change of keys takes; the older ones stay, for what they sealed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from service.errors import Misconfigured

VARIABLE: Final = "PLANBRIDGE_AUDIT_KEY"
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Key:
    """A key and the name that the log knows it by, which tells nothing about it."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of a district, the newest last."""

    keys: tuple[Key, ...]

    @property
    def current(self) -> Key:
        """The key with which new events are sealed."""
        return self.keys[-1]

    def find(self, key_id: str) -> Key | None:
        """The key of this name, or None."""
        return next((key for key in self.keys if key.id == key_id), None)


def make_key(secret: bytes) -> Key:
    """A key with its name."""
    return Key(hashlib.sha256(b"planbridge audit key\n" + secret).hexdigest()[:16], secret)


def read_keys(text: str, where: str) -> Keyring:
    """The keys in a text. Raises Misconfigured, without a word of what stands there."""
    try:
        found = [bytes.fromhex(word) for word in text.split()]
    except ValueError:
        found = []
    if not found or any(len(one) != _BYTES for one in found):
        raise Misconfigured(
            f"{where} holds no key for the audit log.",
            f"Put keys of {_BYTES} bytes there as hexadecimal digits, the newest last.",
        )
    return Keyring(tuple(make_key(one) for one in found))


def find_keys(file: Path) -> Keyring | None:
    """The keys of the environment, else those of the file, else None. Raises Misconfigured."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return read_keys(given, VARIABLE)
    try:
        return read_keys(file.read_text(encoding="utf-8"), str(file))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise Misconfigured(
            f"The key file {file} cannot be read: {why}.", "Correct the file or its permissions."
        ) from None


def add_key(file: Path, before: Iterable[Key] = ()) -> None:
    """Write a file with the keys given and a new one, readable by its owner only.

    Where no keys are given and somebody else makes the file first, theirs stays.
    """
    lines = [*(key.secret.hex() for key in before), secrets.token_hex(_BYTES)]
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write("".join(f"{line}\n" for line in lines))
        out.flush()
        os.fsync(out.fileno())
    if len(lines) > 1:
        draft.replace(file)
        return
    try:
        file.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first, and both go on with its key
    finally:
        draft.unlink()
