"""The files that a plan speaks of, and where their bytes are looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol

from adapters.shelf import Shelf

if TYPE_CHECKING:
    from schemas.ilp.plan import Plan
    from schemas.ilp.values import FileMeta


class Artifacts(Protocol):
    """Where stored files are found by what they hold."""

    def open(self, sha256: str) -> IO[bytes] | None:
        """The file's bytes from their start, or None where it is not held."""
        ...


class NoArtifacts:
    """Nothing is held: every file is known by the plan's words alone."""

    def open(self, sha256: str) -> IO[bytes] | None:
        """None."""
        return None


@dataclass(frozen=True, slots=True)
class ShelvedArtifacts:
    """Files kept on a shelf."""

    shelf: Shelf

    def open(self, sha256: str) -> IO[bytes] | None:
        """The file on the shelf, if it is there."""
        try:
            return self.shelf.path_of(sha256).open("rb")
        except FileNotFoundError:
            return None


def every_file(plans: Iterable[Plan]) -> Iterator[FileMeta]:
    """What the plans and their earlier entries say of files, each time they say it."""
    from schemas.ilp.plan import parts_of
    from schemas.ilp.values import FileMeta

    for plan in plans:
        for part in parts_of(plan):
            if isinstance(part, FileMeta):
                yield part


def by_digest(said: Iterable[FileMeta]) -> dict[str, FileMeta]:
    """Every file that is spoken of, by digest, as it is first described."""
    found: dict[str, FileMeta] = {}
    for meta in said:
        found.setdefault(meta.sha256, meta)
    return dict(sorted(found.items()))
