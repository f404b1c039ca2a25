"""Trees out of a graph: one per person and organization, everything else below them.

A node that nothing mentions starts a tree too, and whatever only mentions itself in a circle. A
node is told in full where it is first mentioned, and by its `@id` everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.ceds.jsonld.graph import GraphNode, Nodes, Value
from adapters.ceds.jsonld.literals import literal
from adapters.ceds.names import name_of, option_of, term_of
from adapters.ceds.tree import MAX_DEPTH, Tree, refused
from schemas.standards.ceds import is_a
from schemas.standards.ceds.table import ORGANIZATION, PERSON, Term
from schemas.standards.shape import Kind


def _stands_alone(node: GraphNode) -> bool:
    names = [name_of(each) for each in node.types]
    named = node.own and not node.id.startswith("_:")
    return named and any(is_a(name, PERSON) or is_a(name, ORGANIZATION) for name in names)


def _says_something(node: GraphNode) -> bool:
    return bool(node.values) or (bool(node.types) and not node.mentions)


def _is_listed(term: Term | None, value: Any) -> bool:
    """Whether a single value stands in a list, as nodes always do."""
    link = term is None or term.kind is Kind.OBJECT
    return link and isinstance(value, dict) and "@value" not in value


class _Framer:
    def __init__(self, nodes: Nodes, file: str) -> None:
        self.nodes, self.file = nodes, file
        self.roots = {
            node.id
            for node in nodes.values()
            if _says_something(node) and (_stands_alone(node) or not node.mentions)
        }
        self.told: set[str] = set()

    def tree(self, node: GraphNode, depth: int = 0) -> Tree:
        if depth > MAX_DEPTH:
            raise refused(self.file, "nodes nest too deep", "refer by @id instead of nesting")
        self.told.add(node.id)
        tree = self._identity(node)
        for iri, values in node.values.items():
            name = name_of(iri)
            tree[name] = self._values(term_of(name), values, depth)
        return tree

    def _identity(self, node: GraphNode) -> Tree:
        names = [name_of(each) for each in node.types]
        types = {"@type": names[0] if len(names) == 1 else names} if names else {}
        return types | ({"@id": node.id} if node.own else {})

    def _values(self, term: Term | None, values: list[Value], depth: int) -> Any:
        found = [self._value(term, each, depth) for each in values]
        return found if len(found) != 1 or _is_listed(term, found[0]) else found[0]

    def _value(self, term: Term | None, value: Value, depth: int) -> Any:
        if "@value" in value:
            return literal(term, value)
        if "@list" in value:
            return {"@list": [self._value(term, each, depth) for each in value["@list"]]}
        return self._link(term, self.nodes[value["@id"]], depth)

    def _link(self, term: Term | None, node: GraphNode, depth: int) -> Any:
        if term is not None and term.codes and not node.values and not node.types:
            return option_of(node.id)
        if node.id in self.roots or node.id in self.told or not node.values:
            return self._identity(node)
        return self.tree(node, depth + 1)


def trees(nodes: Nodes, file: str) -> Iterator[Tree]:
    """Every tree of the graph, in the order of the document."""
    framer = _Framer(nodes, file)
    for node in nodes.values():
        if node.id in framer.roots:
            yield framer.tree(node)
    for node in nodes.values():
        if node.values and node.id not in framer.told:
            yield framer.tree(node)
