"""Rows of a layout's files, made of students as the recipient may see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import BaseModel

from mappings.cis.cells import Cell, cell_of
from mappings.cis.facts import Pupil, attached_name, class_year
from mappings.cis.layout import Column, Layout, LayoutFile
from mappings.cis.paths import ATTACHED, ELEMENT, ITEM, exists, value_at, written
from mappings.engine.loss import Losses, LossKey, Side
from schemas.finding import Finding, Severity
from schemas.ilp.values import FileMeta

MOST = 20
"""Rows left out of one file that are listed one by one."""


@dataclass(slots=True)
class Told:
    """What becomes of the values of one export: losses by element and field, rows left out."""

    losses: Losses = field(default_factory=Losses)
    findings: list[Finding] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)

    def lost(self, subject: str, path: str, reason: str, value: Any = None) -> None:
        """Count a value that does not arrive."""
        self.losses.add(LossKey(Side.OURS, subject, path, reason), value)

    def leave(self, file: LayoutFile, who: str, column: str, reason: str) -> None:
        """Count a row that cannot be written, for want of one column."""
        self.left[file.name] = self.left.get(file.name, 0) + 1
        if self.left[file.name] <= MOST:
            problem = f"A row of student {who} stays out: {column}: {reason}"
            fix = f"Give the record what {column} needs, or mend the layout."
            finding = Finding(Severity.ROW, "cis.row", problem, fix, file.name, column=column)
            self.findings.append(finding)


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes rows for one layout, as of a day, students known by one kind of identifier."""

    layout: Layout
    on: date
    identifier: str
    told: Told = field(default_factory=Told)

    def of_pupil(self, file: LayoutFile, pupil: Pupil) -> Iterator[list[str]]:
        """The rows that one student gives a file of students or of elements."""
        if file.rows == "students":
            yield from self._row(file, pupil, {})
        for element in file.elements:
            yield from self._of_element(file, pupil, element)

    def of_records(
        self, file: LayoutFile, records: Iterable[Mapping[str, str]]
    ) -> Iterator[list[str]]:
        """The rows of a file of schools or courses."""
        nobody = Pupil({})
        for record in records:
            yield from self._row(file, nobody, record)

    def _of_element(self, file: LayoutFile, pupil: Pupil, element: str) -> Iterator[list[str]]:
        for entry in pupil.plan.entries(element) if pupil.plan else ():
            if not _passes(file, element, entry):
                self.told.lost(element, "*", f"{file.name} takes other entries only")
                continue
            items = (value_at(entry, file.within) or ()) if file.within else (None,)
            if file.within and not items:
                self.told.lost(element, "*", f"{file.name} has a row for each of {file.within}")
            for item in items:
                yield from self._row(file, pupil, {}, (element, entry, item))

    def _row(
        self,
        file: LayoutFile,
        pupil: Pupil,
        record: Mapping[str, str],
        entry: tuple[str, BaseModel, Any] | None = None,
    ) -> Iterator[list[str]]:
        """The row, unless a value that it needs cannot be written."""
        cells = []
        for name, column in file.columns.items():
            value, path = self._value(column, pupil, record, entry)
            cell = cell_of(column, value)
            if column.need and not cell.text:
                reason = cell.lost or self._why_blank(path, pupil)
                self.told.leave(file, self._who(pupil, record), name, reason)
                return
            self._note(entry[0] if entry else path.partition(".")[0], path, cell, value)
            cells.append(cell.text)
        yield cells

    def _value(
        self,
        column: Column,
        pupil: Pupil,
        record: Mapping[str, str],
        entry: tuple[str, BaseModel, Any] | None,
    ) -> tuple[Any, str]:
        """The value for a column and the path that it came from."""
        if column.const is not None:
            return column.const, "const"
        for path in column.from_:
            value = self._at(path, pupil, record, entry)
            if value is not None and (
                column.set is None or getattr(value, "set", "") == column.set
            ):
                return value, path
        return None, column.from_[0]

    def _at(
        self,
        path: str,
        pupil: Pupil,
        record: Mapping[str, str],
        entry: tuple[str, BaseModel, Any] | None,
    ) -> Any:
        head, _, rest = path.partition(".")
        if head == "student":
            return self._fact(rest, pupil)
        if entry is None:
            return record.get(path)
        if path == ELEMENT:
            return entry[0]
        if path == ATTACHED:
            return self._attached(entry[0], value_at(entry[1], "file"), pupil)
        return value_at(entry[2], rest) if head == ITEM else value_at(entry[1], path)

    def _attached(self, element: str, meta: FileMeta | None, pupil: Pupil) -> str | None:
        """What the file of an entry is called in the set."""
        if meta is None:
            return None
        if meta.sha256 not in pupil.files:
            self.told.lost(element, "file", "the file itself is not held here", meta.name)
            return None
        return attached_name(meta)

    def _fact(self, name: str, pupil: Pupil) -> Any:
        if name == "id":
            name = self.identifier
        if name == "class_year" and name not in pupil.facts and "grade" in pupil.facts:
            year = class_year(pupil.facts["grade"], self.on, self.layout.roll_over)
            return None if year is None else str(year)
        return pupil.facts.get(name)

    def _why_blank(self, path: str, pupil: Pupil) -> str:
        fact = path.removeprefix("student.")
        if (self.identifier if fact == "id" else fact) in pupil.withheld:
            return "withheld from this recipient"
        return "there is no value"

    def _who(self, pupil: Pupil, record: Mapping[str, str]) -> str:
        known = pupil.facts.get(self.identifier) or pupil.facts.get("sourced_id")
        return known or record.get("id") or "unknown"

    def _note(self, subject: str, path: str, cell: Cell, value: Any) -> None:
        if cell.lost is not None:
            self.told.lost(subject, path, cell.lost, written(value))
        elif cell.altered is not None:
            self.told.lost(subject, path, f"altered: {cell.altered}", written(value))


def _passes(file: LayoutFile, element: str, entry: BaseModel) -> bool:
    """Whether the file takes this entry; a condition on a field that it cannot have is none."""
    if getattr(entry, "private", None):  # for its author alone, whatever somebody forgot to redact
        return False
    return all(
        written(value_at(entry, path)) in allowed
        for path, allowed in file.when.items()
        if exists((element,), path, file.within)
    )
