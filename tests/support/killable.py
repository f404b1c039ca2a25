"""A program whose runs end by SIGKILL at a chosen point, as often as one likes.

It reads one order a line as JSON from its standard input and answers each with a line of JSON.
For every order it forks: the child does the work, and kills itself when it passes its last point,
or is killed when its time is up. Points are where somebody outside could see a difference: each
finished step, each side of a commit, each side of a file's rename, and before every write.

The program runs nothing itself before it forks, so no thread pool and no connection is inherited.
"""

from __future__ import annotations

import functools
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

import adapters.oneroster.csv.source  # noqa: F401  # all early, so that no child has to
import mappings.oneroster.recipe  # noqa: F401
import service.report.page  # noqa: F401
from service.nightly import apply_numbered, run_source
from service.settings import Settings
from service.store.database import open_engine
from service.sync.run import Work


@dataclass
class Outcome:
    """How an order ended: killed or not, which points it passed, and any traceback."""

    killed: bool
    passed: list[str]
    error: str

    def numbers(self, *beginnings: str) -> list[int]:
        """The numbers of the points whose names begin like this; the first point has number 1."""
        named = enumerate(self.passed, start=1)
        return [number for number, name in named if name.startswith(beginnings)]


class Killable:
    """Such a program at work."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def night(
        self,
        settings: dict[str, Any],
        *,
        plan: int | None = None,
        reason: str | None = None,
        point: int | None = None,
        seconds: float | None = None,
    ) -> Outcome:
        """Run source `sis`, or apply a plan, and die at a point or after some seconds."""
        assert self._process.stdin
        assert self._process.stdout
        order: dict[str, Any] = {"settings": settings, "plan": plan, "reason": reason}
        order |= {"point": point, "seconds": seconds}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))


@contextmanager
def killable() -> Iterator[Killable]:
    """The program, ended with the block."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Killable(process)
        finally:
            process.kill()


class _Points:
    """Tells the parent of every point that is passed, and dies at the last."""

    def __init__(self, pipe: int, last: int | None) -> None:
        self.pipe = pipe
        self.left = last
        self.wrote = False

    def writes(self, *call: Any) -> None:
        """A statement is about to be carried out; only those that write are points."""
        words = call[2].split(maxsplit=3)
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            self.wrote = True
            self.passed(" ".join(words[:3]))

    def passed(self, name: str) -> None:
        os.write(self.pipe, f"{name}\n".encode())
        if self.left is None:
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _watch(points: _Points) -> None:
    """Make every place that matters tell that it was passed."""
    _after(Work, "note", lambda step, *_: f"step {step}", points)
    _around(DefaultDialect, "do_commit", "commit", points)
    _around(Path, "replace", "rename", points)

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", points.writes)


def _after(owner: type, name: str, word: Callable[..., str], points: _Points) -> None:
    whole = getattr(owner, name)

    @functools.wraps(whole)
    def watched(self: Any, *given: Any) -> Any:
        result = whole(self, *given)
        points.passed(word(*given))
        return result

    setattr(owner, name, watched)


def _around(owner: type, name: str, word: str, points: _Points) -> None:
    whole = getattr(owner, name)

    @functools.wraps(whole)
    def watched(self: Any, *given: Any) -> Any:
        if word == "commit" and not points.wrote:
            return whole(self, *given)
        points.passed(f"before {word}")
        result = whole(self, *given)
        points.wrote = False
        points.passed(f"after {word}")
        return result

    setattr(owner, name, watched)


def _obey(order: dict[str, Any], points: _Points) -> None:
    settings = Settings(**order["settings"])
    engine = open_engine(settings.database_url)
    _watch(points)
    if order["plan"] is None:
        run_source(settings, engine, "sis", order["reason"])
    else:
        apply_numbered(settings, engine, order["plan"], order["reason"])


def _child(order: dict[str, Any], pipe: int) -> None:
    try:
        _obey(order, _Points(pipe, order["point"]))
        os._exit(0)
    except BaseException:  # noqa: BLE001  # the parent is told, whatever it was
        os.write(pipe, f"error {json.dumps(traceback.format_exc())}\n".encode())
        os._exit(1)


def _carry_out(order: dict[str, Any]) -> Outcome:
    heard, said = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        _child(order, said)
    os.close(said)
    lines = _listen(heard, child, order["seconds"]).decode().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    passed = [line for line in lines if not line.startswith("error ")]
    error = "".join(json.loads(line[6:]) for line in lines if line.startswith("error "))
    return Outcome(status < 0, passed, error)


def _listen(heard: int, child: int, seconds: float | None) -> bytes:
    """Everything that the child says until its end, which comes after so many seconds."""
    end = None if seconds is None else time.monotonic() + seconds
    said = b""
    while True:
        left = None if end is None else max(0, end - time.monotonic())
        if not select.select([heard], [], [], left)[0]:
            os.kill(child, signal.SIGKILL)
            end = None
            continue
        chunk = os.read(heard, 65536)
        if not chunk:
            os.close(heard)
            return said
        said += chunk


def _serve() -> None:
    for line in sys.stdin:
        outcome = _carry_out(json.loads(line))
        print(json.dumps(vars(outcome)), flush=True)


if __name__ == "__main__":
    _serve()
