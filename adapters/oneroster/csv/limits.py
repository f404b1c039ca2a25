"""How large a package may be before it is taken for an attack or a mistake."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. A district of 100,000 students delivers about 150 MB in 21 files."""

    entries: int = 500
    """Files in one package, those that are ignored included."""
    entry_bytes: int = 4 << 30
    """One file, inflated."""
    total_bytes: int = 8 << 30
    """All files together, inflated."""
    ratio: int = 200
    """Inflated bytes for each packed byte; roster files stay below 50."""
    ratio_from: int = 8 << 20
    """Smaller files may have any ratio: they cannot hurt."""
    field_bytes: int = 1 << 20
    """One cell."""
    line_bytes: int = 4 << 20
    """One line; looked at before the file is taken into memory."""
    columns: int = 4000
    """Columns of one file; we write 2,000 of our own at most."""
    blank_bytes: int = 1 << 20
    """What blank lines may cost, a byte for each of their cells."""
    part_bytes: int = 10 << 20
    """What is read at a time of a file that is read in parts."""


DEFAULT_LIMITS = Limits()
