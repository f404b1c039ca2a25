"""The command in a process of its own that runs many orders and measures each: time and memory."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.cli import Answer, Home

_PROGRAM = "import sys; sys.path.insert(0, {tests!r}); from support.measured import serve; serve()"


@dataclass(frozen=True, slots=True)
class Measured:
    """How an order ended, the seconds that it took, and the most memory in MB while it ran."""

    answer: Answer
    seconds: float
    peak: int


class Meter:
    """Such a process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, *words: object, within: float) -> Measured:
        """Run one command; raises TimeoutError, and ends the process, after `within` seconds."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], within)[0]:
            self._process.kill()
            raise TimeoutError(f"no answer in {within} s: {words}")
        status, out, err, seconds, peak = json.loads(self._process.stdout.readline())
        return Measured(Answer(status, out, err), seconds, peak)


@contextmanager
def meter() -> Iterator[Meter]:
    """The process, ended with the block."""
    program = _PROGRAM.format(tests=str(Path(__file__).resolve().parents[1]))
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Meter(process)
        process.kill()


def serve() -> None:
    """Answer each line of standard input, a list of words, with a line of what came of it.

    Every order runs in a fork of its own, so that none is charged with what another left behind.
    """
    home = Home(Path.cwd())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _answer(home, json.loads(line))
            os._exit(0)
        os.waitpid(child, 0)


def _answer(home: Home, words: list[str]) -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # proc(5): resets VmHWM
    started = time.monotonic()
    answer = home(*words)
    seconds = time.monotonic() - started
    print(json.dumps([answer.status, answer.out, answer.err, seconds, _peak()]), flush=True)


def _peak() -> int:
    status = Path("/proc/self/status").read_text("ascii", "replace")
    found = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(found.split()[1]) // 1024
