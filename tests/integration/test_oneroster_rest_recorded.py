"""The recorded provider, over a real socket: every record arrives, and a quiet night is quiet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.recorded_server import CLIENT_ID, CLIENT_SECRET, TOKEN_PATH, recorded_server

from adapters.oneroster.rest import OneRosterRestSource, RestSettings
from adapters.port import Delivery, FileMode
from adapters.shelf import Shelf
from schemas.finding import Severity

COUNTS = {
    "orgs": 4,
    "academicSessions": 13,
    "courses": 30,
    "classes": 60,
    "enrollments": 2220,
    "users": 759,
    "roles": 768,
    "demographics": 363,
}


@pytest.fixture(scope="module")
def source(reference: Path) -> Iterator[OneRosterRestSource]:
    with recorded_server(reference) as url:
        yield OneRosterRestSource(
            RestSettings.model_validate(
                {
                    "base_url": url,
                    "token_url": url + TOKEN_PATH,
                    "client_id": CLIENT_ID,
                    "client_secret": CLIENT_SECRET,
                    "preset": "edfi-oneroster",
                }
            )
        )


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def delivery(source: OneRosterRestSource, shelf: Shelf) -> Delivery:
    return source.fetch(shelf, {})


def test_every_collection_arrives(delivery: Delivery) -> None:
    assert delivery.files.keys() == COUNTS.keys()


@pytest.mark.parametrize("name", COUNTS)
def test_every_record_arrives(source: OneRosterRestSource, delivery: Delivery, name: str) -> None:
    assert source.read(delivery, name).frame.height == COUNTS[name]


def test_version_and_mode_are_declared(delivery: Delivery) -> None:
    modes = {file.mode for file in delivery.files.values()}
    assert (delivery.standard, delivery.version, modes) == ("oneroster", "1.2", {FileMode.BULK})


def test_a_sound_provider_gives_no_findings(delivery: Delivery) -> None:
    assert delivery.findings == ()


@pytest.mark.parametrize("name", COUNTS)
def test_no_record_is_rejected(source: OneRosterRestSource, delivery: Delivery, name: str) -> None:
    check = source.check(delivery, name, source.read(delivery, name).frame)
    assert (check.rejected.len(), check.findings) == (0, ())


def test_the_second_fetch_is_the_same_night(
    source: OneRosterRestSource, shelf: Shelf, delivery: Delivery
) -> None:
    assert source.fetch(shelf, delivery.memory).digest == delivery.digest


def test_the_page_size_does_not_change_the_digest(
    source: OneRosterRestSource, shelf: Shelf, delivery: Delivery
) -> None:
    smaller = source.settings.model_copy(update={"limit": 77})
    assert OneRosterRestSource(smaller).fetch(shelf, {}).digest == delivery.digest


def test_roles_lie_in_the_users_file(delivery: Delivery) -> None:
    users, roles = delivery.files["users"], delivery.files["roles"]
    assert (roles.digest, roles.origin) == (users.digest, "roles inside GET /users")


def test_a_relative_reference_is_read(source: OneRosterRestSource, delivery: Delivery) -> None:
    frame = source.read(delivery, "classes").frame
    assert frame["courseSourcedId"].null_count() == 0


def test_one_person_may_have_several_records(
    source: OneRosterRestSource, delivery: Delivery
) -> None:
    users = source.read(delivery, "users").frame
    assert users["identifier"].n_unique() < users["sourcedId"].n_unique() == 759


def test_the_provider_refuses_a_delta_and_is_read_whole(
    source: OneRosterRestSource, shelf: Shelf
) -> None:
    delta = source.settings.delta.model_copy(update={"enabled": True})
    keen = OneRosterRestSource(source.settings.model_copy(update={"delta": delta}))
    second = keen.fetch(shelf, keen.fetch(shelf, {}).memory)
    assert {finding.code for finding in second.findings} == {"rest.delta_refused"}
    assert second.files["users"].mode is FileMode.BULK


def test_trying_the_connection_names_every_endpoint(source: OneRosterRestSource) -> None:
    found = source.test()
    assert [one.severity for one in found] == [Severity.NOTE] * 8
    assert all(one.code.startswith("rest.ok.") for one in found)
