"""What every entry of a plan shares: identity, versions, who changed it, whence its values came.

An entry shows its current values; what it said before stands in `earlier`, never overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    field_validator,
    model_validator,
)

from schemas.meta import Record

Line = Annotated[
    str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""One line of text."""

# A control character that XML 1.0 cannot carry would make a plan that no Ed-Fi file can hold.
Prose = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=20_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+$"
    ),
]
"""Text of any number of lines."""

EntryId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]
"""Stable id of an entry, unique within its plan."""

PlanVersion = Annotated[int, Field(ge=1, le=1_000_000)]
"""Number of a version of the whole plan, from 1."""


def _in_utc(moment: datetime) -> datetime:
    """The same instant in UTC, so that equal plans are written alike."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the instant lies outside the years 1 to 9999 in UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment with its offset from UTC, kept in UTC."""


class Ref(RootModel[EntryId]):
    """The id of another entry of the same plan; a plain string in the document."""

    model_config = ConfigDict(frozen=True)


ELEMENT_ID = r"[A-Z]{3}\.[0-9]{2}"


class ElementRef(RootModel[Annotated[str, StringConstraints(pattern=f"^{ELEMENT_ID}$")]]):
    """The id of a canonical element, such as `GOA.01`; a plain string in the document."""

    model_config = ConfigDict(frozen=True)


class AuthorKind(StrEnum):
    """Who writes an element (`ilp-content.md` §3)."""

    STUDENT = "S"
    FAMILY = "F"
    COUNSELOR = "C"
    TEACHER = "T"
    DISTRICT_SYSTEM = "D"
    CAREER_SYSTEM = "X"
    EMPLOYER = "E"
    IEP_TEAM = "I"


@dataclass(frozen=True, slots=True)
class About:
    """What the content model says of an element besides id and class, beside its `Element`.

    `authors` are the letters of `AuthorKind`, the usual author first.
    """

    name: str
    cardinality: str
    authors: str


class Change(Record):
    """Who made a version of an entry, from which source, when and why.

    `plan_version` is the plan's version in which the entry first reads so; sign-offs of earlier
    versions did not see it.
    """

    author: Line
    kind: AuthorKind
    source: Line
    at: Instant
    plan_version: PlanVersion
    reason: Prose | None = None


class Origin(Record):
    """Where the current value of one field came from: a source, one of its runs, and when."""

    source: Line
    run: Line | None = None
    at: Instant


BOOKKEEPING = frozenset({"id", "version", "changed", "origins", "earlier"})


class Area(Record):
    """A part of the plan; each of its fields is one canonical element."""


class Entry(Record):
    """One entry of a plan in its current version, with the versions before it.

    `origins` names the origin of single fields; a field without one came with `changed`.
    """

    id: EntryId
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    changed: Change
    origins: dict[str, Origin] = Field(default={})
    earlier: tuple[Self, ...] = ()

    @field_validator("origins", mode="after")
    @classmethod
    def _origins_of_own_fields(cls, origins: dict[str, Origin]) -> dict[str, Origin]:
        unknown = origins.keys() - (cls.model_fields.keys() - BOOKKEEPING)
        if unknown:
            raise ValueError(f"no such fields: {', '.join(sorted(unknown))}")
        return dict(sorted(origins.items()))

    @model_validator(mode="after")
    def _versions_ascend(self) -> Self:
        if any(before.version >= after.version for before, after in pairwise(self.versions())):
            raise ValueError("versions must rise through `earlier` up to the current one")
        if any(entry.id != self.id or entry.earlier for entry in self.earlier):
            raise ValueError("`earlier` holds plain versions of the same entry")
        return self

    def versions(self) -> tuple[Self, ...]:
        """Every version that is kept, oldest first, the current one last."""
        return (*self.earlier, self)

    def revised(
        self, changed: Change, origins: dict[str, Origin] | None = None, **values: Any
    ) -> Self:
        """The next version with these values; this one joins `earlier`.

        A changed field keeps no old origin. Raises pydantic's ValidationError for values that do
        not fit.
        """
        kept = {name: origin for name, origin in self.origins.items() if name not in values}
        now = {
            "version": self.version + 1,
            "changed": changed,
            "origins": {**kept, **(origins or {})},
            "earlier": (*self.earlier, self.model_copy(update={"earlier": ()})),
        }
        return type(self).model_validate({**dict(self), **values, **now})


class Dated(Entry):
    """An entry that lasts from its first day to its last, both included; either may be open."""

    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and self.end < self.start:
            raise ValueError("the end lies before the start")
        return self
