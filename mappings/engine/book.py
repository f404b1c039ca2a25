"""All tables of one version of a standard, read together: inherited, overlaid, and complete.

A book is a folder of TOML files with `standard.toml`, which names the ILP elements that never leave
(`elements`) and the entities of the standard that nothing of ours fills (`entities`), each with its
reason, and the book it inherits from.

A roster needs twenty tables of a hundred: each is built when it is first asked for.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Any, TypeVar

from mappings.engine.codec import Wire
from mappings.engine.errors import MappingTableError
from mappings.engine.load import Setting, build_table
from mappings.engine.model import WHOLE, Direction, Table
from mappings.engine.paths import Path, bare, parse_path
from schemas.standards.shape import Shape

_Made = TypeVar("_Made")

LOCAL_NAMESPACE = "planbridge.example"
"""Namespace of our own descriptors until a tenant names its own (`edfi.md` §3)."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a tenant decides: the namespace of its own codes, and an overlay, one file or a folder.

    `wire` is how records hold values, where that is not what the book says.
    """

    namespace: str = LOCAL_NAMESPACE
    overlay: FilePath | None = None
    wire: Wire | None = None


class OnDemand(Mapping[str, _Made]):
    """What is made of a name when it is first asked for; the names are known before."""

    def __init__(self, names: Iterable[str], make: Callable[[str], _Made]) -> None:
        self._names, self._make = dict.fromkeys(names), cache(make)

    def __getitem__(self, name: str) -> _Made:
        if name not in self._names:
            raise KeyError(name)
        return self._make(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _no_setting(entity: str) -> Setting:
    raise KeyError(entity)


@dataclass(frozen=True)
class Book:
    """The tables of one version. `shared` are entities that belong to no single student.

    `student` is the path of ours by which the standard knows a student (`$student.unique_id`).
    `unread` says of every entity why what stands at a path is not read: by path without the marks
    of lists.
    """

    name: str
    standard: str
    version: str
    shapes: Mapping[str, Shape]
    elements: Mapping[str, str]
    entities: Mapping[str, str]
    shared: frozenset[str]
    wire: Wire
    student: Path | None = None
    by_entity: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)
    by_subject: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)
    unread: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    setting_of: Callable[[str], Setting] = field(repr=False, default=_no_setting)

    def of(self, subject: str) -> tuple[Table, ...]:
        """The tables that a subject of ours is written by."""
        return tuple(table for table in self.by_subject.get(subject, ()) if table.writes)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """All of them, by name."""
        held = (table for tables in self.by_entity.values() for table in tables)
        return tuple(sorted(held, key=lambda table: table.name))

    @cached_property
    def never(self) -> Mapping[str, str]:
        """The elements that never leave, each with its reason.

        `elements` say so, or a table about the whole plan.
        """
        return {**_left_whole(self.by_subject), **self.elements}


ShapeOf = Callable[[str, str], Shape]


def open_book(package: str, shape_of: ShapeOf, options: Options | None = None) -> Book:
    """The book in a package such as `mappings.edfi.v6p1`.

    Raises MappingTableError naming the file for anything that does not hold together: with an
    overlay at once, else where a table is asked for, as tests have asked for every one of ours.
    """
    options = options or Options()
    head, raws = raw_book(package)
    if options.overlay is not None:
        raws = _overlaid(raws, options.overlay)
    shelf = _Shelf(head, raws, shape_of, options)
    if options.overlay is not None:  # a district's mistake is told before anything is read
        shelf.build_all()
    by_entity = shelf.grouped("entity")
    return Book(
        name=package,
        standard=head["standard"],
        version=head["version"],
        shapes=OnDemand(by_entity, shelf.shape),
        elements=head.get("elements", {}),
        entities=head.get("entities", {}),
        shared=frozenset(head.get("shared", ())),
        wire=shelf.wire,
        student=parse_path(head["student"]) if "student" in head else None,
        by_entity=by_entity,
        by_subject=shelf.grouped("ours"),
        unread=OnDemand(by_entity, lambda entity: _unread(by_entity[entity])),
        setting_of=shelf.setting,
    )


class _Shelf:
    """The tables of one book as TOML, and what they are read against."""

    def __init__(
        self,
        head: Mapping[str, Any],
        raws: Mapping[str, Mapping[str, Any]],
        shape_of: ShapeOf,
        options: Options,
    ) -> None:
        self._head, self._shape_of, self._options = head, shape_of, options
        self._raws = dict(sorted(raws.items()))
        self._tables = OnDemand(self._raws, self._built)
        self.wire: Wire = options.wire or head.get("wire", "json")

    def shape(self, entity: str) -> Shape:
        return self._shape_of(self._head["version"], entity)

    def setting(self, entity: str) -> Setting:
        namespaces = {"local": self._options.namespace}
        return Setting(self.shape(entity), self.wire, namespaces, self.shape)

    def build_all(self) -> None:
        """Raises MappingTableError naming the file."""
        for name in self._tables:
            self._tables[name]

    def grouped(self, key: str) -> Mapping[str, tuple[Table, ...]]:
        """The tables by what each says of itself under a key."""
        names: dict[str, list[str]] = {}
        for name, raw in self._raws.items():
            names.setdefault(str(raw.get(key)), []).append(name)
        return OnDemand(names, lambda one: tuple(self._tables[each] for each in names[one]))

    def _built(self, name: str) -> Table:
        raw = self._raws[name]
        stated = {**raw, "standard": self._head["standard"], "version": self._head["version"]}
        try:
            setting = self.setting(str(raw["entity"]))
        except KeyError as error:
            problem = "lacks 'entity'" if "entity" not in raw else f"the standard has no {error}"
            raise MappingTableError(f"{name}.toml: {problem}") from None
        return build_table(name, stated, setting)


def _left_whole(by_subject: Mapping[str, tuple[Table, ...]]) -> dict[str, str]:
    """The elements that a table about the whole plan leaves behind, each with its reason."""
    from schemas.ilp.plan import ELEMENTS

    whole = by_subject.get(WHOLE, ())
    told = {bare(path): why for each in whole for path, why in each.ours_only.items()}
    return {
        element: told.get(place.path) or told[place.area]
        for element, place in ELEMENTS.items()
        if element not in by_subject and (place.path in told or place.area in told)
    }


def _unread(tables: tuple[Table, ...]) -> dict[str, str]:
    """Why paths of an entity are not read: told by a table, or written by a row and not read."""
    reasons: dict[str, str] = {}
    for table in tables:
        for _, theirs, row in table.value_rows():
            if row.direction is Direction.OUT or not table.reads:
                reasons.setdefault(bare(theirs.shape), row.reason or table.reason)
    told = {bare(path): why for table in tables for path, why in table.theirs_only.items()}
    return {**reasons, **told}


_HEAD = frozenset(
    {
        *("standard", "version", "wire", "inherits", "dropped", "undone"),
        *("shared", "elements", "entities", "student", "source"),
    }
)


@cache
def raw_book(package: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The head of a book and its tables as TOML, what it inherits included."""
    raws = {path.name[:-5]: _toml(path.read_text("utf-8"), path.name) for path in _tomls(package)}
    head = raws.pop("standard", None)
    if head is None:
        raise MappingTableError(f"{package} has no standard.toml")
    strange = head.keys() - _HEAD
    if strange:
        raise MappingTableError(f"standard.toml: unknown key {', '.join(sorted(strange))}")
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
    except RecursionError:
        raise MappingTableError(f"{name}: tables within tables without an end") from None


