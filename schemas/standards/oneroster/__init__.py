"""OneRoster as its CSV binding names it: files, columns, formats and vocabularies."""

from schemas.standards.oneroster.shapes import entities, shape
from schemas.standards.oneroster.table import (
    EXTENSION,
    VERSIONS,
    Column,
    Format,
    ManifestRow,
    Required,
    column_map,
    files,
    former_columns,
    header_verified,
    json_columns,
    json_files,
    manifest,
)

__all__ = [
    "EXTENSION",
    "VERSIONS",
    "Column",
    "Format",
    "ManifestRow",
    "Required",
    "column_map",
    "entities",
    "files",
    "former_columns",
    "header_verified",
    "json_columns",
    "json_files",
    "manifest",
    "shape",
]
