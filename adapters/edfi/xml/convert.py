"""Elements to JSON resources: one compiled converter for each entity.

What a file says is kept or refused. A lookup, which JSON cannot express, is kept as it stands
under `_lookup` in its reference.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from lxml import etree

from adapters.edfi.xml.faults import Fault
from adapters.edfi.xml.tree import (
    KeyNode,
    Node,
    element_of,
    identity_element,
    key_tree,
    tree,
)
from adapters.edfi.xml.values import WANTED, Reader, is_school_year_reference, reader
from schemas.standards.edfi import namespace

LOOKUP = "_lookup"
"""Where a reference keeps a lookup: element names with their texts, lists where they repeat."""

REF = "ref"
"""The attribute that names the id of another element instead of an identity."""

Values = dict[str, Any]
Fill = Callable[[Any, Values], None]
Handlers = dict[Any, Fill]


class Resolver(Protocol):
    """Tells the key that an XML id stands for."""

    def __call__(self, element: Any, entity: str) -> dict[tuple[str, ...], Any]:
        """The key of the element with the id in `ref`, by path; raises Fault without one."""
        ...


class Converter:
    """Turns the elements of one version into records."""

    def __init__(self, version: str, resolve: Resolver) -> None:
        self._version = version
        self._resolve = resolve
        self._prefix = f"{{{namespace(version)}}}"
        self._handlers = cache(self._compile)
        self._references = cache(self._compile_reference)

    def record(self, entity: str, element: Any) -> Values:
        """The record of an element of this entity. Raises Fault."""
        values: Values = {}
        _fill(element, values, self._handlers(entity))
        return values

    def reference(self, entity: str, element: Any) -> Values:
        """What a reference to this entity says, as JSON flattens it. Raises Fault."""
        return self._references(entity)(element)

    def _compile(self, entity: str) -> Handlers:
        return self._object(tree(self._version, entity))

    def _object(self, nodes: tuple[Node, ...] | list[Node]) -> Handlers:
        return {self._prefix + node.element: self._node(node) for node in nodes}

    def _node(self, node: Node) -> Fill:
        if node.row.kind == "fold":
            handlers = self._object(node.below)
            return lambda element, values: _fill(element, values, handlers)
        if node.row.kind == "object":
            read = _object_reader(self._object(node.below))
        elif node.row.kind == "reference":
            read = self._references(node.row.refers)
        else:
            read = _value_reader(node)
        if not node.many:
            return _single(node.name, read)
        return _listed(node.name, read if node.inner is None else _wrapped(node.inner, read))

    def _compile_reference(self, entity: str) -> Callable[[Any], Values]:
        handlers = self._key_handlers(key_tree(self._version, entity), entity)
        identity = self._prefix + identity_element(self._version, entity)
        lookup = f"{self._prefix}{element_of(self._version, entity)}Lookup"
        by_id = self._by_id(key_tree(self._version, entity), (), entity)

        def read(element: Any) -> Values:
            values: Values = {}
            for child in element:
                if child.tag == identity:
                    _fill(child, values, handlers)
                elif child.tag == lookup:
                    values[LOOKUP] = _raw(child)
                else:
                    raise Fault.unexpected(child)
            if element.get(REF) is not None:
                by_id(element, values)
            return values

        return read

    def _key_handlers(self, nodes: Any, entity: str) -> Handlers:
        return {self._prefix + node.element: self._key_node(node) for node in nodes}

    def _key_node(self, node: KeyNode) -> Fill:
        if not node.below:
            return _part(node)
        handlers = self._key_handlers(node.below, "")
        identity = self._prefix + node.identity
        by_id = self._by_id(node.below, node.path, node.target)

        def fill(element: Any, values: Values) -> None:
            for child in element:
                if child.tag == identity:
                    _fill(child, values, handlers)
                else:
                    raise Fault.unexpected(child)
            if element.get(REF) is not None:
                by_id(element, values)

        return fill

    def _by_id(self, nodes: Any, path: tuple[str, ...], entity: str) -> Fill:
        """Fill in the parts of a key that an XML id stands for."""
        parts = {part.xml[len(path) :]: part.part for node in nodes for part in node.parts}

        def fill(element: Any, values: Values) -> None:
            for below, value in self._resolve(element, entity).items():
                _agree(element, values, parts[below], value)

        return fill


def _fill(element: Any, values: Values, handlers: Handlers) -> None:
    for child in element:
        handle = handlers.get(child.tag)
        if handle is None:
            raise Fault.unexpected(child)
        handle(child, values)


def _single(name: str, read: Callable[[Any], Any]) -> Fill:
    def fill(element: Any, values: Values) -> None:
        if name in values:
            raise Fault.repeated(element)
        values[name] = read(element)

    return fill


def _listed(name: str, read: Callable[[Any], Any]) -> Fill:
    def fill(element: Any, values: Values) -> None:
        items = values.get(name)
        if items is None:
            values[name] = [read(element)]
        else:
            items.append(read(element))

    return fill


def _wrapped(inner: str, read: Callable[[Any], Any]) -> Callable[[Any], Values]:
    return lambda element: {inner: read(element)}


def _object_reader(handlers: Handlers) -> Callable[[Any], Values]:
    def read(element: Any) -> Values:
        values: Values = {}
        _fill(element, values, handlers)
        return values

    return read


def _value_reader(node: Node) -> Callable[[Any], Any]:
    read = _typed(reader(node.row.kind), node.row.kind)
    if is_school_year_reference(node.row):
        return lambda element: {"schoolYear": read(element)}
    return read


def _typed(convert: Reader | None, kind: str) -> Callable[[Any], Any]:
    if convert is None:
        return _text

    def value(element: Any) -> Any:
        try:
            return convert(_text(element))
        except (ValueError, KeyError):
            raise Fault.value(element, WANTED[kind]) from None

    return value


def _text(element: Any) -> str:
    """The text of an element without others in it: beside text, others are stray already."""
    text: str = element.text or ""
    if (not text or text.isspace()) and len(element):
        raise Fault.unexpected(element[0])
    return text


def _part(node: KeyNode) -> Fill:
    name, kind = node.parts[0].part, node.parts[0].kind
    read = _typed(reader(kind), kind)

    def fill(element: Any, values: Values) -> None:
        value = read(element)
        if values.setdefault(name, value) != value:
            raise Fault.disagreeing(element, name)

    return fill


def _agree(element: Any, values: Values, name: str, value: Any) -> None:
    if values.setdefault(name, value) != value:
        raise Fault.disagreeing(element, name)


def _raw(element: Any) -> Any:
    """An element as nested names and texts; attributes are named with `@`."""
    found: Values = {f"@{name}": value for name, value in element.attrib.items()}
    if not len(element) and not found:
        return element.text or ""
    for child in element:
        name, value = etree.QName(child).localname, _raw(child)
        if name in found:
            found[name] = [*_as_list(found[name]), value]
        else:
            found[name] = value
    return found


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
