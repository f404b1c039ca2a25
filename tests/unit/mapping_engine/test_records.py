"""Reading one record by a whole book: what none of its tables takes is counted where it stands."""

from __future__ import annotations

from typing import Any

from support.mapping_books import book as opened
from support.mapping_tables import book, prop, said, shape, table, thing

from mappings.engine.loss import Losses
from mappings.engine.records import read_record
from schemas.standards.shape import StandardRecord

TOY = opened("toy")
LISTED = shape(
    prop("id"),
    prop("metadata.x"),
    thing("marks", prop("kind"), prop("value"), prop("note"), many=True),
)
MARKS = """
    ours = "view"
    within = "marks[]"
    rows.v = { to = "value", codec = "text" }
    constants.kind = "ours"
"""
PLAIN = """
    ours = "view"
    rows.i = { to = "id", codec = "text" }
    theirs_only.marks = "theirs"
"""


def read(of: Any, values: dict[str, Any], entity: str = "things") -> tuple[list[Any], list[str]]:
    losses = Losses()
    found = list(read_record(of, StandardRecord(entity, values), losses))
    return [each.ours for each in found], said(losses)


def test_an_unknown_property_is_counted_by_its_path() -> None:
    of = book([table(PLAIN, LISTED)], [LISTED])
    assert read(of, {"id": "1", "colour": {"hue": "red"}}) == (
        [{"i": "1"}],
        ["colour.hue: not known to our tables (1)"],
    )


def test_a_property_that_is_theirs_only_gives_its_reason() -> None:
    assert read(TOY, {"number": "1", "shoeSize": 41}, "students")[1] == [
        "shoeSize: none of our business (1)"
    ]


def test_an_item_of_another_kind_is_one_loss() -> None:
    of = book([table(MARKS, LISTED)], [LISTED])
    marks = [{"kind": "ours", "value": "A"}, {"kind": "other", "value": "B", "note": "N"}]
    assert read(of, {"marks": marks}) == (
        [{"v": "A"}],
        ["marks[]: of a kind we do not map (1)"],
    )


def test_what_an_item_has_beyond_its_rows_is_counted() -> None:
    of = book([table(MARKS, LISTED)], [LISTED])
    losses = read(of, {"marks": [{"kind": "ours", "value": "A", "note": "N"}]})[1]
    assert losses == ["marks[].note: not known to our tables (1)"]


def test_a_record_that_no_table_knows_is_one_loss() -> None:
    of = book([table(f'{PLAIN}\n    constants."metadata.x" = "y"', LISTED)], [LISTED])
    assert read(of, {"id": "1", "marks": []}) == ([], [": of a kind we do not map (1)"])


def test_an_entity_without_tables_gives_the_reason_of_the_book() -> None:
    of = book([], [], entities={"buses": "no transport in plans"})
    assert read(of, {"id": "1"}, "buses")[1] == [": no transport in plans (1)"]


def test_a_name_with_a_dot_is_one_name() -> None:
    of = book(
        [table("ours = 'view'\nrows.x = { to = \"'metadata.x'\", codec = 'text' }", LISTED)],
        [LISTED],
    )
    assert read(of, {"metadata.x": "y"}) == ([{"x": "y"}], [])


def test_a_list_where_the_table_has_an_object_is_not_lost_silently() -> None:
    nested = shape(thing("owner", prop("id")))
    of = book(
        [table('ours = "view"\nrows.i = { to = "owner.id", codec = "text" }', nested)], [nested]
    )
    assert read(of, {"owner": [{"id": "1"}]})[1] == ["owner[].id: not known to our tables (1)"]


def test_what_only_leaves_is_not_read() -> None:
    text = 'ours = "view"\nrows.i = { to = "id", codec = "text", one_way = "out", reason = "ours" }'
    of = book([table(text, LISTED)], [LISTED], unread={"things": {"id": "ours"}})
    assert read(of, {"id": "1"})[1] == ["id: ours (1)"]
