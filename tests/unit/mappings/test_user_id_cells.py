"""Plain cells of `userIds` are rewritten as a column; what they become is what parsing gives."""

from __future__ import annotations

import polars as pl
import pytest

from mappings.engine.codecs import canonical_json, decode_column, parse_user_ids

CELLS = (
    *("{a:b}", "{a:b},{c:d}", "{é:ü}", "{$1:$2}", "{State:ST9}", "{a: b}", "{a:b}, {c:d}"),
    *("{a:b:c}", "{a:}", "", "x", '{a:"}', "{a:\\}", "{a:b},", "{a:b},{c:}", "{a:b,c}", "{a:\x01}"),
)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_becomes_what_parsing_gives(cell: str) -> None:
    items = parse_user_ids(cell)
    expected = canonical_json(items) if items else None
    assert decode_column("user_ids", pl.Series("userIds", [cell])).to_list() == [expected]
