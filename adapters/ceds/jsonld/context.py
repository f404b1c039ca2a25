"""The JSON-LD context of what we write, made from the tables of `schemas.standards.ceds`."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from schemas.standards.ceds import all_properties, by_term, extension, table
from schemas.standards.ceds.options import Option
from schemas.standards.ceds.table import NAMESPACE, PARTIAL_DATE, VERSION, XSD, Term
from schemas.standards.shape import Kind

BY_IRI: Final = frozenset(
    {"EmploymentNAICSCode", "ISO6393LanguageCode", "SCEDCourseCode", "TribalAffiliation"}
)
"""Sets of 500 codes and more: their options are given by IRI, lest the context outgrow the data."""


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


def _named(option: Option) -> bool:
    """Whether an option has a term: a slash or colon in a term is an error in JSON-LD 1.1."""
    current = option.version == VERSION and not option.deprecated
    return current and option.set not in BY_IRI and not {"/", ":"} & set(option.code)


@cache
def option_terms() -> dict[str, str]:
    """The options that the context names, with their compact IRIs."""
    return {
        term: f"ceds:{option.iri.removeprefix(NAMESPACE)}"
        for term, option in by_term().items()
        if _named(option)
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
