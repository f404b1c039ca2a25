"""Data Integrity proofs of the cryptosuite `eddsa-rdfc-2022` (`cis.md` §3.1)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.clr.errors import BadKey
from adapters.clr.linked import Linked
from adapters.clr.multibase import from_multibase, key_text, to_multibase

SUITE: Final = "eddsa-rdfc-2022"
TYPE: Final = "DataIntegrityProof"
PURPOSE: Final = "assertionMethod"


@dataclass(frozen=True)
class Signer:
    """A private key and the name under which its public half is found.

    `controller` is the DID of the issuer; the verification method is named with its fragment,
    since common verifiers refuse the name without it.
    """

    private: Ed25519PrivateKey
    controller: str

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @property
    def method(self) -> str:
        """The id of the verification method."""
        return f"{self.controller}#{key_text(self.public)}"


@dataclass
class Signing:
    """Signs many credentials of one issuer with one moment.

    The proofs of credentials with equal contexts differ in their signature alone, so what they
    say is hashed once.
    """

    signer: Signer
    created: datetime
    linked: Linked = field(default_factory=Linked)
    _options: dict[tuple[str, ...], bytes] = field(default_factory=dict)

    def sign(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with its proof. Raises Unsafe for one that cannot be signed whole."""
        hashed = self._hashed_options(document["@context"]) + digest(self.linked, document)
        signature = self.signer.private.sign(hashed)
        return {**document, "proof": [{**self._proof(), "proofValue": to_multibase(signature)}]}

    def _proof(self) -> dict[str, Any]:
        return {
            "type": TYPE,
            "created": instant(self.created),
            "verificationMethod": self.signer.method,
            "cryptosuite": SUITE,
            "proofPurpose": PURPOSE,
        }

    def _hashed_options(self, contexts: list[str]) -> bytes:
        key = tuple(contexts)
        if key not in self._options:
            self._options[key] = digest(self.linked, {"@context": contexts, **self._proof()})
        return self._options[key]


def digest(linked: Linked, document: dict[str, Any]) -> bytes:
    """The SHA-256 of what a document says. Raises Unsafe."""
    return hashlib.sha256(linked.canonical(document).encode()).digest()


def signs(linked: Linked, document: dict[str, Any], proof: dict[str, Any], public: bytes) -> bool:
    """Whether the proof's signature is that of this key for this document. Raises Unsafe.

    The document may still hold its proofs; they are no part of what was signed.
    """
    bare = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    options["@context"] = document.get("@context")
    try:
        signature = from_multibase(str(proof.get("proofValue")))
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, digest(linked, options) + digest(linked, bare))
    except (InvalidSignature, BadKey, ValueError):
        return False
    return True


def instant(moment: datetime) -> str:
    """A moment as credentials write it: to the second, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
