"""Choices of a conversion that mean something: a name mistyped must not read like a decision."""

from __future__ import annotations

import re
from difflib import get_close_matches

from mappings.hub import Choice
from service.errors import Invalid

CARRIERS = frozenset(
    {
        *("fin", "reflections", "sped"),
        *("fieldworkExperiences", "goals", "ilp", "studentAssessments", "surveys"),
    }
)
"""What can be turned on: classes and contents that stay back by default, guarded resources."""

EXTENSIONS = frozenset({"ilp"})
"""Extensions of a standard that a receiver may offer (`edfi.md` §7.1)."""

_AUTHORITY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def checked(choice: Choice) -> Choice:
    """The choice as it is. Raises Invalid for a name that stands for nothing."""
    _require("carrier", choice.switched, CARRIERS)
    _require("extension", choice.extensions, EXTENSIONS)
    if not _AUTHORITY.fullmatch(choice.namespace):
        raise Invalid(
            f"{choice.namespace!r} is no authority of a namespace.",
            "Give a domain of the district, such as --namespace district.example.org.",
        )
    return choice


def require_kinds(only: frozenset[str], known: frozenset[str], target: str) -> None:
    """Raises Invalid for a kind of record that a format does not have."""
    unknown = sorted(only - known)
    if unknown:
        near = [each for name in unknown for each in get_close_matches(name, sorted(known), 1)]
        like = f", such as {', '.join(near)}" if near else ""
        raise Invalid(
            f"{target} has no records called {', '.join(unknown)}.",
            f"Say --only once for each kind{like}.",
        )


def _require(what: str, given: frozenset[str], known: frozenset[str]) -> None:
    unknown = sorted(given - known)
    if unknown:
        raise Invalid(
            f"There is no {what} {', '.join(unknown)}.", f"Use one of {', '.join(sorted(known))}."
        )
