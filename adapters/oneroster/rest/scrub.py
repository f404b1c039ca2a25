"""Records made canonical at the edge: secrets dropped, keys sorted, one line each."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

_PASSWORDS = ("password", "passwd", "pwd", "passphrase")
_SECRETS = (*_PASSWORDS, "credentials")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical(value: Any) -> str:
    """JSON text that is the same for the same content, whatever the order of its keys."""
    return _ENCODER.encode(value)


def line_of(record: Any, notes: Counter[str]) -> bytes:
    """The record as one canonical line. What was dropped or repaired is counted in `notes`.

    `secret:PATH` counts a password or credential that was dropped (never stored: 2.1's users and
    userProfiles may carry them), `text:` a character that is no Unicode text.
    """
    text = canonical(_without_secrets(record, "", notes))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        notes["text:"] += 1
        return text.encode(errors="replace") + b"\n"


def without_passwords(record: Any, notes: Counter[str]) -> Any:
    """The record without passwords, what else a credential says kept; counts as `line_of` does."""
    return _without_secrets(record, "", notes, _PASSWORDS)


def _without_secrets(
    value: Any, path: str, notes: Counter[str], secrets: tuple[str, ...] = _SECRETS
) -> Any:
    if isinstance(value, list):
        return [_without_secrets(item, path, notes, secrets) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, inner in value.items():
        where = f"{path}.{key}" if path else key
        if key.lower().endswith(secrets):
            notes[f"secret:{where}"] += inner not in (None, "", [])
        else:
            kept[key] = (
                _without_secrets(inner, where, notes, secrets)
                if isinstance(inner, dict | list)
                else inner
            )
    return kept
