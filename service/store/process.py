"""Telling whether the process that wrote something down is still there."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path

import psutil


@cache
def place() -> str:
    """Where process numbers mean what they mean here.

    Two containers may share a name, and a machine forgets its processes when it starts again;
    on Linux this is therefore the boot and the process namespace, elsewhere the machine's name.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


def identity(pid: int) -> str:
    """A process's place, number and start, or an empty text when it is gone.

    Numbers are used again, so the number alone names nobody. A process that has ended counts as
    gone even while its parent has not asked for its end.
    """
    try:
        process = psutil.Process(pid)
        if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return ""
        return f"{place()} {pid} {_started(process)}"
    except psutil.NoSuchProcess:
        return ""


def myself() -> str:
    """The identity of this process."""
    return identity(os.getpid())


def is_gone(written: str, pid: int) -> bool:
    """Whether the process with this identity certainly ended; one from elsewhere never is."""
    return written.startswith(f"{place()} ") and identity(pid) != written


def _started(process: psutil.Process) -> str:
    # Linux counts in ticks since it started, which no correction of the clock moves; psutil
    # turns them into a time of day, which such a correction does move.
    try:
        line = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return f"{process.create_time():.2f}"
    return line.rpartition(")")[2].split()[19]
