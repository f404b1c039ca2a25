"""A process is told from another by where it runs, its number and its start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from service.store.process import identity, is_gone, myself, place

NOBODY = 2**22 + 1
"""A number beyond the largest that Linux gives to a process."""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[str]]:
    """Another process, which says a word and then does nothing."""
    program = "print('up', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


def test_this_process_is_not_gone() -> None:
    assert not is_gone(myself(), os.getpid())


def test_another_process_is_not_gone(sleeper: subprocess.Popen[str]) -> None:
    assert not is_gone(identity(sleeper.pid), sleeper.pid)


def test_two_processes_differ(sleeper: subprocess.Popen[str]) -> None:
    assert identity(sleeper.pid) != myself()


def test_an_ended_process_is_gone(sleeper: subprocess.Popen[str]) -> None:
    written = identity(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert is_gone(written, sleeper.pid)


def test_a_process_whose_end_nobody_asked_for_is_gone(sleeper: subprocess.Popen[str]) -> None:
    written = identity(sleeper.pid)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(written, sleeper.pid)


def test_a_number_that_nobody_has_has_no_identity() -> None:
    assert identity(NOBODY) == ""


def test_the_same_number_with_another_start_is_gone() -> None:
    assert is_gone(f"{place()} {os.getpid()} 1", os.getpid())


def test_a_process_elsewhere_is_never_gone() -> None:
    assert not is_gone(f"elsewhere {NOBODY} 1", NOBODY)


def test_a_place_that_only_begins_alike_is_elsewhere() -> None:
    assert not is_gone(f"{place()}0 {NOBODY} 1", NOBODY)
