"""What the checkpoints say of a log: they know its end, and its past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from service.audit import seal
from service.audit.checkpoints import Checkpoint, Line
from service.audit.keys import Keyring
from service.audit.strays import Fault


class Outside:
    """Checkpoints, each checked by itself and then against the rows that it vouches for."""

    def __init__(self, tenant: str, keys: Keyring, lines: Iterable[Line]) -> None:
        self.vouched = 0
        self._faults: list[Fault] = []
        self._sound: dict[int, Checkpoint] = {}
        before: Checkpoint | None = None
        for line in lines:
            wrong = _wrong(line, before, tenant, keys)
            if wrong is not None:
                self._faults.append(wrong)
            one = line.checkpoint
            if one is not None and one.holds(keys) and one.tenant == tenant:
                self._sound[one.seq] = one
                before = one

    @property
    def sound(self) -> int:
        """How many are genuine."""
        return len(self._sound)

    def meet(self, row: Any) -> None:
        """A genuine row of the chain."""
        one = self._sound.get(row.seq)
        if one is None:
            return
        if seal.same(one.link, row.link):
            self.vouched = row.seq
        else:
            words = f"not the event that stood here at {one.at}: an old copy went on"
            self._faults.append(Fault("restored", row.seq, row.seq, words))

    def settle(self, last: int, holds: int, counter: int) -> Iterator[Fault]:
        """Everything wrong, by the last row, the last row that holds, and the counter."""
        yield from self._faults
        end = max(self._sound, default=0)
        if counter > last:
            yield Fault("truncated", last + 1, max(counter, end), "the end is gone")
        elif end > last:
            words = f"stood here at {self._sound[end].at}: cut off, or an old copy"
            yield Fault("restored", last + 1, end, words)
        elif counter < holds:
            yield Fault("edited", holds, holds, f"the counter says {counter}")


def _wrong(line: Line, before: Checkpoint | None, tenant: str, keys: Keyring) -> Fault | None:
    one = line.checkpoint
    place = f"line {line.number} of the checkpoints"
    if one is None:
        return Fault("checkpoint", 0, 0, f"{place} is torn or damaged")
    if keys.find(one.key_id) is None:
        return Fault("rekeyed", one.seq, one.seq, f"{place} is sealed with another key")
    if not one.holds(keys) or one.tenant != tenant:
        return Fault("checkpoint", one.seq, one.seq, f"{place} was edited")
    known = before.seq if before else 0
    previous = before.seal if before else seal.GENESIS
    if one.previous != previous or one.seq - one.count != known:
        return Fault("checkpoint", one.seq, one.seq, f"{place} does not follow the one before")
    return None
