"""How roster fields are typed: references, vocabularies and lists, each told by its annotation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Reference:
    """The field holds the id of a record of this entity, or a list of such ids."""

    entity: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of a field; an extensible one keeps terms that we do not know as they came."""

    terms: frozenset[str]
    extensible: bool = True


class FieldKind(StrEnum):
    """How a field is stored and compared."""

    TEXT = "text"
    BOOL = "bool"
    DATE = "date"
    INT = "int"
    JSON = "json"
    """A list or object, kept as canonical JSON text."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a roster record as storage and merge see it."""

    name: str
    kind: FieldKind
    required: bool
    reference: str | None = None


_SCALARS = {
    bool: FieldKind.BOOL,
    date: FieldKind.DATE,
    int: FieldKind.INT,
    str: FieldKind.TEXT,
    Decimal: FieldKind.TEXT,  # as text no digit is lost
}


def _kind_of(annotation: Any) -> FieldKind:
    options = [option for option in get_args(annotation) if option is not type(None)]
    if get_origin(annotation) in (list, tuple) or any(
        get_origin(option) in (list, tuple) for option in options
    ):
        return FieldKind.JSON
    for candidate in (annotation, *options):
        bare = get_args(candidate)[0] if hasattr(candidate, "__metadata__") else candidate
        if bare in _SCALARS:
            return _SCALARS[bare]
    raise TypeError(f"a roster field cannot be of type {annotation!r}")


def _field(name: str, info: FieldInfo) -> Field:
    reference = next((note.entity for note in info.metadata if isinstance(note, Reference)), None)
    return Field(name, _kind_of(info.annotation), info.is_required(), reference)


def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """The fields of a roster model without its `id`, in declaration order."""
    return tuple(_field(name, info) for name, info in model.model_fields.items() if name != "id")
