"""Files that stay in the bundles they came in until another bundle takes them over."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from adapters.ilp.read import open_bundle


@dataclass(slots=True)
class BundledArtifacts:
    """The files of some bundles, by digest; one bundle is open at a time.

    `places` name bundle and path for each digest. Whoever takes a file compares its digest.
    """

    places: dict[str, tuple[Path, str]]
    _last: tuple[Path, zipfile.ZipFile] | None = field(default=None, init=False)

    def open(self, sha256: str) -> IO[bytes] | None:
        """The file as it lies in its bundle, or None where no bundle has it."""
        if sha256 not in self.places:
            return None
        bundle, path = self.places[sha256]
        return self._archive(bundle).open(path)

    def close(self) -> None:
        """Close the bundle that is open, if any."""
        if self._last is not None:
            self._last[1].close()
            self._last = None

    def _archive(self, bundle: Path) -> zipfile.ZipFile:
        if self._last is None or self._last[0] != bundle:
            self.close()
            self._last = (bundle, zipfile.ZipFile(bundle))
        return self._last[1]


def files_in(bundles: Iterable[Path]) -> BundledArtifacts:
    """Where the files of these bundles lie; raises Unreadable for one that is not sound."""
    places: dict[str, tuple[Path, str]] = {}
    for path in bundles:
        with open_bundle(path) as bundle:
            for row in bundle.manifest.files:
                if row.held:
                    places.setdefault(row.sha256, (path, row.path))
    return BundledArtifacts(places)
