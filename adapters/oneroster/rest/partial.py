"""What a pull has read so far, on disk, so that a killed night goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.errors import SourceUnavailable

try:
    import fcntl
except ImportError:  # not on Windows: there the lease of the sync alone keeps runs apart
    fcntl = None  # type: ignore[assignment]

_FORM = 1
"""Version of the files below; anything else is started over."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far one collection has come. `url`, `params` and `ids` describe the last whole page."""

    started: str
    pages: int = 0
    received: int = 0
    bytes: int = 0
    url: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    firsts: tuple[str, ...] = ()
    totals: tuple[int, ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)
    done: bool = False


class Partial:
    """The pages of one pull, appended as canonical JSON lines, with a mark that is never torn.

    A page counts once its mark is in place: lines after the mark are cut off on opening.
    """

    def __init__(self, root: Path, key: str) -> None:
        self._folder = root / hashlib.sha256(key.encode()).hexdigest()[:32]
        self.lines = self._folder / "lines.ndjson"
        self._mark_file = self._folder / "mark.json"

    def open(self, now: datetime, keep: timedelta) -> Mark:
        """The mark to go on from: a fresh one when there is none, or it is older than `keep`."""
        mark = self._stored()
        if mark is None or now - datetime.fromisoformat(mark.started) > keep:
            return self.restart(now)
        with self.lines.open("r+b") as stream:
            stream.truncate(mark.bytes)
        return mark

    def restart(self, now: datetime) -> Mark:
        """Forget what was read."""
        self.drop()
        self._folder.mkdir(parents=True)
        self.lines.touch()
        mark = Mark(started=now.isoformat())
        self._write(mark)
        return mark

    def add(self, mark: Mark, lines: Iterable[bytes]) -> Mark:
        """Append a page and move the mark behind it; returns the mark as stored."""
        with self.lines.open("ab") as stream:
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())
            mark = replace(mark, bytes=stream.tell())
        self._write(mark)
        return mark

    def finish(self, mark: Mark) -> Mark:
        """Note that the last page has come."""
        mark = replace(mark, done=True)
        self._write(mark)
        return mark

    def drop(self) -> None:
        """Remove everything of this pull."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, mark: Mark) -> None:
        draft = self._mark_file.with_suffix(".draft")
        draft.write_text(json.dumps({"form": _FORM, **asdict(mark)}), encoding="utf-8")
        draft.replace(self._mark_file)

    def _stored(self) -> Mark | None:
        try:
            raw: dict[str, Any] = json.loads(self._mark_file.read_text(encoding="utf-8"))
            if raw.pop("form") != _FORM or self.lines.stat().st_size < raw["bytes"]:
                return None
            listed = {key: tuple(raw[key]) for key in ("ids", "firsts", "totals")}
            return Mark(**{**raw, **listed})
        except (OSError, ValueError, KeyError, TypeError):
            return None


def now_utc() -> datetime:
    """Our clock."""
    return datetime.now(UTC)


class Partials:
    """The unfinished pulls of one source, under one folder of its shelf."""

    def __init__(self, root: Path, keep: timedelta) -> None:
        self._root = root
        self._keep = keep

    @contextmanager
    def sole(self) -> Iterator[None]:
        """Be the only fetch here. Raises SourceUnavailable while another process is at it."""
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / "lock").open("wb") as lock:
            if fcntl is not None:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    raise SourceUnavailable(
                        "another run is fetching from this source", "wait until it has ended"
                    ) from None
            self._sweep()
            yield

    def of(self, key: str) -> Partial:
        """The place of the pull with this key."""
        return Partial(self._root, key)

    def clear(self) -> None:
        """Forget all pulls: their collections are on the shelf."""
        for folder in self._folders():
            shutil.rmtree(folder, ignore_errors=True)

    def _sweep(self) -> None:
        oldest = (now_utc() - self._keep).timestamp()
        for folder in self._folders():
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        return [entry for entry in self._root.iterdir() if entry.is_dir()]
