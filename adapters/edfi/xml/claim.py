"""Whether files are interchanges, told by the first of them; without any, nothing of XML loads."""

from __future__ import annotations

from pathlib import Path

from adapters.edfi.files import entries
from adapters.edfi.limits import DEFAULT_LIMITS
from adapters.formats import Unreadable

ENDINGS = (".xml",)


def opens(path: Path, version: str) -> bool:
    """Whether the first file starts as an interchange of this version."""
    try:
        with entries(path, ENDINGS, DEFAULT_LIMITS) as files:
            from adapters.edfi.xml.stream import Stream

            return Stream(files[0], version).opens()
    except Unreadable:
        return False
