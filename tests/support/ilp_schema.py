"""The JSON Schema of a document, ready to validate with."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from schemas.ilp.generate import schema

VALIDATOR: Any = Draft202012Validator(schema())
