"""Who decides when both sides changed a field."""

from __future__ import annotations

import pytest

from service.errors import Misconfigured
from service.sync.authority import Authority, authority_table, unite


@pytest.mark.parametrize(
    ("entity", "field", "rule"),
    [
        ("person", "phone", Authority.MANUAL),
        ("person", "user_ids", Authority.UNION),
        ("person", "given_name", Authority.SOURCE),
        ("class", "title", Authority.SOURCE),
    ],
)
def test_the_default_rules(entity: str, field: str, rule: Authority) -> None:
    assert authority_table({}).of(entity, field) is rule


def test_a_district_overlays_a_field() -> None:
    table = authority_table({"person": {"phone": "ours"}})
    assert table.of("person", "phone") is Authority.OURS
    assert table.of("person", "email") is Authority.MANUAL


@pytest.mark.parametrize(
    ("overlay", "said"),
    [
        ({"person": {"fone": "ours"}}, "sync.authority.person.fone names no field"),
        ({"people": {"phone": "ours"}}, "sync.authority.people.phone names no field"),
        ({"person": {"phone": "mine"}}, "'mine' is no rule"),
        ({"person": {"phone": "union"}}, "only lists can be united"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    overlay: dict[str, dict[str, str]], said: str
) -> None:
    with pytest.raises(Misconfigured, match=said):
        authority_table(overlay)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "united"),
    [
        ('["a"]', '["a","b"]', '["a","c"]', '["a","b","c"]'),
        ('["a","b"]', '["a"]', '["a","b","c"]', '["a","c"]'),
        ('["a","b"]', '["a","b"]', '["b"]', '["b"]'),
        (None, '["a"]', '["b"]', '["a","b"]'),
        ('["a"]', None, None, None),
    ],
)
def test_a_union_keeps_additions_and_honours_removals(
    base: str | None, ours: str | None, theirs: str | None, united: str | None
) -> None:
    assert unite(base, ours, theirs) == united
