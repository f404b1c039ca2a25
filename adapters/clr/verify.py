"""Verifying credentials from elsewhere: the order is that of the 1EdTech validator (`cis.md` §3.3).

Nothing is fetched unless a way to fetch is given. What cannot be told without asking somebody is
said to be so, and counts as not verified.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from adapters.clr.errors import UnknownContext, Unsafe
from adapters.clr.issuers import Issuers
from adapters.clr.linked import Linked
from adapters.clr.plain import issuer_of, require_plain
from adapters.clr.proof import PURPOSE, SUITE, TYPE, signs
from adapters.clr.status import status_of
from adapters.clr.verdict import Check, Outcome, Step, Verdict, failed, passed, untold
from schemas.standards.clr.names import (
    BADGES,
    CLR,
    CREDENTIAL,
    ENDORSEMENT,
    OLD_VC_CONTEXT,
    VC_CONTEXT,
)
from schemas.standards.clr.schema import schema_of

_AGAIN: Final = "Ask the issuer for a corrected credential."
_SEVERAL: Final = "Ask the issuer for several records."
_MOST_INNER: Final = 2_000
_HOLDS: Final = frozenset({"verifiableCredential", "endorsement"})
_CLR_START: Final = "https://purl.imsglobal.org/spec/clr/v2p0/context"
_OB_START: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context"


@dataclass(frozen=True)
class Verifying:
    """Who is believed, and the moment for which credentials are judged."""

    issuers: Issuers
    now: datetime

    def verify(self, document: dict[str, Any]) -> list[Verdict]:
        """The verdict on a credential, then on each one that it holds."""
        # A stranger's contexts are forgotten with the file that they came in.
        linked = Linked()
        inner = list(islice(_inner(document), _MOST_INNER + 1))
        outer, *others = (self._one(one, linked) for one in (document, *inner[:_MOST_INNER]))
        if len(inner) > _MOST_INNER:
            many = failed(Step.TYPE, f"it holds more than {_MOST_INNER:,} credentials", _SEVERAL)
            outer = replace(outer, checks=(*outer.checks, many))
        return [outer, *others]

    def _one(self, document: dict[str, Any], linked: Linked) -> Verdict:
        kind = _kind(document)
        return Verdict(
            id=_text(document.get("id")),
            name=_text(document.get("name")),
            kind=kind,
            issuer=issuer_of(document),
            issuer_name=_issuer_name(document),
            document=document,
            checks=tuple(self._checks(document, kind, linked)),
        )

    def _checks(self, document: dict[str, Any], kind: str, linked: Linked) -> Iterator[Check]:
        yield _context(document, kind)
        yield _type(kind)
        yield _schema(document, kind)
        yield _safe(document, linked)
        yield self._proof(document, linked)
        yield self._known(document)
        yield self._validity(document)
        yield status_of(document, self.issuers.fetch, self._fault_of_list)

    def _fault_of_list(self, document: dict[str, Any]) -> Check | None:
        """The first step that a list of states does not pass, which is a credential itself."""
        checks = self._checks_of_list(document, Linked())
        return next((one for one in checks if one.outcome is not Outcome.PASSED), None)

    def _checks_of_list(self, document: dict[str, Any], linked: Linked) -> Iterator[Check]:
        yield _first_context(document)
        yield _safe(document, linked)
        yield self._proof(document, linked)
        yield self._in_time(document)

    def _proof(self, document: dict[str, Any], linked: Linked) -> Check:
        proofs = _listed(document.get("proof"))
        if not proofs:
            return failed(
                Step.PROOF, "nobody signed it", "Ask the issuer for the signed credential."
            )
        checks = [self._signature(document, one, linked) for one in proofs[:10]]
        return max(checks, key=lambda one: _GRAVITY[one.outcome])

    def _signature(self, document: dict[str, Any], proof: Any, linked: Linked) -> Check:
        wrong = _proof_shape(proof) or self._outlived(proof)
        if wrong is not None:
            return wrong
        method = str(proof["verificationMethod"])
        keys = self.issuers.keys_of(issuer_of(document), method)
        if keys is None:
            problem = f"the keys of {issuer_of(document)} are not on the list of issuers"
            return untold(Step.PROOF, problem, "Put the issuer with its keys on the list.")
        if not keys:
            problem = f"{method} is no key of the issuer {issuer_of(document)}"
            return failed(Step.PROOF, problem, _AGAIN)
        return _signed(document, proof, keys, linked)

    def _outlived(self, proof: dict[str, Any]) -> Check | None:
        """What keeps a proof from counting any more (Data Integrity 1.0, `expires`)."""
        ends = _moment(proof.get("expires"))
        if "expires" not in proof or (ends is not None and ends >= self.now):
            return None
        return failed(Step.PROOF, "the time for which the proof was made is over", _AGAIN)

    def _known(self, document: dict[str, Any]) -> Check:
        issuer = issuer_of(document)
        if self.issuers.is_known(issuer):
            return passed(Step.ISSUER)
        problem = f"a signature tells which key signed, not who holds it: {issuer or 'no issuer'}"
        return untold(Step.ISSUER, problem, "Ask the issuer for its id; put it on the list.")

    def _validity(self, document: dict[str, Any]) -> Check:
        if _moment(document.get("validFrom")) is None:
            return failed(Step.VALIDITY, "it does not say from when it is valid", _AGAIN)
        return self._in_time(document)

    def _in_time(self, document: dict[str, Any]) -> Check:
        begins, ends = (_moment(document.get(name)) for name in ("validFrom", "validUntil"))
        if begins is not None and begins > self.now:
            return failed(Step.VALIDITY, f"it is valid only from {begins.isoformat()}", _AGAIN)
        if ends is None and "validUntil" in document:
            return failed(Step.VALIDITY, "its end cannot be read", _AGAIN)
        if ends is not None and ends < self.now:
            return failed(Step.VALIDITY, f"it expired at {ends.isoformat()}", "Ask for a new one.")
        return passed(Step.VALIDITY)


_GRAVITY: Final = {outcome: at for at, outcome in enumerate(("passed", "cannot tell", "failed"))}


def _signed(
    document: dict[str, Any], proof: dict[str, Any], keys: tuple[bytes, ...], linked: Linked
) -> Check:
    try:
        found = any(signs(linked, document, proof, key) for key in keys)
    except UnknownContext as error:
        return untold(Step.PROOF, error.problem, error.fix)
    except Unsafe as error:
        return failed(Step.PROOF, error.problem, error.fix)
    if found:
        return passed(Step.PROOF)
    return failed(Step.PROOF, "the signature does not fit: something was changed", _AGAIN)


def _proof_shape(proof: Any) -> Check | None:
    """What keeps a proof from being checked at all."""
    if not isinstance(proof, dict):
        return failed(Step.PROOF, "the proof is no object", _AGAIN)
    suite = proof.get("cryptosuite") if proof.get("type") == TYPE else proof.get("type")
    if suite != SUITE:
        problem = f"a proof of the kind {_text(suite)[:60]!r} is not read, only {SUITE}"
        return untold(Step.PROOF, problem, f"Ask the issuer for a proof of the kind {SUITE}.")
    if proof.get("proofPurpose") != PURPOSE:
        return failed(Step.PROOF, f"the proof was not made for {PURPOSE}", _AGAIN)
    if not isinstance(proof.get("verificationMethod"), str) or "previousProof" in proof:
        return failed(Step.PROOF, "the proof does not name one key", _AGAIN)
    return None


def _first_context(document: dict[str, Any]) -> Check:
    first = next(iter(_listed(document.get("@context"))), None)
    if first == OLD_VC_CONTEXT:
        problem = "a credential of data model 1.1, which is not read"
        return untold(Step.CONTEXT, problem, "Ask the issuer for Open Badges 3.0.3 on model 2.0.")
    if first != VC_CONTEXT:
        return failed(Step.CONTEXT, f"the first context is not {VC_CONTEXT}", _AGAIN)
    return passed(Step.CONTEXT)


def _context(document: dict[str, Any], kind: str) -> Check:
    first = _first_context(document)
    if first.outcome is not Outcome.PASSED:
        return first
    listed = _listed(document["@context"])
    wanted = [_CLR_START, _OB_START] if kind == CLR else [_OB_START]
    for place, start in enumerate(wanted, start=1):
        if len(listed) <= place or not str(listed[place]).startswith(start):
            return failed(Step.CONTEXT, f"context {place + 1} is not {start}...", _AGAIN)
    return passed(Step.CONTEXT)


def _type(kind: str) -> Check:
    if kind:
        return passed(Step.TYPE)
    problem = "neither a learner record, nor a badge or an endorsement"
    return failed(Step.TYPE, problem, "Give a CLR 2.0 or Open Badges 3.0 credential.")


def _schema(document: dict[str, Any], kind: str) -> Check:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

    name = "AchievementCredential" if kind in BADGES else kind
    if not name:
        return untold(Step.SCHEMA, "what it should look like depends on its type", _AGAIN)
    error = best_match(Draft202012Validator(schema_of(name)).iter_errors(document))
    if error is None:
        return passed(Step.SCHEMA)
    return failed(Step.SCHEMA, f"{error.json_path}: {error.message[:200]}", _AGAIN)


def _safe(document: dict[str, Any], linked: Linked) -> Check:
    try:
        linked.require_safe(document)
        require_plain(document)
    except UnknownContext as error:
        return untold(Step.SAFE, error.problem, error.fix)
    except Unsafe as error:
        return failed(Step.SAFE, error.problem, error.fix)
    return passed(Step.SAFE)


def _inner(value: Any) -> Iterator[dict[str, Any]]:
    """The credentials and endorsements that a credential holds, at any depth."""
    for name, child in value.items() if isinstance(value, dict) else ():
        held = _listed(child) if name in _HOLDS else ()
        yield from (one for one in held if isinstance(one, dict))
        yield from _inner(child)
    for item in value if isinstance(value, list) else ():
        yield from _inner(item)


def _kind(document: dict[str, Any]) -> str:
    types = _listed(document.get("type"))
    known = (CLR, ENDORSEMENT, *BADGES) if CREDENTIAL in types else ()
    return next((one for one in known if one in types), "")


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _issuer_name(document: dict[str, Any]) -> str:
    issuer = document.get("issuer")
    return _text(issuer.get("name")) if isinstance(issuer, dict) else ""


def _text(value: Any) -> str:
    if isinstance(value, dict):  # a map of languages
        value = next(iter(value.values()), "")
    return value if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None
