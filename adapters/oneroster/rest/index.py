"""Where each record lies in a file of JSON lines, so that it can be sorted without being held."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any

Keep = Callable[[dict[str, Any]], bool]

_Place = tuple[str, int, int]
"""sourcedId, offset and length in bytes."""


@dataclass(frozen=True, slots=True)
class Index:
    """The records of a file, in order of `sourcedId`. `repeated` counts ids seen before."""

    path: Path
    places: list[_Place]
    distinct: int

    @property
    def records(self) -> int:
        """How many records the file holds."""
        return len(self.places)

    @property
    def repeated(self) -> int:
        """How many records have a `sourcedId` that an earlier one has."""
        return self.records - self.distinct

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The records in file order."""
        with self.path.open("rb") as stream:
            for line in stream:
                yield json.loads(line)


def index_lines(path: Path) -> Index:
    """Index a file whose every line is a JSON object."""
    places: list[_Place] = []
    offset = nameless = 0
    with path.open("rb") as stream:
        for line in stream:
            name = str(json.loads(line).get("sourcedId") or "")
            nameless += not name
            places.append((name, offset, len(line)))
            offset += len(line)
    places.sort()
    # Records without an id are none of each other's copies.
    return Index(path, places, len({place[0] for place in places if place[0]}) + nameless)


def write_sorted(index: Index, target: IO[bytes], keep: Keep | None) -> int:
    """Write the records in order of `sourcedId`; returns how many.

    A record that came twice with equal content is written once. The order depends on the content
    alone, so that equal content gives equal bytes whatever the order of the pages was.
    """
    written = 0
    with index.path.open("rb") as source:
        for name, group in groupby(index.places, key=itemgetter(0)):
            lines = [_line(source, place) for place in group]
            for line in _settled(lines, name):
                if keep is None or keep(json.loads(line)):
                    target.write(line)
                    written += 1
    return written


def _settled(lines: list[bytes], name: str) -> list[bytes]:
    if len(lines) == 1:
        return lines
    return sorted(set(lines)) if name else sorted(lines)


def _line(source: IO[bytes], place: _Place) -> bytes:
    source.seek(place[1])
    return source.read(place[2])
