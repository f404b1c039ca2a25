"""Servers that are busy, broken, redirecting or picky about who asks."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from support.strange_server import (
    BEARER,
    CLIENT_SECRET,
    Reply,
    StrangeServer,
    small_district,
    strange_server,
)

from adapters.errors import AdapterError, SourceMisconfigured, SourceUnavailable
from adapters.oneroster.rest.auth import ClientCredentials
from adapters.oneroster.rest.transport import Transport
from adapters.port import Delivery
from adapters.shelf import Shelf
from schemas.finding import Finding, Severity

LOGIN = Reply(body=b"<!DOCTYPE html><html><title>Sign in</title></html>")


@pytest.fixture
def server() -> Iterator[StrangeServer]:
    with strange_server(StrangeServer(small_district())) as running:
        yield running


@pytest.fixture
def shelf(tmp_path: Any) -> Shelf:
    return Shelf(tmp_path / "shelf")


def whole(server: StrangeServer, delivery: Delivery) -> bool:
    arrived = server.source().read(delivery, "users").frame.height
    return arrived == len(server.collections["users"]) and not delivery.findings


def refusal(delivery: Delivery) -> Finding:
    (finding,) = (one for one in delivery.findings if one.severity is Severity.REFUSE)
    return finding


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(server: StrangeServer, shelf: Shelf, status: int) -> None:
    server.once("/users?", Reply.of({}, status), times=2, after=1)
    assert whole(server, server.source().fetch(shelf, {}))


def test_the_wait_that_the_server_wishes_is_kept(server: StrangeServer, shelf: Shelf) -> None:
    server.once("/users?", Reply.of({}, 429, Retry_After="1"))
    began = time.monotonic()
    server.source().fetch(shelf, {})
    assert time.monotonic() - began >= 1


def test_a_wish_to_wait_very_long_ends_the_night(server: StrangeServer, shelf: Shelf) -> None:
    server.once("/users?", Reply.of({}, 429, Retry_After="7200"))
    with pytest.raises(SourceUnavailable) as caught:
        server.source().fetch(shelf, {})
    assert "120 minutes" in caught.value.fix


def test_a_connection_cut_in_mid_answer_is_asked_again(server: StrangeServer, shelf: Shelf) -> None:
    server.once("/users?", Reply(body=b'{"users": [' + b" " * 5000, cut=900), times=2, after=1)
    assert whole(server, server.source().fetch(shelf, {}))


def test_an_answer_cut_without_notice_is_asked_again(server: StrangeServer, shelf: Shelf) -> None:
    server.once("/users?", Reply(body=b'{"users": [{"sourcedId"'), after=1)
    assert whole(server, server.source().fetch(shelf, {}))


def test_a_slow_answer_is_asked_again(server: StrangeServer, shelf: Shelf) -> None:
    server.once("/users?", Reply(delay=0.8))
    assert whole(server, server.source(timeout_seconds=0.3).fetch(shelf, {}))


def test_a_server_that_is_gone_is_unavailable(shelf: Shelf) -> None:
    with strange_server(StrangeServer(small_district())) as server:
        source = server.source()
    with pytest.raises(SourceUnavailable, match="connection"):
        source.fetch(shelf, {})


def test_a_login_page_is_explained(server: StrangeServer, shelf: Shelf) -> None:
    server.once("/users?", LOGIN, after=1)
    assert "a web page titled 'Sign in'" in refusal(server.source().fetch(shelf, {})).problem


def test_a_login_page_everywhere_is_a_wrong_setting(server: StrangeServer, shelf: Shelf) -> None:
    server.always("/ims/", LOGIN)
    with pytest.raises(SourceMisconfigured, match="Sign in"):
        server.source().fetch(shelf, {})


def test_deeply_nested_json_is_refused(server: StrangeServer, shelf: Shelf) -> None:
    server.always("/users?", Reply(body=b"[" * 200_000 + b"]" * 200_000))
    assert "nested too deeply" in refusal(server.source().fetch(shelf, {})).problem


def test_an_oversized_answer_is_refused(server: StrangeServer, shelf: Shelf) -> None:
    server.always("/users?", Reply(body=b'{"users": [' + b" " * (2 * 2**20) + b"]}"))
    found = refusal(server.source(max_response_mb=1).fetch(shelf, {}))
    assert "larger than 1 MB" in found.problem


def test_text_instead_of_json_is_refused(server: StrangeServer, shelf: Shelf) -> None:
    server.always("/users?", Reply(body=b"users: none", headers={"Content-Type": "text/plain"}))
    assert (
        "something else than JSON (text/plain)" in refusal(server.source().fetch(shelf, {})).problem
    )


def test_a_redirect_on_the_same_host_is_followed(server: StrangeServer, shelf: Shelf) -> None:
    moved = "/ims/oneroster/rostering/v1p2/users?limit=5&offset=0&moved=1"
    server.once("/users?limit=5&offset=0", Reply(302, headers={"Location": moved}))
    assert whole(server, server.source().fetch(shelf, {}))


def test_a_token_never_follows_a_redirect_to_another_host(
    server: StrangeServer, shelf: Shelf
) -> None:
    with strange_server(StrangeServer({})) as other:
        server.always("/ims/", Reply(302, headers={"Location": f"{other.url}/ims/orgs"}))
        with pytest.raises(SourceMisconfigured, match="another place"):
            server.source().fetch(shelf, {})
        assert other.log == []


def test_a_redirect_in_a_circle_ends(server: StrangeServer, shelf: Shelf) -> None:
    server.always("/users?", Reply(302, headers={"Location": "/x/users?limit=5"}))
    assert "in a circle" in refusal(server.source().fetch(shelf, {})).problem


def test_a_token_that_ended_early_is_renewed(server: StrangeServer, shelf: Shelf) -> None:
    server.once("/users?", Reply.of({}, 401), after=1)
    assert whole(server, server.source(concurrency=1).fetch(shelf, {}))
    assert len(server.tokens) == 2


def test_one_token_serves_the_whole_night(server: StrangeServer, shelf: Shelf) -> None:
    server.source().fetch(shelf, {})
    assert len(server.tokens) == 1


def test_a_client_that_is_refused_later_is_a_wrong_setting(
    server: StrangeServer, shelf: Shelf
) -> None:
    server.always("/users?", Reply.of({"imsx_description": "expired"}, 401))
    with pytest.raises(SourceMisconfigured, match="expired"):
        server.source(concurrency=1).fetch(shelf, {})


def test_credentials_can_go_in_the_body(server: StrangeServer, shelf: Shelf) -> None:
    assert whole(server, server.source(auth="oauth2-post").fetch(shelf, {}))
    assert server.tokens[0]["client_secret"] == CLIENT_SECRET


def test_a_wrong_secret_is_explained_without_showing_it(
    server: StrangeServer, shelf: Shelf
) -> None:
    wrong = "-".join(["wrong", "secret"])  # so that the traceback's source lines lack it
    with pytest.raises(SourceMisconfigured, match="invalid_client") as caught:
        server.source(client_secret=wrong).fetch(shelf, {})
    assert wrong not in "".join(traceback.format_exception(caught.value))


def test_a_server_that_echoes_the_secret_does_not_leak_it(
    server: StrangeServer, shelf: Shelf
) -> None:
    server.always("/token", Reply.of({"error": f"bad secret {CLIENT_SECRET}"}, 400))
    with pytest.raises(SourceMisconfigured) as caught:
        server.source().fetch(shelf, {})
    assert CLIENT_SECRET not in caught.value.problem + caught.value.fix


def test_scopes_that_the_server_does_not_know_are_narrowed(
    server: StrangeServer, shelf: Shelf
) -> None:
    server.once("/token", Reply.of({"error": "invalid_scope"}, 400), times=2)
    server.version = "1.1"
    server.collections = small_district("1.1")
    assert whole(server, server.source(version="1.1").fetch(shelf, {}))
    assert "scope" not in server.tokens[-1]


def test_a_busy_token_address_is_asked_again(server: StrangeServer, shelf: Shelf) -> None:
    server.once("/token", Reply.of({}, 503))
    assert whole(server, server.source().fetch(shelf, {}))


def test_a_token_answer_without_token_is_explained(server: StrangeServer, shelf: Shelf) -> None:
    server.always("/token", Reply.of({"token": BEARER}))
    with pytest.raises(SourceMisconfigured, match="gave no token") as caught:
        server.source().fetch(shelf, {})
    assert BEARER not in caught.value.problem


def test_a_fixed_bearer_token_is_enough(shelf: Shelf) -> None:
    with strange_server(StrangeServer(small_district(), auth="bearer")) as server:
        assert whole(server, server.source(token_url=None, client_id="").fetch(shelf, {}))


def test_version_1_1_is_signed_with_oauth_1(shelf: Shelf) -> None:
    district = small_district("1.1")
    with strange_server(StrangeServer(district, version="1.1", auth="oauth1")) as server:
        delivery = server.source(filters={"users": "status='active'"}).fetch(shelf, {})
        assert whole(server, delivery)


def test_the_wrong_signature_method_is_refused(shelf: Shelf) -> None:
    district = small_district("1.1")
    with strange_server(StrangeServer(district, version="1.1", auth="oauth1")) as server:
        source = server.source(signature_method="HMAC-SHA1")
        with pytest.raises(SourceMisconfigured, match="refused"):
            source.fetch(shelf, {})


def test_a_service_sold_as_1_2_may_answer_as_1_1(shelf: Shelf) -> None:
    with strange_server(StrangeServer(small_district("1.1"), version="1.1")) as server:
        delivery = server.source().fetch(shelf, {})
        assert (delivery.version, whole(server, delivery)) == ("1.1", True)


def test_a_base_url_may_be_the_whole_service_path(server: StrangeServer, shelf: Shelf) -> None:
    base = f"{server.url}/ims/oneroster/rostering/v1p2/"
    assert whole(server, server.source(base_url=base).fetch(shelf, {}))


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_at_an_unusual_path_the_records_tell_the_version(shelf: Shelf, version: str) -> None:
    with strange_server(StrangeServer(small_district(version), base="/roster/api")) as server:
        delivery = server.source(base_url=f"{server.url}/roster/api").fetch(shelf, {})
        assert (delivery.version, whole(server, delivery)) == (version, True)


def test_a_token_is_renewed_before_it_ends(server: StrangeServer) -> None:
    now = [0.0]
    with Transport(5, 2**20, 1) as transport:
        client = ClientCredentials(server.settings(), transport, clock=lambda: now[0])
        tokens = [client.token()]
        now[0] = 100_000.0
        tokens.append(client.token())
    assert tokens[0] != tokens[1]


def test_a_wrong_address_lists_what_was_tried(server: StrangeServer, shelf: Shelf) -> None:
    with pytest.raises(SourceMisconfigured) as caught:
        server.source(base_url=f"{server.url}/school").fetch(shelf, {})
    assert "/school/ims/oneroster/rostering/v1p2" in caught.value.problem


def test_a_changed_version_is_held(shelf: Shelf) -> None:
    with strange_server(StrangeServer(small_district("1.1"), version="1.1")) as server:
        found = server.source().fetch(shelf, {"version": "1.2"}).findings
    assert [(one.severity, one.code) for one in found] == [(Severity.HOLD, "rest.version_changed")]


def test_trying_a_connection_says_what_is_missing(server: StrangeServer) -> None:
    server.always("/demographics", Reply.of({}, 403))
    found = {one.file: one for one in server.source().test()}
    assert found["users"].problem == "GET /users answers: 12 records"
    assert found["demographics"].code == "rest.missing"


def test_trying_a_connection_without_access_is_one_finding(server: StrangeServer) -> None:
    (finding,) = server.source(client_secret="wrong").test()
    assert (finding.severity, finding.code) == (Severity.REFUSE, "source.misconfigured")


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_no_error_shows_secret_or_token(
    server: StrangeServer, shelf: Shelf, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    server.always("/ims/", Reply.of({"imsx_description": "no"}, status))
    with pytest.raises(AdapterError) as caught:
        server.source().fetch(shelf, {})
    said = "".join(traceback.format_exception(caught.value)) + caplog.text + caught.value.fix
    assert CLIENT_SECRET not in said
    assert BEARER not in said
