"""Small tables and books for tests of the mapping engine, written as TOML beside toy shapes."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Mapping
from typing import Any

from mappings.engine.book import Book
from mappings.engine.inward import read
from mappings.engine.load import Setting, build_table
from mappings.engine.loss import Losses
from mappings.engine.model import Table
from mappings.engine.outward import write
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import Kind, Property, Shape


def prop(name: str, kind: Kind = Kind.STRING, **facts: Any) -> Property:
    """A property of a toy shape."""
    return Property(name, kind, **facts)


def thing(name: str, *parts: Property, **facts: Any) -> Property:
    """An object of a toy shape."""
    return Property(name, Kind.OBJECT, parts=parts, **facts)


def shape(*properties: Property, entity: str = "things", key: tuple[str, ...] = ()) -> Shape:
    return Shape("toy", "1", entity, properties, key)


def raw(text: str, **more: Any) -> dict[str, Any]:
    """A table as TOML, with a head unless it has one."""
    head = {"standard": "toy", "version": "1", "entity": "things", "ours": "view", "rows": {}}
    return {**head, **tomllib.loads(textwrap.dedent(text)), **more}


def table(text: str, of: Shape, wire: Any = "json", name: str = "things") -> Table:
    stated = raw(text, entity=of.entity)
    return build_table(name, stated, Setting(of, wire, {"local": "toy.example"}))


def book(tables: list[Table], shapes: list[Shape], **head: Any) -> Book:
    """A book of these tables; elements without one have a reason."""
    by_entity: dict[str, tuple[Table, ...]] = {}
    by_subject: dict[str, tuple[Table, ...]] = {}
    for each in tables:
        by_entity[each.entity] = (*by_entity.get(each.entity, ()), each)
        by_subject[each.subject] = (*by_subject.get(each.subject, ()), each)
    elements = {id_: "no toy for it" for id_ in ELEMENTS if id_ not in by_subject}
    known = {each.entity: each for each in shapes}
    given: dict[str, Any] = {
        "elements": elements if "plan" not in by_subject else {},
        "entities": {},
        "shared": frozenset(),
        "wire": "json",
        **head,
    }
    return Book(
        name="toy",
        standard="toy",
        version="1",
        shapes=known,
        by_entity=by_entity,
        by_subject=by_subject,
        setting_of=lambda entity: Setting(known[entity], "json", {}),
        **given,
    )


def written(of: Table, ours: Mapping[str, Any]) -> tuple[dict[str, Any] | None, list[str]]:
    """What a table makes of a record, as a record, and its losses in words."""
    losses = Losses()
    made = write(of, dict(ours), losses)
    record: dict[str, Any] = {}
    if made is not None:
        made.into(record)
    return (record if made else None), said(losses)


def reading(
    of: Table, record: Mapping[str, Any], old: Mapping[str, Any] | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """What a table reads in a record, and its losses in words."""
    losses = Losses()
    found = read(of, dict(record), losses, dict(old) if old else None)
    return [each.ours for each in found], said(losses)


def said(losses: Losses) -> list[str]:
    """Losses in words: `path: reason (count)`."""
    return [f"{key.path}: {key.reason} ({losses.counts[key]})" for key in losses]
