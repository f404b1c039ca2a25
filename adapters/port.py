"""What the nightly sync asks of anything that delivers records.

An adapter turns bytes into tables of a standard's own records. It knows nothing of the database
and decides nothing: what it had to repair or refuse it reports as findings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from adapters.shelf import Shelf
from schemas.finding import Finding

if TYPE_CHECKING:
    import polars as pl

ROW = "_row"
"""Name of the UInt32 column that numbers records as `Finding.row` does."""


class FileMode(StrEnum):
    """Whether a file holds everything or only what changed (OneRoster CSV Binding, manifest)."""

    BULK = "bulk"
    DELTA = "delta"


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """One collection of a delivery, copied to the shelf; without a `digest` it lies where it did.

    `name` is the standard's collection name (`users`), `origin` what a person would call it
    (`users.csv in night.zip`, `GET /users`). `media` is `text/csv` or `application/x-ndjson`.
    """

    name: str
    mode: FileMode
    path: Path
    digest: str
    media: str
    origin: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything one source handed over tonight, not yet interpreted.

    `scope` is what the delivery declares to be complete for (filters in force, schools asked
    for); absence means removal only inside it. `memory` is for the adapter's next night
    (watermarks), kept by the service when the delivery is accepted. `system` names the sending
    system where the delivery says so.
    """

    standard: str
    version: str
    files: Mapping[str, DeliveredFile]
    scope: Mapping[str, str] = field(default_factory=dict)
    memory: Mapping[str, str] = field(default_factory=dict)
    system: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def digest(self) -> str:
        """One digest over content, modes, version and scope: equal means the same night again."""
        parts = {
            "standard": self.standard,
            "version": self.version,
            "scope": dict(self.scope),
            "system": self.system,
            "files": {name: [file.mode, file.digest] for name, file in self.files.items()},
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """One file as a table: every column String, blank cells null, plus the `_row` column.

    Column names are the standard's (OneRoster: those of the CSV binding of the delivery's
    version, also when the records came as JSON). Unknown and `metadata.*` columns are kept.
    Passwords and credentials are dropped at this edge.
    """

    frame: pl.DataFrame
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RowCheck:
    """What checking rows found: findings for people, and the `sourcedId`s not to be applied."""

    findings: tuple[Finding, ...]
    rejected: pl.Series


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a source can promise."""

    full: bool = True
    delta: bool = False
    tombstones: bool = False


class Progress(Protocol):
    """Told how far long work has come; `total` is None while unknown."""

    def __call__(self, what: str, done: int, total: int | None = None) -> None: ...


def silent(what: str, done: int, total: int | None = None) -> None:
    """A `Progress` that nobody watches."""


class Source(Protocol):
    """A place that records come from."""

    @property
    def capabilities(self) -> Capabilities: ...

    def fetch(
        self, shelf: Shelf, memory: Mapping[str, str], progress: Progress = silent
    ) -> Delivery:
        """Copy tonight's delivery to the shelf.

        A problem that makes the delivery unreadable is a REFUSE finding in the answer, not an
        exception. Raises `adapters.errors.SourceUnavailable` when nothing could be had tonight
        and asking again later may help, `adapters.errors.SourceMisconfigured` when a person has
        to change a setting first.
        """
        ...

    def read(self, delivery: Delivery, name: str) -> Reading:
        """Read one file of a delivery that `fetch` returned."""
        ...

    def check(self, delivery: Delivery, name: str, rows: pl.DataFrame) -> RowCheck:
        """Check the values of these rows of `name` against the standard's types and codes.

        Rows that wait since an earlier night have no number in `_row`; their file may be missing
        from tonight's delivery.
        """
        ...
