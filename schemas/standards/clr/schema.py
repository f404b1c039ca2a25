"""JSON Schemas of our own for learner records, made from `classes.toml` and `vocabularies.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

_EXTENSION: Final = r"^ext:[A-Za-z0-9._-]+$"
_LANGUAGES: Final = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "minProperties": 1,
}
_DAY: Final = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_SCALARS: Final[dict[str, Any]] = {
    "any": {"type": ["string", "array"]},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "pattern": f"^{_DAY}$"},
    "datetime": {
        "type": "string",
        "pattern": f"^{_DAY}[Tt]{_TIME}([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
    },
    "language": {
        "type": "string",
        "pattern": "^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$",
    },
    "number": {"type": "number"},
    "text": {"anyOf": [{"type": "string"}, _LANGUAGES]},
    "uri": {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$"},
}
_SETTINGS: Final = frozenset({"types", "one_of", "any_of", "plain"})


@cache
def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a class, such as `ClrCredential`."""
    parts = {one: _class(table) for one, table in _table("classes.toml").items()}
    words = {one: _vocabulary(table) for one, table in _table("vocabularies.toml").items()}
    issuer = {"anyOf": [_SCALARS["uri"], {"$ref": "#/$defs/Profile"}]}
    # What kind of credential an inner one is, is judged when that one is verified.
    inner = {"type": "object", "required": ["@context", "type", "issuer", "credentialSubject"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": f"#/$defs/{name}",
        "$defs": {**_SCALARS, **words, **parts, "Issuer": issuer, "Credential": inner},
    }


@cache
def _table(name: str) -> dict[str, Any]:
    text = files("schemas.standards.clr").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _vocabulary(table: dict[str, Any]) -> dict[str, Any]:
    terms: list[dict[str, Any]] = [{"enum": table["terms"]}]
    if table["extensible"]:
        terms.append({"type": "string", "pattern": _EXTENSION})
    return {"anyOf": terms}


def _class(table: dict[str, Any]) -> dict[str, Any]:
    held = {name: told for name, told in table.items() if name not in _SETTINGS}
    typed = "plain" in table or "types" in table or "type" in held
    made: dict[str, Any] = {
        "type": "object",
        "properties": {name: _property(told) for name, told in held.items()},
        "required": [name for name, told in held.items() if told[-1] in "!+"],
    }
    if typed and "type" not in held:
        made["properties"]["type"] = _type(table)
        made["required"].append("type")
    if "plain" in table:
        made["additionalProperties"] = False
    if "any_of" in table:
        made["anyOf"] = [{"required": [name]} for name in table["any_of"]]
    return made


def _type(table: dict[str, Any]) -> dict[str, Any]:
    if "plain" in table:
        return {"const": table["plain"]}
    wanted: list[dict[str, Any]] = [{"contains": {"const": one}} for one in table["types"]]
    if "one_of" in table:
        wanted.append({"contains": {"enum": table["one_of"]}})
    listed = {"type": "array", "items": {"type": "string"}, "allOf": wanted}
    alone = len(table["types"]) == 1 and "one_of" not in table
    return {"anyOf": [listed, {"const": table["types"][0]}]} if alone else listed


def _property(told: str) -> dict[str, Any]:
    one = {"$ref": f"#/$defs/{told.rstrip('!*+')}"}
    if told[-1] not in "*+":
        return one
    return {
        "anyOf": [one, {"type": "array", "items": one, "minItems": 1 if told[-1] == "+" else 0}]
    }
