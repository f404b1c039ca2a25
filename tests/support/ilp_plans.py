"""Any valid plan, drawn from the models' own annotations, so that a new field is tested at once."""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, StringConstraints

from schemas.codes.grades import GRADE_LEVEL_SET, GRADE_LEVELS
from schemas.ilp.entry import ElementRef, Entry, Origin, Ref
from schemas.ilp.plan import ELEMENTS, REQUIRED, Plan
from schemas.meta import Code

Drawn = st.SearchStrategy[Any]

# Printable text without surrogates; the first letter keeps stripping from emptying it.
_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
_LINES = _WORDS.map(lambda words: f"x{words}".strip())
_INSTANTS = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_GRADES = st.sampled_from(list(GRADE_LEVELS)).map(lambda code: Code(set=GRADE_LEVEL_SET, code=code))
_ANCHORS = tuple(ELEMENTS[id_].field for id_ in REQUIRED)
"""Ids of the entries that every plan has, for references to point to."""


def _decimals(bounds: dict[str, Any]) -> Drawn:
    places = bounds.get("decimal_places", 6)
    limit = 10 ** (bounds.get("max_digits", 12) - places) - 1
    low = bounds.get("ge", -limit)
    return st.decimals(low, limit, places=places, allow_nan=False, allow_infinity=False)


def _scalar(kind: Any, notes: list[Any]) -> Drawn | None:
    patterns = [note.pattern for note in notes if isinstance(note, StringConstraints)]
    bounds = {name: value for note in notes for name, value in _bounds(note)}
    plain: dict[Any, Callable[[], Drawn]] = {
        bool: st.booleans,
        int: lambda: st.integers(bounds.get("ge", 0), bounds.get("le", 10**9)),
        date: lambda: st.dates(date(1990, 1, 1), date(2100, 1, 1)),
        AwareDatetime: lambda: _INSTANTS,
    }
    if kind is str:
        free = not patterns or "^[^\\x00" in str(patterns[0])
        return _LINES if free else st.from_regex(f"{patterns[0]}", fullmatch=True)
    if getattr(kind, "__name__", "") == "Decimal":
        return _decimals(bounds)
    return plain[kind]() if kind in plain else None


def _bounds(note: Any) -> list[tuple[str, Any]]:
    parts = [note, *getattr(note, "metadata", [])]
    names = ("ge", "le", "max_digits", "decimal_places", "min_length")
    return [
        (name, value)
        for part in parts
        for name in names
        if (value := getattr(part, name, None)) is not None
    ]


def _drawn(annotation: Any, notes: list[Any]) -> Drawn:
    """Values of an annotation; `notes` are the constraints around it."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _drawn(parts[0], [*notes, *parts[1:]])
    if origin in (Union, types.UnionType):
        return st.one_of(*(_drawn(part, notes) for part in parts))
    if origin is tuple:
        least = dict(pair for note in notes for pair in _bounds(note)).get("min_length", 0)
        item = _drawn(parts[0], [])
        return st.lists(item, min_size=least, max_size=max(least, 2)).map(tuple)
    if origin is Literal:
        return st.sampled_from(parts)
    if annotation is type(None):
        return st.none()
    return _value(annotation, notes)


def _value(kind: Any, notes: list[Any]) -> Drawn:
    if kind is Ref:
        return st.sampled_from(_ANCHORS).map(Ref)
    if kind is ElementRef:
        return st.sampled_from(sorted(ELEMENTS)).map(ElementRef)
    if kind is Code and any("_known_grade" in repr(note) for note in notes):
        return _GRADES
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return records(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    scalar = _scalar(kind, notes)
    if scalar is None:
        raise TypeError(f"no strategy for {kind!r}")
    return scalar


def _settled(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, bent to what holds between them."""
    if fields.get("start") and fields.get("end"):
        fields["start"], fields["end"] = sorted((fields["start"], fields["end"]))
    if "days_present" in fields:
        fields["days_present"] = min(fields["days_present"], fields["days_enrolled"])
    if fields.keys() == {"name", "identifier"} and fields["identifier"] is None:
        fields["name"] = fields["name"] or "someone"
    return fields


@cache
def records(model: type[BaseModel]) -> Drawn:
    """Records of a model; of an entry, one version without origins and earlier versions."""
    skipped = {"origins", "earlier"} if issubclass(model, Entry) else set()
    fields = {
        name: _drawn(info.annotation, list(info.metadata))
        for name, info in model.model_fields.items()
        if name not in skipped
    }
    drawn = st.fixed_dictionaries(fields)
    return drawn.map(lambda values: model.model_validate(_settled(values)))


@st.composite
def entries(draw: st.DrawFn, element: str, id_: str) -> Entry:
    """An entry of an element under this id, with up to two earlier versions and some origins."""
    model = ELEMENTS[element].model
    versions = draw(st.lists(records(model), min_size=1, max_size=3))
    *before, current = [
        entry.model_copy(update={"id": id_, "version": number})
        for number, entry in enumerate(versions, start=1)
    ]
    own = sorted(set(model.model_fields) - set(Entry.model_fields))
    origin = records(Origin)
    origins = draw(st.dictionaries(st.sampled_from(own), origin, max_size=2))
    kept = {**dict(current), "earlier": tuple(before), "origins": origins}
    return model.model_validate(kept)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan with what every plan needs and some entries of up to four other elements."""
    others = st.sampled_from([id_ for id_ in ELEMENTS if id_ not in REQUIRED])
    chosen = [*REQUIRED, *draw(st.lists(others, max_size=4, unique=True))]
    areas: dict[str, dict[str, Any]] = {}
    for element in chosen:
        place = ELEMENTS[element]
        count = draw(st.integers(1, 2)) if place.many else 1
        ids = [place.field if number == 0 else f"{place.field}-{number}" for number in range(count)]
        held = tuple(draw(entries(element, id_)) for id_ in ids)
        areas.setdefault(place.area, {})[place.field] = held if place.many else held[0]
    return Plan.model_validate(areas)
