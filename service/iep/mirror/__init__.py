"""The mirror of IEPs: written by the nightly job alone, read by everything else here."""

from service.iep.mirror.read import (
    Mirrored,
    current_version,
    current_versions,
    mirrored_of,
    version_of,
    versions_of,
)

__all__ = [
    "Mirrored",
    "current_version",
    "current_versions",
    "mirrored_of",
    "version_of",
    "versions_of",
]
