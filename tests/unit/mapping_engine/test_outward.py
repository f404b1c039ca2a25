"""The way out: what rows write, and that every value which does not arrive is named once."""

from __future__ import annotations

from support.mapping_tables import prop, shape, table, thing, written

from schemas.standards.shape import Kind

FLAT = shape(
    prop("title", max_length=5), prop("other"), prop("when", Kind.DATE), prop("count", Kind.INTEGER)
)
LISTED = shape(
    thing("codes", prop("value", required=True, max_length=3), prop("kind"), many=True),
    thing("links", thing("inner", prop("a"), many=True), prop("kind"), many=True),
)
NESTED = shape(
    prop("id", required=True),
    thing("grant", prop("amount", required=True), prop("source"), prop("kind")),
)


def test_a_value_too_long_is_a_loss_and_never_cut() -> None:
    of = table('rows.a = { to = "title", codec = "text" }', FLAT)
    assert written(of, {"a": "sixsix"}) == ({}, ["a: longer than 5 characters (1)"])


def test_a_value_that_a_condition_keeps_back_is_named() -> None:
    of = table('rows.a = { to = "title", codec = "text", when = { b = "x" } }', FLAT)
    assert written(of, {"a": "A", "b": "y"}) == ({}, ["a: only where b is x (1)"])


def test_two_rows_for_one_path_share_one_loss() -> None:
    of = table(
        """
        [[rows.a]]
        to = "title"
        codec = "text"
        when = { b = "x" }
        [[rows.a]]
        to = "other"
        codec = "text"
        when = { b = "y" }
        """,
        FLAT,
    )
    assert written(of, {"a": "A", "b": "z"})[1] == ["a: only where b is x (1)"]


def test_the_row_whose_condition_holds_carries_the_value() -> None:
    of = table(
        """
        [[rows.a]]
        to = "title"
        codec = "text"
        when = { b = "x" }
        [[rows.a]]
        to = "other"
        codec = "text"
        when = { b = "y" }
        """,
        FLAT,
    )
    assert written(of, {"a": "A", "b": "y"}) == ({"other": "A"}, [])


def test_a_row_that_only_reads_leaves_its_value_behind() -> None:
    of = table(
        'rows.a = { to = "title", codec = "text", one_way = "in", reason = "theirs to say" }', FLAT
    )
    assert written(of, {"a": "A"}) == ({}, ["a: theirs to say (1)"])


def test_what_stays_with_us_counts_value_by_value() -> None:
    of = table('ours_only.notes = "private"', FLAT)
    losses = written(of, {"notes": {"one": 1, "more": [2, 3]}})[1]
    assert losses == ["notes.more[]: private (2)", "notes.one: private (1)"]


def test_an_assumption_that_does_not_hold_is_a_loss() -> None:
    of = table('assumed.state = { value = "open", reason = "not said" }', FLAT)
    assert written(of, {"state": "shut"})[1] == ["state: read as open: not said (1)"]


def test_an_assumption_that_holds_loses_nothing() -> None:
    of = table('assumed.state = { value = "open", reason = "not said" }', FLAT)
    assert written(of, {"state": "open"})[1] == []


def test_a_list_loses_one_member_and_keeps_the_others() -> None:
    of = table('rows.codes = { to = "codes[].value", codec = "text" }', LISTED)
    record, losses = written(of, {"codes": ["ab", "abcd", "c"]})
    assert record == {"codes": [{"value": "ab"}, {"value": "c"}]}
    assert losses == ["codes[]: longer than 3 characters (1)"]


def test_a_cell_loses_one_element_and_keeps_the_others() -> None:
    of = table('rows.a = { to = "title", codec = "list text" }', FLAT, wire="text")
    assert written(of, {"a": ["x", "y,z"]})[0] == {"title": "x"}


def test_one_value_may_be_a_list_of_one() -> None:
    of = table('rows.code = { to = "codes[].value", codec = "text", single = true }', LISTED)
    assert written(of, {"code": "ab"}) == ({"codes": [{"value": "ab"}]}, [])


