"""Signed credentials for tests, and a second way to judge them that shares no code with ours."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jsonschema import Draft201909Validator, FormatChecker  # type: ignore[import-untyped]
from pyld import jsonld  # type: ignore[import-untyped]

from adapters.clr.did import did_key
from adapters.clr.proof import Signer, Signing
from mappings.clr.v2p0.badge import Issue, Names
from mappings.clr.v2p0.record import envelope, record_of
from schemas.ilp.plan import Plan
from schemas.standards.clr.contexts import CARRIED, context_at

NOW = datetime(2025, 6, 22, 12, tzinfo=UTC)
"""Before today, for verifiers with a clock of their own."""
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_FORMATS = FormatChecker(formats=())

Change = Callable[[dict[str, Any]], object]


@cache
def signer(seed: int = 1) -> Signer:
    """The same key in every run."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return Signer(private, did_key(private.public_key().public_bytes_raw()))


def issue(by: Signer | None = None) -> Issue:
    names = Names(uuid.UUID(int=7))
    profile = {"id": (by or signer()).controller, "type": ["Profile"], "name": "Cedar Bend"}
    return Issue(names, profile, names.urn("student", "1"), "2025-06-22T12:00:00Z")


def unsigned(plan: Plan) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The envelope of a plan's record, and its badges, none of them signed."""
    record = record_of(plan, issue(), "ab" * 16)
    badges = list(record.badges)
    return envelope(record, badges, issue(), "For tests.", partial=True), badges


def signed_record(plan: Plan) -> dict[str, Any]:
    """A plan's record, signed as a whole and badge by badge."""
    signing = Signing(signer(), NOW)
    record = record_of(plan, issue(), "ab" * 16)
    badges = [signing.sign(one) for one in record.badges]
    return signing.sign(envelope(record, badges, issue(), "For tests.", partial=True))


def signed_badge(plan: Plan, change: Change = lambda _: None) -> dict[str, Any]:
    """A plan's first badge, changed and then signed by whoever signs without looking."""
    badge: dict[str, Any] = json.loads(json.dumps(record_of(plan, issue(), "00").badges[0]))
    change(badge)
    return carelessly_signed(badge)


def carelessly_signed(document: dict[str, Any], **said: str) -> dict[str, Any]:
    """Signed as a program would that drops in silence what it does not understand.

    What is `said` besides stands in the proof.
    """
    proof = {
        "type": "DataIntegrityProof",
        "created": "2025-06-22T12:00:00Z",
        "verificationMethod": signer().method,
        "cryptosuite": "eddsa-rdfc-2022",
        "proofPurpose": "assertionMethod",
        **said,
    }
    hashed = _hash({"@context": document["@context"], **proof}) + _hash(document)
    value = f"z{_to_base58(signer().private.sign(hashed))}"
    return {**document, "proof": [{**proof, "proofValue": value}]}


def proves(document: dict[str, Any], multikey: str) -> bool:
    """Whether the first proof fits: PyLD and cryptography, written from the specification."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    proof = dict(document["proof"][0])
    signature = _from_base58(proof.pop("proofValue")[1:])
    public = Ed25519PublicKey.from_public_bytes(_from_base58(multikey[1:])[2:])
    try:
        public.verify(signature, _hash({"@context": document["@context"], **proof}) + _hash(bare))
    except InvalidSignature:
        return False
    return True


def plain_nquads(document: dict[str, Any]) -> str:
    """What PyLD makes of a document without any of our shortcuts."""
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": _load,
        "base": "",
    }
    text: str = jsonld.normalize(document, options)
    return text


def official(reference: Path, name: str) -> Draft201909Validator:
    """A validator for one of the official schemas; dates are checked, as `format` asks for it."""
    folder = "1edtech-clr-2.0" if name.startswith("clr") else "1edtech-ob-3.0"
    path = reference / "reference" / "cis" / "schemas" / folder / f"{name}_schema.json"
    return Draft201909Validator(json.loads(path.read_text("utf-8")), format_checker=_FORMATS)


@_FORMATS.checks("date-time", raises=ValueError)  # type: ignore[untyped-decorator]
def _is_moment(value: object) -> bool:
    text = str(value)
    return "T" in text and datetime.fromisoformat(text).tzinfo is not None


def vector(reference: Path) -> dict[str, Any]:
    """The signed learner record that 1EdTech publishes."""
    path = reference / "reference" / "cis" / "vectors" / "clr20-simple-signed.json"
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def _hash(document: dict[str, Any]) -> bytes:
    return hashlib.sha256(plain_nquads(document).encode()).digest()


def _load(url: str, options: Any) -> dict[str, Any]:
    assert url in CARRIED, f"asked for {url}"
    document = context_at(url)
    return {"contentType": None, "contextUrl": None, "documentUrl": url, "document": document}


def _from_base58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def _to_base58(data: bytes) -> str:
    number, text = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text
