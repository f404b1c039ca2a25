"""What of a roster differs after a journey, cell by cell, and what the losses say of it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from mappings.engine.loss import Losses, Side
from mappings.hub import ENTITIES, rows_of

Frames = Mapping[str, pl.DataFrame]
Marks = dict[str, dict[str, tuple[Any, ...]]]
Place = tuple[str, str]
_MARKS: Mapping[str, tuple[str, ...]] = {
    "organization": ("name",),
    "academic_session": ("start_date",),
    "course": ("title",),
    "class": ("title",),
    "person": ("family_name",),
    "role": ("person_id", "org_id", "role"),
    "relation": ("person_id", "agent_id"),
    "demographics": ("person_id",),
    "enrollment": ("class_id", "person_id", "role"),
    "supplement": ("id",),
}


def rows_by_mark(frames: Frames) -> dict[str, dict[tuple[Any, ...], list[dict[str, Any]]]]:
    """The records of each entity by their marks, references spelled as marks too."""
    marks: Marks = {}
    found: dict[str, dict[tuple[Any, ...], list[dict[str, Any]]]] = {}
    for entity, names in _MARKS.items():
        rows = list(rows_of(entity, frames[entity])) if entity in frames else []
        # A record may refer to one of its own kind: those have marks of their own.
        if not any(each.reference for each in ENTITIES[entity] if each.name in names):
            marks[entity] = {row["id"]: tuple(row[name] for name in names) for row in rows}
        spelled = [_spelled(entity, row, marks) for row in rows]
        by_mark = defaultdict(list)
        for row in spelled:
            by_mark[tuple(str(row.get(name)) for name in names)].append(row)
        found[entity] = dict(by_mark)
    return found


def _spelled(entity: str, row: dict[str, Any], marks: Marks) -> dict[str, Any]:
    told = dict(row)
    for each in ENTITIES[entity]:
        known = marks.get(each.reference or "", {})
        if each.reference and each.name in told:
            value = told[each.name]
            many = isinstance(value, list)
            told[each.name] = [known.get(one) for one in value] if many else known.get(value)
    return told


def differences(before: Frames, after: Frames) -> dict[Place, tuple[int, int]]:
    """How many records or values differ at each path: the cells, and the members of lists."""
    cells: Counter[Place] = Counter()
    members: Counter[Place] = Counter()
    ours, theirs = rows_by_mark(before), rows_by_mark(after)
    for entity, rows in ours.items():
        for mark, same in rows.items():
            for row in same:
                for path, count in _of_row(entity, row, theirs[entity].get(mark, [])):
                    cells[entity, path] += 1
                    members[entity, path] += count
    return {place: (cells[place], members[place]) for place in cells}


def _of_row(entity: str, row: dict[str, Any], back: list[Any]) -> Iterator[tuple[str, int]]:
    if not back:
        yield "", 1
        return
    for name in ("id", "extras", *(each.name for each in ENTITIES[entity])):
        count = min(_lost(row.get(name), other.get(name)) for other in back)
        if count:
            yield name, count


def _lost(mine: Any, theirs: Any) -> int:
    """How many values of a cell do not come back; more members of a list are no loss."""
    if isinstance(mine, list) or isinstance(theirs, list):
        held = {json.dumps(each, sort_keys=True) for each in theirs or ()}
        return sum(json.dumps(each, sort_keys=True) not in held for each in mine or ())
    if isinstance(mine, dict):
        return sum((theirs or {}).get(name) != value for name, value in mine.items())
    return int(mine != theirs)


def listed(losses: Losses) -> dict[Place, int]:
    """What is listed of rosters, by entity and field."""
    told: Counter[Place] = Counter()
    for key in losses:
        if key.side is Side.OURS and key.subject in _MARKS:
            told[key.subject, key.path.replace("[]", "").split(".")[0]] += losses.counts[key]
    return dict(told)


def unbalanced(before: Frames, after: Frames, losses: Losses) -> list[str]:
    """Where what is listed is not what differs."""
    lost, told = differences(before, after), listed(losses)
    wrong = []
    for place in sorted(lost.keys() | told.keys()):
        (fewest, most), count = lost.get(place, (0, 0)), told.get(place, 0)
        if not fewest <= count <= most:
            wrong.append(f"{' '.join(place)}: {fewest} to {most} lost, {count} listed")
    return wrong
