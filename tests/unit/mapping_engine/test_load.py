"""A table that contradicts itself is refused with its file, its row and what to mend."""

from __future__ import annotations

import pytest
from support.mapping_tables import prop, shape, table, thing

from mappings.engine.errors import MappingTableError
from mappings.engine.paths import parse_path
from schemas.standards.shape import Kind

SHAPE = shape(
    prop("title", required=True),
    prop("other"),
    prop("count", Kind.INTEGER, required=True),
    thing("grant", prop("amount", required=True)),
    thing("codes", prop("value", required=True), prop("kind"), many=True, required=True),
)
ROW = '{ to = "title", codec = "text"'

WRONG = {
    f"rows.a = {ROW}, form = 1 }}": "things.toml: rows.a: the codec takes no form",
    'rows.a = { to = "title", codec = "latin" }': "rows.a: no codec 'latin'",
    'rows.a = { codec = "text" }': "rows.a: lacks 'to'",
    'rows.a = { to = 3, codec = "text" }': "rows.a: `to` is a path in quotes",
    'rows.a = "title"': "rows.a: write { to =",
    f'rows.a = {ROW}, one_way = "out" }}': "rows.a: goes out only and gives no reason",
    f'rows.a = {ROW}, one_way = "up" }}': "rows.a: no direction 'up'",
    f"rows.a = {ROW}, when = 1 }}": "rows.a: `when` is { path = value }",
    f"rows.a = {ROW}, when = {{ b = 2026-01-01 }} }}": "rows.a: 2026-01-01 is no text",
    f"rows.a = {ROW}, when = {{ b = [] }} }}": "rows.a: when.b: name at least one value",
    f'rows.a = {ROW}, max = "6" }}': "rows.a: max is a number above 0",
    f"rows.a = {ROW}, max = -6 }}": "rows.a: max is a number above 0",
    f"rows.a = {ROW}, one_line = 1 }}": "rows.a: one_line is true or false",
    f'rows.a = {ROW}, one_way = ["out"] }}': "rows.a: one_way is text, in quotes",
    f'rows.a = {ROW}, required = "yes" }}': "rows.a: required is true or false",
    'rows.a = { to = "title", codec = 1 }': "rows.a: codec is text, in quotes",
    'rows.a = { to = [], codec = "text" }': "rows.a: `to` names no path",
    'rows.a = { to = "title", codec = "code", set = ["a"] }': "rows.a: set is text, in quotes",
    'rows.a = { to = "title", codec = "code", before = 1 }': "rows.a: before is text, in quotes",
    f'rows.a = {{ to = "{"a." * 5000}b", codec = "text" }}': "leads deeper than 50 steps",
    "unique = [1]": "unique is a list of texts",
    "assumed.b = { value = 1.5, reason = 'x' }": "1.5 is no text",
    "constants.other = 1.5": "constants.other: 1.5 is no text",
    "constants.other = nan": "constants.other: nan is no text",
    "constants.other = ['a']": "constants.other: ['a'] is no text",
    "when.b = [[1]]": "[1] is no text",
    'rows.a = { to = "title", codec = "always", value = 2026-01-01 }': "2026-01-01 is no text",
    'rows.a = { to = "title", codec = "flag", true = "x", says = 1.5 }': "1.5 is no text",
    'rows.a = { to = "grant", codec = "text" }': "rows.a: grant holds objects",
    f"rows.a = {ROW} }}\nrows.b = {ROW} }}": "a and b both write title",
    'rows.a = { to = "codes", codec = "each" }': "`each` has rows of its own",
    'rows.a = { to = "codes", codec = "each", rows.b = { to = "/title", codec = "text" } }': (
        "rows.b: a row of `each` writes within its item"
    ),
    'rows.a = { to = "codes[kind].value", codec = "text" }': "picks no item",
    'rows.a = { to = "codes..value", codec = "text" }': "is no path",
    'rows.a = { to = "title", codec = "code", set = "../../etc" }': "names no crosswalk",
    'rows.a = { to = "title", codec = "code", set = "edfi/none-such" }': "there is no crosswalk",
    'colour = "red"': "things.toml: unknown key colour",
    "when = 3": "when is a table",
    "within = 3": "within is text",
    'ours_only.a = ""': "ours_only.a: say in a few words why",
    "assumed.a = 3": "assumed.a: say value and reason",
    'direction = "sideways"': "no direction 'sideways'",
}


@pytest.mark.parametrize("text", WRONG)
def test_nonsense_is_refused_in_words(text: str) -> None:
    with pytest.raises(MappingTableError) as refused:
        table(text, SHAPE)
    assert WRONG[text] in str(refused.value)
    assert str(refused.value).startswith("things.toml: ")


def test_what_the_record_requires_is_required() -> None:
    of = table('rows.a = { to = "title", codec = "text" }', SHAPE)
    assert of.rows[0].required


def test_what_an_optional_object_requires_is_not_required_of_the_record() -> None:
    of = table('rows.a = { to = "grant.amount", codec = "text" }', SHAPE)
    assert (of.rows[0].required, of.needs[0].owner) == (False, parse_path("grant"))


def test_a_required_list_has_to_hold_something() -> None:
    of = table('rows.a = { to = "codes[].value", codec = "text" }', SHAPE)
    assert [str(need.target) for need in of.needs] == ["codes"]


def test_a_row_may_say_that_it_is_not_required() -> None:
    of = table('rows.a = { to = "title", codec = "text", required = false }', SHAPE)
    assert of.needs == ()


def test_the_digest_of_a_table_does_not_hang_on_the_order_of_keys() -> None:
    one = 'rows.a = { to = "title", codec = "text" }\nrows.b = { to = "other", codec = "text" }'
    other = 'rows.b = { codec = "text", to = "other" }\nrows.a = { codec = "text", to = "title" }'
    assert table(one, SHAPE).digest == table(other, SHAPE).digest


def test_another_codec_gives_another_digest() -> None:
    one = 'rows.a = { to = "title", codec = "text" }'
    assert table(one, SHAPE).digest != table(one.replace("text", "ref"), SHAPE).digest
