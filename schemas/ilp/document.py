"""The native document `ilp.json`: read with every fault named, written the same way every time.

A document is a JSON object `{"format", "formatVersion", "plan"}`. Names are in snake_case as in the
models, absent values are left out, decimals are strings, instants are in UTC.
"""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field, ValidationError

from schemas.envelope import DocumentError
from schemas.ilp.envelope import ENVELOPE, FORMAT, FORMAT_VERSION, MAX_BYTES
from schemas.ilp.faults import findings_of
from schemas.ilp.plan import Plan
from schemas.meta import Record

__all__ = ["Document", "DocumentError", "read_document", "write_document"]


class Document(Record):
    """The envelope around a plan: which format, in which version."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    format: Literal["planbridge-ilp"]
    format_version: Literal["1.0"] = Field(alias="formatVersion")
    plan: Plan


def read_document(data: bytes) -> Plan:
    """The plan in a document's bytes (UTF-8, at most `MAX_BYTES`).

    Raises DocumentError, never anything else, for bytes that hold no plan of this format.
    """
    text = ENVELOPE.text_of(data, MAX_BYTES)
    try:
        return Document.model_validate_json(text, strict=True).plan
    except ValidationError as error:
        raise DocumentError(findings_of(error)) from None


def write_document(plan: Plan) -> bytes:
    """The plan as a document: fixed key order, two spaces of indent, UTF-8, a final newline.

    `read_document` gives an equal plan back.
    """
    named = plan.model_dump(mode="json", exclude_defaults=True)
    document = {"format": FORMAT, "formatVersion": FORMAT_VERSION, "plan": _content_first(named)}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


_LAST: Final = ("changed", "origins", "earlier")


def _content_first(value: Any) -> Any:
    """The value with each entry's bookkeeping behind its content, for people who read the file."""
    if isinstance(value, list):
        return [_content_first(item) for item in value]
    if not isinstance(value, dict):
        return value
    # An entry has a version; a map of origins may have a field called `changed` of its own.
    last = _LAST if "version" in value else ()
    order = [*(key for key in value if key not in last), *(key for key in last if key in value)]
    return {key: _content_first(value[key]) for key in order}
