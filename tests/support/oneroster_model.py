"""A strict JSON Schema of the OneRoster 1.2 payloads, made from the reference's table of facts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]


def _is_date(value: object) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)) is not None


def _is_moment(value: object) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z", str(value)) is not None


def _is_address(value: object) -> bool:
    return bool(urlsplit(str(value)).scheme)


FORMATS = FormatChecker(formats=())
FORMATS.checks("date")(_is_date)
FORMATS.checks("date-time")(_is_moment)
FORMATS.checks("uri")(_is_address)


def strict_models(reference: Path) -> dict[str, Draft202012Validator]:
    """One validator for the payload of each collection; unknown properties are refused."""
    path = reference / "reference" / "oneroster" / "model-1.2.json"
    services = json.loads(path.read_text("utf-8"))["services"]
    models = {}
    for classes in services.values():
        schemas = {name: _object(facts) for name, facts in classes.items()}
        for name, facts in classes.items():
            [key, *others] = facts["fields"] or [None]
            if name.endswith("SetDType") and key and not others:
                schema = {"$ref": f"#/$defs/{name}", "$defs": schemas}
                models[key] = Draft202012Validator(schema, format_checker=FORMATS)
    return models


def _object(facts: dict[str, Any]) -> dict[str, Any]:
    fields = facts["fields"]
    return {
        "type": "object",
        "properties": {name: _field(field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field["required"]],
        "additionalProperties": facts["openToExtraProperties"],
    }


def _field(field: dict[str, Any]) -> dict[str, Any]:
    if "class" in field:
        return {"$ref": f"#/$defs/{field['class']}"}
    if field["type"] == "array":
        items = _field(field["items"])
        return {"type": "array", "minItems": field.get("minItems", 0), "items": items}
    schema = {"type": field["type"], "format": field.get("format", "")}
    if "enum" in field:
        known: list[dict[str, Any]] = [{"enum": field["enum"]}]
        if "alsoPattern" in field:
            known.append({"pattern": f"^{field['alsoPattern']}$"})
        return {**schema, "anyOf": known}
    return schema
