"""CEDS 14 as shapes: one per class, with the properties that the classes above it give it.

The graph is recursive, so a shape does not nest: a link names its class as `reference`, and
`property_of(class, property)` leads on. Values of a link are always lists of nodes.
"""

from __future__ import annotations

from functools import cache

from schemas.standards.ceds import extension, table
from schemas.standards.ceds.table import PARTIAL_DATE, VERSION, Class, Term
from schemas.standards.shape import Kind, Property, Shape


@cache
def all_classes() -> dict[str, Class]:
    """Classes of CEDS and of our extension, by name."""
    return table.classes() | extension.classes()


@cache
def all_properties() -> dict[str, Term]:
    """Properties of CEDS and of our extension, by name."""
    return table.properties() | extension.properties()


@cache
def links() -> frozenset[str]:
    """Properties whose values are nodes."""
    return frozenset(n for n, term in all_properties().items() if term.kind is Kind.OBJECT)


@cache
def literals() -> frozenset[str]:
    """Properties whose text, number or truth is written as it is: no partial dates, no options."""
    return frozenset(
        n for n, term in all_properties().items() if term.datatype not in (None, PARTIAL_DATE)
    )


@cache
def ancestry(name: str) -> tuple[str, ...]:
    """The class itself and those above it, nearest first; just the name where it is unknown."""
    found = [name]
    while (here := all_classes().get(found[-1])) and here.parent:
        found.append(here.parent)
    return tuple(found)


@cache
def is_a(name: str, other: str) -> bool:
    """Whether every node of the first class is one of the second."""
    return other in ancestry(name)


@cache
def property_names(name: str) -> tuple[str, ...]:
    """The properties that a node of this class may have, those of the classes above included."""
    above = frozenset(ancestry(name))
    return tuple(
        sorted(t.name for t in all_properties().values() if not above.isdisjoint(t.domains))
    )


@cache
def allowed(name: str) -> frozenset[str]:
    """`property_names` for asking whether a property is one of them."""
    return frozenset(property_names(name))


def property_of(name: str, prop: str) -> Term | None:
    """What a property is on a node of this class; None where it has no place there."""
    return all_properties()[prop] if prop in allowed(name) else None


def _property(term: Term) -> Property:
    return Property(
        name=term.name,
        kind=term.kind,
        many=term.kind is Kind.OBJECT,
        max_length=term.max_length,
        min_length=term.min_length,
        minimum=term.minimum,
        maximum=term.maximum,
        codes=term.codes,
        reference=term.reference,
    )


def _known(version: str) -> None:
    if version != VERSION:
        raise KeyError(f"CEDS {version}: there is a table for version {VERSION} only")


def entities(version: str = VERSION) -> tuple[str, ...]:
    """The classes that have a shape. Raises KeyError for a version without a table."""
    _known(version)
    return tuple(sorted(name for name, each in all_classes().items() if each.held))


@cache
def shape(version: str, entity: str) -> Shape:
    """The shape of one class, with our extension. Raises KeyError for one without a shape."""
    _known(version)
    if not all_classes()[entity].held:
        raise KeyError(f"{entity}: its properties are not in the table")
    properties = tuple(_property(all_properties()[name]) for name in property_names(entity))
    return Shape("ceds", version, entity, properties, key=("@id",))
