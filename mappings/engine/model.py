"""A mapping table as the engine holds it: rows between paths of ours and paths of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mappings.engine.codec import Codec
from mappings.engine.paths import ROOT, Path, Tree, read_at


class Direction(StrEnum):
    """Which ways a row or a table serves; one way needs a reason."""

    BOTH = "both"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Condition:
    """A field of ours that has to hold one of these values.

    With one value it also tells the field's value when reading.
    """

    path: Path
    values: tuple[Any, ...]

    def holds(self, ours: Tree) -> bool:
        """Whether a record of ours meets it."""
        return read_at(ours, self.path) in self.values

    @property
    def tells(self) -> bool:
        """Whether it says what the field holds, and not only what it may hold."""
        return len(self.values) == 1

    def __str__(self) -> str:
        return f"{self.path} is {' or '.join(dict.fromkeys(map(str, self.values)))}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a row writes: within the item that the table makes, or from the record's root (`/`)."""

    path: Path
    root: bool = False

    def __str__(self) -> str:
        return f"/{self.path}" if self.root else str(self.path)


@dataclass(frozen=True, slots=True)
class Need:
    """A value that the standard requires, of a record or item or of an optional object in it.

    `owner` is that object, which cannot be without the value; None is the record or item itself.
    """

    target: Target
    owner: Path | None
    ours: Path


@dataclass(frozen=True, slots=True)
class Row:
    """One correspondence.

    Several targets are written alike and the first is read, but for `split`, whose parts they are.
    `rows` are those of the items of a list (`each`), matched by `key`, a field of ours; `needs` are
    what such an item requires. `required`: without it the record or item cannot be. `single`: one
    value of ours is a list of one there. `decisive`: where the row cannot read, as with another
    constant, the record or item is not this table's. `reason` says why it goes one way only.
    """

    ours: Path
    targets: tuple[Target, ...]
    codec: Codec | None
    codec_name: str
    required: bool = False
    direction: Direction = Direction.BOTH
    when: tuple[Condition, ...] = ()
    note: str = ""
    rows: tuple[Row, ...] = ()
    key: Path | None = None
    needs: tuple[Need, ...] = ()
    single: bool = False
    decisive: bool = False
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that stands in every record of the table; another value is not this table's."""

    target: Target
    value: Any


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is taken when reading because the standard does not say it."""

    path: Path
    value: Any
    reason: str


WHOLE = "plan"
"""The subject of a table that is about the plan as a whole."""


@dataclass(frozen=True, slots=True)
class Table:
    """How one entity of a standard and one subject of ours correspond.

    `subject` is a roster entity, an ILP element (`GOA.01`) or a view. `within` is the list of the
    record whose items the table makes, `unique` the values by which these are told apart; without
    it the table makes records. `switch` names what a tenant must have turned on before anything
    leaves by it, `protection` how the receiving side guards it by default (`edfi.md` §2.8).
    `read_as` is the subject as which the values of a table that only goes out are read again.
    """

    name: str
    standard: str
    version: str
    entity: str
    subject: str
    direction: Direction
    reason: str
    within: Path
    rows: tuple[Row, ...]
    constants: tuple[Constant, ...]
    when: tuple[Condition, ...]
    assumed: tuple[Assumed, ...]
    ours_only: Mapping[str, str]
    theirs_only: Mapping[str, str]
    protection: str | None
    switch: str | None
    source: str
    digest: str
    unique: tuple[Path, ...] = ()
    needs: tuple[Need, ...] = ()
    read_as: str | None = None

    @property
    def writes(self) -> bool:
        """Whether the table serves the way out."""
        return self.direction is not Direction.IN

    @property
    def reads(self) -> bool:
        """Whether the table serves the way in."""
        return self.direction is not Direction.OUT

    @property
    def returns(self) -> bool:
        """Whether what the table writes is read again, by itself or as another subject."""
        return self.reads or self.read_as is not None

    def all_rows(self) -> Iterator[tuple[Path, Path, Row]]:
        """Every row, nested ones with the full paths of ours and of theirs."""
        for row in self.rows:
            yield from _nested(row, ROOT, self.within)

    def value_rows(self) -> Iterator[tuple[Path, Path, Row]]:
        """The rows that carry values themselves: all but the frames of `each`."""
        return (each for each in self.all_rows() if not each[2].rows)

    def full(self, target: Target) -> Path:
        """A target as a path from the root of the record."""
        return target.path if target.root else self.within + target.path

    def applies(self, ours: Tree) -> bool:
        """Whether a record of ours goes this way."""
        return all(condition.holds(ours) for condition in self.when)

    def is_at_root(self) -> bool:
        """Whether the table makes records of its own."""
        return not self.within.steps


def _nested(row: Row, ours: Path, theirs: Path) -> Iterator[tuple[Path, Path, Row]]:
    for target in row.targets:
        base = ROOT if target.root else theirs
        yield ours + row.ours, base + target.path, row
        for inner in row.rows:
            yield from _nested(inner, ours + row.ours, base + target.path)