def test_an_item_of_each_that_lacks_something_is_one_loss() -> None:
    of = table(
        """
        [rows.ids]
        to = "codes"
        codec = "each"
        key = "system"
        [rows.ids.rows]
        system = { to = "kind", codec = "text" }
        value = { to = "value", codec = "text" }
        """,
        LISTED,
    )
    record, losses = written(of, {"ids": [{"system": "s", "value": "long"}, {"value": "ok"}]})
    assert record == {"codes": [{"value": "ok"}]}
    assert losses == ["ids[]: things needs value; value: longer than 3 characters (1)"]


def test_a_record_without_what_it_needs_is_not_made() -> None:
    of = table('rows.a = { to = "id", codec = "text" }', NESTED)
    assert written(of, {"b": 1}) == (None, [": things needs id; a is absent (1)"])


def test_an_optional_object_without_what_it_needs_falls_alone() -> None:
    of = table(
        """
        rows.id = { to = "id", codec = "text" }
        rows.amount = { to = "grant.amount", codec = "text" }
        rows.source = { to = "grant.source", codec = "text" }
        """,
        NESTED,
    )
    record, losses = written(of, {"id": "1", "source": "state"})
    assert record == {"id": "1"}
    assert losses == ["source: things needs grant.amount; amount is absent (1)"]


def test_content_that_leaves_keys_behind_names_them() -> None:
    of = table('rows.n = { to = "title", codec = "native", without = ["changed"] }', FLAT)
    record, losses = written(of, {"n": [{"x": 1, "changed": {"by": "B"}}]})
    assert record == {"title": [{"x": 1}]}
    assert losses == ["n[].changed.by: who changed it, when and why stays with us (1)"]


def test_several_targets_are_written_alike() -> None:
    of = table('rows.a = { to = ["title", "other"], codec = "text" }', FLAT)
    assert written(of, {"a": "A"})[0] == {"title": "A", "other": "A"}


def test_a_split_value_that_has_one_word_is_a_loss() -> None:
    of = table('rows.a = { to = ["title", "other"], codec = "split" }', FLAT)
    assert written(of, {"a": "Plato"})[1] == ["a: cannot be parted in two at ' ' (1)"]


def test_constants_may_lie_in_a_list() -> None:
    of = table('constants."codes[].kind" = "x"', LISTED)
    assert written(of, {"a": 1})[0] == {"codes": [{"kind": "x"}]}


def test_an_item_joins_the_picked_item_of_a_list() -> None:
    of = table(
        """
        within = "links[kind=b].inner[]"
        rows.a = { to = "a", codec = "text" }
        """,
        LISTED,
    )
    assert written(of, {"a": "A"})[0] == {"links": [{"kind": "b", "inner": [{"a": "A"}]}]}


def test_a_list_within_a_list_makes_items_of_its_own() -> None:
    of = table(
        """
        within = "links[].inner[]"
        rows.a = { to = "a", codec = "text" }
        """,
        LISTED,
    )
    assert written(of, {"a": "A"})[0] == {"links": [{"inner": [{"a": "A"}]}]}


def test_a_row_that_only_writes_names_what_does_not_come_back() -> None:
    of = table(
        'rows.a = { to = "title", codec = "text", one_way = "out", reason = "a label" }', FLAT
    )
    assert written(of, {"a": "A"}) == (
        {"title": "A"},
        ["a: leaves, and is not read back: a label (1)"],
    )


OUT_ONLY = """
direction = "out"
reason = "a label"
when = { kind = "x" }
rows.a = { to = "title", codec = "text", when = { b = "y" } }
"""


def test_what_a_table_that_is_not_read_writes_is_named_with_what_its_conditions_tell() -> None:
    told = written(table(OUT_ONLY, FLAT), {"a": "A", "b": "y", "kind": "x"})[1]
    why = "leaves, and is not read back: a label (1)"
    assert told == [f"a: {why}", f"b: {why}", f"kind: {why}"]


def test_what_is_read_as_another_subject_comes_back() -> None:
    of = table(f'read_as = "other"\n{OUT_ONLY}', FLAT)
    assert written(of, {"a": "A", "b": "y", "kind": "x"})[1] == []


def test_what_the_condition_of_a_row_that_only_goes_out_tells_is_named() -> None:
    row = 'to = "title", codec = "text", when = { b = "y" }, one_way = "out", reason = "a label"'
    told = written(table(f"rows.a = {{ {row} }}", FLAT), {"a": "A", "b": "y"})[1]
    assert told == [f"{each}: leaves, and is not read back: a label (1)" for each in "ab"]