def _headed(head: dict[str, Any], parent: dict[str, Any]) -> dict[str, Any]:
    """A book's head over its parent's: reasons are inherited, `undone` takes some of them back."""
    merged = {**parent, **head}
    for part in ("elements", "entities"):
        told = {**parent.get(part, {}), **head.get(part, {})}
        undone = head.get("undone", ())
        merged[part] = {name: reason for name, reason in told.items() if name not in undone}
    return merged


def _overlaid(raws: Mapping[str, dict[str, Any]], overlay: FilePath) -> dict[str, dict[str, Any]]:
    places = sorted(overlay.glob("*.toml")) if overlay.is_dir() else [overlay]
    if not all(place.is_file() for place in places) or not places:
        raise MappingTableError(f"{overlay}: there is no such folder of overlays, and no such file")
    revisions = {path.stem: _toml(_text(path), path.name) for path in places}
    if "standard" in revisions:
        raise MappingTableError("standard.toml: an overlay revises tables, not the book itself")
    revised = {name: _revised(name, raw, raws) for name, raw in revisions.items()}
    for name in revised.keys() & raws.keys():
        _require_same(name, raws[name], revised[name])
    return {**raws, **revised}


_LASTING = ("entity", "ours", "direction")
"""What of a table the rest of the program counts on: whoever asks for its subject finds it."""


def _require_same(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for key in _LASTING:
        if before.get(key) != after.get(key):
            said = json.dumps(before[key]) if key in before else "left out"
            raise MappingTableError(
                f"{name}.toml: {key} is {said} in the book, and an overlay leaves it so"
            )


def _text(path: FilePath) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise MappingTableError(f"{path.name}: not UTF-8: save it as UTF-8") from None


_REVISION = frozenset({"add", "replace", "drop"})


def _revised(
    name: str, raw: dict[str, Any], parents: Mapping[str, dict[str, Any]]
) -> dict[str, Any]:
    """A table as it stands, or its parent's with keys added, replaced and dropped."""
    if not raw.keys() & _REVISION:
        return raw
    if raw.keys() - _REVISION or name not in parents:
        raise MappingTableError(f"{name}.toml: a revision needs a table and has no keys of its own")
    dropped, parts = raw.get("drop", []), [raw.get("replace", {}), raw.get("add", {})]
    if not isinstance(dropped, list) or not all(isinstance(part, dict) for part in parts):
        raise MappingTableError(f"{name}.toml: write drop = [...], [replace.rows], [add.rows]")
    revised = _copied(parents[name])
    for path in dropped:
        _drop(name, revised, str(path))
    for part, exists in zip(parts, (True, False), strict=True):
        _graft(name, revised, part, exists)
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
            _set(f"{name}.toml", raw, part, value, exists)
            continue
        held = raw.setdefault(part, {})
        if not isinstance(held, dict):
            raise MappingTableError(f"{name}.toml: {part} is no table of keys")
        for key, inner in value.items():
            _set(f"{name}.toml: {part}", held, key, inner, exists)


def _set(where: str, raw: dict[str, Any], key: str, value: Any, exists: bool) -> None:
    if (key in raw) != exists:
        problem = "replaces what is not there: use add" if exists else "is there: use replace"
        raise MappingTableError(f"{where}: {key} {problem}")
    raw[key] = value
