"""The letter names what the registers hold, and nothing in it can become markup."""

from __future__ import annotations

from typing import Any

from support.audit_log import event

from service.audit.event import Outcome
from service.audit.letter import Letter, as_html, as_text
from service.audit.parties import ferpa, idea
from service.audit.register import Disclosure


def letter(*told: dict[str, Any]) -> Letter:
    plain = {"roles": ("PSE",), "basis": ("99.31(a)(2)",), "name": "State College"}
    events = [event(**{**plain, **one}) for one in told]
    found = [Disclosure(seq, one, ferpa(one), idea(one)) for seq, one in enumerate(events, start=1)]
    return Letter("Alder School District", "Ana Ruiz", "2026-11-20", found)


def test_it_names_party_day_interest_and_basis() -> None:
    text = as_text(letter({"purpose": "transfer"}))
    for word in ("State College", "2026-11-20", "Interest: transfer", "99.31(a)(2)"):
        assert word in text


def test_denied_requests_are_called_so() -> None:
    assert "Request denied: careerGoals" in as_text(letter({"outcome": Outcome.DENIED}))


def test_the_threat_of_an_emergency_is_told() -> None:
    assert "Threat to health or safety: fire" in as_text(letter({"threat": "fire"}))


def test_exempt_access_is_counted_and_not_listed() -> None:
    text = as_text(letter({"roles": ("TCH",), "name": "Teacher", "basis": ()}))
    assert "Events of these kinds: 1" in text
    assert "Teacher" not in text


def test_an_empty_register_says_so() -> None:
    assert as_text(letter()).count("None.") == 2


def test_the_page_escapes_what_it_is_given() -> None:
    page = as_html(letter({"name": "<script>alert(1)</script>"}))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_page_fetches_nothing() -> None:
    page = as_html(letter({}))
    assert not [word for word in ("src=", "href=", "url(", "@import") if word in page]
