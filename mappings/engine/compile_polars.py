"""Mapping tables over columns: from a frame of our records to a standard's cells or JSON.

A frame has a column for each path of ours that a table names: text, whole numbers, truth and days
by their own types, lists and objects as JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from mappings.engine.compile_frames import Account, Work
from mappings.engine.compile_tree import Branch, Leaf, NotInForm, tree_of
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import Table

Piece = str | pl.Expr


@dataclass(frozen=True, slots=True)
class Encoded:
    """Records of a standard, and what did not arrive.

    `kept` says of every row of ours whether it became a record. `losses` has a row for each value
    that does not fit (its record's id, path, reason); an empty path is the whole record. `left`
    counts the fields that the table leaves behind, whatever their values.
    """

    frame: pl.DataFrame
    kept: pl.Series
    losses: pl.DataFrame
    left: Losses

    def all_losses(self, subject: str) -> Losses:
        """Both kinds of loss as the interpreter counts them."""
        told = Losses()
        for key in self.left:
            told.absorb(self.left, key)
        for path, reason, value in self.losses.select("path", "reason", "value").iter_rows():
            told.add(LossKey(Side.OURS, subject, path, reason), value)
        return told


def encode(table: Table, rows: pl.DataFrame) -> Encoded:
    """Cells of a standard whose records are rows of text, a column for each that the table fills.

    Raises NotInForm for a table whose records are no rows.
    """
    work, tree = Work(table, rows), tree_of(table)
    columns = [work.value(leaf, as_json=False).rename(name) for name, leaf in _leaves(tree)]
    whole = pl.repeat(True, rows.height, eager=True)
    for name in tree.needs:
        found = next((column for column in columns if column.name == name), None)
        whole &= whole & False if found is None else found.is_not_null()
    never = pl.repeat(False, rows.height, eager=True)
    return _finished(work, pl.DataFrame(columns), whole, never)


def _leaves(tree: Branch) -> Iterator[tuple[str, Leaf]]:
    for name, (node, *_) in tree.members.items():
        if isinstance(node, Branch) or any(filler.many for filler in node.fillers):
            raise NotInForm(f"{name}: an object or a list of objects is no cell")
        yield name, node


def encode_json(table: Table, rows: pl.DataFrame) -> Encoded:
    """The JSON text of a standard's records, as the column `json`; absent values have no member.

    Raises NotInForm for a table whose records hold items picked by their values.
    """
    if not table.is_at_root():
        raise NotInForm(f"{table.name}: makes items of a list")
    objects = Objects(Work(table, rows))
    text, present = objects.build(tree_of(table))
    made = objects.frame().with_columns(
        json=text,
        whole=pl.lit(True) if present is None else present,
        bent=pl.any_horizontal([pl.lit(False), *objects.bent]),
    )
    return _finished(objects.work, made.select("json"), made["whole"], made["bent"])


def _finished(work: Work, frame: pl.DataFrame, whole: pl.Series, bent: pl.Series) -> Encoded:
    """Leave out what is no record, and account for what is lost."""
    applies = work.applies()
    account = Account(work, applies, ~whole | bent)
    losses, kept = account.losses(), whole & applies
    return Encoded(frame.filter(kept), kept.rename("kept"), losses, account.left)


@dataclass(slots=True)
class Objects:
    """JSON objects from the leaves up: what is always there needs no question.

    `bent` are the records from which an object was taken that lacked something.
    """

    work: Work
    bent: list[pl.Expr] = field(default_factory=list)
    _columns: list[pl.Series] = field(default_factory=list)

    def frame(self) -> pl.DataFrame:
        """The columns that expressions speak of."""
        rows = pl.repeat(True, self.work.rows.height, eager=True).alias("_row")
        return pl.DataFrame([rows, *self._columns])

    def build(self, branch: Branch) -> tuple[pl.Expr, pl.Expr | None]:
        """The text of an object, and where it is there; None for everywhere."""
        sure: list[Piece] = []
        unsure: list[pl.Expr] = []
        there: dict[str, pl.Expr | None] = {}
        for name, held in branch.members.items():
            if len(held) > 1 or (isinstance(held[0], Branch) and held[0].listed):
                raise NotInForm(f"{self.work.table.name}: {name} holds items picked by values")
            pieces, present = self._member(name, held[0])
            there[name] = present
            if present is None:
                sure += pieces
            else:
                unsure.append(pl.when(present).then(_joined(pieces)).otherwise(pl.lit("")))
        return _object(sure, unsure), self._present(branch, there)

    def _member(self, name: str, node: Leaf | Branch) -> tuple[list[Piece], pl.Expr | None]:
        label = f",{json.dumps(name, ensure_ascii=False)}:"
        if isinstance(node, Branch):
            text, present = self.build(node)
            return [label, text], present
        plain = self.work.plain(node)
        values = self.work.value(node, as_json=True) if plain is None else plain
        column = pl.col(f"c{len(self._columns)}")
        self._columns.append(values.rename(f"c{len(self._columns)}"))
        quote = "" if plain is None else '"'
        pieces: list[Piece] = [label + quote, column, quote]
        return pieces, column.is_not_null() if values.null_count() else None

    def _present(self, branch: Branch, there: dict[str, pl.Expr | None]) -> pl.Expr | None:
        """Where an object is there: with something in it, and with all that it needs."""
        optional = [each for each in there.values() if each is not None]
        filled = None
        if not branch.stands and len(optional) == len(there):
            filled = pl.any_horizontal(optional)
        needed = [there.get(name, pl.lit(False)) for name in sorted(branch.needs)]
        asked = [each for each in needed if each is not None]
        if asked and not branch.stands:
            some = pl.lit(True) if filled is None else filled
            self.bent.append(some & ~pl.all_horizontal(asked))
        if filled is not None and len(asked) == len(needed):
            asked.append(filled)
        return pl.all_horizontal(asked) if asked else None


def _joined(pieces: list[Piece]) -> pl.Expr:
    """Texts and columns one after the other; texts side by side are one."""
    merged: list[Piece] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if isinstance(piece, str) and isinstance(last, str):
            merged[-1] = last + piece
        elif not isinstance(piece, str) or piece:
            merged.append(piece)
    return pl.concat_str([pl.lit(each) if isinstance(each, str) else each for each in merged])


def _object(sure: list[Piece], unsure: list[pl.Expr]) -> pl.Expr:
    """An object's text. Members begin with a comma, which the first one loses."""
    if sure:
        first, *rest = sure
        assert isinstance(first, str)  # noqa: S101 - a member begins with its label
        return _joined(["{" + first[1:], *rest, *unsure, "}"])
    inner = pl.concat_str(unsure).str.strip_prefix(",") if unsure else pl.lit("")
    return _joined(["{", inner, "}"])
