"""From a verified badge to an accomplishment (STR.06); the file that it came in keeps the rest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from schemas.ilp.plan import Plan
from schemas.ilp.strengths import AccomplishmentKind
from schemas.ilp.values import FileMeta, OrganizationRef

_KINDS: Final = {
    "Award": AccomplishmentKind.AWARD,
    "Badge": AccomplishmentKind.BADGE,
    "MicroCredential": AccomplishmentKind.BADGE,
    "License": AccomplishmentKind.LICENSE,
    "ApprenticeshipCertificate": AccomplishmentKind.CERTIFICATE,
    "Certificate": AccomplishmentKind.CERTIFICATE,
    "CertificateOfCompletion": AccomplishmentKind.CERTIFICATE,
    "Certification": AccomplishmentKind.CERTIFICATE,
    "JourneymanCertificate": AccomplishmentKind.CERTIFICATE,
    "MasterCertificate": AccomplishmentKind.CERTIFICATE,
}
_ELSEWHERE: Final = frozenset({"Assessment", "Assignment", "Course", "LearningProgram"})
"""What the record or a test's own result tells: no accomplishment, but kept in the file."""

_SCHOOL_IDS: Final = frozenset({"sisSourcedId", "oneRosterSourcedId"})
"""Identifiers that a roster has too; others, such as an account at the issuer's, tell nothing."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def entry_id(document: Mapping[str, Any]) -> str:
    """The id of the entry for a credential: the same one each time that its issuer sends it."""
    issuer = document.get("issuer")
    by = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    known = f"{_text(document['id'])}\n{_text(by)}"
    return f"credential-{hashlib.sha256(known.encode()).hexdigest()[:16]}"


def accomplishment_of(document: Mapping[str, Any], file: FileMeta) -> dict[str, Any] | None:
    """The values of an entry for a badge; None for what is no accomplishment."""
    achievement = document["credentialSubject"]["achievement"]
    kind = achievement.get("achievementType")
    if kind in _ELSEWHERE:
        return None
    day = _day(document.get("awardedDate")) or _day(document["validFrom"])
    return {
        "title": _line(_text(achievement["name"])),
        "kind": _KINDS.get(kind, AccomplishmentKind.OTHER),
        "on": day,
        "expires": _day(document.get("validUntil")),
        "issuer": _issuer(document),
        "text": _prose(_text(achievement["description"])),
        "file": file,
    }


def names_student(document: Mapping[str, Any], plan: Plan) -> bool | None:
    """Whether the subject's identifiers are the student's; None where that cannot be told."""
    held = document["credentialSubject"].get("identifier", [])
    told = [one for one in (held if isinstance(held, list) else [held]) if isinstance(one, dict)]
    identity = plan.profile.identity
    known = [one.value for one in identity.identifiers] if identity else []
    comparable = [one for one in told if one.get("identityType") in _SCHOOL_IDS]
    if any(_is(one, value) for one in told for value in known):
        return True
    return False if comparable and known else None


def _is(one: Mapping[str, Any], value: str) -> bool:
    salted = f"{value}{one.get('salt') or ''}"
    hashed = f"sha256${hashlib.sha256(salted.encode()).hexdigest()}"
    return one.get("identityHash") == (hashed if one.get("hashed") else value)


def _issuer(document: Mapping[str, Any]) -> OrganizationRef:
    issuer = document["issuer"]
    told = issuer if isinstance(issuer, dict) else {"id": issuer}
    return OrganizationRef(name=_line(_text(told.get("name")) or _text(told["id"])))


def _text(value: Any) -> str:
    """A text; of a map of languages the English one, else the first."""
    if isinstance(value, dict):
        value = value.get("en") or next(iter(value.values()), "")
    return value if isinstance(value, str) else ""


def _line(text: str) -> str:
    """Text as one line; longer names than a plan holds are in the file."""
    return " ".join(_CONTROL.sub(" ", text).split())[:500] or "unnamed"


def _prose(text: str) -> str | None:
    return _CONTROL.sub(" ", text).strip()[:20_000] or None


def _day(moment: Any) -> date | None:
    return datetime.fromisoformat(moment).date() if isinstance(moment, str) else None
