"""JSON resources to elements: one compiled writer for each entity.

What an element cannot say is refused by name, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from adapters.edfi.refusal import Unwritable, unwritable
from adapters.edfi.xml.convert import LOOKUP, Values
from adapters.edfi.xml.tree import (
    KeyNode,
    Node,
    element_of,
    identity_element,
    key_tree,
    tree,
)
from adapters.edfi.xml.values import is_school_year_reference, writer
from schemas.standards.edfi import catalog

Emit = Callable[[Any, list[str], str], None]
"""Writes a value, or the properties of an object, as elements at an indentation."""

_STEP = "  "
_SHOWN = 40
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Unsayable(Exception):
    """A value that has no place or no form; `path` leads to it."""

    def __init__(self, path: str, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.path, self.problem, self.fix = path, problem, fix

    def below(self, name: str) -> _Unsayable:
        """The same, seen from the object that holds the property."""
        return _Unsayable(f"{name}.{self.path}".rstrip("."), self.problem, self.fix)


class Composer:
    """Writes the records of one version as elements."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._emitters = cache(self._compile)
        self._references = cache(self._compile_reference)

    def element(self, entity: str, values: Values, where: str) -> str:
        """The element of a record, indented below the root. Raises Unwritable."""
        name = catalog(self._version)[entity].element
        out = [f"{_STEP}<{name}>\n"]
        try:
            self._emitters(entity)(values, out, _STEP * 2)
        except _Unsayable as error:
            raise self._unwritable(entity, error, where) from None
        out.append(f"{_STEP}</{name}>\n")
        return "".join(out)

    def _unwritable(self, entity: str, error: _Unsayable, where: str) -> Unwritable:
        path = f"{entity}.{error.path}"
        return unwritable(f"{path} {error.problem}", error.fix, where, path)

    def _compile(self, entity: str) -> Emit:
        return self._object(list(tree(self._version, entity)))

    def _object(self, nodes: list[Node]) -> Emit:
        """All elements of an object in their order; nothing may be left over."""
        emitters = [self._node(node) for node in nodes]
        known = frozenset(_names(nodes))

        def emit(values: Values, out: list[str], indent: str) -> None:
            if not values.keys() <= known:
                raise _unknown(min(values.keys() - known))
            for each in emitters:
                each(values, out, indent)

        return emit

    def _node(self, node: Node) -> Emit:
        if node.row.kind == "fold":
            return self._fold(node)
        if node.row.kind == "object":
            one = _around(node.element, _object_only(self._object(node.below)))
        elif node.row.kind == "reference":
            one = _around(node.element, _object_only(self._references(node.row.refers)))
        else:
            one = _leaf(node.element, writer(node.row.kind))
        if is_school_year_reference(node.row):
            one = _unwrapped("schoolYear", one)
        if node.inner is not None:
            one = _unwrapped(node.inner, one)
        return _at(node.name, _listed(one) if node.many else one)

    def _fold(self, node: Node) -> Emit:
        """An element around properties of the object above, written where there are any.

        One that the sequence requires is written even empty, unless it lies in one that may go.
        """
        emitters = [self._node(each) for each in node.below]
        needed = node.row.required and len(node.row.xml) == 1

        def emit(values: Values, out: list[str], indent: str) -> None:
            inner: list[str] = []
            for each in emitters:
                each(values, inner, indent + _STEP)
            if inner or needed:
                out += [f"{indent}<{node.element}>\n", *inner, f"{indent}</{node.element}>\n"]

        return emit

    def _compile_reference(self, entity: str) -> Emit:
        nodes = key_tree(self._version, entity)
        identity = _around(identity_element(self._version, entity), _identity(nodes))
        lookup = f"{element_of(self._version, entity)}Lookup"
        known = {part for node in nodes for part in node.names}

        def emit(values: Values, out: list[str], indent: str) -> None:
            unknown = values.keys() - known - {LOOKUP}
            if unknown:
                raise _unknown(min(unknown))
            if values.keys() & known:
                identity(values, out, indent)
            if LOOKUP in values:
                _raw(lookup, values[LOOKUP], out, indent)

        return emit


