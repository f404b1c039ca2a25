"""JSON files as standard records: `<resource>.jsonl`, or `<resource>.json` with one list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from adapters.edfi.files import Entry, entries
from adapters.edfi.json.lines import items, lines
from adapters.edfi.limits import DEFAULT_LIMITS, Limits
from adapters.edfi.refusal import refused
from adapters.edfi.values import Number, Quoted
from adapters.formats import Unreadable
from adapters.port import Progress, silent
from schemas.standards.edfi import entities, shape
from schemas.standards.shape import Kind, Property, StandardRecord

ENDINGS = (".jsonl", ".json")
SERVER_OWN = frozenset({"id", "_etag", "_lastModifiedDate"})
"""What a server adds to a resource (API Guidelines 4.0); it is no part of the record."""

_LINK = "link"
_OURS = "ilp"
_EVERY = 1000

Tidy = Callable[[dict[str, Any]], None]


def read(
    path: Path,
    version: str,
    progress: Progress = silent,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[StandardRecord]:
    """Every record of a file, a folder or an archive, resource by resource.

    What a server added (`id`, `_etag`, `_lastModifiedDate`, `link` in references) is set aside,
    and `null` is absence. Raises Unreadable for the first thing that cannot be read.
    """
    with entries(path, ENDINGS, limits) as files:
        for entry in files:
            yield from _records(entry, version, progress, limits)


def entity_of(name: str, version: str) -> str | None:
    """The resource that a file of this name holds; None where there is no such resource."""
    inner = PurePosixPath(name.removesuffix(".gz"))
    own = f"{_OURS}/{inner.stem}" if inner.parent.name == _OURS else inner.stem
    return own if own in entities(version) else None


def _records(
    entry: Entry, version: str, progress: Progress, limits: Limits
) -> Iterator[StandardRecord]:
    entity = entity_of(entry.name, version)
    if entity is None:
        raise _no_resource(entry, version)
    tidy = tidy_for(version, entity)
    by_line = entry.plain_name.endswith(".jsonl")
    word = "line" if by_line else "record"
    for number, values in lines(entry, limits) if by_line else items(entry, limits):
        if not isinstance(values, dict):
            raise _no_object(entry, number)
        tidy(values)
        yield StandardRecord(entity, values, f"{entry.name}, {word} {number}")
        if number % _EVERY == 0:
            progress(f"Reading {entry.name}", number)


def _no_resource(entry: Entry, version: str) -> Unreadable:
    name = PurePosixPath(entry.plain_name).stem
    problem = f"{name} is no resource of Data Standard {version}"
    fix = "Name the file as the resource, such as students.jsonl, or take it out."
    return refused("resource", problem, fix, entry.name)


def _no_object(entry: Entry, number: int) -> Unreadable:
    problem = f"record {number:,} is no JSON object"
    return refused("json", problem, "Write one object for each record.", entry.name, number)


@cache
def tidy_for(version: str, entity: str) -> Tidy:
    """Take out what a server added, and make whole numbers text where a decimal may stand."""
    inner = _inside(shape(version, entity).properties)

    def tidy(values: dict[str, Any]) -> None:
        for name in SERVER_OWN & values.keys():
            del values[name]
        inner(values)

    return tidy


def _inside(properties: tuple[Property, ...]) -> Tidy:
    decimals = [each.name for each in properties if each.kind is Kind.DECIMAL]
    objects = [(each.name, _of(each)) for each in properties if each.kind is Kind.OBJECT]

    def tidy(values: dict[str, Any]) -> None:
        for name in decimals:
            if name in values:
                values[name] = _decimal(values[name])
        for name, below in objects:
            found = values.get(name)
            for each in found if isinstance(found, list) else (found,):
                if isinstance(each, dict):
                    below(each)

    return tidy


def _decimal(value: Any) -> Any:
    """A number as its digits; a text is marked, for the check to see."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Number(value)
    return Quoted(value) if type(value) is str else value


def _of(each: Property) -> Tidy:
    return _unlink if each.reference else _inside(each.parts)


def _unlink(values: dict[str, Any]) -> None:
    values.pop(_LINK, None)


def opens(path: Path, version: str) -> bool:
    """Whether the first record of every file is one of this version."""
    try:
        with entries(path, ENDINGS, DEFAULT_LIMITS) as files:
            firsts = [next(_records(each, version, silent, DEFAULT_LIMITS), None) for each in files]
    except Unreadable:
        return False
    return bool(firsts) and all(each is None or _fits(each, version) for each in firsts)


def _fits(record: StandardRecord, version: str) -> bool:
    """Whether a record has its key and nothing unknown."""
    known = shape(version, record.entity)
    names = {each.name for each in known.properties} | set(known.extensions)
    return {path.split(".")[0] for path in known.key} <= record.values.keys() <= names
