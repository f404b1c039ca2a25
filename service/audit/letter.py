"""The register as a letter to the family: as plain text, and as one HTML page that prints well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from service.audit.event import Outcome
from service.audit.register import Disclosure


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says: the district, the student's name, the day, and the disclosures."""

    district: str
    student: str
    day: str
    disclosures: Sequence[Disclosure]


def as_text(letter: Letter) -> str:
    """The letter as plain text."""
    return _environment().get_template("letter.txt").render(_context(letter))


def as_html(letter: Letter) -> str:
    """The letter as one HTML page: no script, nothing fetched."""
    return _environment().get_template("letter.html").render(_context(letter))


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


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("service.audit"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
