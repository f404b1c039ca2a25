"""Taking plans in from files: all of them, or none and every fault named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from schemas.ilp.document import MAX_BYTES, DocumentError
from service.act import Act
from service.errors import Invalid, NotFound
from service.ilp.keep import Kept, import_plan


def import_files(
    connection: Connection, tenant: str, place: Path, act: Act
) -> list[dict[str, Any]]:
    """Import a document, or every `*.json` of a folder.

    Raises NotFound where nothing is there, Invalid naming file, path and fix of each fault.
    """
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    if not files or not all(file.is_file() for file in files):
        raise NotFound(f"There is no plan document at {place}.", "Name an ilp.json file.")
    return [_outcome(file, _import(connection, tenant, file, act)) for file in files]


def _import(connection: Connection, tenant: str, file: Path, act: Act) -> Kept:
    if file.stat().st_size > MAX_BYTES:
        raise Invalid(f"{file.name} is larger than {MAX_BYTES >> 20} MB.", "Split off artifacts.")
    try:
        return import_plan(connection, tenant, file.read_bytes(), act)
    except DocumentError as error:
        first = error.findings[0]
        lines = [f"{one.column or 'document'}: {one.problem}" for one in error.findings[:10]]
        raise Invalid(f"{file.name} is no plan. " + " ".join(lines), first.fix) from None
    except OSError as error:
        raise Invalid(f"{file.name} cannot be read: {error.strerror}.", "Check the file.") from None


def _outcome(file: Path, kept: Kept) -> dict[str, Any]:
    words = "waits for its student" if kept.waits else "attached"
    return {
        "file": file.name,
        "plan": kept.plan_id,
        "person": kept.person_id,
        "version": kept.version,
        "outcome": words if kept.is_new else "unchanged",
    }
