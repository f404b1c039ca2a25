"""Where things lie in a bundle (`docs/reference/ilp-bundle.md`)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MANIFEST: Final = "manifest.json"
DOCUMENT: Final = "ilp.json"
_FOLDER = r"(?:plans/[0-9]{6}/)?"
_LONGEST = 80

PATH = re.compile(
    rf"^{_FOLDER}(?:ilp\.json|history/[0-9]{{7}}\.json"
    rf"|artifacts/[0-9a-f]{{64}}(?:-[A-Za-z0-9][A-Za-z0-9._-]{{0,{_LONGEST - 1}}})?)$"
)
"""Every path that a manifest may list; all of them stay inside the bundle."""


def folder_of(path: str) -> str:
    """The folder of the plan that a listed path belongs to: empty, or `plans/000001/`."""
    return path[:13] if path.startswith("plans/") else ""


def plan_folder(number: int) -> str:
    """The folder of one of several plans, numbered from 1."""
    return f"plans/{number:06d}/"


def version_path(folder: str, version: int) -> str:
    """Where an earlier version of the whole plan lies."""
    return f"{folder}history/{version:07d}.json"


def artifact_path(folder: str, sha256: str, name: str) -> str:
    """Where a stored file lies: its digest, then as much of its name as every system can hold."""
    return "-".join(filter(None, (f"{folder}artifacts/{sha256}", _safe(name))))


def _safe(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip(".-")
    stem, dot, ending = words.rpartition(".")
    if not dot or len(ending) > 10:
        return words[:_LONGEST]
    return f"{stem[: _LONGEST - len(ending) - 1]}.{ending}"
