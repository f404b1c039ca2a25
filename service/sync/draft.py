"""A plan in the making: what every step adds to it, and how it is put away for good."""

from __future__ import annotations

import io
from concurrent.futures import Future
from dataclasses import dataclass, field

import polars as pl

from adapters.shelf import Shelf
from schemas.finding import Finding
from service.sync.match import Candidate
from service.sync.merge import Clash

PENDING = {"file": pl.String, "sourced_id": pl.String, "code": pl.String}
ABSENT = {"id": pl.String, "sourced_id": pl.String, "state": pl.String}
LINKS = {
    "entity": pl.String,
    "sourced_id": pl.String,
    "record_id": pl.String,
    "present": pl.Boolean,
}
IDENTIFIERS = {"kind": pl.String, "value": pl.String, "person_id": pl.String}


@dataclass(slots=True)
class Tally:
    """What a plan does to one entity, in records."""

    added: int = 0
    updated: int = 0
    revived: int = 0
    missing: int = 0
    detached: int = 0
    waiting: int = 0

    @property
    def total(self) -> int:
        """Records that change; those that wait are not among them."""
        return self.added + self.updated + self.revived + self.missing + self.detached


@dataclass(frozen=True, slots=True)
class NewBase:
    """Rows to compare with tomorrow, on their way to the shelf as Parquet.

    A delta holds only those that are not as they were; `row_count` counts all the same.
    """

    written: Future[str]
    row_count: int
    is_delta: bool

    @property
    def digest(self) -> str:
        """Where they lie, once they do. Raises OSError when they could not be written."""
        return self.written.result()


@dataclass(slots=True)
class Draft:
    """Everything one night would do, as tables.

    `adds`, `updates` and `absences` go by entity. `bases` are the rows to compare with tomorrow,
    by file. `pending` lists all rows of the examined files that wait. `removed` are the
    source rows whose records go missing, by table: what the guard weighs.
    """

    adds: dict[str, pl.DataFrame] = field(default_factory=dict)
    updates: dict[str, pl.DataFrame] = field(default_factory=dict)
    absences: dict[str, pl.DataFrame] = field(default_factory=dict)
    links: list[pl.DataFrame] = field(default_factory=list)
    identifiers: list[pl.DataFrame] = field(default_factory=list)
    released: list[pl.DataFrame] = field(default_factory=list)
    pending: list[pl.DataFrame] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    agreed: list[tuple[str, str, str]] = field(default_factory=list)
    questions: list[Candidate] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    bases: dict[str, NewBase] = field(default_factory=dict)
    examined: set[str] = field(default_factory=set)
    removed: dict[str, pl.DataFrame] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def tally(self, entity: str) -> Tally:
        """The entity's running count."""
        return self.tallies.setdefault(entity, Tally())

    def extend(self, parts: dict[str, pl.DataFrame], entity: str, rows: pl.DataFrame) -> None:
        """Add rows to one of the parts that go by entity."""
        if rows.height:
            parts[entity] = pl.concat([parts[entity], rows]) if entity in parts else rows

    @property
    def changes_records(self) -> bool:
        """Whether the plan does anything to a record."""
        return any(tally.total for tally in self.tallies.values())


def put_frame(shelf: Shelf, frame: pl.DataFrame) -> str:
    """Keep a table on the shelf; returns its digest."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=1)
    return shelf.put(buffer.getvalue())


def get_frame(shelf: Shelf, digest: str) -> pl.DataFrame:
    """A table that `put_frame` kept."""
    return pl.read_parquet(shelf.path_of(digest))
