"""Paging against servers that misbehave: whole, or said not to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.strange_server import Reply, StrangeServer, small_district, strange_server

from adapters.errors import SourceUnavailable
from adapters.port import Delivery
from adapters.shelf import Shelf
from schemas.finding import Severity, worst


@pytest.fixture
def server() -> Iterator[StrangeServer]:
    with strange_server(StrangeServer(small_district())) as running:
        yield running


@pytest.fixture
def shelf(tmp_path: Any) -> Shelf:
    return Shelf(tmp_path / "shelf")


def codes(delivery: Delivery) -> set[str]:
    return {finding.code for finding in delivery.findings}


def users(server: StrangeServer, delivery: Delivery) -> int:
    return server.source().read(delivery, "users").frame.height


@pytest.mark.parametrize("limit", [1, 5, 6, 12, 1000])
@pytest.mark.parametrize("totals", ["header", "body", "none"])
def test_all_users_arrive_whatever_the_page_size(
    server: StrangeServer, shelf: Shelf, totals: Any, limit: int
) -> None:
    server.totals = totals
    delivery = server.source(limit=limit).fetch(shelf, {})
    assert (users(server, delivery), delivery.findings) == (12, ())


@pytest.mark.parametrize("links", ["proper", "bare", "foreign"])
def test_links_are_followed_in_every_form(server: StrangeServer, shelf: Shelf, links: Any) -> None:
    server.links, server.totals = links, "none"
    delivery = server.source().fetch(shelf, {})
    assert (users(server, delivery), delivery.findings) == (12, ())


@pytest.mark.parametrize("clamp", [1, 3, 4])
def test_a_lowered_limit_loses_nothing(server: StrangeServer, shelf: Shelf, clamp: int) -> None:
    server.clamp, server.totals = clamp, "none"
    assert users(server, server.source(limit=1000).fetch(shelf, {})) == 12


def test_a_bare_array_is_read(server: StrangeServer, shelf: Shelf) -> None:
    server.bare_array = True
    assert users(server, server.source().fetch(shelf, {})) == 12


def test_a_total_that_promises_more_is_held(server: StrangeServer, shelf: Shelf) -> None:
    server.wrong_by = 1
    delivery = server.source().fetch(shelf, {})
    assert worst(list(delivery.findings)) is Severity.HOLD
    assert codes(delivery) == {"rest.incomplete"}


def test_a_total_of_one_page_loses_nothing(server: StrangeServer, shelf: Shelf) -> None:
    server.wrong_by = -7
    delivery = server.source().fetch(shelf, {})
    assert users(server, delivery) == 12
    assert "rest.total" in codes(delivery)


def test_a_page_sent_again_and_again_is_held(server: StrangeServer, shelf: Shelf) -> None:
    server.ignore_offset, server.totals = True, "none"
    assert "rest.incomplete" in codes(server.source().fetch(shelf, {}))


def test_a_server_that_ignores_offsets_but_sends_all_is_whole(
    server: StrangeServer, shelf: Shelf
) -> None:
    server.ignore_offset = True
    delivery = server.source(limit=1000).fetch(shelf, {})
    assert (users(server, delivery), codes(delivery)) == (12, set())


def test_a_record_sent_twice_without_total_is_held(server: StrangeServer, shelf: Shelf) -> None:
    server.totals = "none"
    server.collections["users"].insert(7, server.collections["users"][2])
    assert codes(server.source().fetch(shelf, {})) == {"rest.incomplete"}


def test_a_shift_while_reading_is_read_again(server: StrangeServer, shelf: Shelf) -> None:
    records = server.collections["users"]
    shifted = {"users": records[6:11], "totalCount": 11}
    server.once("/users?limit=5&offset=5", Reply.of(shifted, X_Total_Count="11"))
    delivery = server.source().fetch(shelf, {})
    assert (users(server, delivery), codes(delivery)) == (12, set())


def test_more_pages_than_allowed_are_held(server: StrangeServer, shelf: Shelf) -> None:
    assert "rest.incomplete" in codes(server.source(limit=1, max_pages=3).fetch(shelf, {}))


def test_an_offset_refused_after_the_last_record_is_the_end(
    server: StrangeServer, shelf: Shelf
) -> None:
    server.totals = "none"
    server.always("/users?limit=5&offset=12", Reply.of({}, 404))
    delivery = server.source().fetch(shelf, {})
    assert (users(server, delivery), codes(delivery)) == (12, set())


def test_an_offset_refused_in_the_middle_is_no_end(server: StrangeServer, shelf: Shelf) -> None:
    server.always("/users?limit=5&offset=5", Reply.of({}, 404))
    delivery = server.source().fetch(shelf, {})
    assert worst(list(delivery.findings)) is Severity.REFUSE
    assert "users" not in delivery.files


def test_what_is_no_record_is_reported(server: StrangeServer, shelf: Shelf) -> None:
    server.collections["courses"].append("not a record")
    delivery = server.source().fetch(shelf, {})
    assert codes(delivery) == {"rest.record", "rest.incomplete"}


def test_no_users_at_all_is_held(server: StrangeServer, shelf: Shelf) -> None:
    server.collections["users"].clear()
    assert "rest.empty" in codes(server.source().fetch(shelf, {}))


@pytest.mark.parametrize("status", [403, 404, 501])
def test_the_sync_goes_on_without_demographics(
    server: StrangeServer, shelf: Shelf, status: int
) -> None:
    server.always("/demographics", Reply.of({"imsx_description": "not yours"}, status))
    delivery = server.source().fetch(shelf, {})
    (finding,) = delivery.findings
    assert (finding.severity, finding.file) == (Severity.WARNING, "demographics")
    assert "demographics" not in delivery.files


@pytest.mark.parametrize("name", ["academicSessions", "courses", "classes", "users", "enrollments"])
def test_the_sync_stops_without_a_required_collection(
    server: StrangeServer, shelf: Shelf, name: str
) -> None:
    server.always(f"/{name}", Reply.of({}, 404))
    (finding,) = server.source().fetch(shelf, {}).findings
    assert (finding.severity, finding.file) == (Severity.REFUSE, name)


def test_a_failing_required_collection_ends_the_night(server: StrangeServer, shelf: Shelf) -> None:
    server.always("/enrollments", Reply.of({}, 503))
    with pytest.raises(SourceUnavailable, match="503"):
        server.source().fetch(shelf, {})


def test_gradebook_and_resources_are_asked_for_only_on_wish(
    server: StrangeServer, shelf: Shelf
) -> None:
    server.source().fetch(shelf, {})
    assert not server.asked("gradebook") + server.asked("resources")


def test_the_gradebook_is_read_from_its_own_place(server: StrangeServer, shelf: Shelf) -> None:
    when = "2026-09-01T00:00:00.000Z"
    server.collections["categories"] = [
        {"sourcedId": "c", "title": "Test", "dateLastModified": when}
    ]
    delivery = server.source(include=["gradebook"]).fetch(shelf, {})
    assert "categories" in delivery.files
    assert server.asked("/ims/oneroster/gradebook/v1p2/categories")


def test_a_dropped_password_is_reported_and_not_stored(server: StrangeServer, shelf: Shelf) -> None:
    server.collections["users"][3]["password"] = "hunter2"
    delivery = server.source().fetch(shelf, {})
    assert codes(delivery) == {"rest.secret_dropped"}
    assert not any(
        b"hunter2" in path.read_bytes() for path in shelf.root.rglob("*") if path.is_file()
    )


def test_only_the_schools_asked_for_reach_the_shelf(server: StrangeServer, shelf: Shelf) -> None:
    delivery = server.source(schools=["north"]).fetch(shelf, {})
    source = server.source()
    heights = {name: source.read(delivery, name).frame.height for name in delivery.files}
    wanted = {"users": 6, "roles": 6, "enrollments": 6, "classes": 2, "demographics": 2, "orgs": 3}
    assert heights.items() >= wanted.items()
    assert delivery.scope == {"schools": "north"}


def test_a_filter_is_sent_and_declared(server: StrangeServer, shelf: Shelf) -> None:
    delivery = server.source(filters={"users": "status='active'"}).fetch(shelf, {})
    assert server.asked("/users")[0].endswith("filter=status%3D%27active%27&limit=5&offset=0")
    assert delivery.scope == {"filter.users": "status='active'"}


def test_a_warning_beside_the_data_is_passed_on(server: StrangeServer, shelf: Shelf) -> None:
    status = [{"imsx_severity": "warning", "imsx_description": "unknown sort field"}]
    reply = {"courses": server.collections["courses"], "statusInfoSet": status}
    server.always("/courses", Reply.of(reply, X_Total_Count="2"))
    (finding,) = server.source().fetch(shelf, {}).findings
    assert finding.problem == "the server warns: unknown sort field"


def test_a_profile_without_its_dropped_credentials_is_sound(
    server: StrangeServer, shelf: Shelf
) -> None:
    credentials = [{"type": "LDAP", "username": "x", "password": "hunter2"}]
    profile = {"profileId": "urn:p", "profileType": "LMS", "vendorId": "v"}
    server.collections["users"][0]["userProfiles"] = [{**profile, "credentials": credentials}]
    source = server.source()
    delivery = source.fetch(shelf, {})
    rows = source.read(delivery, "userProfiles").frame
    assert rows["sourcedId"].to_list() == ["u000|urn:p"]
    assert source.check(delivery, "userProfiles", rows).findings == ()
