"""What a layout may ask about a student besides the plan, and which fields of the record that is.

The names of fields are those of the access policy: a fact is handed out only where all of its
fields are open to whoever receives the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final

from schemas.codes.grades import grade_number
from schemas.ilp.plan import Plan
from schemas.ilp.values import FileMeta

FACTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "local_id": ("person.identifier",),
        "state_id": ("person.user_ids",),
        "sourced_id": ("PRO.01",),
        "given_name": ("person.given_name",),
        "middle_name": ("person.middle_name",),
        "family_name": ("person.family_name",),
        "preferred_given_name": ("person.preferred_given_name",),
        "preferred_family_name": ("person.preferred_family_name",),
        "grade": ("person.grades",),
        "class_year": ("person.grades",),
        "school_id": ("person.primary_org_id",),
        "school_name": ("person.primary_org_id",),
        "email": ("person.email",),
        "username": ("person.username",),
        "enabled": ("person.enabled_user",),
        "birth_date": ("demographics.birth_date",),
        "sex": ("demographics.sex",),
    }
)
"""Each fact with the fields that have to be open. `class_year` is the year of graduation."""

IDENTIFIERS: Final = ("local_id", "state_id", "sourced_id", "username")
"""The kinds of identifier by which a system may know students; one is chosen for a district."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """One student as a recipient may see them: facts of the roster, and the plan if there is one.

    `plan` is redacted already; `facts` holds open facts only, `withheld` the names of the others.
    `files` leads from digests to the files that are held of what the plan shows. `key` is what
    whoever asks for a set calls the student; it is written nowhere.
    """

    facts: Mapping[str, str]
    plan: Plan | None = None
    withheld: frozenset[str] = field(default=frozenset())
    files: Mapping[str, Path] = field(default_factory=dict)
    key: str = ""


_ATTACHED: Final = "artifact-"
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,8}")


def attached_name(meta: FileMeta) -> str:
    """What the file is called in a set: by what it holds, with its ending if that is plain."""
    ending = PurePosixPath(meta.name).suffix.lower()
    return f"{_ATTACHED}{meta.sha256}{ending if _ENDING.fullmatch(ending) else ''}"


def digest_in(name: str) -> str:
    """The digest of the file that goes by such a name."""
    return name.removeprefix(_ATTACHED)[:64]


def class_year(grade: str, on: date, rolls_over: tuple[int, int]) -> int | None:
    """The year in which a student of this grade graduates, if all goes to plan.

    `rolls_over` is the month and day from which grades are those of the new school year.
    """
    number = grade_number(grade)
    if number is None or number > _LAST_GRADE:
        return None
    ends = on.year + ((on.month, on.day) >= rolls_over)
    return ends + _LAST_GRADE - number


_LAST_GRADE: Final = 12
