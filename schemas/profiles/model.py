"""A profile: what one State asks of plans, where it says so, and when that was last looked up."""

from __future__ import annotations

import tomllib
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from pydantic import Field, StringConstraints, model_validator

from schemas.ilp.entry import AuthorKind
from schemas.ilp.plan import ELEMENTS
from schemas.meta import Record, Text

Grade = Annotated[int, Field(ge=1, le=12)]
ElementId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}\.\d\d$")]

GENERIC: Final = "generic"
"""The profile for districts in States without one."""


class Level(StrEnum):
    """How binding a plan is for every student."""

    MANDATED = "mandated"
    GUIDANCE = "guidance"
    PILOT = "pilot"


class Condition(StrEnum):
    """Which students a rule is for, where it is not for all."""

    IEP = "iep"
    SUPPORTS = "supports"
    MIDDLE_SCHOOL_MATHEMATICS = "middle-school-mathematics-below-3"


class Courses(Record):
    """Courses of one SCED subject area that have to be planned, one at least in each grade."""

    sced_subject_area: Annotated[str, StringConstraints(pattern=r"^\d\d$")]
    grades: tuple[Grade, ...]


class ProfileRule(Record):
    """One thing that is asked.

    `need` is all of its groups, of each at least one element. `grades` are those at whose end it
    should hold; the `yearly` elements are wanted anew in each. `signers` are the roles whose
    approval REV.02 has to hold, `signers_for_minors` those asked only until the student is 18.
    `guidance` marks what no law asks for, `verified` what was read in the source itself.
    """

    id: Text
    asks: Text
    need: tuple[tuple[ElementId, ...], ...]
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]
    source: Text
    yearly: tuple[ElementId, ...] = ()
    signers: tuple[AuthorKind, ...] = ()
    signers_for_minors: tuple[AuthorKind, ...] = ()
    when: Condition | None = None
    courses: Courses | None = None
    guidance: bool = False
    verified: bool = True
    note: Text | None = None

    @property
    def elements(self) -> tuple[str, ...]:
        """Every element that the rule looks at."""
        return tuple(dict.fromkeys(one for group in self.need for one in group))

    @model_validator(mode="after")
    def _names_elements(self) -> ProfileRule:
        unknown = sorted(set(self.elements) - ELEMENTS.keys())
        if unknown or not all(self.need):
            raise ValueError(f"need names no element: {', '.join(unknown) or 'an empty group'}")
        return self


class Profile(Record):
    """What a State asks, in one version; `verified` tells whether its own text was read."""

    state: Text
    name: Text
    plan: Text
    version: Text
    checked_on: date
    level: Level
    grades: tuple[Grade, Grade]
    first_due: Text
    cadence: Text
    sign_off: Text
    iep: Text
    sources: Annotated[tuple[Text, ...], Field(min_length=1)]
    verified: bool
    note: Text | None = None
    rules: tuple[ProfileRule, ...] = ()


@cache
def states() -> tuple[str, ...]:
    """The codes of the profiles that are shipped; the generic one is the last."""
    folder = files("schemas.profiles").joinpath("states")
    found = {one.name.removesuffix(".toml") for one in folder.iterdir()} - {GENERIC}
    return (*sorted(code.upper() for code in found), GENERIC)


@cache
def shipped(state: str) -> Profile:
    """The profile of a State by its code. Raises KeyError."""
    if state not in states():
        raise KeyError(state)
    file = files("schemas.profiles").joinpath("states", f"{state.lower()}.toml")
    return read_profile(file.read_text(encoding="utf-8"))


def read_profile(text: str) -> Profile:
    """A profile from TOML. Raises TOMLDecodeError or pydantic's ValidationError."""
    return Profile.model_validate(tomllib.loads(text))
