"""Whose keys are believed: a list that the district keeps, and keys that a DID itself spells."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.clr.did import key_of, keys_in, web_address
from adapters.clr.errors import BadKey, refusal
from adapters.clr.multibase import key_bytes
from adapters.formats import Unreadable

Fetch = Callable[[str], Any]
"""Gets the JSON document at an https address; raises OSError where it cannot be had."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer that the district knows, by the id that its credentials carry."""

    id: str
    name: str
    keys: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Issuers:
    """The issuers on the list; `fetch` is used for `did:web` alone, and only where it is given."""

    known: Mapping[str, Issuer] = field(default_factory=dict)
    fetch: Fetch | None = None

    def is_known(self, issuer: str) -> bool:
        """Whether the district put this issuer on its list."""
        return issuer in self.known

    def keys_of(self, issuer: str, method: str) -> tuple[bytes, ...] | None:
        """The keys by which an issuer may sign under a verification method.

        None where that cannot be told without asking somebody.
        """
        listed = self.known.get(issuer)
        if listed is not None and listed.keys:
            return listed.keys
        controller = method.partition("#")[0]
        if controller != issuer:
            return ()
        own = key_of(issuer)
        if own is not None:
            return (own,)
        return self._published(issuer)

    def _published(self, issuer: str) -> tuple[bytes, ...] | None:
        address = web_address(issuer)
        if address is None or self.fetch is None:
            return None
        try:
            return keys_in(self.fetch(address), issuer)
        except OSError:
            return None


def read_issuers(path: Path) -> dict[str, Issuer]:
    """The issuers in a TOML file of tables `[issuers."did:web:..."]` with `name` and `keys`.

    Raises Unreadable naming file and entry.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _wrong(path, f"not TOML: {error}") from None
    rows = told.get("issuers", {})
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise _wrong(path, "`issuers` is not a set of tables")
    return {id_: _issuer(path, id_, row) for id_, row in rows.items()}


def _issuer(path: Path, id_: str, row: dict[str, Any]) -> Issuer:
    keys = row.get("keys", [])
    if not isinstance(row.get("name"), str) or not isinstance(keys, list):
        raise _wrong(path, f"{id_} needs a `name`, and `keys` as a list")
    try:
        return Issuer(id_, row["name"], tuple(key_bytes(str(key)) for key in keys))
    except BadKey as error:
        raise _wrong(path, f"a key of {id_} is {error}") from None


def _wrong(path: Path, problem: str) -> Unreadable:
    return Unreadable(refusal("issuers", problem, "Correct the list of issuers.", path.name))
