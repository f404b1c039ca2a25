"""Who receives something, as the two disclosure records see it: 34 CFR 99.32 and 300.614.

The two laws exempt different parties, so each event gets two marks. Where several roles or bases
apply to one event, it is recorded as soon as one of them asks for it. Where privacy.md §6 is
silent, the stricter reading holds; `docs/reference/audit.md` lists these choices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.audit.event import Event, Outcome

FAMILY: Final = frozenset({"STU", "PAR", "EDR"})
OFFICIALS: Final = frozenset({"CNS", "CMG", "TEM", "TCH", "ADM", "PRV"})
VENDORS: Final = frozenset({"CIS", "SIS"})
"""School officials under FERPA by agreement, but no employees, as IDEA's exemption asks."""

PART_B: Final = frozenset({"accommodations", "disability", "iepLink"})
"""Sections whose data are always collected under IDEA Part B."""

DISCLOSING: Final = frozenset({"read", "share", "export"})
"""Actions that let somebody see something; others are on the log, but in no register."""

_ALWAYS_IDEA: Final = frozenset({"VRA", "AUD"})
_CONSENT: Final = frozenset({"CF", "CP"})
_OWN_BASIS: Final = ("99.31(a)(1)", "99.31(a)(12)", "99.10", "99.20")
_DIRECTORY: Final = "99.31(a)(11)"


@dataclass(frozen=True, slots=True)
class Mark:
    """Whether a register holds an event, and by which paragraph; `n/a` where it has no say."""

    recorded: bool
    reason: str


def is_outsider(roles: Iterable[str]) -> bool:
    """Whether none of these roles is the family's, the school's or a vendor's."""
    return not set(roles) & (FAMILY | OFFICIALS | VENDORS)


def ferpa(event: Event) -> Mark:
    """What 34 CFR 99.32 asks for."""
    if event.action not in DISCLOSING or event.deidentified:
        return Mark(recorded=False, reason="n/a")
    if event.sealed:
        return Mark(recorded=False, reason="99.32(d)(5)")
    marks = [_ferpa_of(role, event) for role in event.receiver or ("",)]
    return next((mark for mark in marks if mark.recorded), marks[0])


def idea(event: Event) -> Mark:
    """What 34 CFR 300.614 asks for."""
    if event.action not in DISCLOSING or event.deidentified:
        return Mark(recorded=False, reason="n/a")
    if event.outcome is not Outcome.ALLOWED or set(event.basis) == {_DIRECTORY}:
        return Mark(recorded=False, reason="n/a")
    marks = [_idea_of(role, event) for role in event.receiver or ("",)]
    return next((mark for mark in marks if mark.recorded), marks[0])


def _ferpa_of(role: str, event: Event) -> Mark:
    if role in FAMILY:
        return Mark(recorded=False, reason="99.32(d)(1)")
    denied = event.outcome is not Outcome.ALLOWED
    if event.threat and not denied:
        return Mark(recorded=True, reason="99.32(a)(5)")
    if role in OFFICIALS or (role in VENDORS and not denied):
        return Mark(recorded=False, reason="99.32(d)(2)")
    if denied:
        return Mark(recorded=True, reason="99.32(a)(1)")
    return _by_basis(role, event)


def _by_basis(role: str, event: Event) -> Mark:
    """An outsider's disclosure: recorded unless every basis for it is exempt."""
    exempt = {"99.30": "99.32(d)(3)", _DIRECTORY: "99.32(d)(4)"}
    bases = [one for one in event.basis if not one.startswith(_OWN_BASIS)]
    if _consented(role, event):
        bases = ["99.30", *(one for one in bases if not one.startswith("300.622"))]
    if not bases or any(one not in exempt for one in bases):
        return Mark(recorded=True, reason="99.32(a)(1)")
    return Mark(recorded=False, reason=exempt[bases[0]])


def _consented(role: str, event: Event) -> bool:
    """Whether a rule of this role opened by a FERPA consent: rules end in their codes."""
    mine = (rule for rule in event.rules if rule.startswith(f"{role}."))
    return any(_CONSENT & set(rule.rpartition(":")[2].split("&")) for rule in mine)


def _idea_of(role: str, event: Event) -> Mark:
    if role in FAMILY or (role == "PNR" and "300.520" in event.basis):
        return Mark(recorded=False, reason="300.614 (parents)")
    if event.threat or role in _ALWAYS_IDEA:
        return Mark(recorded=True, reason="300.614")
    if role in OFFICIALS:
        return Mark(recorded=False, reason="300.614 (authorized employees)")
    if event.part_b or PART_B & set(event.sections):
        return Mark(recorded=True, reason="300.614")
    return Mark(recorded=False, reason="n/a")
