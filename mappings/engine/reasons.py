"""Reasons that hold for every standard alike."""

from __future__ import annotations

from collections.abc import Mapping

ROUTINE: Mapping[str, str] = {
    "version": "the number of a version stays with us: the standard keeps no versions of an entry",
    "changed": "who changed it, when and why stays with us",
    "origins": "where single values came from stays with us",
    "earlier": "what the entry said before stays with us",
}
"""Bookkeeping of every entry that no standard carries."""