def _names(nodes: list[Node]) -> list[str]:
    """The properties that these elements take, those of folds included."""
    found = []
    for node in nodes:
        found += _names(node.below) if node.row.kind == "fold" else [node.name]
    return found


def _unknown(name: str) -> _Unsayable:
    problem = "is no property of the XML binding"
    return _Unsayable(name, problem, "Take it out, or write JSON instead.")


def _at(name: str, one: Emit) -> Emit:
    """Write a property where it is present; a fault below is told with the whole path."""

    def emit(values: Values, out: list[str], indent: str) -> None:
        value = values.get(name)
        if value is None:
            return
        try:
            one(value, out, indent)
        except _Unsayable as error:
            raise error.below(name) from None

    return emit


def _listed(one: Emit) -> Emit:
    def emit(items: Any, out: list[str], indent: str) -> None:
        if not isinstance(items, list):
            raise _Unsayable("", "is no list", "Write a list, also of one.")
        for item in items:
            one(item, out, indent)

    return emit


def _unwrapped(inner: str, one: Emit) -> Emit:
    """The single value of an object that JSON puts around it."""

    def emit(item: Any, out: list[str], indent: str) -> None:
        if not isinstance(item, dict) or item.keys() != {inner}:
            fix = f"Write an object with {inner} and nothing else."
            raise _Unsayable(inner, f"is not an object with {inner} alone", fix)
        one(item[inner], out, indent)

    return emit


def _object_only(below: Emit) -> Emit:
    def emit(values: Any, out: list[str], indent: str) -> None:
        if not isinstance(values, dict):
            raise _Unsayable("", "is no object", "Write an object here.")
        below(values, out, indent)

    return emit


def _around(element: str, below: Emit) -> Emit:
    def emit(values: Any, out: list[str], indent: str) -> None:
        out.append(f"{indent}<{element}>\n")
        below(values, out, indent + _STEP)
        out.append(f"{indent}</{element}>\n")

    return emit


def _leaf(element: str, write: Callable[[Any], str]) -> Emit:
    def emit(value: Any, out: list[str], indent: str) -> None:
        out.append(f"{indent}<{element}>{_text(value, write)}</{element}>\n")

    return emit


def _text(value: Any, write: Callable[[Any], str]) -> str:
    try:
        text = write(value)
    except (TypeError, ValueError):
        problem = f"has a value of the wrong kind: {str(value)[:_SHOWN]!r}"
        raise _Unsayable("", problem, "Write a value of the property's kind.") from None
    if _NOT_XML.search(text):
        problem = "holds a control character, which XML cannot carry"
        raise _Unsayable("", problem, "Take the character out.")
    return text.translate(_ESCAPES)


def _identity(nodes: tuple[KeyNode, ...] | list[KeyNode]) -> Emit:
    """The elements of an identity, nested as XML has them; all take from one flat key."""
    emitters = [_key_node(node) for node in nodes]

    def emit(values: Values, out: list[str], indent: str) -> None:
        for each in emitters:
            each(values, out, indent)

    return emit


def _key_node(node: KeyNode) -> Emit:
    if node.below:
        return _around(node.element, _around(node.identity, _identity(node.below)))
    part, one = node.parts[0].part, _leaf(node.element, writer(node.parts[0].kind))

    def emit(values: Values, out: list[str], indent: str) -> None:
        if values.get(part) is None:
            raise _Unsayable(part, "is missing in the reference", "Give every part of the key.")
        _at(part, one)(values, out, indent)

    return emit


def _raw(element: str, value: Any, out: list[str], indent: str) -> None:
    """A lookup, as it was read."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            _leaf(element, writer("string"))(one, out, indent)
            continue
        names = {name: each for name, each in one.items() if not name.startswith("@")}
        own = "".join(f' {n[1:]}="{_quoted(each)}"' for n, each in one.items() if n not in names)
        out.append(f"{indent}<{element}{own}>\n")
        for name, below in names.items():
            _raw(name, below, out, indent + _STEP)
        out.append(f"{indent}</{element}>\n")


def _quoted(value: str) -> str:
    return _text(value, writer("string")).replace('"', "&quot;")
