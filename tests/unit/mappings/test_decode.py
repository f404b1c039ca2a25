"""Cells become values, and every cell that cannot is named."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from mappings.engine.codecs import decode_column, split_list
from mappings.engine.decode import decode
from mappings.engine.table import tables_in

TABLES = tables_in("mappings.oneroster.v1p2", "mappings.oneroster.v1p1")


@pytest.mark.parametrize(
    ("codec", "cell", "value"),
    [
        ("text", "  Zoë ", "Zoë"),
        ("text", "   ", None),
        ("bool", "TRUE", True),
        ("bool", "yes", None),
        ("date", "2026-08-17", date(2026, 8, 17)),
        ("date", "2026-08-17T00:00:00Z", date(2026, 8, 17)),
        ("date", "8/17/2026", None),
        ("int", "2027", 2027),
        ("int", "2026-27", None),
        ("list", "Math, Art", '["Math","Art"]'),
        ("list", '["Math, Advanced"]', '["Math, Advanced"]'),
        ("grades", "Ninth grade", '["09"]'),
        ("grades", "Form 5", '["Form 5"]'),
        ("user_ids", "{State:ST1}", '[{"identifier":"ST1","type":"State"}]'),
        ("user_ids", "State=ST1", None),
    ],
)
def test_a_cell_is_read(codec: str, cell: str, value: object) -> None:
    assert decode_column(codec, pl.Series("cell", [cell]))[0] == value


def test_an_unclosed_array_is_a_plain_list() -> None:
    assert split_list("[a,b") == ["[a", "b"]


def test_a_cell_that_cannot_be_read_is_a_loss() -> None:
    rows = pl.DataFrame({"sourcedId": ["e"], "beginDate": ["8/17/2026"], **_REFERENCES})
    losses = decode(TABLES["enrollments"], rows).losses
    assert losses.rows() == [("e", "beginDate", "8/17/2026", False)]


def test_a_row_without_a_required_field_is_left_out_and_named() -> None:
    rows = pl.DataFrame({"sourcedId": ["e"], **_REFERENCES}).drop("role")
    decoded = decode(TABLES["enrollments"], rows)
    assert decoded.frame.is_empty()
    assert decoded.losses.rows() == [("e", "role", None, True)]


def test_what_we_do_not_model_rides_along() -> None:
    rows = pl.DataFrame({"sourcedId": ["e"], "metadata.x": ["1"], "_row": [2], **_REFERENCES})
    assert decode(TABLES["enrollments"], rows).frame["extras"][0] == '{"metadata.x":"1"}'


_REFERENCES = {
    "classSourcedId": ["c"],
    "schoolSourcedId": ["s"],
    "userSourcedId": ["u"],
    "role": ["student"],
}
