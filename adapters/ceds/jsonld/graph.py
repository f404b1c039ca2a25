"""The nodes of an expanded document, each once, in the order of their first mention."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.ceds.names import relative
from adapters.ceds.tree import refused

Value = dict[str, Any]

_KEYWORDS: Final = frozenset({"@id", "@type", "@reverse", "@included", "@index", "@graph"})


@dataclass(slots=True)
class GraphNode:
    """What the whole document says of one thing; a value `{"@id": ...}` points to another node.

    `own` tells that the document gave the id, `mentions` how many places point here.
    """

    id: str
    own: bool
    types: list[str] = field(default_factory=list)
    values: dict[str, list[Value]] = field(default_factory=dict)
    mentions: int = 0


Nodes = dict[str, GraphNode]


class _Collector:
    def __init__(self, file: str) -> None:
        self.file = file
        self.nodes: Nodes = {}
        self.made = 0
        self.told: set[tuple[str, str, str]] = set()

    def node(self, found: Value) -> GraphNode:
        if "@graph" in found:
            problem = "a named graph, which CEDS has no use for"
            raise refused(self.file, problem, "give the nodes in the default graph")
        node = self._entry(found)
        node.types = list(dict.fromkeys((*node.types, *found.get("@type", ()))))
        for name, values in found.items():
            if name not in _KEYWORDS:
                self._add(node, name, values)
        self._around(node, found)
        return node

    def _entry(self, found: Value) -> GraphNode:
        if own := "@id" in found:
            name = relative(str(found["@id"]))
        else:
            self.made += 1
            name = f"_:planbridge{self.made}"
        return self.nodes.setdefault(name, GraphNode(name, own))

    def _add(self, node: GraphNode, name: str, values: list[Value]) -> None:
        kept = node.values.setdefault(name, [])
        for value in values:
            stored = self._value(value)
            fact = (node.id, name, json.dumps(stored, sort_keys=True))
            if fact not in self.told:  # looking through `kept` would take ever longer
                self.told.add(fact)
                kept.append(stored)

    def _value(self, value: Value) -> Value:
        if "@value" in value:
            return value
        if "@list" in value:
            return {"@list": [self._value(each) for each in value["@list"]]}
        target = self.node(value)
        target.mentions += 1
        return {"@id": target.id}

    def _around(self, node: GraphNode, found: Value) -> None:
        for each in found.get("@included", ()):
            self.node(each)
        for name, sources in found.get("@reverse", {}).items():
            for each in sources:
                self._add(self.node(each), name, [{"@id": node.id}])
                node.mentions += 1


def collect(expanded: list[Value], file: str) -> Nodes:
    """Every node of the document by id; nodes without one get a name of their own."""
    collector = _Collector(file)
    for each in expanded:
        if "@value" not in each and "@list" not in each:
            collector.node(each)
    return collector.nodes
