"""A tree as rows of one long table, losslessly: a row per node and per value.

Columns:
- `subject` numbers the trees, `node` the nodes within one; node 1 is the root.
- `class` is the node's class or classes, separated by `|`. `parent` is the node that links here.
- `property` is the CEDS id (`P000115`), our prefixed term, or an IRI; `global_id` and `notation`
  say the same for people. `position` counts the values of a list and is blank for a lone value.
- `form` says what the row is: `node`, `text`, `option`, `integer`, `boolean` or `json`.
- `value` is a node's `@id`, an option's term or the value itself.
- `option_set`, `code` and `ceds_version` spell out an option.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from adapters.ceds.tree import MAX_DEPTH, Tree, is_node, sample, types_of
from schemas.standards.ceds import all_properties, by_term

SEPARATOR: Final = "|"


class Row(NamedTuple):
    """One row of the table, all text."""

    subject: str
    node: str
    class_: str
    parent: str
    property: str
    global_id: str
    notation: str
    position: str
    form: str
    value: str
    option_set: str = ""
    code: str = ""
    ceds_version: str = ""


HEADER: Final = tuple(name.rstrip("_") for name in Row._fields)


class _Flattener:
    def __init__(self, subject: int) -> None:
        self.subject = str(subject)
        self.nodes = 0

    def node(
        self, node: Tree, parent: str, link: tuple[str, str, str, str], depth: int = 0
    ) -> Iterator[Row]:
        if depth > MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} nodes within one another")
        self.nodes += 1
        number, classes = str(self.nodes), SEPARATOR.join(types_of(node))
        address = str(node.get("@id", ""))
        yield Row(self.subject, number, classes, parent, *link, "node", address)
        for name, value in node.items():
            if not name.startswith("@"):
                yield from self._property(number, classes, (name, value), depth)

    def _property(
        self, number: str, classes: str, item: tuple[str, Any], depth: int
    ) -> Iterator[Row]:
        name, value = item
        term = all_properties().get(name)
        named = (term.id, term.global_id or "", name) if term else (name, "", name)
        listed = isinstance(value, list)
        for place, each in enumerate(value if listed else [value], 1):
            link = (*named, str(place) if listed else "")
            if is_node(each):
                yield from self.node(each, number, link, depth + 1)
            else:
                coded = term is not None and term.codes is not None
                yield Row(self.subject, number, classes, "", *link, *_cells(each, coded))


def _cells(value: Any, coded: bool) -> tuple[str, ...]:
    """The form and the value of a literal, and what an option is."""
    if isinstance(value, bool):
        return "boolean", str(value).lower()
    if isinstance(value, int):
        return "integer", str(value)
    if isinstance(value, dict):
        return "json", json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    if not isinstance(value, str):
        raise ValueError(f"{sample(value)}: decimals and dates are text in a record")
    option = by_term().get(value) if coded else None
    if option is None:
        return "text", value
    return "option", value, option.set, option.code, option.version


def rows(tree: Tree, subject: int) -> Iterator[Row]:
    """The rows of one tree, which `adapters.ceds.csv.build` makes into the same tree again."""
    return _Flattener(subject).node(tree, "", ("", "", "", ""))
