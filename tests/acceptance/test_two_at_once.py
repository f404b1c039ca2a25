"""Two nights of one district at once: processes of their own on one database."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import Home, changed_tables, make_home


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A synthetic district before its first night, large enough to be met at work."""
    made = make_home(tmp_path_factory.mktemp("two"))
    assert made("synth", "--students", 1000, "--days", 1, "--out", "nights").status == 0
    made.deliver(made.folder / "nights" / "night1")
    made.checkpoint("before")
    return made


@pytest.fixture
def home(started: Home) -> Home:
    started.rewind("before")
    return started


@contextlib.contextmanager
def asleep(home: Home, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A night stopped in the middle: it holds the lease, and no transaction."""
    process = home.program("sync", "run", "sis", "--json", **variables)
    try:
        while home.query("SELECT 1 FROM lease WHERE pid = ? AND holder > ''", process.pid) == []:
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        process.send_signal(signal.SIGSTOP)
        while not is_free(home):
            process.send_signal(signal.SIGCONT)
            time.sleep(0.005)
            process.send_signal(signal.SIGSTOP)
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.communicate()


def is_free(home: Home) -> bool:
    """Whether nobody is in the middle of writing."""
    with contextlib.closing(sqlite3.connect(home.database, timeout=0.2)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True


def wake(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Let it go on to its end."""
    process.send_signal(signal.SIGCONT)
    out, _ = process.communicate(timeout=60)
    return process.returncode, out


def test_the_second_refuses_and_names_the_first(home: Home) -> None:
    with asleep(home) as first:
        second = home("sync", "run", "sis")
        assert second.status == 1
        assert f"process {first.pid} on " in second.err
        assert "lease_wait_seconds" in second.err


def test_the_second_refuses_in_json_too(home: Home) -> None:
    with asleep(home):
        assert home("sync", "run", "sis", "--json").json["error"]["code"] == "busy"


def test_the_first_finishes_as_if_alone(home: Home) -> None:
    with asleep(home) as first:
        home("sync", "run", "sis")
        assert wake(first)[0] == 0
    assert home.query("SELECT state FROM run") == [("done",)]
    assert home.run("sis")["state"] == "quiet"


def test_the_second_waits_when_told_to(home: Home) -> None:
    with asleep(home) as first:
        second = home.program("sync", "run", "sis", "--json", SYNC__LEASE_WAIT_SECONDS="60")
        time.sleep(0.5)
        assert second.poll() is None
        assert wake(first)[0] == 0
        out, _ = second.communicate(timeout=60)
    assert (second.returncode, json.loads(out)["state"]) == (0, "quiet")


def test_two_started_together_make_one_night(home: Home) -> None:
    both = [home.program("sync", "run", "sis", "--json") for _ in range(2)]
    answers = [one.communicate(timeout=90) for one in both]
    assert {one.returncode for one in both} <= {0, 1}
    assert 0 in {one.returncode for one in both}
    assert all(json.loads(out) for out, _ in answers)
    assert home.value("SELECT count(*) FROM plan WHERE state = 'applied'") == 1


def test_a_stale_holder_writes_nothing(home: Home) -> None:
    with asleep(home, SYNC__LEASE_SECONDS="1") as first:
        taken = home("sync", "run", "sis", "--json", SYNC__LEASE_WAIT_SECONDS="30")
        assert (taken.status, taken.json["state"]) == (0, "done")
        before = home.all()
        status, out = wake(first)
    assert (status, json.loads(out)["error"]["code"]) == (1, "lease-lost")
    assert changed_tables(before, home.all()) == set()


def test_a_dead_holder_is_in_nobodys_way(home: Home, tmp_path: Path) -> None:
    with asleep(home) as first:
        first.kill()
        first.wait()
        report = home.run("sis")
    assert report["state"] == "done"


def test_other_commands_may_look_on(home: Home) -> None:
    with asleep(home):
        assert home("sync", "history").status == 0
        assert home("source", "list").status == 0
