"""The district's signing keys: one that signs, and those that signed what is still in force.

A key is a file of its own that only its owner may read. `issuer.json` beside the keys says which
DID they belong to and which of them signs.
"""

from __future__ import annotations

import json
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adapters.clr.did import did_document, did_key, web_address
from adapters.clr.errors import BadKey
from adapters.clr.multibase import key_bytes, key_text
from adapters.whole import whole_file
from service.errors import Invalid, Misconfigured, NotFound

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from adapters.clr.proof import Signer

_OWNER_ONLY: Final = 0o600
_INDEX: Final = "issuer.json"
_NEW: Final = "Make one: `planbridge credential key new`."


@dataclass(frozen=True, slots=True)
class Identity:
    """Under which DID the district signs, with which key, and which keys went before.

    Keys are named by their public half.
    """

    did: str
    current: str
    retired: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The identity as plain JSON values; nothing of it is secret."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class KeyStore:
    """A folder of signing keys."""

    folder: Path

    def identity(self) -> Identity | None:
        """The district's identity, None before the first key. Raises Misconfigured."""
        try:
            told = json.loads((self.folder / _INDEX).read_text(encoding="utf-8"))
            return Identity(told["did"], told["current"], tuple(told["retired"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            where = self.folder / _INDEX
            raise Misconfigured(f"{where} cannot be read.", "Restore it from a backup.") from None

    def create(self, did: str | None = None) -> Identity:
        """The first key; without a DID of its own the district goes by that key's `did:key`.

        Raises Invalid where there is a key already, or where the DID is no `did:web`.
        """
        if self.identity() is not None:
            raise Invalid("There is a signing key already.", "Change it: `credential key rotate`.")
        if did is not None and web_address(did) is None:
            raise Invalid(f"{did!r} is no did:web.", "Write it as did:web:district.example.org.")
        public = self._add()
        return self._keep(Identity(did or did_key(key_bytes(public)), public))

    def rotate(self) -> Identity:
        """A new key signs from now on; the old one is kept for what it signed.

        A district that goes by a `did:key` has another DID afterwards: its name is its key.
        """
        known = self._known()
        public = self._add()
        own = known.did == did_key(key_bytes(known.current))
        did = did_key(key_bytes(public)) if own else known.did
        return self._keep(Identity(did, public, (*known.retired, known.current)))

    def signer(self) -> Signer:
        """The key that signs. Raises NotFound without any, Misconfigured for an unsafe one."""
        from adapters.clr.proof import Signer

        known = self._known()
        return Signer(self._load(known.current), known.did)

    def document(self) -> dict[str, Any]:
        """The DID document to publish. Raises NotFound, Invalid where the DID needs none."""
        known = self._known()
        if web_address(known.did) is None:
            raise Invalid(f"{known.did} needs no document.", "Only a did:web is published.")
        return did_document(known.did, [key_bytes(one) for one in (known.current, *known.retired)])

    def _known(self) -> Identity:
        known = self.identity()
        if known is None:
            raise NotFound("The district has no signing key.", _NEW)
        return known

    def _add(self) -> str:
        """A new key in a file of its own; returns its name."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        private = Ed25519PrivateKey.generate()
        public = key_text(private.public_key().public_bytes_raw())
        data = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write(self._path(public), data)
        return public

    def _keep(self, identity: Identity) -> Identity:
        text = json.dumps(identity.as_json(), indent=2)
        self._write(self.folder / _INDEX, f"{text}\n".encode())
        return identity

    def _write(self, path: Path, data: bytes) -> None:
        """Write a file that only its owner may read, whole or not at all."""
        with whole_file(path, replaces=True) as stream:
            stream.write(data)

    def _path(self, public: str) -> Path:
        return self.folder / f"{public}.pem"

    def _load(self, public: str) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        path = self._path(public)
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & ~_OWNER_ONLY:
                problem = f"{path} can be read by others (mode {mode:03o})."
                raise Misconfigured(problem, f"chmod 600 {path}, and consider `key rotate`.")
            private = load_pem_private_key(path.read_bytes(), None)
        except (FileNotFoundError, ValueError, TypeError):
            raise Misconfigured(f"{path} holds no key.", "Restore it, or rotate.") from None
        if not isinstance(private, Ed25519PrivateKey):
            raise Misconfigured(f"{path} holds no Ed25519 key.", "Restore it, or rotate.")
        _require_same(private, public, path)
        return private


def _require_same(private: Ed25519PrivateKey, public: str, path: Path) -> None:
    try:
        same = key_bytes(public) == private.public_key().public_bytes_raw()
    except BadKey:
        same = False
    if not same:
        raise Misconfigured(f"{path} holds another key than its name says.", "Restore it.")


def store_of(data: Path, tenant: str) -> KeyStore:
    """The keys of a district, in the folder of the setting `data`."""
    return KeyStore(data / "keys" / f"district-{tenant}")
