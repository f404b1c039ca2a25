"""One event of the log: who did what, for whom, with which part of whose record, and by which law.

An event carries no content of a record: sections and names of fields, never values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from typing import Any, Final

_FORM: Final = 1
"""The form in which events are written; a later program can tell the older ones apart."""


_text: Final = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode
"""Only ASCII, so that no database and no encoding can change what was sealed."""


class Outcome(StrEnum):
    """How a request ended."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class About:
    """A student whom an event concerns, with the ids of the items that were handled."""

    student: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One request and how it ended (privacy.md §6). Moments are as `settings.instant` writes them.

    `actor` is the account that signed in, `person` its id in the roster if it has one. `party` and
    `party_roles` name who receives a share or an export, where that is somebody else. `name` and
    `interest` are what the register of 34 CFR 99.32 says of the receiver; `onward` are parties to
    whom it may disclose again. `part_b` tells that more than the sections suggest was collected
    under IDEA Part B, `deidentified` that no record can be told from what left, `sealed` that a
    court forbids to tell. `threat` is the danger that an emergency disclosure met.
    """

    at: str
    actor: str
    action: str
    outcome: Outcome
    person: str = ""
    name: str = ""
    on_behalf_of: str = ""
    identity: str = ""
    roles: tuple[str, ...] = ()
    party: str = ""
    party_roles: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    basis: tuple[str, ...] = ()
    cite: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    purpose: str = ""
    interest: str = ""
    reason: str = ""
    threat: str = ""
    notice: str = ""
    onward: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    agreement: str = ""
    policy: str = ""
    request: str = ""
    address: str = ""
    count: int | None = None
    method: str = ""
    cell_size: int | None = None
    part_b: bool = False
    deidentified: bool = False
    sealed: bool = False
    about: tuple[About, ...] = ()
    erased: tuple[tuple[int, int], ...] = ()
    new_key: str = ""

    @property
    def kind(self) -> str:
        """What the chain calls it: `event`, or one of the two that the log writes about itself."""
        if self.new_key:
            return "handover"
        return "destruction" if self.erased else "event"

    @property
    def receiver(self) -> tuple[str, ...]:
        """The roles of whoever gets to see something."""
        return self.party_roles if self.party else self.roles

    @property
    def students(self) -> tuple[str, ...]:
        """The students whom it concerns, as far as they were not destroyed."""
        return tuple(one.student for one in self.about)


def bodies(event: Event) -> list[str]:
    """The parts of its payload as text: the event without students, then each student."""
    told = {
        name: value
        for name, default in _defaults().items()
        if (value := getattr(event, name)) != default
    }
    about = ({"student": one.student, "items": one.items} for one in event.about)
    return [_text({"form": _FORM, **told}), *map(_text, about)]


def read_event(first: str, others: Iterable[str]) -> Event:
    """An event from its parts. Raises KeyError, TypeError or ValueError for a strange form."""
    told = json.loads(first)
    if told.pop("form") != _FORM:
        raise ValueError("an event of another form")
    about = tuple(_about(json.loads(one)) for one in others)
    values = {name: _value(name, value) for name, value in told.items()}
    return Event(**values, about=about)


def _about(told: Mapping[str, Any]) -> About:
    return About(told["student"], tuple(told["items"]))


def _value(name: str, value: Any) -> Any:
    if name == "erased":
        return tuple((seq, part) for seq, part in value)
    if name == "outcome":
        return Outcome(value)
    return tuple(value) if isinstance(value, list) else value


@cache
def _defaults() -> dict[str, Any]:
    """Every field of the first part with its default."""
    return {one.name: one.default for one in fields(Event) if one.name != "about"}
