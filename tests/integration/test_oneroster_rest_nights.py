"""Night after night: deltas, and fetches that were killed half-way."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.strange_server import Reply, StrangeServer, small_district, strange_server

from adapters.errors import SourceUnavailable
from adapters.oneroster.rest import OneRosterRestSource
from adapters.port import FileMode
from adapters.shelf import Shelf

DELTA = {"enabled": True, "overlap_minutes": 60}
TOMORROW = "2099-01-01T00:00:00.000Z"


@pytest.fixture
def server() -> Iterator[StrangeServer]:
    with strange_server(StrangeServer(small_district())) as running:
        yield running


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def test_the_first_night_is_bulk(server: StrangeServer, shelf: Shelf) -> None:
    delivery = server.source(delta=DELTA).fetch(shelf, {})
    assert {file.mode for file in delivery.files.values()} == {FileMode.BULK}


def test_the_second_night_asks_only_for_changes(server: StrangeServer, shelf: Shelf) -> None:
    source = server.source(delta=DELTA)
    memory = source.fetch(shelf, {}).memory
    server.collections["users"][4]["dateLastModified"] = TOMORROW
    delivery = source.fetch(shelf, memory)
    assert delivery.files["users"].mode is FileMode.DELTA
    assert source.read(delivery, "users").frame["sourcedId"].to_list() == ["u004"]


def test_a_delta_brings_the_roles_of_changed_users_only(
    server: StrangeServer, shelf: Shelf
) -> None:
    source = server.source(delta=DELTA)
    memory = source.fetch(shelf, {}).memory
    server.collections["users"][4]["dateLastModified"] = TOMORROW
    delivery = source.fetch(shelf, memory)
    assert delivery.files["roles"].mode is FileMode.DELTA
    assert source.read(delivery, "roles").frame["userSourcedId"].to_list() == ["u004"]


def test_a_night_without_changes_is_an_empty_delta(server: StrangeServer, shelf: Shelf) -> None:
    source = server.source(delta=DELTA)
    delivery = source.fetch(shelf, source.fetch(shelf, {}).memory)
    assert (source.read(delivery, "users").frame.height, delivery.findings) == (0, ())


def test_a_refused_delta_becomes_a_full_pull(server: StrangeServer, shelf: Shelf) -> None:
    source = server.source(delta=DELTA)
    memory = source.fetch(shelf, {}).memory
    server.refuse_filters = True
    delivery = source.fetch(shelf, memory)
    assert {finding.code for finding in delivery.findings} == {"rest.delta_refused"}
    assert {file.mode for file in delivery.files.values()} == {FileMode.BULK}


def test_a_filter_of_two_clauses_is_read_whole(server: StrangeServer, shelf: Shelf) -> None:
    filters = {"users": "status='active' AND identifier>'0'"}
    source = server.source(delta=DELTA, filters=filters)
    delivery = source.fetch(shelf, source.fetch(shelf, {}).memory)
    modes = {name: file.mode for name, file in delivery.files.items()}
    assert (modes["users"], modes["orgs"]) == (FileMode.BULK, FileMode.DELTA)


def test_the_watermark_is_when_the_pull_began(server: StrangeServer, shelf: Shelf) -> None:
    server.once("/users?", Reply.of({}, 429, Retry_After="1"))
    memory = server.source().fetch(shelf, {}).memory
    since = datetime.now(UTC) - datetime.fromisoformat(memory["watermark"])
    assert since >= timedelta(seconds=1)


def fail_at_enrollments(server: StrangeServer, source: OneRosterRestSource, shelf: Shelf) -> None:
    server.once("/enrollments?limit=5&offset=10", Reply.of({}, 503), times=4)
    with pytest.raises(SourceUnavailable):
        source.fetch(shelf, {})


def test_a_failed_night_goes_on_where_it_stopped(server: StrangeServer, shelf: Shelf) -> None:
    source = server.source(concurrency=1)
    fail_at_enrollments(server, source, shelf)
    server.heal()
    delivery = source.fetch(shelf, {})
    assert source.read(delivery, "enrollments").frame.height == 12
    offsets = [line.rsplit("=", 1)[1] for line in server.asked("/enrollments")]
    assert offsets == ["5", "10"]


def test_collections_that_had_come_are_not_asked_for_again(
    server: StrangeServer, shelf: Shelf
) -> None:
    source = server.source(concurrency=1)
    fail_at_enrollments(server, source, shelf)
    server.heal()
    source.fetch(shelf, {})
    assert server.asked("/users") == []


def test_a_resumed_night_equals_an_undisturbed_one(
    server: StrangeServer, shelf: Shelf, tmp_path: Path
) -> None:
    source = server.source(concurrency=1)
    fail_at_enrollments(server, source, shelf)
    server.heal()
    undisturbed = source.fetch(Shelf(tmp_path / "other"), {})
    assert source.fetch(shelf, {}).digest == undisturbed.digest


def test_a_shift_since_the_failure_starts_the_collection_over(
    server: StrangeServer, shelf: Shelf
) -> None:
    server.totals = "none"
    source = server.source(concurrency=1)
    fail_at_enrollments(server, source, shelf)
    server.heal()
    del server.collections["enrollments"][0]
    delivery = source.fetch(shelf, {})
    ids = source.read(delivery, "enrollments").frame["sourcedId"].to_list()
    assert ids == [record["sourcedId"] for record in server.collections["enrollments"]]


def test_what_is_too_old_is_asked_for_again(server: StrangeServer, shelf: Shelf) -> None:
    fail_at_enrollments(server, server.source(concurrency=1), shelf)
    server.heal()
    server.source(concurrency=1, resume_hours=0).fetch(shelf, {})
    assert server.asked("/users")


def test_nothing_partial_stays_after_a_whole_night(server: StrangeServer, shelf: Shelf) -> None:
    server.source().fetch(shelf, {})
    left = [path.name for path in (shelf.root / "partial").rglob("*") if path.is_file()]
    assert left == ["lock"]


def test_a_whole_night_leaves_another_sources_rest_alone(
    server: StrangeServer, shelf: Shelf
) -> None:
    fail_at_enrollments(server, server.source(concurrency=1), shelf)
    server.heal()
    server.source(concurrency=1, base_url=f"{server.url}/ims/oneroster").fetch(shelf, {})
    server.heal()
    server.source(concurrency=1).fetch(shelf, {})
    assert server.asked("/users") == []


KILLED = """
import sys
from pathlib import Path
from adapters.oneroster.rest import OneRosterRestSource, RestSettings
from adapters.shelf import Shelf
settings = RestSettings(base_url=sys.argv[1], client_secret=sys.argv[2], auth="bearer", limit=5,
                        concurrency=1)
OneRosterRestSource(settings).fetch(Shelf(Path(sys.argv[3])), {})
"""


def wait_for(happened: Any) -> None:
    until = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < until, "waited 30 s in vain"
        time.sleep(0.01)


def test_a_killed_process_leaves_what_it_read(shelf: Shelf, repository: Path) -> None:
    with strange_server(StrangeServer(small_district(users=30), auth="bearer")) as server:
        source = server.source(concurrency=1, client_id="")
        server.once("/enrollments?limit=5&offset=20", Reply(delay=5))
        secret = source.settings.client_secret.get_secret_value()
        command = [sys.executable, "-c", KILLED, server.url, secret, str(shelf.root)]
        process = subprocess.Popen(command, cwd=repository)
        wait_for(lambda: server.asked("/enrollments?limit=5&offset=20"))
        process.kill()
        process.wait()
        server.heal()
        delivery = source.fetch(shelf, {})
        assert source.read(delivery, "enrollments").frame.height == 30
        assert not server.asked("/users") + server.asked("offset=5")
