"""What of a roster goes out: the rows of the views as a reader will find them, and what is missed.

The rows of a view are held to what a host asks of them before they are written: each key stands
once, and no record refers to one that is not written. Records of a kind that nobody asked for are
the host's own: what refers to them stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from mappings.edfi.distinct import AGAIN, repeated
from mappings.edfi.origins import BORN, ELSEWHERE, MADE_OF, REFERS, Reference, field_of
from mappings.engine.book import Book
from mappings.engine.compile_polars import encode_json
from mappings.engine.fragments import Missed
from mappings.engine.model import Direction, Table
from mappings.engine.paths import shape_of_place
from mappings.hub import Choice

ROW = "_row"
"""The number of a row in its view."""

NOTES = pl.Schema(dict.fromkeys(("entity", "id", "field", "reason", "value"), pl.String()))
"""Why a field of a record of ours stays, or all of the record (an empty field)."""

_ORIGINS = frozenset({"_from", "person_id", BORN})
_MISSED = pl.Schema(
    {ROW: pl.UInt32(), "column": pl.String(), "reason": pl.String(), "value": pl.String()}
)


@dataclass(slots=True)
class Ledger:
    """The account of one run."""

    book: Book
    choice: Choice
    told: dict[str, pl.DataFrame] = field(default_factory=dict)
    _notes: list[pl.DataFrame] = field(default_factory=list)
    _missed: dict[str, list[tuple[int, Missed]]] = field(default_factory=lambda: defaultdict(list))

    def wants(self, subject: str) -> bool:
        """Whether a view says something of records that are wanted."""
        return self.choice.wants(self.table(subject).entity)

    def table(self, subject: str) -> Table:
        """The table by which a view is written."""
        return next(table for table in self.book.by_subject[subject] if table.writes)

    @staticmethod
    def made_of(subject: str) -> str:
        """The entity of ours of which a view's rows are made."""
        return MADE_OF[subject]

    def standing(
        self, subject: str, frame: pl.DataFrame, *, is_distinct: bool = False
    ) -> pl.DataFrame:
        """The rows of a view that can be written, numbered.

        Keys that are known to be distinct are not looked at again.
        """
        if "_why" in frame.columns:
            for (why,), rows in frame.drop_nulls("_why").group_by("_why"):
                self._note(subject, rows, "", str(why))
            frame = frame.filter(pl.col("_why").is_null())
        again = None if is_distinct else repeated(self.book, subject, frame)
        if again is not None:
            self._note(subject, frame.filter(again), "", AGAIN)
            frame = frame.filter(~again)
        for reference in REFERS.get(subject, ()):
            if all(view in self.told for view in reference.views):
                frame = self._leading(subject, frame, reference)
        return frame.with_row_index(ROW)

    def _leading(self, subject: str, frame: pl.DataFrame, to: Reference) -> pl.DataFrame:
        """The rows of which a reference leads to what is written."""
        known = pl.concat(
            self.told[view].select(pl.col(there).alias(here) for here, there in to.columns.items())
            for view in to.views
        )
        names = list(to.columns)
        found = _among(frame.select(names), known)
        there = frame.select(pl.all_horizontal(pl.col(names).is_not_null())).to_series()
        astray = there & ~found
        if not astray.any():
            return frame
        entity = self.table(to.views[-1]).entity
        reason = f"refers to one of the {entity} that is not written"
        self._note(subject, frame.filter(astray), names[0] if to.optional else "", reason)
        if not to.optional:
            return frame.filter(~astray)
        return frame.with_columns(pl.when(~astray).then(pl.col(name)).alias(name) for name in names)

    def expect(self, subject: str, frame: pl.DataFrame) -> None:
        """Say before its rows are written one by one which of them will be."""
        if self.wants(subject):
            kept = encode_json(self.table(subject), frame).kept
            self.told[subject] = frame.filter(kept)

    def miss(self, subject: str, row: int, missed: Iterable[Missed]) -> None:
        """Note what is not carried of a row; an empty place is all of it."""
        self._missed[subject] += ((row, each) for each in missed)

    def done(self, subject: str, frame: pl.DataFrame) -> None:
        """All rows of a view are written, but for what was noted as missed."""
        missed = self._missed.pop(subject, [])
        rows = [(row, _column(each), each.reason, _shown(each.value)) for row, each in missed]
        members = [(row, each.place) for row, each in missed if "[" in each.place]
        frame = _without_members(frame, members)
        noted = pl.DataFrame(rows, schema=_MISSED, orient="row")
        self.close(subject, frame, noted, {place.split("[")[0] for _, place in members})

    def close(
        self,
        subject: str,
        frame: pl.DataFrame,
        missed: pl.DataFrame,
        listed: Iterable[str] = (),
    ) -> None:
        """The same with the rows, columns and reasons missed as a table.

        The columns `listed` are without the members that were missed already.
        """
        if not self.wants(subject):
            return
        for (column, reason), rows in missed.group_by("column", "reason", maintain_order=True):
            mine = rows.select(ROW, "value").join(frame, on=ROW, maintain_order="left")
            self._note(subject, mine, str(column), str(reason))
            here = pl.col(ROW).is_in(rows[ROW].implode())
            if not column:
                frame = frame.filter(~here)
            elif column not in listed:
                frame = frame.with_columns(pl.when(~here).then(pl.col(str(column))).alias(column))
        self.told[subject] = frame.select(self._written(subject, frame))

    def _written(self, subject: str, frame: pl.DataFrame) -> list[str]:
        """The columns of a view that its table writes, and where its rows come from."""
        rows = (row for row in self.table(subject).rows if row.direction is not Direction.IN)
        named = {row.ours.steps[0].name for row in rows} | _ORIGINS
        return [name for name in frame.columns if name in named]

    def _note(self, subject: str, rows: pl.DataFrame, column: str, reason: str) -> None:
        if not self.wants(subject):
            return
        own = (MADE_OF[subject], field_of(subject, column), "_from")
        entity, name, key = ELSEWHERE.get((subject, column), own)
        value = "value" if "value" in rows.columns and column else key
        self._notes.append(
            rows.select(
                entity=pl.lit(entity),
                id=pl.col(key),
                field=pl.lit(name),
                reason=pl.lit(reason),
                value=pl.col(value).cast(pl.String),
            )
        )

    def left_behind(self) -> dict[tuple[str, str], str]:
        """The fields that a table leaves behind, as an overlay may say, each with its reason."""
        found = {}
        for view in MADE_OF:
            for column, reason in self.table(view).ours_only.items():
                own = (MADE_OF[view], field_of(view, column), "")
                entity, name, _ = ELSEWHERE.get((view, column), own)
                found[entity, name] = reason
        return found

    def notes(self) -> pl.DataFrame:
        """Everything noted; of a field of a record the first reason stands."""
        whole = pl.concat([NOTES.to_frame(), *self._notes]).drop_nulls("id")
        return whole.unique(("entity", "id", "field"), keep="first", maintain_order=True)


def _among(rows: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Which rows stand among those that are known; one with a null may or may not."""
    if rows.width == 1:
        return rows.to_series().is_in(known.to_series().implode()).fill_null(value=False)
    marked = known.unique().with_columns(_found=True)
    found = rows.join(marked, on=rows.columns, how="left", maintain_order="left")
    return found["_found"].is_not_null()


def _column(missed: Missed) -> str:
    return shape_of_place(missed.place).split(".")[0].removesuffix("[]")


def _shown(value: object) -> str | None:
    return None if value is None else str(value)


def _without_members(frame: pl.DataFrame, missed: list[tuple[int, str]]) -> pl.DataFrame:
    """The rows without members of lists (`grades[1]`) that are not carried."""
    gone: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for row, place in missed:
        column, _, rest = place.partition("[")
        gone[column][row].add(int(rest.partition("]")[0]))
    for column, rows in gone.items():
        lists = [
            [each for at, each in enumerate(held) if at not in rows[row]] if row in rows else held
            for row, held in zip(frame[ROW], frame[column].to_list(), strict=True)
        ]
        frame = frame.with_columns(pl.Series(column, lists, dtype=frame.schema[column]))
    return frame
