"""The JSON-LD context of what we write, made from the tables of `schemas.standards.ceds`."""

from __future__ import annotations

from functools import cache
from typing import Any

from schemas.standards.ceds import all_properties, by_term, extension, named, table
from schemas.standards.ceds.table import NAMESPACE, PARTIAL_DATE, XSD, Term
from schemas.standards.shape import Kind


def _iri(term_id: str) -> str:
    return term_id if extension.is_extension(term_id) else f"ceds:{term_id}"


def _property(term: Term) -> dict[str, str]:
    """How values are to be read; plain strings and values that name their type need no coercion."""
    if term.codes:
        return {"@id": _iri(term.id), "@type": "@vocab"}
    if term.kind is Kind.OBJECT:
        return {"@id": _iri(term.id), "@type": "@id"}
    if term.datatype in (None, "xsd:string", PARTIAL_DATE):
        return {"@id": _iri(term.id)}
    return {"@id": _iri(term.id), "@type": term.datatype}


@cache
def option_terms() -> dict[str, str]:
    """The options that the context names, with their compact IRIs."""
    return {
        term: f"ceds:{option.iri.removeprefix(NAMESPACE)}"
        for term, option in by_term().items()
        if term in named()
    }


def _prefixes(strict: bool) -> dict[str, Any]:
    own = {} if strict else {extension.PREFIX.rstrip(":"): extension.NAMESPACE}
    return {"ceds": NAMESPACE, "xsd": XSD, **own, "id": "@id", "type": "@type"}


@cache
def context(strict: bool = False) -> dict[str, Any]:
    """The context; `strict` leaves our extension out."""
    classes = {name: f"ceds:{each.id}" for name, each in table.classes().items()}
    wanted = table.properties() if strict else all_properties()
    properties = {name: _property(term) for name, term in wanted.items()}
    return _prefixes(strict) | classes | properties | option_terms()
