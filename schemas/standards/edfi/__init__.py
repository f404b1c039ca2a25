"""Ed-Fi Data Standards 5.2 and 6.1: what their resources look like in JSON and in bulk XML."""

from schemas.standards.edfi.shapes import entities, shape
from schemas.standards.edfi.table import (
    VERSIONS,
    Entity,
    KeyPart,
    Row,
    catalog,
    key_parts,
    namespace,
    rows,
    unifications,
)
from schemas.standards.edfi.values import reference_parts

__all__ = [
    "VERSIONS",
    "Entity",
    "KeyPart",
    "Row",
    "catalog",
    "entities",
    "key_parts",
    "namespace",
    "reference_parts",
    "rows",
    "shape",
    "unifications",
]
