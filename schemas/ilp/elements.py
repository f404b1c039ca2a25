"""The catalogue of canonical elements, read off the annotations that state each once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schemas.ilp.entry import BOOKKEEPING, About, Area, Entry
from schemas.meta import Element, PrivacyClass, Record, elements_of


@dataclass(frozen=True, slots=True)
class Place:
    """One canonical element: what it is called, who writes it, and where in the plan it stands."""

    id: str
    name: str
    area: str
    field: str
    many: bool
    privacy: PrivacyClass
    cardinality: str
    authors: tuple[str, ...]
    model: type[Entry]

    @property
    def path(self) -> str:
        """Where the element stands under `plan`, such as `goals.career_goals`."""
        return f"{self.area}.{self.field}"

    def fields(self) -> Iterator[FieldPlace]:
        """Every field below the element, at any depth, with its effective privacy class."""
        root = FieldPlace(self.id, self.path, self.privacy, narrower=False)
        return _below(self.model, root, frozenset({self.model}))

    def narrower_fields(self) -> Iterator[FieldPlace]:
        """The fields below the element with a privacy class of their own."""
        return (field for field in self.fields() if field.narrower)


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """One field below an element, with the class that holds for it: its own or the element's.

    `narrower` tells that the class is the field's own, set apart from what it is part of.
    """

    element: str
    path: str
    privacy: PrivacyClass
    narrower: bool


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, through unions, tuples and `Annotated`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def _note(info: FieldInfo, kind: type[Any]) -> Any:
    return next((note for note in info.metadata if isinstance(note, kind)), None)


def _place(area: str, field: str, info: FieldInfo) -> Place:
    element, about = _note(info, Element), _note(info, About)
    model = next(model for model in models_in(info.annotation) if issubclass(model, Entry))
    return Place(
        id=element.id,
        name=about.name,
        area=area,
        field=field,
        many=info.default == (),
        privacy=element.privacy,
        cardinality=about.cardinality,
        authors=tuple(about.authors.split("/")),
        model=model,
    )


def places_of(plan: type[BaseModel]) -> tuple[Place, ...]:
    """The elements of a plan model: every field of each of its areas, in order."""
    return tuple(
        _place(area, field, info)
        for area, holder in plan.model_fields.items()
        for model in models_in(holder.annotation)
        if issubclass(model, Area)
        for field, info in model.model_fields.items()
    )


def _below(
    model: type[BaseModel], parent: FieldPlace, seen: frozenset[type[BaseModel]]
) -> Iterator[FieldPlace]:
    own = dict(elements_of(model))
    for name, info in model.model_fields.items():
        mark = own.get(name)
        field = FieldPlace(
            element=parent.element,
            path=f"{parent.path}.{name}",
            privacy=mark.privacy if mark else parent.privacy,
            narrower=mark is not None,
        )
        yield field
        if name not in BOOKKEEPING:
            for part in models_in(info.annotation):
                if issubclass(part, Record) and part not in seen:
                    yield from _below(part, field, seen | {part})
