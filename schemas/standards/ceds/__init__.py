"""CEDS 14 as its ontology names it: classes, properties, option sets, and our extension."""

from schemas.standards.ceds.extension import is_extension
from schemas.standards.ceds.options import Option, by_iri, by_term, codes, current, named
from schemas.standards.ceds.shapes import (
    all_classes,
    all_properties,
    allowed,
    ancestry,
    entities,
    is_a,
    links,
    literals,
    property_names,
    property_of,
    shape,
)
from schemas.standards.ceds.table import NAMESPACE, VERSION, Class, Term

__all__ = [
    "NAMESPACE",
    "VERSION",
    "Class",
    "Option",
    "Term",
    "all_classes",
    "all_properties",
    "allowed",
    "ancestry",
    "by_iri",
    "by_term",
    "codes",
    "current",
    "entities",
    "is_a",
    "is_extension",
    "links",
    "literals",
    "named",
    "property_names",
    "property_of",
    "shape",
]
