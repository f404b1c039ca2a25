"""Addresses of nodes: in tables as short as they are ours, in documents good everywhere.

Tables write an entry's id as `#goal-1`, relative to the person's address, and ids of roster
records behind `urn:planbridge:<kind>:`. A document has `urn:planbridge:person:17#goal-1`. An id
that is an IRI already, because a document of somebody else brought it, stays what it is. No
address is made from a social security number.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from mappings.ceds.guard import is_ssn
from mappings.engine.book import Book
from mappings.engine.paths import Tree
from mappings.ilp.profile import LOCAL, SOURCED_ID, STATE, identifiers_of
from schemas.standards.ceds import all_properties, is_a

PREFIX: Final = "urn:planbridge:"
_ABSOLUTE: Final = ("http://", "https://", "urn:")
SYSTEM: Final = "ilp:identifierSystem"
_MOST_SEEN: Final = 10_000
_ENDS: Final = ("@id", SYSTEM)
_SAFE: Final = "-._~!$'()*+,;=:@/"


@dataclass(frozen=True, slots=True)
class Marks:
    """What of trees has to be looked at, by property.

    `classes` are the classes of nodes in lists that a row makes item by item and does not name.
    `ways` are the properties that lead to such nodes, to addresses or to systems of identifiers.
    """

    classes: Mapping[str, str]
    ways: frozenset[str]
    _seen: dict[tuple[str, ...], tuple[tuple[str, str | None], ...]] = field(default_factory=dict)

    def of(self, node: Tree) -> tuple[tuple[str, str | None], ...]:
        """The properties of a node to look at, each with the class that its nodes are of.

        Nodes with the same properties are alike in this.
        """
        names = tuple(node)
        found = self._seen.get(names)
        if found is None:
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            looked = (name for name in names if name in self.ways or name == SYSTEM)
            found = tuple((name, self.classes.get(name)) for name in looked)
            self._seen[names] = found
        return found


def person_key(plan: Tree) -> str | None:
    """The id by which a plan's student is addressed: the roster's, the district's, any other.

    An identifier that is no longer active serves where there is no other.
    """
    listed = plan.get("profile", {}).get("identity", {}).get("identifiers", ())
    known = identifiers_of(plan) or {each["system"]: each["value"] for each in listed}
    for system in (SOURCED_ID, LOCAL, STATE):
        if system in known:
            return known[system]
    return next((value for system, value in known.items() if not is_ssn(system)), None)


def marks_of(book: Book, subjects: Container[str] | None = None) -> Marks:
    """What the tables of a book, or those of some subjects, leave to be completed."""
    tables = [t for t in book.tables if subjects is None or t.subject in subjects]
    rows = [found for table in tables for found in table.all_rows()]
    lists = {theirs.steps[-1].name for _, theirs, row in rows if row.rows}
    wanted = [theirs for _, theirs, row in rows if row.rows or theirs.steps[-1].name in _ENDS]
    ways = frozenset(step.name for theirs in wanted for step in theirs.steps)
    classes = {name: all_properties()[name].reference or "" for name in lists}
    return Marks(classes, ways)


@lru_cache(maxsize=10_000)
def outer(address: str) -> str:
    """An address of ours as a document has it: percent-encoded, or the IRI that the id is."""
    kind, _, id_ = address.removeprefix(PREFIX).partition(":")
    if id_.startswith(_ABSOLUTE) and not id_.startswith(PREFIX):
        return id_
    return f"{PREFIX}{kind}:{quote(id_, safe=_SAFE)}"


def stem_of(address: str) -> str:
    """What the addresses of a record's entries begin with."""
    return address + ("." if "#" in address else "#")


def complete(tree: Tree, marks: Marks) -> bool:
    """Make a tree what a document has; whether an identifier in it is a social security number."""
    if "@id" in tree:
        tree["@id"] = outer(tree["@id"])
    return _complete(tree, stem_of(tree.get("@id", "")), marks)


def _complete(node: Tree, stem: str, marks: Marks) -> bool:
    found = False
    for name, kind in marks.of(node):
        value = node[name]
        if value.__class__ is list:
            for item in value:
                if item.__class__ is not dict:
                    break  # texts and options
                if _complete_one(item, kind, stem, marks):
                    found = True
        elif name == SYSTEM and is_ssn(value):
            found = True
    return found


def _complete_one(node: Tree, kind: str | None, stem: str, marks: Marks) -> bool:
    if kind is not None:
        node["@type"] = kind
    address = node.get("@id")
    if address is not None:
        node["@id"] = stem + address[1:] if address[0] == "#" else outer(address)
    return len(node) > 1 and _complete(node, stem, marks)


def localize(tree: Tree, marks: Marks) -> Tree:
    """A tree of a document as tables read it; a new one."""
    return _local(tree, stem_of(tree.get("@id", "")), marks)


def _local(node: Tree, stem: str, marks: Marks, bare: str | None = None) -> Tree:
    made: Tree = {}
    for name, value in node.items():
        if name == "@id":
            made[name] = _inner(value, stem)
        elif name == "@type" and value == bare:
            continue
        elif name == "@type":
            made[name] = "Organization" if _points_at_organization(node) else value
        elif isinstance(value, list):
            kind = marks.classes.get(name)
            made[name] = [
                _local(item, stem, marks, kind) if isinstance(item, dict) else item
                for item in value
            ]
        else:
            made[name] = value
    return made


def _inner(address: str, stem: str) -> str:
    if address.startswith(stem):
        return f"#{address[len(stem) :]}"
    return unquote(address) if address.startswith(PREFIX) else address


def _points_at_organization(node: Tree) -> bool:
    """Whether a node only says which organization it means; tables know these by one class."""
    kind = node["@type"]
    reference = "@id" in node and len(node) == 2 and isinstance(kind, str)
    return reference and is_a(kind, "Organization") and not is_a(kind, "CourseSection")
