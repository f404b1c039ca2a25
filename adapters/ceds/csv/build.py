"""Rows of the long table made into a tree again."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from adapters.ceds.csv.rows import SEPARATOR, Row
from adapters.ceds.jsonld.parse import Fault, parse
from adapters.ceds.tree import MAX_DEPTH, Tree
from schemas.standards.ceds import all_properties, by_term, current


class BadRow(ValueError):
    """A row that does not fit; `column` and `fix` say where and what to do."""

    def __init__(self, problem: str, column: str, value: str, fix: str) -> None:
        super().__init__(problem)
        self.problem, self.column, self.value, self.fix = problem, column, value, fix


@cache
def _names() -> dict[str, str]:
    return {term.id: name for name, term in all_properties().items()}


class Builder:
    """Takes the rows of one subject, in order, and holds the tree."""

    def __init__(self) -> None:
        self._nodes: dict[str, Tree] = {}
        self._depths: dict[str, int] = {}
        self.tree: Tree | None = None

    def add(self, row: Row) -> None:
        """Put one row in its place. Raises BadRow."""
        if row.form == "node":
            self._add_node(row)
        elif row.node in self._nodes:
            self._add_value(self._nodes[row.node], row, _value(row))
        else:
            raise _no_node(row.node, "node")

    def _add_node(self, row: Row) -> None:
        if row.node in self._nodes:
            raise BadRow("the node stands here twice", "node", row.node, "remove one of the two")
        node = _node(row)
        if not row.parent:
            self._set_root(row, node)
        elif row.parent not in self._nodes:
            raise _no_node(row.parent, "parent")
        else:
            self._add_value(self._nodes[row.parent], row, node)
        self._depths[row.node] = depth = self._depths.get(row.parent, -1) + 1
        if depth > MAX_DEPTH:
            raise BadRow("nodes nest too deep", "parent", row.parent, "refer to the node by its id")
        self._nodes[row.node] = node

    def _set_root(self, row: Row, node: Tree) -> None:
        if self.tree is not None:
            fix = "name the parent node, or give the record a subject of its own"
            raise BadRow("a second node without a parent", "parent", "", fix)
        self.tree = node

    @staticmethod
    def _add_value(node: Tree, row: Row, value: Any) -> None:
        name = _name(row)
        if row.position:
            _append(node, name, row, value)
        elif name in node:
            fix = "number the values in the column position"
            raise BadRow("a second value without a position", "position", "", fix)
        else:
            node[name] = value


def _append(node: Tree, name: str, row: Row, value: Any) -> None:
    values = node.setdefault(name, [])
    if not isinstance(values, list) or row.position != str(len(values) + 1):
        problem = "positions of a property count from 1 without gaps, in order"
        raise BadRow(problem, "position", row.position, "sort the rows as they came")
    values.append(value)


def _no_node(number: str, column: str) -> BadRow:
    return BadRow("no row has told of this node before", column, number, "keep the rows in order")


def _node(row: Row) -> Tree:
    classes = row.class_.split(SEPARATOR) if row.class_ else []
    types: Tree = {"@type": classes[0] if len(classes) == 1 else classes} if classes else {}
    return types | ({"@id": row.value} if row.value else {})


def _name(row: Row) -> str:
    if not row.property:
        raise BadRow("no property", "property", "", "give the id of the property, such as P000115")
    name = _names().get(row.property, row.property)
    if row.notation and row.notation != name:
        problem = f"the notation is not that of {row.property}, which is {name}"
        raise BadRow(problem, "notation", row.notation, "correct one of the two")
    return name


_BOOLEANS: Final = {"true": True, "false": False}


def _value(row: Row) -> Any:
    if row.form == "text":
        return row.value
    if row.form == "option":
        return _option(row)
    if row.form == "boolean" and row.value in _BOOLEANS:
        return _BOOLEANS[row.value]
    if row.form == "integer":
        return _integer(row)
    if row.form == "json":
        return _json(row)
    fix = "use node, text, option, integer, boolean (true, false) or json"
    raise BadRow("a form that does not fit its value", "form", row.form, fix)


def _integer(row: Row) -> int:
    try:
        return int(row.value)
    except ValueError:
        raise BadRow("no whole number", "value", row.value, "give digits only") from None


def _json(row: Row) -> Any:
    try:
        return parse(row.value.encode())
    except Fault as fault:
        raise BadRow(fault.problem, "value", row.value, fault.fix) from None


def _option(row: Row) -> str:
    option = by_term().get(current(row.value))
    if option is None:
        fix = "write <set>_<code>, or make the form text"
        raise BadRow("no option of CEDS 14", "value", row.value, fix)
    spelled = (row.option_set or option.set, row.code or option.code)
    if (
        spelled != (option.set, option.code)
        and current(f"{spelled[0]}_{spelled[1]}") != option.term
    ):
        problem = "option set and code say another option than the value"
        raise BadRow(problem, "code", row.code, "correct one of them")
    return option.term
