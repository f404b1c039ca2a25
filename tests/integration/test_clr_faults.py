"""Each fault of the measured matrix (`cis.md` §7) is caught by us, and told step by step."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.credentials import NOW, Change, carelessly_signed, signed_badge, signed_record, signer

from adapters.clr.issuers import Issuer, Issuers
from adapters.clr.verdict import Outcome, Step, Verdict
from adapters.clr.verify import Verifying
from schemas.ilp.document import read_document
from schemas.ilp.plan import Plan

Document = dict[str, Any]


@pytest.fixture(scope="module")
def plan(fixtures: Path) -> Plan:
    path = fixtures / "plans" / "grade-12-amara-okafor.ilp.json"
    return read_document(path.read_bytes())


def verdict(document: Document) -> Verdict:
    known = {signer().controller: Issuer(signer().controller, "Cedar Bend")}
    return Verifying(Issuers(known), NOW).verify(document)[0]


def failures(document: Document) -> set[Step]:
    return {one.step for one in verdict(document).checks if one.outcome is Outcome.FAILED}


def _subject(change: Callable[[Document], object]) -> Change:
    return lambda badge: change(badge["credentialSubject"])


def _achievement(change: Callable[[Document], object]) -> Change:
    return lambda badge: change(badge["credentialSubject"]["achievement"])


TARGET = {"type": ["Alignment"], "targetName": "x", "targetUrl": "occupations/1"}
MATRIX: dict[str, tuple[Change, Step]] = {
    "undefined property": (lambda one: one.update(favourite="blue"), Step.SAFE),
    "undefined type": (lambda one: one["type"].append("GoldStar"), Step.SAFE),
    "relative id": (lambda one: one.update(id="badge-1"), Step.SAFE),
    "bare student number": (_subject(lambda one: one.update(id="0001052")), Step.SAFE),
    "type outside the vocabulary": (
        _achievement(lambda one: one.update(achievementType="GoldStar")),
        Step.SCHEMA,
    ),
    "bare date": (_subject(lambda one: one.update(activityStartDate="2026-01-01")), Step.SCHEMA),
    "null": (_subject(lambda one: one.update(narrative=None)), Step.SCHEMA),
    "relative resultDescription": (
        _subject(lambda one: one.update(result=[{"type": ["Result"], "resultDescription": "r1"}])),
        Step.SCHEMA,
    ),
    "relative targetUrl": (_achievement(lambda one: one.update(alignment=[TARGET])), Step.SCHEMA),
}


def test_a_sound_badge_passes_every_step(plan: Plan) -> None:
    assert verdict(signed_badge(plan)).faults == ()


@pytest.mark.parametrize("fault", MATRIX)
def test_is_caught_even_though_the_signature_fits(fault: str, plan: Plan) -> None:
    change, step = MATRIX[fault]
    assert step in failures(signed_badge(plan, change))


def test_a_changed_envelope_fails_while_its_badges_pass(plan: Plan) -> None:
    record = {**signed_record(plan), "name": "Another name"}
    outer, *inner = Verifying(Issuers(), NOW).verify(record)
    assert [check.step for check in outer.faults] == [Step.PROOF, Step.ISSUER]
    assert all(one.verified for one in inner)


def test_a_badge_signed_by_another_key_is_nobodys(plan: Plan) -> None:
    badge = signed_badge(plan)
    badge["proof"][0]["verificationMethod"] = signer(2).method
    assert Step.PROOF in failures(badge)


def test_an_unsigned_badge_fails(plan: Plan) -> None:
    badge = signed_badge(plan)
    del badge["proof"]
    assert Step.PROOF in failures(badge)


def test_an_expired_badge_fails(plan: Plan) -> None:
    badge = signed_badge(plan, lambda one: one.update(validUntil="2024-01-01T00:00:00Z"))
    assert failures(badge) == {Step.VALIDITY}


@pytest.mark.parametrize(
    ("end", "holds"),
    [("2024-01-01T00:00:00Z", False), ("soon", False), ("2099-01-01T00:00:00Z", True)],
)
def test_a_proof_holds_until_its_end(plan: Plan, end: str, holds: bool) -> None:
    badge = signed_badge(plan)
    del badge["proof"]
    assert (Step.PROOF not in failures(carelessly_signed(badge, expires=end))) is holds


def test_a_badge_from_the_future_fails(plan: Plan) -> None:
    badge = signed_badge(plan, lambda one: one.update(validFrom="2099-01-01T00:00:00Z"))
    assert failures(badge) == {Step.VALIDITY}


def test_a_badge_that_may_be_revoked_cannot_be_told_offline(plan: Plan) -> None:
    status = {"id": "https://issuer.example/list", "type": "1EdTechRevocationList"}
    badge = signed_badge(plan)
    badge["@context"] = [
        *badge["@context"],
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ]
    badge = carelessly_signed(
        {**{k: v for k, v in badge.items() if k != "proof"}, "credentialStatus": status}
    )
    told = {one.step: one.outcome for one in verdict(badge).faults}
    assert told == {Step.STATUS: Outcome.CANNOT_TELL}


def test_an_unknown_issuer_is_said_to_be_so(plan: Plan) -> None:
    made = Verifying(Issuers(), NOW).verify(signed_badge(plan))[0]
    assert made.verified
    assert not made.issuer_known


def test_a_context_that_is_not_carried_asks_nobody(plan: Plan) -> None:
    badge = json.loads(json.dumps(signed_badge(plan)))
    badge["@context"].append("https://issuer.example/context.json")
    told = {one.step: one.outcome for one in verdict(badge).faults}
    assert told == {Step.SAFE: Outcome.CANNOT_TELL, Step.PROOF: Outcome.CANNOT_TELL}


EXPIRED = "https://www.w3.org/2018/credentials#validUntil"
MOMENT = "http://www.w3.org/2001/XMLSchema#dateTime"


def _renamed(badge: Document, end: str) -> None:
    badge["@context"] = [*badge["@context"], {"until": {"@id": EXPIRED, "@type": MOMENT}}]
    badge["until"] = end


def _spelled_out(badge: Document, end: str) -> None:
    badge[EXPIRED] = {"@value": end, "@type": MOMENT}


def _moved(badge: Document, end: str) -> None:
    badge["@included"] = [{"id": badge["id"], EXPIRED: {"@value": end, "@type": MOMENT}}]


@pytest.mark.parametrize("disguise", [_renamed, _spelled_out, _moved])
def test_an_end_under_another_name_is_not_believed_away(
    disguise: Callable[[Document, str], None], plan: Plan
) -> None:
    badge = signed_badge(plan, lambda one: one.update(validUntil="2024-01-01T00:00:00Z"))
    disguise(badge, badge.pop("validUntil"))
    told = {one.step for one in verdict(badge).faults}
    assert told == {Step.SAFE}  # the signature fits all the same: it covers meanings


@pytest.mark.parametrize("document", [{"@context": []}, {"@context": [], "type": []}])
def test_an_empty_list_of_contexts_fails(document: Document) -> None:
    assert Step.CONTEXT in failures(document)


def test_a_signed_credential_without_contexts_fails(plan: Plan) -> None:
    badge = signed_badge(plan)
    del badge["@context"]
    assert {Step.CONTEXT, Step.PROOF} <= failures(badge)


def test_a_forged_badge_deep_inside_is_found(plan: Plan) -> None:
    record = signed_record(plan)
    inner = json.loads(json.dumps(record))
    inner["credentialSubject"]["verifiableCredential"][0]["name"] = "Forged"
    record["credentialSubject"]["verifiableCredential"] = [inner]
    told = Verifying(Issuers(), NOW).verify(record)
    assert [one.name for one in told if "Forged" in one.name and not one.verified] == ["Forged"]


def test_an_endorsement_of_an_achievement_is_looked_at(plan: Plan) -> None:
    badge = signed_badge(plan)
    badge["credentialSubject"]["achievement"]["endorsement"] = [{"id": "urn:x:1"}]
    assert [one.id for one in Verifying(Issuers(), NOW).verify(badge)] == [badge["id"], "urn:x:1"]


def test_more_than_can_be_looked_at_is_not_verified(plan: Plan) -> None:
    record: Document = {"credentialSubject": {"verifiableCredential": [{}] * 2_001}}
    assert any("more than 2,000" in one.problem for one in verdict(record).faults)
