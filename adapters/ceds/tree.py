"""How a CEDS record looks on its way: a tree of nodes, one tree per person or organization.

A node is `{"@type": class, "@id": iri, property: value, ...}`. Names are those of
`schemas.standards.ceds`; `@id` is left out where nothing refers to the node. A link holds a list
of nodes; `{"@id": ..., "@type": ...}` alone refers to a node that stands elsewhere. An option is
the text `<set>_<code>`. Decimals and dates are text, integers are integers. What does not fit
(another datatype, a language) is a value object of JSON-LD, `{"@value": ..., "@type": ...}`.
A property that CEDS does not know stands under its whole IRI or, where it has none, as written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from adapters.formats import Unreadable
from schemas.finding import Finding, Severity

Tree = dict[str, Any]

MAX_DEPTH: Final = 64
"""Nodes within nodes; the deepest path of CEDS content we know is nine."""

MAX_TREE_BYTES: Final = 16 * 1024 * 1024
"""One person or organization; a plan with everything in it is some 100 kB."""


class Unwritable(Unreadable):
    """Records that cannot be written as CEDS; `findings` name the place, the value and the fix."""


def refused(file: str, problem: str, fix: str, **place: Any) -> Unreadable:
    """The error that stops reading."""
    return Unreadable(Finding(Severity.REFUSE, "ceds.unreadable", problem, fix, file, **place))


def types_of(node: Tree) -> tuple[str, ...]:
    """The classes of a node; none for a plain reference."""
    found = node.get("@type", ())
    return (found,) if isinstance(found, str) else tuple(found)


def entity_of(tree: Tree) -> str:
    """What kind of record a tree is: the first class of its root."""
    return next(iter(types_of(tree)), "")


def is_node(value: Any) -> bool:
    """Whether a value is a node rather than a value object or a list of JSON-LD."""
    return isinstance(value, dict) and "@value" not in value and "@list" not in value


def is_reference(node: Tree) -> bool:
    """Whether a node says no more than which node it is."""
    return "@id" in node and not node.keys() - {"@id", "@type"}


def values_of(value: Any) -> list[Any]:
    """The values of a property, also where there is only one."""
    return value if isinstance(value, list) else [value]


def nodes_of(tree: Tree, path: str = "") -> Iterator[tuple[str, Tree]]:
    """Every node with the path that leads there, the root first (`hasMembership[2].hasGoal[1]`)."""
    yield path, tree
    for name, value in tree.items():
        for position, each in enumerate(values_of(value), 1):
            if is_node(each):
                here = f"{path}.{name}" if path else name
                yield from nodes_of(each, f"{here}[{position}]")


def sample(value: Any) -> str:
    """A value short enough to be shown."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
