"""How large a bundle may be before it is taken for an attack or a mistake."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.zips import ZipRules
from schemas.ilp.envelope import MAX_BYTES


@dataclass(frozen=True, slots=True)
class BundleLimits:
    """Sizes in bytes. A rich plan has about 100 kB, its artifacts a few MB each."""

    files: int = 200_000
    """Files in one bundle. The list of them is held in memory, about 3 kB for each."""
    artifact_bytes: int = 1_000_000_000
    """One artifact."""
    total_bytes: int = 64 << 30
    """All files together, inflated."""
    ratio: int = 200
    """Inflated bytes for each packed byte; our own writer packs documents only."""
    ratio_from: int = MAX_BYTES
    """Up to here any ratio is fine: a document of this size may be read anyway."""
    manifest_base: int = 4 << 20
    """The manifest without its list, and with artifacts that are not held."""
    manifest_row: int = 4 << 10
    """The manifest's words on one file."""

    def rules(self, size: int) -> ZipRules:
        """The rules for an archive of this size on disk."""
        return ZipRules(
            entries=self.files,
            entry_bytes=self.artifact_bytes,
            total_bytes=min(self.total_bytes, max(self.ratio_from, self.ratio * size)),
            ratio=self.ratio,
            ratio_from=self.ratio_from,
            content="a bundle of its size",
            rebuild="Export the plan again, and pass the bundle on as it is.",
            nested=True,
        )

    def manifest_bytes(self, files: int) -> int:
        """How large the manifest of a bundle with so many files may be."""
        return self.manifest_base + self.manifest_row * files


LIMITS = BundleLimits()
