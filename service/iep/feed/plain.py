"""The draft as JSON and as a table: everything, with the source of each sentence."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import Any, Final

from service.iep.feed.draft import Draft, Sentence

COLUMNS: Final = (
    "part",
    "path",
    "area",
    "school_year",
    "text",
    "own_words",
    "note",
    "element",
    "entry",
    "entry_version",
    "on",
    "written_by",
    "disclosure",
)
"""The columns of the table, in order."""

_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so is a formula to a spreadsheet."""


def as_json(draft: Draft) -> str:
    """The draft as one JSON document."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for one in draft.sentences:
        parts.setdefault(one.part, []).append(_sentence(one))
    told = {
        "format": "planbridge-transition-draft",
        "formatVersion": "1.0",
        "notice": "A draft from the student's plan. Nothing in it has been decided by an IEP Team.",
        "disclosure": asdict(draft.handover),
        "student": dict(draft.student),
        "based_on": dict(draft.iep),
        "parts": parts,
        "proposals": [asdict(one) for one in draft.proposals],
        "statements": list(draft.statements),
    }
    if draft.withheld is not None:
        told["withheld"] = list(draft.withheld)
    shown = {name: value for name, value in told.items() if value not in ({}, [])}
    return json.dumps(shown, ensure_ascii=False, indent=2, default=str) + "\n"


def as_csv(draft: Draft) -> str:
    """The sentences as a table for people: no cell of it is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in draft.sentences:
        writer.writerow([_safe(cell) for cell in _row(one, draft.handover.number)])
    return out.getvalue()


def _sentence(one: Sentence) -> dict[str, Any]:
    told = {
        "path": one.path,
        "text": one.text,
        "own_words": one.quoted,
        "note": one.note,
        "area": one.area,
        "school_year": one.year,
        "source": {**asdict(one.source), "on": one.source.on.isoformat()},
    }
    return {name: value for name, value in told.items() if value is not None}


def _row(one: Sentence, number: str) -> list[object]:
    source = one.source
    return [
        one.part,
        one.path,
        one.area or "",
        one.year or "",
        one.text,
        "yes" if one.quoted else "no",
        one.note or "",
        source.element,
        source.entry,
        source.version,
        source.on,
        source.writer,
        number,
    ]


def _safe(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_RISKY) else text
