"""Pydantic's errors as findings: where in the document, what is wrong, how to mend it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from schemas.finding import Finding, Severity
from schemas.ilp.entry import Entry
from schemas.ilp.plan import AREAS, ELEMENTS

MOST: Final = 100
"""Faults that are listed one by one; the rest are counted."""

SAMPLE: Final = 80
"""Characters of a wrong value that a finding shows."""

_FIXES: Final[dict[str, str]] = {
    "missing": "add the field",
    "string_too_short": "write some text, or leave the field out",
    "string_too_long": "shorten the text",
    "string_pattern_mismatch": "write the value in the form given",
    "enum": "use one of the values given",
    "literal_error": "use one of the values given",
    "value_error": "correct the values so that this no longer holds",
    "timezone_aware": "add the offset from UTC, such as Z or -07:00",
    "json_invalid": "correct the text",
}

_KINDS: Final[dict[str, str]] = {
    "date": "write a date as YYYY-MM-DD",
    "datetime": "write an instant as YYYY-MM-DDThh:mm:ssZ",
    "decimal": 'write a decimal number as a string, such as "0.5"',
    "int": "write a whole number, without quotes",
    "bool": "write true or false, without quotes",
    "string": "write text in quotes",
    "tuple": "write a list in square brackets",
    "dict": "write an object in braces",
    "model": "write an object in braces",
}


def findings_of(error: ValidationError, prefix: str = "ilp") -> list[Finding]:
    """One finding per fault in document order, the first `MOST`; a last one counts the rest."""
    faults = error.errors(include_url=False)
    findings = [_finding(fault, prefix) for fault in faults[:MOST]]
    if len(faults) > MOST:
        findings.append(_rest(len(faults) - MOST, prefix))
    return findings


def _rest(count: int, prefix: str) -> Finding:
    return Finding(
        Severity.REFUSE,
        f"{prefix}.more",
        f"{count} more faults are not listed",
        "correct the faults above and read the document again",
        count=count,
    )


def _finding(fault: ErrorDetails, prefix: str) -> Finding:
    return Finding(
        Severity.REFUSE,
        f"{prefix}.{fault['type'].replace('_', '-')}",
        _problem(fault),
        _fix(fault),
        row=_position(fault["loc"]),
        column=path_of(fault["loc"]) or None,
        value=_sample(fault["input"]),
    )


def path_of(loc: tuple[int | str, ...]) -> str:
    """A location as a person would write it: `plan.goals.career_goals[2].text`, from 0."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return "".join(parts).removeprefix(".")


def _position(loc: tuple[int | str, ...]) -> int | None:
    """Which entry of its list, from 1; None outside lists."""
    return next((part + 1 for part in loc if isinstance(part, int)), None)


def _problem(fault: ErrorDetails) -> str:
    if fault["type"] == "extra_forbidden":
        return f"there is no field {fault['loc'][-1]}"
    return fault["msg"].removeprefix("Value error, ")


def _fix(fault: ErrorDetails) -> str:
    kind = fault["type"]
    if kind == "extra_forbidden":
        return _spelling(fault["loc"])
    if kind in _FIXES:
        return _FIXES[kind]
    return _KINDS.get(kind.split("_")[0], "correct the value")


def _spelling(loc: tuple[int | str, ...]) -> str:
    near = get_close_matches(str(loc[-1]), sorted(_names_beside(loc)), n=1)
    return f"write {near[0]}" if near else "remove it"


def _names_beside(loc: tuple[int | str, ...]) -> set[str]:
    """The field names that could stand at an unknown field's place, as far as it tells."""
    names = [part for part in loc[:-1] if isinstance(part, str)]
    if len(names) == 1:
        return set(AREAS)
    beside = [place for place in ELEMENTS.values() if place.area == names[1]] if names[1:] else []
    if len(names) == 2:
        return {place.field for place in beside}
    models: list[type[Entry]] = [place.model for place in beside if place.field == names[2]]
    return {name for model in models for name in model.model_fields}


def _sample(value: Any) -> str | None:
    if isinstance(value, str | int | float | bool):
        return str(value)[:SAMPLE]
    return None
