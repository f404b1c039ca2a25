"""The tables of the standard as trees of elements, for reading and writing alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from schemas.standards.edfi import KeyPart, Row, catalog, key_parts, rows


@dataclass
class Node:
    """An element of an entity; `name` and `inner` are its JSON names within the object above.

    `inner` is the only property of an item where JSON wraps each value of a list in an object.
    """

    element: str
    row: Row
    name: str
    inner: str | None
    many: bool
    below: list[Node] = field(default_factory=list)


@dataclass
class KeyNode:
    """An element of an identity: a value, or a reference with the identity below it.

    `identity` is the element that wraps what is below, the identity of `target`; `path` leads
    here from the outermost identity.
    """

    element: str
    path: tuple[str, ...]
    parts: tuple[KeyPart, ...]
    identity: str = ""
    target: str = ""
    below: list[KeyNode] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The flat names of all values here and below."""
        return {part.part for part in self.parts}


@cache
def element_of(version: str, entity: str) -> str:
    """The element of an entity, abstract ones included."""
    known = catalog(version).get(entity)
    return known.element if known else entity[0].upper() + entity[1:-1]


def identity_element(version: str, entity: str) -> str:
    """What wraps the identity in a reference to this entity: `StudentIdentity`."""
    return f"{element_of(version, entity)}Identity"


@cache
def tree(version: str, entity: str) -> tuple[Node, ...]:
    """The elements of an entity, each below the one that holds it, in their order."""
    found: dict[tuple[str, ...], Node] = {}
    above: dict[tuple[str, ...], str] = {(): ""}
    top: list[Node] = []
    for row in rows(version, entity):
        outer = row.xml[:-1]
        local = row.json.removeprefix(above[outer]) if row.json else ""
        name, _, inner = local.partition("[].") if row.kind != "object" else (local, "", "")
        plain = name.removesuffix("[]")
        node = Node(row.xml[-1], row, plain, inner or None, plain != name or bool(inner))
        found[row.xml] = node
        above[row.xml] = above[outer] if row.kind == "fold" else f"{row.json}."
        (found[outer].below if outer else top).append(node)
    return tuple(top)


@cache
def key_tree(version: str, entity: str) -> tuple[KeyNode, ...]:
    """The identity of an entity as nested elements."""
    return tuple(_key_nodes(version, key_parts(version, entity), (), entity))


def _key_nodes(
    version: str, parts: tuple[KeyPart, ...], path: tuple[str, ...], entity: str
) -> Iterator[KeyNode]:
    depth, grouped = len(path), dict[str, list[KeyPart]]()
    for part in parts:
        grouped.setdefault(part.xml[depth], []).append(part)
    for element, own in grouped.items():
        here = (*path, element)
        if own[0].xml == here:
            yield KeyNode(element, here, tuple(own))
            continue
        target = _target(version, entity, element)
        node = KeyNode(element, here, tuple(own), identity_element(version, target), target)
        node.below.extend(_key_nodes(version, tuple(own), here, target))
        yield node


@cache
def _target(version: str, entity: str, element: str) -> str:
    """The entity that a reference in the identity of another leads to."""
    known = catalog(version)
    if entity not in known:
        entity = next(name for name, each in known.items() if each.base == entity)
    return next(row.refers for row in rows(version, entity) if row.xml[-1] == element)
