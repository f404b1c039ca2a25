"""What can go wrong in a mapping: a table that contradicts itself, a value that has no home."""

from __future__ import annotations

from typing import Any


class MappingTableError(Exception):
    """A mapping table contradicts our model, the standard or itself: mend the table."""


class Unrepresentable(Exception):
    """A value that the other side cannot say; it is left out and counted as a loss."""

    def __init__(self, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.value = value
        self.reason = reason
