"""What every record of ours shares: strictness, privacy classes and element ids on fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class PrivacyClass(StrEnum):
    """Who may see a value by default (`docs/reference/privacy-classes.md` explains each)."""

    DIR = "dir"
    """Directory-like: names, grade, school (34 CFR 99.3, directory information)."""
    EDU = "edu"
    """Education record under FERPA (20 U.S.C. 1232g)."""
    CON = "con"
    """Contact data of third persons, such as parents and mentors."""
    FIN = "fin"
    """Financial-aid status: extra care, off in exports by default."""
    SPED = "sped"
    """IDEA and Section 504 information: off without recorded authority."""


@dataclass(frozen=True, slots=True)
class Element:
    """Annotation of a field: its canonical ILP element id (`GOA.01`) and privacy class.

    `id` is None for roster fields that are no part of the plan.
    """

    id: str | None
    privacy: PrivacyClass


class Record(BaseModel):
    """A record that refuses unknown fields, never changes in place and knows no empty string."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, ser_json_inf_nan="strings"
    )


Text = Annotated[str, StringConstraints(min_length=1)]
"""Some text: absent is None, never an empty string."""


class Code(Record):
    """A term of a code list, kept as the list's own code, never as a label or an IRI."""

    set: Text
    code: Text
    version: Text | None = None


def elements_of(model: type[BaseModel]) -> Iterator[tuple[str, Element]]:
    """Each annotated field of a model with its element, in field order."""
    for name, info in model.model_fields.items():
        for note in info.metadata:
            if isinstance(note, Element):
                yield name, note
