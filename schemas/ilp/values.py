"""Values that several areas of the plan share: people, organizations, money, scores, files."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from schemas.codes.grades import GRADE_LEVEL_SET, GRADE_LEVELS
from schemas.ilp.entry import Line, Prose
from schemas.meta import Code, Record


def _known_grade(code: Code) -> Code:
    if code.set != GRADE_LEVEL_SET or code.code not in GRADE_LEVELS:
        raise ValueError(
            f"a grade level is a code of the set {GRADE_LEVEL_SET}: {', '.join(GRADE_LEVELS)}"
        )
    return code


GradeLevel = Annotated[Code, AfterValidator(_known_grade)]
"""A CEDS grade-level code (`schemas.codes.grades`)."""

SchoolYear = Annotated[int, Field(ge=1900, le=2200)]
"""The calendar year in which the school year ends: 2025-26 is 2026."""

Credits = Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=3)]
"""Course credits in the unit of the requirement map (Carnegie units unless it says otherwise)."""

CreditBalance = Annotated[Decimal, Field(max_digits=6, decimal_places=3)]
"""A difference of credits; a rule, not the type, says whether it may be negative."""

Hours = Annotated[Decimal, Field(ge=0, max_digits=7, decimal_places=2)]
"""Hours of time spent or planned."""

Number = Annotated[Decimal, Field(max_digits=12, decimal_places=6)]
"""A measured number; its neighbour says on which scale."""

Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""How many."""

Link = Annotated[
    str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s<>\"\x00-\x1f\x7f]+$")
]
"""A web address."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""A BCP 47 language tag, such as `en` or `es-MX`."""


class Money(Record):
    """An amount in one currency (ISO 4217 letters), never a binary fraction."""

    amount: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Identifier(Record):
    """A value by which a system knows a person or organization, such as system `local`."""

    system: Line
    value: Line
    active: bool | None = None


class Reference(Record):
    """Someone or something outside the plan, by name, by identifier, or both."""

    name: Line | None = None
    identifier: Identifier | None = None

    @model_validator(mode="after")
    def _says_who(self) -> Self:
        if self.name is None and self.identifier is None:
            raise ValueError("give a name or an identifier")
        return self


class PersonRef(Reference):
    """A person outside the plan's own student."""


class OrganizationRef(Reference):
    """A school, college, employer, agency or other organization."""


class Contact(Record):
    """How to reach someone."""

    email: Line | None = None
    telephone: Line | None = None
    address: Prose | None = None
    link: Link | None = None


class ScaleScore(Record):
    """One score of an instrument: on which scale, and between which ends where known."""

    scale: Line
    value: Number
    minimum: Number | None = None
    maximum: Number | None = None
    level: Line | None = None


class FileMeta(Record):
    """What is known of a stored file; its bytes live beside the document, found by `sha256`."""

    name: Line
    media_type: Annotated[str, StringConstraints(pattern=r"^[a-z]+/[A-Za-z0-9.+-]{1,100}$")]
    bytes: Count
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
