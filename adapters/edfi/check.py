"""What is wrong with Ed-Fi records, as the shapes of the standard have it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from adapters.edfi.values import Problem, problem_of
from schemas.finding import Finding, Severity
from schemas.standards.edfi import shape, unifications
from schemas.standards.shape import Kind, Property, Shape, StandardRecord

LOOKUP = "_lookup"
"""What XML says instead of a key; see `adapters.edfi.xml.convert`."""

_PLACE = re.compile(r"(?P<file>.*), (?:line|record) (?P<row>\d+)", re.DOTALL)
_SINGLY = 20
_SHOWN = 60

Fault = tuple[str, Any, Problem]
"""Path, value, problem."""


class Checker:
    """Checks the records of one delivery; it remembers the keys that it saw.

    Each kind of fault is told one by one up to 20 times; `rest` tells how many more there were.
    """

    def __init__(self, version: str) -> None:
        self._version = version
        self._shapes = cache(self._shape)
        self._keys: dict[str, set[int]] = {}
        self._told: Counter[tuple[str, str, str]] = Counter()

    def findings(self, record: StandardRecord) -> Iterator[Finding]:
        """What is wrong with one record."""
        known, pairs = self._shapes(record.entity)
        for path, value, problem in self._faults(record, known, pairs):
            kind = (record.entity, path, problem[0])
            self._told[kind] += 1
            if self._told[kind] <= _SINGLY:
                yield _finding(record, path, value, problem)

    def rest(self) -> Iterator[Finding]:
        """One finding for each kind of fault that was too frequent to tell singly."""
        for (entity, path, code), count in self._told.items():
            if count > _SINGLY:
                problem = f"{entity}.{path}: the same in {count - _SINGLY:,} more records"
                fix = "Correct it at its source; the first ones are listed."
                yield Finding(
                    Severity.ROW,
                    f"edfi.{code}",
                    problem,
                    fix,
                    column=f"{entity}.{path}",
                    count=count - _SINGLY,
                )

    def _shape(self, entity: str) -> tuple[Shape, tuple[tuple[str, str], ...]]:
        known = shape(self._version, entity)
        paths = {path for path, _ in known.leaves()}
        pairs = unifications().get(entity, ())
        return known, tuple(pair for pair in pairs if paths.issuperset(pair))

    def _faults(
        self, record: StandardRecord, known: Shape, pairs: tuple[tuple[str, str], ...]
    ) -> Iterator[Fault]:
        yield from _in_object(record.values, known.properties, "", known.extensions)
        for one, other in pairs:
            yield from _disagreeing(record.values, one, other)
        key = tuple(str(_first(record.values, path)) for path in known.key)
        seen = self._keys.setdefault(record.entity, set())
        if hash(key) in seen:  # a hash takes a tenth of the memory; it fails once in 10^7 files
            fix = "Keep one record for each key."
            problem = ("duplicate", "is the key of a record before this one", fix)
            yield ",".join(known.key), " / ".join(key), problem
        seen.add(hash(key))


def _finding(record: StandardRecord, path: str, value: Any, problem: Problem) -> Finding:
    place = _PLACE.fullmatch(record.where)
    code, what, fix = problem
    return Finding(
        Severity.ROW,
        f"edfi.{code}",
        f"{record.entity}.{path} {what}",
        fix,
        file=place["file"] if place else record.where or None,
        row=int(place["row"]) if place else None,
        column=f"{record.entity}.{path}",
        value=None if value is None else str(value)[:_SHOWN],
    )


def _in_object(
    values: dict[str, Any],
    properties: tuple[Property, ...],
    above: str,
    extensions: tuple[str, ...] = (),
) -> Iterator[Fault]:
    known = {each.name for each in properties}
    for name in values.keys() - known - set(extensions):
        fix = "Check the spelling and the version; servers drop it without a word."
        yield f"{above}{name}", None, ("unknown", "is no property of the standard", fix)
    for each in properties:
        value = values.get(each.name)
        if value is None or value == []:
            if each.required:
                fix = "Give the value; the record is not accepted without it."
                yield f"{above}{each.name}", None, ("missing", "is missing", fix)
        else:
            yield from _in_property(value, each, f"{above}{each.name}")


def _in_property(value: Any, wanted: Property, path: str) -> Iterator[Fault]:
    if not wanted.many:
        yield from _in_value(value, wanted, path)
    elif not isinstance(value, list):
        yield path, value, ("type", "is no list", "Write a list, also of one.")
    else:
        for each in value:
            yield from _in_value(each, wanted, f"{path}[]")


def _in_value(value: Any, wanted: Property, path: str) -> Iterator[Fault]:
    if wanted.kind is not Kind.OBJECT:
        problem = problem_of(value, wanted)
        if problem is not None:
            yield path, value, problem
    elif not isinstance(value, dict):
        yield path, value, ("type", "is no object", "Write an object.")
    elif not (wanted.reference and LOOKUP in value):
        yield from _in_object(value, wanted.parts, f"{path}.")


def _all(values: Any, path: str) -> Iterator[Any]:
    """Every value at a path, lists gone through."""
    name, _, below = path.partition(".")
    found = values.get(name.removesuffix("[]")) if isinstance(values, dict) else None
    for each in found if isinstance(found, list) else [found]:
        if below:
            yield from _all(each, below)
        elif each is not None:
            yield each


def _first(values: Any, path: str) -> Any:
    return next(_all(values, path), None)


def _disagreeing(values: dict[str, Any], one: str, other: str) -> Iterator[Fault]:
    wanted = _first(values, other)
    for value in _all(values, one):
        if wanted is not None and value != wanted:
            fix = "Give both the same value: they are one part of the key."
            yield one, value, ("unification", f"differs from {other}", fix)
            return
