"""One run at a time: who gets the lease, when another may have it, and what the token forbids."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from support.other_run import hear, other_run, tell

from service.errors import Busy, LeaseLost
from service.store import database
from service.store.database import open_engine, reading, writing
from service.store.lease import Lease, acquire, confirm, release, renew
from service.store.tables import lease

TENANT = "district"


@contextmanager
def held_elsewhere(url: str, seconds: float = 60) -> Iterator[int]:
    """Another process holds the lease; its number."""
    with other_run("hold", url, seconds) as other:
        assert hear(other) == "1"
        yield other.pid


@pytest.fixture
def impatient(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The same database for somebody who waits a second only."""
    monkeypatch.setattr(database, "_PATIENCE", 1)
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


def is_confirmed(engine: Engine, held: Lease) -> bool:
    try:
        with writing(engine) as connection:
            confirm(connection, held)
    except LeaseLost:
        return False
    return True


def rewrite(engine: Engine, **values: object) -> None:
    """Make the lease look as a clock, a machine or a container other than ours would have it."""
    with writing(engine) as connection:
        connection.execute(sa.update(lease).values(values))


def row_of(engine: Engine) -> sa.Row[tuple[object, ...]]:
    with reading(engine) as connection:
        return connection.execute(sa.select(lease)).one()


def test_the_first_holder_is_confirmed(engine: Engine) -> None:
    held = acquire(engine, TENANT, 60)
    assert held == Lease(TENANT, 1, 60)
    assert is_confirmed(engine, held)


def test_each_holder_has_a_higher_token(engine: Engine) -> None:
    tokens = []
    for _ in range(3):
        held = acquire(engine, TENANT, 60)
        tokens.append(held.token)
        release(engine, held)
    assert tokens == [1, 2, 3]


def test_a_released_lease_is_no_longer_confirmed(engine: Engine) -> None:
    held = acquire(engine, TENANT, 60)
    release(engine, held)
    assert not is_confirmed(engine, held)


def test_a_late_release_leaves_the_next_holder_alone(engine: Engine) -> None:
    early = acquire(engine, TENANT, 0.01)
    time.sleep(0.02)
    late = acquire(engine, TENANT, 60)
    release(engine, early)
    assert is_confirmed(engine, late)


def test_tenants_do_not_wait_for_each_other(engine: Engine) -> None:
    one, other = acquire(engine, "one", 60), acquire(engine, "other", 60)
    assert is_confirmed(engine, one)
    assert is_confirmed(engine, other)


def test_busy_names_the_holder(engine: Engine, database_url: str) -> None:
    with (
        held_elsewhere(database_url) as pid,
        pytest.raises(Busy, match=f"'district': process {pid} on "),
    ):
        acquire(engine, TENANT, 60)


def test_busy_says_when_the_lease_ends(engine: Engine, database_url: str) -> None:
    with held_elsewhere(database_url, 600), pytest.raises(Busy) as caught:
        acquire(engine, TENANT, 60)
    assert re.search(r"is free in (600|5\d\d) s at the latest", caught.value.fix)


def test_waiting_ends_when_the_time_is_over(engine: Engine) -> None:
    acquire(engine, TENANT, 60)
    began = time.monotonic()
    with pytest.raises(Busy):
        acquire(engine, TENANT, 60, wait=0.3)
    assert 0.3 <= time.monotonic() - began < 10


def test_waiting_ends_when_the_lease_is_free(engine: Engine, database_url: str) -> None:
    with held_elsewhere(database_url, 1):
        assert acquire(engine, TENANT, 60, wait=30).token == 2


def test_an_expired_lease_is_taken_from_a_living_process(engine: Engine, database_url: str) -> None:
    with held_elsewhere(database_url, 0.01):
        time.sleep(0.02)
        assert acquire(engine, TENANT, 60).token == 2


def test_a_renewed_lease_lasts_longer(engine: Engine) -> None:
    held = acquire(engine, TENANT, 60)
    rewrite(engine, expires_at=time.time() + 1)
    renew(engine, held)
    assert row_of(engine).expires_at > time.time() + 30


def test_a_lease_that_expired_unnoticed_can_be_renewed(engine: Engine) -> None:
    held = acquire(engine, TENANT, 0.01)
    time.sleep(0.02)
    renew(engine, held)
    assert is_confirmed(engine, held)


def test_a_lost_lease_cannot_be_renewed(engine: Engine) -> None:
    held = acquire(engine, TENANT, 0.01)
    time.sleep(0.02)
    acquire(engine, TENANT, 60)
    with pytest.raises(LeaseLost):
        renew(engine, held)


def test_a_killed_holder_is_followed_at_once(engine: Engine, database_url: str) -> None:
    with other_run("hold", database_url, 600) as other:
        hear(other)
        other.kill()
        other.wait()
        assert acquire(engine, TENANT, 60).token == 2


def test_a_killed_holder_is_followed_before_its_parent_notices(
    engine: Engine, database_url: str
) -> None:
    with held_elsewhere(database_url, 600) as pid:
        os.kill(pid, signal.SIGKILL)
        assert acquire(engine, TENANT, 60, wait=10).token == 2


def test_a_suspended_holder_wakes_without_the_lease(engine: Engine, database_url: str) -> None:
    with other_run("hold", database_url, 1) as other:
        tell(other)
        assert (hear(other), hear(other)) == ("1", "confirmed")
        other.send_signal(signal.SIGSTOP)
        held = acquire(engine, TENANT, 60, wait=30)
        other.send_signal(signal.SIGCONT)
        tell(other)
        assert hear(other) == "lost"
    assert is_confirmed(engine, held)


def test_a_number_used_again_is_another_process(engine: Engine) -> None:
    acquire(engine, TENANT, 60)
    rewrite(engine, holder=row_of(engine).holder.rpartition(" ")[0] + " 1")
    assert acquire(engine, TENANT, 60).token == 2


def test_a_container_of_the_same_name_is_another_place(engine: Engine) -> None:
    acquire(engine, TENANT, 60)
    rewrite(engine, holder="another-boot/pid:[1] 7 100", pid=2**22 + 1)
    with pytest.raises(Busy):
        acquire(engine, TENANT, 60)


def test_a_clock_set_back_does_not_block_for_years(engine: Engine) -> None:
    acquire(engine, TENANT, 60)
    rewrite(engine, holder="another-boot/pid:[1] 7 100", expires_at=time.time() + 1e8)
    assert acquire(engine, TENANT, 60).token == 2


def test_a_clock_set_forward_does_no_more_than_end_a_run(engine: Engine) -> None:
    held = acquire(engine, TENANT, 60)
    rewrite(engine, expires_at=time.time() - 1e8)
    acquire(engine, TENANT, 60)
    assert not is_confirmed(engine, held)


def test_of_two_that_race_for_a_new_tenant_one_is_busy(database_url: str) -> None:
    with other_run("race", database_url) as one, other_run("race", database_url) as two:
        assert {hear(one), hear(two)} == {"district"}
        for number in range(25):
            tell(one, f"new-{number}")
            tell(two, f"new-{number}")
            assert sorted((hear(one), hear(two))) == ["1", "busy"]


def test_nobody_takes_over_while_a_confirmed_transaction_is_open(
    engine: Engine, impatient: Engine
) -> None:
    held = acquire(engine, TENANT, 0.01)
    time.sleep(0.02)
    with writing(engine) as connection:
        confirm(connection, held)
        with pytest.raises(Busy, match="has not finished"):
            acquire(impatient, TENANT, 60)
    assert acquire(impatient, TENANT, 60).token == 2
