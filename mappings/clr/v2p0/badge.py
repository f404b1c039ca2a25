"""One achievement as a plan knows it, and the Open Badges 3.0 credential that says so."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from schemas.standards.clr.names import BADGES, CREDENTIAL, OB_CONTEXT, VC_CONTEXT

CONTEXTS: Final = [VC_CONTEXT, OB_CONTEXT]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One result: on which scale of which kind, between which ends."""

    name: str
    kind: str
    value: str | None = None
    status: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """A piece of evidence; `link` is where it can be seen, if anywhere."""

    name: str
    narrative: str | None = None
    genre: str | None = None
    description: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Aligned:
    """A term of a framework that an achievement answers to."""

    name: str
    address: str
    code: str
    framework: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What was achieved (`kind` to `creator`), and how this student did (`awarded` on)."""

    element: str
    entry: str
    kind: str
    name: str
    description: str
    criteria: str
    human_code: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    credits_available: Decimal | None = None
    alignment: tuple[Aligned, ...] = ()
    tags: tuple[str, ...] = ()
    creator: str | None = None
    awarded: date | None = None
    until: date | None = None
    start: date | None = None
    end: date | None = None
    narrative: str | None = None
    role: str | None = None
    term: str | None = None
    credits_earned: Decimal | None = None
    results: tuple[Outcome, ...] = ()
    evidence: tuple[Proven, ...] = ()

    def with_more(self, narrative: str | None, evidence: tuple[Proven, ...]) -> Badge:
        """The badge with words and evidence that other entries add."""
        words = "\n\n".join(one for one in (self.narrative, narrative) if one)
        return replace(self, narrative=words or None, evidence=(*self.evidence, *evidence))


@dataclass(frozen=True, slots=True)
class Names:
    """Where ids come from: the same facts get the same id in every export of a district."""

    space: uuid.UUID

    def urn(self, *parts: str) -> str:
        """The id of what these words name."""
        # Each part says how long it is, so that no two lists of parts read alike.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return f"urn:uuid:{uuid.uuid5(self.space, text)}"


@dataclass(frozen=True, slots=True)
class Issue:
    """Who says it, of whom, and when. `subject` and `issuer` are URIs, `moment` an instant."""

    names: Names
    issuer: Mapping[str, Any]
    subject: str
    moment: str


def credential(badge: Badge, issue: Issue) -> dict[str, Any]:
    """The badge as a credential without a proof."""
    return {
        "@context": list(CONTEXTS),
        "id": issue.names.urn("credential", issue.subject, badge.element, badge.entry),
        "type": [CREDENTIAL, BADGES[0]],
        "name": badge.name,
        "issuer": dict(issue.issuer),
        "validFrom": issue.moment,
        **_known(validUntil=_instant(badge.until), awardedDate=_instant(badge.awarded)),
        "credentialSubject": _subject(badge, issue),
        **_known(evidence=[_evidence(one) for one in badge.evidence]),
    }


def achievement(badge: Badge, names: Names) -> dict[str, Any]:
    """What was achieved, whoever achieved it: equal achievements have equal ids."""
    content = {
        "type": ["Achievement"],
        "name": badge.name,
        "description": badge.description,
        "criteria": {"narrative": badge.criteria},
        "achievementType": badge.kind,
        **_known(
            humanCode=badge.human_code,
            creditsAvailable=_number(badge.credits_available),
            otherIdentifier=[_identifier(*one) for one in badge.identifiers],
            alignment=[_alignment(one) for one in badge.alignment],
            tag=list(badge.tags),
            creator=_profile(badge.creator, names),
        ),
    }
    scales = [_scale(one) for one in badge.results]
    text = json.dumps([content, scales], sort_keys=True, ensure_ascii=False)
    address = names.urn("achievement", text)
    described = [{"id": names.urn(address, str(at)), **scale} for at, scale in enumerate(scales)]
    return {"id": address, **content, **_known(resultDescription=described)}


def _subject(badge: Badge, issue: Issue) -> dict[str, Any]:
    made = achievement(badge, issue.names)
    described = [one["id"] for one in made.get("resultDescription", [])]
    results = [_result(one, id_) for one, id_ in zip(badge.results, described, strict=True)]
    return {
        "id": issue.subject,
        "type": ["AchievementSubject"],
        "achievement": made,
        **_known(
            activityStartDate=_instant(badge.start),
            activityEndDate=_instant(badge.end),
            creditsEarned=_number(badge.credits_earned),
            narrative=badge.narrative,
            role=badge.role,
            term=badge.term,
            result=results,
        ),
    }


def _known(**values: Any) -> dict[str, Any]:
    """The values that say something: nothing is null or empty in a credential."""
    return {name: value for name, value in values.items() if value not in (None, [], "")}


def _number(value: Decimal | None) -> int | float | None:
    """A JSON number; whole ones without a fraction, for all readers canonicalize these alike."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _instant(day: date | None) -> str | None:
    """The beginning of a day; credentials know no bare dates."""
    return f"{day.isoformat()}T00:00:00Z" if day else None


def _scale(one: Outcome) -> dict[str, Any]:
    ends = _known(valueMin=_text(one.minimum), valueMax=_text(one.maximum))
    return {"type": ["ResultDescription"], "name": one.name, "resultType": one.kind, **ends}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _result(one: Outcome, described: str) -> dict[str, Any]:
    values = _known(value=one.value, status=one.status)
    return {"type": ["Result"], "resultDescription": described, **values}


def _evidence(one: Proven) -> dict[str, Any]:
    told = {
        "id": one.link,
        "name": one.name,
        "narrative": one.narrative,
        "genre": one.genre,
        "description": one.description,
    }
    return {"type": ["Evidence"], **_known(**told)}


def _identifier(kind: str, value: str) -> dict[str, Any]:
    return {"type": "IdentifierEntry", "identifier": value, "identifierType": kind}


def _alignment(one: Aligned) -> dict[str, Any]:
    return {
        "type": ["Alignment"],
        "targetName": one.name,
        "targetUrl": one.address,
        "targetCode": one.code,
        "targetFramework": one.framework,
    }


def _profile(name: str | None, names: Names) -> dict[str, Any] | None:
    """An organization as a profile; its id is ours, for nobody knows its own."""
    if name is None:
        return None
    return {"id": names.urn("organization", name), "type": ["Profile"], "name": name}
