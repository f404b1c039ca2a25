"""From the IRIs and prefixed keys of any document back to the names of our tables."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from schemas.standards.ceds import all_properties, by_iri, current, extension, table
from schemas.standards.ceds.table import NAMESPACE, Term
from schemas.standards.shape import Kind

WHOLE: Final = re.compile(r"0|-?[1-9]\d{0,17}")
"""A whole number written as a processor of JSON-LD writes it."""

HERE: Final = "planbridge://document/folder/"
"""The address that a document is said to have, so that what is relative to it can be told apart."""

UNDEFINED: Final = "urn:planbridge:undefined#"
"""What an undefined term of a document expands to, so that it is kept instead of dropped."""


def relative(iri: str) -> str:
    """An address as the document had it, where it was relative to the document."""
    return iri.removeprefix(HERE)


@cache
def _names() -> dict[str, str]:
    named = {NAMESPACE + each.id: name for name, each in table.classes().items()}
    ours = {extension.NAMESPACE + c.id: name for name, c in extension.classes().items()}
    return named | ours | {term.iri: name for name, term in all_properties().items()}


def name_of(iri: str) -> str:
    """The class or property that an IRI means; the IRI itself, or the undefined term, else."""
    return _names().get(iri) or iri.removeprefix(UNDEFINED)


def name_of_key(key: str) -> str:
    """The name that a key of our own context stands for, spelled by prefix or IRI included."""
    if key.startswith("ceds:"):
        return name_of(NAMESPACE + key[5:])
    return name_of(key) if "://" in key else key


def option_of(value: str) -> str:
    """The term of an option given by IRI, by prefix or by a term of an earlier version."""
    iri = NAMESPACE + value[5:] if value.startswith("ceds:") else value
    found = by_iri().get(iri)
    return found.term if found else current(iri.removeprefix(UNDEFINED))


def term_of(name: str) -> Term | None:
    """What the tables know of a property."""
    return all_properties().get(name)


def settled(term: Term | None, value: Any) -> Any:
    """A text of our own context as trees have it: options by term, whole numbers as numbers."""
    if term and isinstance(value, str):
        if term.codes:
            return option_of(value)
        if term.kind is Kind.INTEGER and WHOLE.fullmatch(value):
            return int(value)
    return value
