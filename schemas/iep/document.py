"""The native document `iep.json`: read with every fault named, written the same way every time.

A document is a JSON object `{"format", "formatVersion", "origin", "iep"}`. Names are in snake_case
as in the models, absent values are left out, decimals are strings. `origin` tells which system gave
this version, when and as what; it is no part of the version, so that the same IEP delivered on
another night has the same digest.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final, Literal

from pydantic import ConfigDict, Field, ValidationError

from schemas.envelope import DocumentError, Envelope
from schemas.iep.iep import Iep
from schemas.ilp.entry import Instant, Line
from schemas.ilp.faults import findings_of
from schemas.meta import Record

FORMAT: Final = "planbridge-iep"
FORMAT_VERSION: Final = "1.0"
MAX_BYTES: Final = 16 * 1024 * 1024
_ENVELOPE: Final = Envelope(
    FORMAT, FORMAT_VERSION, "iep", "IEP", "an IEP exported as native IEP JSON"
)


class IepOrigin(Record):
    """Which system gave a version, when it was extracted there, and in which form it came."""

    system: Line
    extracted_at: Instant | None = None
    standard: Line | None = None


class IepDocument(Record):
    """The envelope around a version of an IEP."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    format: Literal["planbridge-iep"] = "planbridge-iep"
    format_version: Literal["1.0"] = Field(default="1.0", alias="formatVersion")
    origin: IepOrigin
    iep: Iep


def read_iep(data: bytes) -> IepDocument:
    """The document in these bytes (UTF-8, at most `MAX_BYTES`). Raises DocumentError."""
    text = _ENVELOPE.text_of(data, MAX_BYTES)
    try:
        return IepDocument.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise DocumentError(findings_of(error, "iep")) from None


def write_iep(document: IepDocument) -> bytes:
    """The document: fixed key order, two spaces of indent, UTF-8, a final newline.

    `read_iep` gives an equal document back.
    """
    named = document.model_dump(mode="json", exclude_defaults=True)
    whole = {
        "format": FORMAT,
        "formatVersion": FORMAT_VERSION,
        "origin": named["origin"],
        "iep": named["iep"],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def digest_of_iep(iep: Iep) -> str:
    """The SHA-256 of what an IEP says, the same whichever way and night it came."""
    named = iep.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(named, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
