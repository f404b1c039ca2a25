"""The official JSON schemas of a Data Standard, from a folder that the user has them in.

An ApiSchema (`projectSchemas`) or an OpenAPI document (`components`), as JSON, packed or not. A
server offers its own OpenAPI at the address that its discovery document names.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from adapters.edfi.refusal import refused
from adapters.edfi.values import Number
from schemas.finding import Finding, Severity
from schemas.standards.shape import StandardRecord

_PATTERNS = ("*.json", "*.json.gz", "*/*.json", "*/*.json.gz")
_LARGEST = 64 << 20
_FIX = "Correct the record in the system that made the file."
_SERVER_OWN = ("id", "_etag", "_lastModifiedDate")


class OfficialJson:
    """Validates records; additional properties are refused, formats are checked.

    Raises Unreadable where the folder holds no such schema of the version.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self._schemas = _found(folder, version)
        self._validators = cache(self._validator)

    def findings(self, record: StandardRecord) -> Iterator[Finding]:
        """What the official schema has against a record; nothing for a resource it lacks."""
        validator = self._validators(record.entity)
        if validator is None:
            return
        file, _, row = record.where.partition(", ")
        number = row.rsplit(" ", 1)[-1]
        for error in validator.iter_errors(numbered(record.values)):
            path = ".".join(str(each) for each in error.absolute_path)
            yield Finding(
                Severity.ROW,
                "edfi.schema",
                f"{record.entity}{'.' if path else ''}{path}: {error.message[:300]}",
                _FIX,
                file=file,
                row=int(number) if number.isdecimal() else None,
                column=path or None,
            )

    def _validator(self, entity: str) -> Any:
        from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

        schema = self._schemas.get(entity)
        return schema and Draft202012Validator(schema, format_checker=FormatChecker())


def numbered(value: Any) -> Any:
    """The values with decimals as numbers, as a schema wants them."""
    if isinstance(value, Number):
        return float(value)
    if isinstance(value, dict):
        return {name: numbered(each) for name, each in value.items()}
    return [numbered(each) for each in value] if isinstance(value, list) else value


def _found(folder: Path, version: str) -> dict[str, Any]:
    for pattern in _PATTERNS:
        for path in sorted(folder.glob(pattern)):
            schemas = _of_document(_document(path), version)
            if schemas:
                return schemas
    problem = f"{folder.name} holds no ApiSchema or OpenAPI document of Data Standard {version}"
    fix = "Put the JSON document there that your server or the Ed-Fi Alliance publishes."
    raise refused("schemas", problem, fix, folder.name)


def _document(path: Path) -> Any:
    try:
        if path.suffix != ".gz":
            content = path.read_bytes() if path.stat().st_size < _LARGEST else b"null"
        else:
            with gzip.open(path) as stream:
                content = stream.read(_LARGEST)
        return json.loads(content)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError):
        return None


def _of_document(document: Any, version: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        return {}
    if isinstance(document.get("projectSchemas"), dict):
        return _of_api_schema(document, version)
    if isinstance(document.get("components"), dict) and isinstance(document.get("paths"), dict):
        return _of_openapi(document, version)
    return {}


def _of_api_schema(document: dict[str, Any], version: str) -> dict[str, Any]:
    return {
        name: each["jsonSchemaForInsert"]
        for project in document["projectSchemas"].values()
        if str(project.get("projectVersion", "")).startswith(f"{version}.")
        for name, each in project["resourceSchemas"].items()
    }


def _of_openapi(document: dict[str, Any], version: str) -> dict[str, Any]:
    """The resources of an OpenAPI document, each with what it refers to, closed."""
    stated = str(document.get("info", {}).get("version", ""))
    if stated[:1] != version[:1]:
        return {}
    definitions = {
        name: _closed(each) for name, each in document["components"].get("schemas", {}).items()
    }
    shared = {"components": {"schemas": definitions}}
    return {
        path.rsplit("/", 1)[-1]: {**shared, **body}
        for path, methods in document["paths"].items()
        if (body := _body(methods)) is not None
    }


def _body(methods: dict[str, Any]) -> dict[str, Any] | None:
    post = methods.get("post", {}).get("requestBody", {}).get("content", {})
    found = post.get("application/json", {}).get("schema")
    return found if isinstance(found, dict) else None


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without what only a server adds, and with nothing else allowed."""
    properties = {
        name: each for name, each in schema.get("properties", {}).items() if name not in _SERVER_OWN
    }
    return {**schema, "properties": properties, "additionalProperties": False}
