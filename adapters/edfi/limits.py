"""How large Ed-Fi files may be before they are taken for an attack or a mistake."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.zips import ZipRules


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. A district of 100,000 students delivers some 3 GB of XML."""

    files: int = 2000
    """Files in one folder or archive."""
    file_bytes: int = 16 << 30
    """One file, inflated."""
    record_bytes: int = 8 << 20
    """One record as it is written in its file; the largest known are below 100 KB."""
    head_bytes: int = 1 << 20
    """What stands before the content of an XML file, its root element included."""
    depth: int = 32
    """Objects within objects; the standard needs 6."""
    ratio: int = 300
    """Inflated bytes for each packed byte; real XML reaches 80."""
    ratio_from: int = 8 << 20
    """Smaller files may have any ratio: they cannot hurt."""

    def zip_rules(self) -> ZipRules:
        """The same for an archive."""
        return ZipRules(
            entries=self.files,
            entry_bytes=self.file_bytes,
            total_bytes=2 * self.file_bytes,
            ratio=self.ratio,
            ratio_from=self.ratio_from,
            content="Ed-Fi files",
            rebuild="Pack the files again with an ordinary zip program.",
        )


DEFAULT_LIMITS = Limits()
