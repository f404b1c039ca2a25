"""Settings: what is refused, what a preset fills in, and that the secret never shows."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.oneroster.rest import RestSettings
from adapters.oneroster.rest.auth import scope_choices
from adapters.oneroster.rest.presets import load_preset, preset_names
from adapters.oneroster.rest.settings import operators


def settings(**given: Any) -> RestSettings:
    plain = {
        "base_url": "https://sis.example",
        "token_url": "https://sis.example/token",
        "client_id": "id",
        "client_secret": "s3cret-value",
    }
    return RestSettings.model_validate({**plain, **given})


@pytest.mark.parametrize("show", [repr, str, lambda one: one.model_dump_json()])
def test_the_secret_is_never_shown(show: Any) -> None:
    assert "s3cret-value" not in show(settings())


def test_a_rejected_setting_does_not_show_the_secret() -> None:
    with pytest.raises(ValidationError) as caught:
        settings(limit="many", colour="red")
    assert "s3cret-value" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://sis.example", "http://10.0.0.7:8080", "http://127.evil.example"]
)
def test_plain_http_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="unencrypted"):
        settings(base_url=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost/x", "http://[::1]:80"])
def test_plain_http_is_allowed_on_this_machine(url: str) -> None:
    assert settings(base_url=url).base_url == url


def test_plain_http_can_be_allowed_explicitly() -> None:
    assert settings(base_url="http://sis.example", allow_insecure=True).allow_insecure


def test_the_token_address_must_be_encrypted_too() -> None:
    with pytest.raises(ValidationError, match="unencrypted"):
        settings(token_url="http://accounts.example/token")


@pytest.mark.parametrize(
    "url", ["sis.example", "ftp://sis.example", "https://", "file:///etc/passwd"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="whole addresses"):
        settings(base_url=url)


def test_a_password_in_the_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="user name or password"):
        settings(base_url="https://me:pw@sis.example")


def test_oauth2_needs_a_token_address() -> None:
    with pytest.raises(ValidationError, match="token_url"):
        settings(token_url=None)


def test_a_bearer_token_needs_nothing_else() -> None:
    given = settings(auth="bearer", token_url=None, client_id="")
    assert given.client_secret.get_secret_value() == "s3cret-value"


def test_a_filter_with_three_clauses_is_refused() -> None:
    with pytest.raises(ValidationError, match="one AND or OR"):
        settings(filters={"users": "a='1' AND b='2' OR c='3'"})


@pytest.mark.parametrize(
    ("text", "count"),
    [("a='1'", 0), ("a='1' AND b='2'", 1), ("a='x AND y'", 0), ("a='O''Brien OR so' OR b='1'", 1)],
)
def test_operators_are_counted_outside_quotes(text: str, count: int) -> None:
    assert operators(text) == count


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="known: aeries, classlink, edfi-oneroster"):
        settings(preset="powerscool")


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_makes_valid_settings(name: str) -> None:
    assert settings(preset=name).preset == name


@pytest.mark.parametrize("name", preset_names())
def test_every_fact_without_a_source_is_marked(name: str) -> None:
    unbacked = [fact for fact in load_preset(name).facts if fact.source.startswith("not found")]
    assert all(not fact.verified for fact in unbacked)


def test_a_given_setting_wins_over_the_preset() -> None:
    assert settings(preset="edfi-oneroster", limit=50).limit == 50


def test_a_nested_setting_leaves_the_rest_of_the_preset() -> None:
    given = settings(preset="infinite-campus", delta={"full_every_days": 3})
    assert (given.delta.enabled, given.delta.full_every_days) == (True, 3)


def test_scopes_narrow_until_none() -> None:
    tried = [text.split() for text in scope_choices(settings(version="1.2"))]
    assert [len(scopes) for scopes in tried] == [2, 1, 0]


def test_given_scopes_are_the_only_ones_tried() -> None:
    assert scope_choices(settings(scopes=("a", "b"))) == ["a b"]
