"""What a rule says of an IEP, and the table of rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from schemas.ilp.goals import TransitionArea


class Outcome(StrEnum):
    """How a rule is answered; what is withheld or cannot be delivered is never `NOT_MET`."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as data; `parts` are those of the IEP, `plan` the plan's elements it looks at."""

    id: str
    asks: str
    cite: str
    parts: tuple[str, ...]
    plan: tuple[str, ...] = ()
    areas: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A rule's answer, its law, and the elements that counted, as paths in the IEP or the plan.

    `warnings` are for people to think about; they decide nothing.
    """

    rule: str
    outcome: Outcome
    cite: str
    reason: str
    elements: tuple[str, ...] = ()
    area: TransitionArea | None = None
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Said:
    """A rule's word before it is put under the rule's name and law."""

    outcome: Outcome
    reason: str
    elements: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def met(reason: str, *elements: str, warnings: tuple[str, ...] = ()) -> Said:
    """Yes."""
    return Said(Outcome.MET, reason, elements, warnings)


def not_met(reason: str, *elements: str, warnings: tuple[str, ...] = ()) -> Said:
    """No."""
    return Said(Outcome.NOT_MET, reason, elements, warnings)


def not_applicable(reason: str, *elements: str) -> Said:
    """The rule does not ask this of this student."""
    return Said(Outcome.NOT_APPLICABLE, reason, elements)


def cannot_tell(reason: str, *elements: str, warnings: tuple[str, ...] = ()) -> Said:
    """What would decide it is not there to be seen."""
    return Said(Outcome.CANNOT_TELL, reason, elements, warnings)


_WORST = (Outcome.NOT_MET, Outcome.CANNOT_TELL, Outcome.MET)


def together(said: Iterable[Said], nothing: Said) -> Said:
    """Several answers as one: the worst counts, and of what is not applicable only if all is.

    The warnings of all are kept.
    """
    answers = list(said)
    warnings = tuple(text for one in answers for text in one.warnings)
    for outcome in _WORST:
        these = [one for one in answers if one.outcome is outcome]
        if these:
            elements = tuple(element for one in these for element in one.elements)
            reason = "; ".join(one.reason for one in these)
            return Said(outcome, reason, elements, warnings)
    return answers[0] if answers else nothing


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by id, in order."""
    return {name: Rule(id=name, **_tuples(told)) for name, told in _document("rules").items()}


@cache
def state_ages() -> Mapping[str, Any]:
    """What is known of the States' transition ages (`states.toml`)."""
    return _document("states")


def _document(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _tuples(told: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
