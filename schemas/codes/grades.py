"""CEDS grade-level codes, and how providers really write a grade (`oneroster.md` §5, Grades)."""

from __future__ import annotations

import re
from typing import Final

GRADE_LEVEL_SET: Final = "CEDS.GradeLevel"
"""Name of this code list in `schemas.meta.Code`."""

# The codes are those of a working exporter; the words beside them are UNVERIFIED.
GRADE_LEVELS: Final[dict[str, str]] = {
    "IT": "Infant/toddler",
    "PR": "Preschool",
    "PK": "Prekindergarten",
    "TK": "Transitional kindergarten",
    "KG": "Kindergarten",
    "01": "First grade",
    "02": "Second grade",
    "03": "Third grade",
    "04": "Fourth grade",
    "05": "Fifth grade",
    "06": "Sixth grade",
    "07": "Seventh grade",
    "08": "Eighth grade",
    "09": "Ninth grade",
    "10": "Tenth grade",
    "11": "Eleventh grade",
    "12": "Twelfth grade",
    "13": "Grade 13",
    "PS": "Postsecondary",
    "UG": "Ungraded",
    "Other": "Other",
}
"""Code to label, from the youngest to the oldest."""

# `P` is read as prekindergarten; that it does not mean preschool is UNVERIFIED.
_ALIASES: Final[dict[str, str]] = {
    "infant": "IT",
    "toddler": "IT",
    "infanttoddler": "IT",
    "pre": "PR",
    "preschool": "PR",
    "p": "PK",
    "prek": "PK",
    "prekindergarten": "PK",
    "transitionalkindergarten": "TK",
    "k": "KG",
    "kn": "KG",
    "kindergarten": "KG",
    "freshman": "09",
    "sophomore": "10",
    "junior": "11",
    "senior": "12",
    "postsecondary": "PS",
    "college": "PS",
    "ungraded": "UG",
    "nongraded": "UG",
}

_ORDINALS: Final = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh"),
    *("eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth"),
)

_NUMBERED = re.compile(r"(?:grade|gr)?0*(1[0-3]|[1-9])(?:\.0+|st|nd|rd|th)?", re.ASCII)
_SEPARATORS = re.compile(r"[^a-z0-9.]+", re.ASCII)
_FILLERS: Final = frozenset({"", "grade", "gr", "year", "level"})

_KNOWN: Final[dict[str, str]] = {
    **{code.lower(): code for code in GRADE_LEVELS},
    **_ALIASES,
    **{word: f"{number:02}" for number, word in enumerate(_ORDINALS, start=1)},
}


def normalize_grade(text: str) -> str | None:
    """The CEDS code that a provider's text for a grade means, or None where it says none.

    Reads `9`, `09`, `9th`, `Grade 9`, `Ninth grade`, `K`, `KN`, `P` and the codes themselves, in
    any letter case. The caller keeps the source text.
    """
    words = [part.strip(".") for part in _SEPARATORS.split(text.lower())]
    telling = [word for word in words if word not in _FILLERS]
    # "1-2" names two grades: joined it would read as the twelfth.
    if sum(any(char.isdigit() for char in word) for word in telling) > 1:
        return None
    word = "".join(telling)
    if match := _NUMBERED.fullmatch(word):
        return f"{int(match[1]):02}"
    return _KNOWN.get(word)


def grade_number(code: str) -> int | None:
    """The year of schooling that a grade-level code stands for: `KG` is 0, `09` is 9.

    None for codes without a place in that order, such as `UG`.
    """
    if code == "KG":
        return 0
    return int(code) if code.isdigit() and code in GRADE_LEVELS else None
