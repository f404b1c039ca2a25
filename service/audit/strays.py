"""Rows of the chain that do not hold where they stand: touched, moved, copied, or left over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final

from service.audit import seal
from service.audit.keys import Keyring

_LOOKED_INTO: Final = 1000
"""Rows whose own place is looked for. A log in which more are wrong is wrong all over."""

_AROUND: Final = 8
"""How far from its place a row is looked for, beyond the places of the other strays."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the events from `first` to `last`.

    Kinds: edited, removed, inserted, reordered, truncated, rekeyed, restored, returned (destroyed
    text that came back) and checkpoint.
    """

    kind: str
    first: int
    last: int
    words: str


@dataclass
class Strays:
    """Collects what does not hold, and says at the end what became of it."""

    keys: Keyring
    gaps: list[tuple[int, int]] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)

    def gap(self, first: int, last: int) -> None:
        """Numbers that no row has."""
        self.gaps.append((first, last))

    def add(self, row: Any) -> None:
        """A row whose link does not hold for its number."""
        if len(self.rows) < _LOOKED_INTO:
            self.rows.append(row)
        else:
            self.beyond.append(row.seq)

    def settle(self, last: int, counter: int) -> Iterator[Fault]:
        """What became of each; `last` is the last row that holds where it stands."""
        places = self._places()
        standing = {row.seq for row in self.rows}
        taken: set[int] = set()
        for row in self.rows:
            place = places.get(row.seq)
            if place is None:
                continue
            if place in taken or not self._is_free(place, standing, last):
                yield Fault("inserted", row.seq, row.seq, f"a copy of event {place}")
                continue
            taken.add(place)
            yield Fault("reordered", row.seq, row.seq, f"was written {row.seq - place:+} from here")
        edited = set()
        for row in self.rows:
            if row.seq in places:
                continue
            if row.seq in taken or row.seq > counter:
                yield Fault("inserted", row.seq, row.seq, "no event of this log")
            else:
                edited.add(row.seq)
                yield Fault("edited", row.seq, row.seq, "does not say what it said when written")
        for seq in self.beyond:
            yield Fault("edited", seq, seq, "not as written, like too many before it")
        yield from self._removed(standing, taken | edited, last)

    def _places(self) -> dict[int, int]:
        """The numbers under which strays were written, by where they stand; most recent first."""
        found: dict[int, int] = {}
        shift = 0
        others = [row.seq for row in self.rows]
        for row in self.rows:
            near = range(row.seq - _AROUND, row.seq + _AROUND + 1)
            gone = (seq for gap in self.gaps for seq in range(gap[0], min(gap[1], gap[0] + 50) + 1))
            for seq in dict.fromkeys((row.seq + shift, *near, *others, *gone)):
                if seq != row.seq and self._holds(row, seq):
                    found[row.seq], shift = seq, seq - row.seq
                    break
        return found

    def _holds(self, row: Any, seq: int) -> bool:
        key = self.keys.find(row.key_id)
        if key is None or seq < 1:
            return False
        header = seal.Header(*(getattr(row, name) for name in seal.Header._fields))
        return seal.same(seal.link(key.secret, header._replace(seq=seq)), row.link)

    def _is_free(self, place: int, standing: set[int], last: int) -> bool:
        """Whether no genuine row stands at a place."""
        in_gap = any(first <= place <= end for first, end in self.gaps)
        return in_gap or place in standing or place > last

    def _removed(self, standing: set[int], present: set[int], last: int) -> Iterator[Fault]:
        """Numbers that nothing has, up to the last that anything has."""
        end = max(last, *present, 0)
        for seq in sorted(standing - present):
            if seq <= end:
                yield Fault("removed", seq, seq, "is gone")
        for first, final in self.gaps:
            free = [seq for seq in present if first <= seq <= final]
            edges = [first - 1, *sorted(free), min(final, end) + 1]
            for before, after in pairwise(edges):
                if before + 1 < after:
                    yield Fault("removed", before + 1, after - 1, "is gone")


def merge(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Faults by place, neighbours of one kind as one."""
    before: Fault | None = None
    for fault in sorted(faults, key=lambda one: (one.kind, one.words, one.first)):
        if before is None:
            before = fault
        elif (before.kind, before.words) == (fault.kind, fault.words) and (
            fault.first <= before.last + 1
        ):
            before = replace(before, last=max(before.last, fault.last))
        else:
            yield before
            before = fault
    if before is not None:
        yield before
