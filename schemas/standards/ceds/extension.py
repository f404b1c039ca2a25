"""Terms of our own for what CEDS 14 has no element for (`extension.toml`).

In records their names start with the prefix (`ilp:goalCategory`); a strict export drops them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any, Final

from schemas.standards.ceds.table import BASE_CLASS, Class, Term
from schemas.standards.ceds.table import classes as ceds_classes
from schemas.standards.shape import Kind

NAMESPACE: Final = "https://planbridge.dev/ns/ilp#"
"""An identifier, not a host that has to answer."""

PREFIX: Final = "ilp:"

_KINDS = {
    "string": (Kind.STRING, "xsd:string"),
    "integer": (Kind.INTEGER, "xsd:integer"),
    "decimal": (Kind.DECIMAL, "xsd:decimal"),
    "boolean": (Kind.BOOLEAN, "xsd:boolean"),
    "date": (Kind.DATE, "xsd:date"),
    "code": (Kind.CODE, None),
    "object": (Kind.OBJECT, None),
    "link": (Kind.OBJECT, None),
}


def is_extension(name: str) -> bool:
    """Whether a property or class is ours rather than CEDS's."""
    return name.startswith(PREFIX)


@cache
def _table() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("extension.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def classes() -> dict[str, Class]:
    """Our own classes by prefixed name."""
    return {
        PREFIX + name: Class(name, PREFIX + name, BASE_CLASS, True) for name in _table()["classes"]
    }


def _prefixed(name: str) -> str:
    return PREFIX + name if PREFIX + name in classes() else name


def _term(name: str, facts: dict[str, Any], domains: set[str]) -> Term:
    kind, datatype = _KINDS[facts["kind"]]
    return Term(
        id=PREFIX + name,
        name=PREFIX + name,
        kind=kind,
        iri=NAMESPACE + name,
        domains=frozenset(_prefixed(each) for each in domains),
        datatype=datatype,
        codes=facts.get("codes"),
        reference=_prefixed(facts["reference"]) if "reference" in facts else None,
    )


def _declared() -> Iterator[tuple[str, dict[str, Any], set[str]]]:
    for owner, terms in _table()["terms"].items():
        for name, facts in terms.items():
            yield name, facts, {owner}
    for name, facts in _table()["shared"].items():
        yield name, facts, set(facts["on"])


@cache
def properties() -> dict[str, Term]:
    """Our own properties by prefixed name."""
    return {PREFIX + name: _term(name, facts, on) for name, facts, on in _declared()}


@cache
def gaps() -> dict[str, str]:
    """What CEDS lacks and each of our terms fills, by prefixed name, for documentation."""
    return {PREFIX + name: facts["gap"] for name, facts, _ in _declared()}


def unknown_classes() -> set[str]:
    """Classes that the table names and nobody has; empty when the table is right."""
    known = ceds_classes().keys() | classes().keys()
    terms = properties().values()
    named = {each for term in terms for each in term.domains}
    return (named | {term.reference for term in terms if term.reference}) - known
