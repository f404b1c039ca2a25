"""OneRoster as bridges: rows of CSV packages or JSON collections, to our records and back.

Each way imports what it needs when it is used: rosters go without all that plans need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from mappings.engine.book import Book
from mappings.engine.loss import Losses
from mappings.hub import USUAL, Choice, Hub, Needs, Records
from mappings.oneroster.binding import Binding
from mappings.oneroster.bulk import Files, files_of, tables_of
from mappings.oneroster.rows_in import RowsIn, lifted
from mappings.oneroster.rows_out import rows_out
from schemas.standards.shape import StandardRecord


@dataclass(frozen=True, slots=True)
class OneRosterBridge:
    """The way between the rows of one binding and our records."""

    binding: Binding

    def over(self, overlay: Path) -> OneRosterBridge:
        """The same with a district's own tables, a file or a folder, laid over its own."""
        return replace(self, binding=replace(self.binding, overlay=overlay))

    def book(self) -> Book:
        """Its tables. Raises MappingTableError for an overlay that does not hold."""
        return self.binding.book

    def read(self, records: Records, losses: Losses, choice: Choice = USUAL) -> Hub:
        """Rosters and gradebooks as tables; plans out of `metadata.ilp`, one at a time."""
        from mappings.oneroster.plans_in import PlansIn
        from mappings.oneroster.scales import ScalesIn

        rows = RowsIn(self.binding, losses)
        plans = PlansIn(self.binding, losses, ScalesIn(losses))
        links = []
        for record in rows.named(records()):
            kept = plans.sift(record)
            if kept is not None and kept.entity == "userResources":
                links.append(kept)
            elif kept is not None:
                rows.take(kept)
        for link in links:  # those of a plan's work samples say no more than these
            if link.values.get("resourceSourcedId") not in plans.samples:
                rows.take(link)
        frames = rows.shelf.frames()
        if self.binding.version == "1.1":
            frames = lifted(frames)
        return Hub(frames, plans.plans(lambda: rows.named(records(), again=True)))

    def read_frames(self, files: Files, losses: Losses, needs: Needs | None = None) -> Hub | None:
        """The records of files as columns of cells; of some only the columns that are needed.

        None for a package with plans, which has to be read record by record.
        """
        tables = tables_of(files, self.binding, losses, needs)
        return None if tables is None else Hub(tables)

    def write_frames(self, hub: Hub, losses: Losses) -> dict[str, pl.DataFrame]:
        """The hub's tables as columns of cells; its plans are left to `write`."""
        return files_of(rows_out(hub.frames, self.binding, losses))

    def write(self, hub: Hub, losses: Losses, choice: Choice) -> Iterator[StandardRecord]:
        """Plans with their students' rows, then the rows of everybody and everything else."""
        from mappings.oneroster.plans_out import PlansOut

        rows = rows_out(hub.frames, self.binding, losses)
        plans = PlansOut(hub, rows, choice, losses)
        yield from plans.records()
        yield from rows.records(plans.written)


def csv_1p1() -> OneRosterBridge:
    """The bridge of `oneroster-csv-1.1`."""
    return OneRosterBridge(Binding("1.1"))


def csv_1p2() -> OneRosterBridge:
    """The bridge of `oneroster-csv-1.2`."""
    return OneRosterBridge(Binding("1.2"))


def json_1p2() -> OneRosterBridge:
    """The bridge of `oneroster-json-1.2`."""
    return OneRosterBridge(Binding("1.2", is_json=True))
