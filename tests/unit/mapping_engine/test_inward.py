"""The way in: what rows read, and that what we held is kept where writing it says the same."""

from __future__ import annotations

from support.mapping_tables import prop, reading, shape, table, thing, written

from schemas.standards.shape import Kind

FLAT = shape(prop("title"), prop("other"), prop("kind"), prop("count", Kind.INTEGER))
LISTED = shape(
    prop("owner"),
    thing("codes", prop("value"), prop("kind"), thing("more", prop("x")), many=True),
    thing("groups", prop("type"), thing("members", prop("name"), many=True), many=True),
)
EACH = """
    [rows.ids]
    to = "codes"
    codec = "each"
    key = "system"
    [rows.ids.rows]
    system = { to = "kind", codec = "text" }
    value = { to = "value", codec = "text" }
    [ours_only]
    "ids[].active" = "not said"
"""
TWO = """
    [[rows.code]]
    to = "title"
    codec = "text"
    when = { set = "x" }
    [[rows.code]]
    to = "other"
    codec = "text"
    when = { set = "y" }
"""


def test_a_condition_is_told_back() -> None:
    assert reading(table(TWO, FLAT), {"other": "1"})[0] == [{"code": "1", "set": "y"}]


def test_a_second_property_that_says_otherwise_is_a_loss() -> None:
    ours, losses = reading(table(TWO, FLAT), {"title": "1", "other": "2"})
    assert ours == [{"code": "1", "set": "x"}]
    assert losses == ["other: says otherwise than what was read already (1)"]


def test_a_value_that_no_row_would_write_is_kept() -> None:
    old = {"code": "1", "set": "z"}
    assert reading(table(TWO, FLAT), {}, old)[0] == [old]


def test_a_value_that_would_have_been_written_and_is_gone_is_not_kept() -> None:
    assert reading(table(TWO, FLAT), {}, {"code": "1", "set": "x"})[0] == [{}]


def test_their_new_value_wins_over_one_that_no_row_would_write() -> None:
    old = {"code": "1", "set": "z"}
    assert reading(table(TWO, FLAT), {"title": "2"}, old)[0] == [{"code": "2", "set": "x"}]


def test_a_record_with_another_constant_is_not_read() -> None:
    of = table('rows.a = { to = "title", codec = "text" }\nconstants.kind = "k"', FLAT)
    assert reading(of, {"title": "A", "kind": "other"})[0] == []


def test_a_record_with_a_value_that_the_table_is_not_for_is_not_read() -> None:
    of = table('when.s = ["a", "b"]\nrows.s = { to = "kind", codec = "text" }', FLAT)
    assert reading(of, {"kind": "c"}) == ([], [])


def test_an_undecodable_value_is_a_loss_at_its_place() -> None:
    of = table('rows.n = { to = "count", codec = "int" }', FLAT)
    assert reading(of, {"count": "many"}) == ([{}], ["count: no whole number (1)"])


def test_a_second_target_that_says_otherwise_is_a_loss() -> None:
    of = table('rows.a = { to = ["title", "other"], codec = "text" }', FLAT)
    losses = reading(of, {"title": "A", "other": "B"})[1]
    assert losses == ["other: another property is the one that is read (1)"]


def test_what_is_assumed_gives_way_to_what_we_held() -> None:
    of = table('assumed.s = { value = "open", reason = "not said" }', FLAT)
    assert reading(of, {}, {"s": "shut"})[0] == [{"s": "shut"}]


def test_items_of_a_picked_list_are_read() -> None:
    of = table(
        'within = "groups[type=b].members[]"\nrows.n = { to = "name", codec = "text" }', LISTED
    )
    groups = [{"type": kind, "members": [{"name": kind}]} for kind in ("a", "b")]
    assert reading(of, {"groups": groups})[0] == [{"n": "b"}]


def test_items_are_matched_by_key_and_keep_what_is_ours() -> None:
    old = {"ids": [{"system": "a", "value": "1", "active": True}, {"system": "b", "value": "2"}]}
    record = {"codes": [{"kind": "b", "value": "3"}, {"kind": "a", "value": "1"}]}
    assert reading(table(EACH, LISTED), record, old)[0] == [
        {"ids": [{"system": "b", "value": "3"}, {"system": "a", "value": "1", "active": True}]}
    ]


def test_items_of_each_with_extra_properties_still_match() -> None:
    old = {"ids": [{"system": "a", "value": "1", "active": True}]}
    record = {"codes": [{"kind": "a", "value": "1", "more": {"x": "?"}}]}
    assert reading(table(EACH, LISTED), record, old)[0] == [old]


def test_one_undecodable_item_value_is_counted_once() -> None:
    text = EACH.replace(
        'value = { to = "value", codec = "text" }', 'value = { to = "value", codec = "int" }'
    )
    old = {"ids": [{"system": "a", "value": 1}]}
    losses = reading(table(text, LISTED), {"codes": [{"kind": "a", "value": "?"}]}, old)[1]
    assert losses == ["codes[].value: no whole number (1)"]


def test_a_member_that_could_not_be_written_stays_when_others_change() -> None:
    of = table('rows.c = { to = "codes[].value", codec = "text", max = 2 }', LISTED)
    record = {"codes": [{"value": "a"}, {"value": "n"}]}
    assert reading(of, record, {"c": ["a", "long", "b"]})[0] == [{"c": ["a", "n", "long"]}]


def test_a_list_that_writes_the_same_is_kept_whole_and_in_order() -> None:
    of = table('rows.c = { to = "codes[].value", codec = "text", max = 2 }', LISTED)
    old = {"c": ["long", "a"]}
    assert reading(of, {"codes": [{"value": "a"}]}, old)[0] == [old]


def test_a_single_value_reads_the_first_and_names_the_rest() -> None:
    of = table('rows.c = { to = "codes[].value", codec = "text", single = true }', LISTED)
    ours, losses = reading(of, {"codes": [{"value": "a"}, {"value": "b"}]})
    assert (ours, losses) == ([{"c": "a"}], ["codes[].value: we hold one value (1)"])


def test_the_version_of_a_code_goes_with_the_code() -> None:
    of = table(
        'rows."o.code" = { to = "title", codec = "text", when = { "o.set" = "x" } }\n'
        'ours_only."o.version" = "not said"',
        FLAT,
    )
    old = {"o": {"set": "x", "code": "1", "version": "2019"}}
    assert reading(of, {"title": "1"}, old)[0] == [old]
    assert reading(of, {"title": "2"}, old)[0] == [{"o": {"set": "x", "code": "2"}}]


def test_reading_what_was_written_gives_the_parts_of_a_name() -> None:
    of = table('rows.a = { to = ["title", "other"], codec = "split" }', FLAT)
    record, _ = written(of, {"a": "Ada Maria Ash"})
    assert reading(of, record or {})[0] == [{"a": "Ada Maria Ash"}]


def test_what_fell_with_its_object_is_kept() -> None:
    needy = shape(thing("grant", prop("amount", required=True), prop("source")))
    of = table(
        """
        rows.amount = { to = "grant.amount", codec = "text" }
        rows.source = { to = "grant.source", codec = "text" }
        """,
        needy,
    )
    assert reading(of, {}, {"source": "state"})[0] == [{"source": "state"}]
