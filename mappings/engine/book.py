"""All tables of one version of a standard, read together: inherited, overlaid, and complete.

A book is a folder of TOML files with `standard.toml`, which names the ILP elements that never leave
(`elements`) and the entities of the standard that nothing of ours fills (`entities`), each with its
reason, and the book it inherits from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Any

from mappings.engine.codec import Wire
from mappings.engine.errors import MappingTableError
from mappings.engine.load import Setting, build_table
from mappings.engine.model import Table
from schemas.standards.shape import Shape

LOCAL_NAMESPACE = "planbridge.example"
"""Namespace of our own descriptors until a tenant names its own (`edfi.md` §3)."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a tenant decides: the namespace of its own codes, and a folder of table overlays."""

    namespace: str = LOCAL_NAMESPACE
    overlay: FilePath | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """The tables of one version. `shared` are entities that belong to no single student."""

    name: str
    standard: str
    version: str
    tables: tuple[Table, ...]
    shapes: Mapping[str, Shape]
    elements: Mapping[str, str]
    entities: Mapping[str, str]
    shared: frozenset[str]
    wire: Wire
    by_entity: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)
    by_subject: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)

    def of(self, subject: str) -> tuple[Table, ...]:
        """The tables that a subject of ours is written by."""
        return tuple(table for table in self.by_subject.get(subject, ()) if table.writes)


ShapeOf = Callable[[str, str], Shape]


def open_book(package: str, shape_of: ShapeOf, options: Options | None = None) -> Book:
    """The book in a package such as `mappings.edfi.v6p1`.

    Raises MappingTableError naming the file for anything that does not hold together.
    """
    options = options or Options()
    head, raws = raw_book(package)
    if options.overlay is not None:
        raws = _overlaid(raws, options.overlay)
    version = head["version"]
    wire: Wire = head.get("wire", "json")
    tables, shapes = [], {}
    for name, raw in sorted(raws.items()):
        entity = raw["entity"]
        if entity not in shapes:
            shapes[entity] = shape_of(version, entity)
        setting = Setting(shapes[entity], wire, {"local": options.namespace})
        stated = {**raw, "standard": head["standard"], "version": version}
        tables.append(build_table(name, stated, setting))
    return Book(
        name=package,
        standard=head["standard"],
        version=version,
        tables=tuple(tables),
        shapes=shapes,
        elements=head.get("elements", {}),
        entities=head.get("entities", {}),
        shared=frozenset(head.get("shared", ())),
        wire=wire,
        by_entity=_grouped(tables, lambda table: table.entity),
        by_subject=_grouped(tables, lambda table: table.subject),
    )


def _grouped(tables: list[Table], key: Callable[[Table], str]) -> dict[str, tuple[Table, ...]]:
    grouped: dict[str, list[Table]] = {}
    for table in tables:
        grouped.setdefault(key(table), []).append(table)
    return {name: tuple(each) for name, each in grouped.items()}


@cache
def raw_book(package: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The head of a book and its tables as TOML, what it inherits included."""
    raws = {path.name[:-5]: _toml(path.read_text("utf-8"), path.name) for path in _tomls(package)}
    head = raws.pop("standard", None)
    if head is None:
        raise MappingTableError(f"{package} has no standard.toml")
    parent_head, parents = raw_book(head["inherits"]) if "inherits" in head else ({}, {})
    dropped = set(head.get("dropped", ()))
    unknown = dropped - parents.keys()
    if unknown:
        raise MappingTableError(
            f"{package}: drops {', '.join(sorted(unknown))}, which is not there"
        )
    kept = {name: raw for name, raw in parents.items() if name not in dropped}
    merged = {**kept, **{name: _revised(name, raw, parents) for name, raw in raws.items()}}
    return _headed(head, parent_head), merged


def _tomls(package: str) -> Iterator[Any]:
    return (path for path in files(package).iterdir() if path.name.endswith(".toml"))


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingTableError(f"{name}: {error}") from None


def _headed(head: dict[str, Any], parent: dict[str, Any]) -> dict[str, Any]:
    """A book's head over its parent's: reasons are inherited, `undone` takes some of them back."""
    merged = {**parent, **head}
    for part in ("elements", "entities"):
        told = {**parent.get(part, {}), **head.get(part, {})}
        undone = head.get("undone", ())
        merged[part] = {name: reason for name, reason in told.items() if name not in undone}
    return merged


def _overlaid(raws: Mapping[str, dict[str, Any]], overlay: FilePath) -> dict[str, dict[str, Any]]:
    revisions = {
        path.stem: _toml(path.read_text("utf-8"), path.name) for path in overlay.glob("*.toml")
    }
    return {**raws, **{name: _revised(name, raw, raws) for name, raw in revisions.items()}}


_REVISION = frozenset({"add", "replace", "drop"})


def _revised(
    name: str, raw: dict[str, Any], parents: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """A table as it stands, or its parent's with keys added, replaced and dropped."""
    if not raw.keys() & _REVISION:
        return raw
    if raw.keys() - _REVISION or name not in parents:
        raise MappingTableError(f"{name}.toml: a revision needs a table and has no keys of its own")
    revised = _copied(parents[name])
    for path in raw.get("drop", ()):
        _drop(name, revised, path)
    _graft(name, revised, raw.get("replace", {}), exists=True)
    _graft(name, revised, raw.get("add", {}), exists=False)
    return revised


def _copied(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in raw.items()}


def _drop(name: str, raw: dict[str, Any], path: str) -> None:
    part, _, key = path.partition(".")
    held = raw.get(part)
    if not isinstance(held, dict) or key not in held:
        raise MappingTableError(f"{name}.toml: drops {path}, which is not there")
    del held[key]


def _graft(name: str, raw: dict[str, Any], parts: Mapping[str, Any], exists: bool) -> None:
    for part, value in parts.items():
        if not isinstance(value, dict):
            _set(name, raw, part, value, exists)
            continue
        held = raw.setdefault(part, {})
        for key, inner in value.items():
            _set(f"{name}.toml: {part}", held, key, inner, exists)


def _set(where: str, raw: dict[str, Any], key: str, value: Any, exists: bool) -> None:
    if (key in raw) != exists:
        problem = "replaces what is not there" if exists else "adds what is there already"
        raise MappingTableError(f"{where}: {key} {problem}")
    raw[key] = value
