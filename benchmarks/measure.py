"""Timing whole processes: wall clock and peak memory, as a person or a scheduler would see them.

Seconds of CPU stand beside: they move less when the machine is busy with something else.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

_INSTALLED = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}
"""Our environment, except that modules are compiled once, as those of an installed wheel are."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of process run several times: median seconds, highest peak in megabytes."""

    seconds: float
    cpu: float
    peak_mb: float


def once(command: Sequence[str], extra: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end. Raises CalledProcessError with what it printed if it failed."""
    return once_printing(command, extra)[0]


def once_printing(
    command: Sequence[str], extra: Mapping[str, str] | None = None
) -> tuple[Measured, str]:
    """The same, and what the command printed."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**_INSTALLED, **(extra or {})},
    )
    assert process.stdout is not None
    printed = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.stderr.write(printed)
        raise subprocess.CalledProcessError(process.returncode, command)
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(seconds, cpu, usage.ru_maxrss / 1024), printed


def apart(module: str, *arguments: object) -> None:
    """Run a module in a process of its own.

    What prepares a measurement belongs there: a process inherits the peak memory of its parent.
    """
    subprocess.run([sys.executable, "-m", module, *map(str, arguments)], check=True)


def middle(runs: Sequence[Measured]) -> Measured:
    """The median times and the highest peak of several runs."""
    return Measured(
        median(run.seconds for run in runs),
        median(run.cpu for run in runs),
        max(run.peak_mb for run in runs),
    )


def best(runs: Sequence[Measured]) -> Measured:
    """The shortest times and the highest peak of several runs, since other work only ever adds."""
    return Measured(
        min(run.seconds for run in runs),
        min(run.cpu for run in runs),
        max(run.peak_mb for run in runs),
    )
