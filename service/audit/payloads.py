"""Whether payloads are what their events committed to, or were destroyed on record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from service.audit import seal
from service.audit.event import Event, read_event
from service.audit.strays import Fault


@dataclass
class Payloads:
    """Collects what payloads say against what the chain says of them."""

    destroyed: int = 0
    _faults: list[Fault] = field(default_factory=list)
    _absent: dict[tuple[int, int], int | None] = field(default_factory=dict)
    _erased: dict[tuple[int, int], int] = field(default_factory=dict)
    _successors: dict[int, str] = field(default_factory=dict)

    def check(self, row: Any, parts: list[Any]) -> None:
        """The parts of one genuine event."""
        if [part.part for part in parts] != list(range(row.parts)):
            self._fault("removed" if len(parts) < row.parts else "inserted", row.seq, "payload")
            return
        if seal.commitment(part.digest for part in parts) != row.commitment:
            self._fault("edited", row.seq, "payload")
            return
        for part in parts:
            self._check_part(part)
        if row.kind != "event":
            self._learn(row, parts[0])

    def successor(self, row: Any) -> str:
        """The key to which an event handed over; an empty text where it did not."""
        return self._successors.get(row.seq, "")

    def settle(self, orphans: Iterable[int]) -> Iterator[Fault]:
        """Everything wrong, with payloads that belong to no event."""
        yield from self._faults
        for (seq, part), by in self._absent.items():
            if by is None or self._erased.get((seq, part)) != by:
                yield Fault("removed", seq, seq, "payload: destroyed, but not on record")
            else:
                self.destroyed += 1
        for seq, part in self._erased.keys() - self._absent.keys():
            yield Fault("returned", seq, seq, f"payload: part {part} was destroyed and is back")
        for seq in orphans:
            yield Fault("inserted", seq, seq, "payload: of no event")

    def _check_part(self, part: Any) -> None:
        if part.salt is None and part.body is None and part.student_id is None:
            self._absent[part.seq, part.part] = part.erased_by
            return
        if not _is_sealed(part) or part.erased_by is not None or not _is_findable(part):
            self._fault("edited", part.seq, "payload")

    def _learn(self, row: Any, part: Any) -> None:
        """What the log says about itself."""
        event = _told(part)
        if event is None or event.kind != row.kind:
            self._fault("edited", row.seq, "payload")
            return
        if event.new_key:
            self._successors[row.seq] = event.new_key
        for seq, number in event.erased:
            if seq < row.seq:
                self._erased[seq, number] = row.seq

    def _fault(self, kind: str, seq: int, what: str) -> None:
        words = {
            "edited": "does not say what its event committed to",
            "removed": "parts are gone",
            "inserted": "has more parts than its event",
        }
        self._faults.append(Fault(kind, seq, seq, f"{what}: {words[kind]}"))


def _is_sealed(part: Any) -> bool:
    try:
        salt = bytes.fromhex(part.salt or "")
        return len(salt) == seal.SALT and seal.same(seal.digest(salt, part.body), part.digest)
    except (ValueError, AttributeError):
        return False


def _is_findable(part: Any) -> bool:
    """Whether a student's part is found under that student, and the first under nobody."""
    if part.part == 0:
        return part.student_id is None
    return bool(json.loads(part.body).get("student") == part.student_id)


def _told(part: Any) -> Event | None:
    try:
        return read_event(part.body, [])
    except (KeyError, TypeError, ValueError):
        return None
