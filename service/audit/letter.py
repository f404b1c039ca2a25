"""The register as a letter to the family: as plain text, and as one HTML page that prints well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.audit.event import Outcome
from service.audit.register import Disclosure
from service.pages import templates_of


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: the district, the student's name, the day, and the disclosures."""

    district: str
    student: str
    day: str
    disclosures: Sequence[Disclosure]


def as_text(letter: Letter) -> str:
    """The letter as plain text."""
    return _written(letter, "letter.txt")


def as_html(letter: Letter) -> str:
    """The letter as one HTML page: no script, nothing fetched."""
    return _written(letter, "letter.html")


def _written(letter: Letter, template: str) -> str:
    return templates_of("service.audit").get_template(template).render(_context(letter))


def _context(letter: Letter) -> dict[str, Any]:
    return {
        "letter": letter,
        "ferpa": [_line(one) for one in letter.disclosures if one.ferpa.recorded],
        "idea": [_line(one) for one in letter.disclosures if one.idea.recorded],
        "exempt": sum(not one.recorded for one in letter.disclosures),
    }


def _line(one: Disclosure) -> dict[str, str]:
    event = one.event
    asked = "Request denied" if event.outcome is Outcome.DENIED else "Request not answered"
    what = ", ".join(event.sections) or "the record"
    return {
        "date": event.at[:10],
        "party": one.party,
        "what": what if event.outcome is Outcome.ALLOWED else f"{asked}: {what}",
        "interest": event.interest or event.purpose or "not stated",
        "basis": ", ".join(event.basis) or "none",
        "threat": event.threat,
        "onward": "; ".join(event.onward),
    }
