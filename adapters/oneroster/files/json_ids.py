"""Ids for what JSON nests without one: made of what identifies it, so always the same."""

from __future__ import annotations

import hashlib
from urllib.parse import quote, unquote

_PROFILE = "/userProfiles/"
_LENGTH = 32


def minted(table: str, name: str) -> str:
    """The sourcedId of a nested row; `name` are its identifying values."""
    return hashlib.sha256(f"{table}|{name}".encode(errors="replace")).hexdigest()[:_LENGTH]


def profile_uri(base: str, sourced_id: str) -> str:
    """The `profileId` of a profile that has none of its own: `profile_id` finds the id in it."""
    return f"{base}{_PROFILE}{quote(sourced_id, safe='')}"


def profile_id(user: str, uri: str) -> str:
    """The sourcedId of the profile that a user's `profileId` names."""
    if is_ours(uri):
        return unquote(uri.rpartition("/")[2])
    return minted("userProfiles", f"{user}|{uri}")


def is_ours(uri: str) -> bool:
    """Whether `profile_uri` made this, so that it says no more than the id in it."""
    return uri.rpartition("/")[0].endswith(_PROFILE.rstrip("/")) and not uri.endswith("/")
