"""Checkpoints: sealed lines outside the database that vouch for where the log stood, and when.

Without them nobody could tell a log whose end was cut off from one that never went further. The
file is only ever added to; each line names the seal of the line before. It protects as far as it
is out of reach of whoever can write the database, so a copy belongs somewhere else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import Connection, Engine

from service.audit import seal
from service.audit.keys import Keyring
from service.audit.log import COUNTER, Log, head
from service.errors import Held
from service.store import counters
from service.store.database import reading, writing

_TAIL: Final = 65536
"""Bytes at the end of the file among which its last line certainly begins."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a log stood: `count` events since the checkpoint before, whose seal is `previous`."""

    tenant: str
    seq: int
    count: int
    link: str
    at: str
    key_id: str
    previous: str
    seal: str

    def holds(self, keys: Keyring) -> bool:
        """Whether one of the keys made it."""
        key = keys.find(self.key_id)
        return key is not None and seal.same(_sealed(key.secret, asdict(self)), self.seal)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file; `checkpoint` is None where it cannot be read."""

    number: int
    checkpoint: Checkpoint | None


def read_checkpoints(file: Path) -> Iterator[Line]:
    """The lines of a file, none where there is no file; whether they are genuine is not asked."""
    if not file.exists():
        return
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield Line(number, _read(line))


@contextmanager
def recording(engine: Engine, log: Log) -> Iterator[Connection]:
    """One transaction; once it is committed, a checkpoint is written where one is due."""
    with writing(engine) as connection:
        yield connection
    checkpoint_if_due(engine, log)


def checkpoint_if_due(engine: Engine, log: Log) -> Checkpoint | None:
    """Write a checkpoint where so many events passed since the last. Raises as `checkpoint`."""
    with reading(engine) as connection:
        stands = counters.current(connection, log.tenant, COUNTER)
    last = last_checkpoint(log.checkpoints)
    if stands - (last.seq if last else 0) < log.every:
        return None
    return checkpoint(engine, log, None)


def checkpoint(engine: Engine, log: Log, at: str | None) -> Checkpoint | None:
    """Vouch for the log as it is committed now; None where nothing was added since the last time.

    Raises Held where the file knows more than the database.
    """
    with writing(engine) as connection:
        # Whoever appends, and whoever else writes checkpoints, waits here for the other.
        counters.advance(connection, log.tenant, COUNTER, 0)
        made = _make(connection, log, at)
        if made is not None:
            _append(log.checkpoints, made)
    return made


def last_checkpoint(file: Path) -> Checkpoint | None:
    """The last line that can be read."""
    if not file.exists():
        return None
    with file.open("rb") as lines:
        lines.seek(max(0, file.stat().st_size - _TAIL))
        found = [one for line in lines.read().splitlines() if (one := _read(line)) is not None]
    return found[-1] if found else None


def _make(connection: Connection, log: Log, at: str | None) -> Checkpoint | None:
    last, end = last_checkpoint(log.checkpoints), head(connection, log.tenant)
    before = last.seq if last else 0
    stands = end.seq if end is not None else 0
    known = head(connection, log.tenant, before) if before else None
    if before > stands or (last is not None and (known is None or known.link != last.link)):
        raise Held(
            "The checkpoints do not belong to this database, which may be an old copy.",
            "Run `planbridge audit verify` and have its finding looked into.",
        )
    if end is None or stands == before:
        return None
    key = log.keys.current
    told = {
        "tenant": log.tenant,
        "seq": stands,
        "count": stands - before,
        "link": end.link,
        "at": at or end.at,
        "key_id": key.id,
        "previous": last.seal if last else seal.GENESIS,
    }
    return Checkpoint(**told, seal=_sealed(key.secret, told))


def _sealed(key: bytes, told: Mapping[str, Any]) -> str:
    return seal.seal(key, seal.CHECKPOINT, {**told, "seal": ""})


def _read(line: bytes) -> Checkpoint | None:
    try:
        found = Checkpoint(**json.loads(line))
    except (ValueError, TypeError):
        return None
    texts = (found.tenant, found.link, found.at, found.key_id, found.previous, found.seal)
    numbers = (found.seq, found.count)
    sound = all(type(one) is str for one in texts) and all(type(one) is int for one in numbers)
    return found if sound else None


def _append(file: Path, made: Checkpoint) -> None:
    """Add a line that outlives a power cut; a torn line before it is closed first."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as out:
        size = out.seek(0, os.SEEK_END)
        torn = size > 0 and os.pread(out.fileno(), 1, size - 1) != b"\n"
        text = json.dumps(asdict(made), separators=(",", ":"))
        out.write(f"{chr(10) if torn else ''}{text}\n".encode())
        os.fsync(out.fileno())
