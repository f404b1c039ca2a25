"""Ids, extension cells, roles and scales: what the bridge does beside its tables."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.oneroster.files.json_ids import minted as minted_by_json
from mappings.engine.coverage import uncovered
from mappings.engine.loss import Losses, LossKey, Side
from mappings.hub import frame_of
from mappings.oneroster.binding import Binding, book_of
from mappings.oneroster.fold import role_id, roles_of_1p1
from mappings.oneroster.ids import sound_id, tell_changed, with_sound_ids
from mappings.oneroster.plans_in import gathered
from mappings.oneroster.rows_out import with_types
from mappings.oneroster.scales import ITEMS, RESULTS, ScalesIn, ScalesOut
from schemas.standards.shape import StandardRecord

JSONS = st.recursive(
    st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1, max_size=3), inner),
    max_leaves=6,
)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_book_accounts_for_everything(version: str) -> None:
    assert uncovered(book_of(version)) == []


def test_an_id_that_a_row_can_hold_stays() -> None:
    assert sound_id("a.B-9_/@x") == "a.B-9_/@x"


@given(st.text(min_size=1, max_size=300))
def test_any_id_becomes_one_that_a_row_can_hold(own: str) -> None:
    assert sound_id(sound_id(own)) == sound_id(own)
    assert len(sound_id(own)) <= 255


def test_an_id_is_another_wherever_it_stands() -> None:
    places = frame_of("organization", [{"id": "a b"}, {"id": "c", "parent_id": "a b"}])
    after = with_sound_ids({"organization": places})["organization"]
    assert after["parent_id"][1] == after["id"][0] == sound_id("a b")


def test_an_id_that_is_another_is_told_of_records_that_stand() -> None:
    before = {"organization": frame_of("organization", [{"id": "a b"}, {"id": "c d"}])}
    after = {"organization": with_sound_ids(before)["organization"].head(1)}
    losses = Losses()
    tell_changed(before, after, losses)
    assert [(key.path, losses.counts[key]) for key in losses] == [("id", 1)]


def test_a_role_of_1p1_has_the_id_that_json_gives_it() -> None:
    assert role_id("u", "o", "teacher") == minted_by_json("roles", "u|o|teacher")


def test_the_first_role_without_a_type_is_primary_where_none_is() -> None:
    places = [("p", "a", None), ("p", "a", None), ("p", "b", None), ("p", "b", "primary")]
    rows = [
        {"id": str(at), "person_id": who, "org_id": where, "role": "teacher"}
        | ({"role_type": kind} if kind else {})
        for at, (who, where, kind) in enumerate(places)
    ]
    told = with_types(frame_of("role", rows))["role_type"].to_list()
    assert told == ["primary", "secondary", "secondary", "primary"]


def role(at: int, place: str, called: str, kind: str = "primary") -> dict[str, Any]:
    own = {"id": str(at), "person_id": "p", "org_id": place}
    return {**own, "role": called, "role_type": kind}


def test_the_role_at_home_stands_in_1p1() -> None:
    losses = Losses()
    roles = [role(1, "a", "parent"), role(2, "b", "principal"), role(3, "c", "principal")]
    made = roles_of_1p1(roles, {"p": "b"}, Binding("1.1"), losses)["p"]
    assert made["orgSourcedIds"] == ["b", "c"]
    assert (made["role"], made["metadata.ilp.role"]) == ("administrator", "principal")
    key = LossKey(Side.OURS, "role", "", "a user of 1.1 has one role")
    assert losses.counts[key] == 1


WHOLE = {
    "sourcedId": "r",
    "assessmentLineItemSourcedId": "i",
    "studentSourcedId": "s",
    "scoreDate": "2026-01-02",
    "scoreStatus": "fully graded",
    "metadata.ilp.element": "ASM.01",
    "lineItem": {"title": "Profiler", "version": "short"},
    "parts": [
        {"title": "Social", "score": "3", "resultValueMax": "5"},
        {"title": "Social", "score": "4", "resultValueMax": "5"},
        {"title": "Realistic", "textScore": "low"},
    ],
}


def test_a_result_taken_apart_is_put_together_again() -> None:
    reading = ScalesIn(Losses())
    assert all(reading.takes(record) for record in reversed(list(ScalesOut().apart(WHOLE))))
    assert [record.values for record in reading.of("s")] == [WHOLE]


def test_a_test_is_one_line_item_however_many_took_it() -> None:
    scales = ScalesOut()
    records = [*scales.apart(WHOLE), *scales.apart({**WHOLE, "sourcedId": "r2"})]
    ids = [record.values["sourcedId"] for record in records]
    assert len(ids) == len(set(ids))
    assert [record.entity for record in records].count(ITEMS) == 3


def test_a_scale_without_its_result_is_told() -> None:
    losses = Losses()
    reading = ScalesIn(losses)
    parts = [one for one in ScalesOut().apart(WHOLE) if "metadata.ilp.partOf" in one.values]
    assert all(reading.takes(record) for record in parts)
    reading.tell_left()
    key = LossKey(Side.THEIRS, RESULTS, "", "part of a plan's results that is not there")
    assert losses.counts[key] == 3


def test_other_results_are_left_to_the_gradebook() -> None:
    record = StandardRecord(RESULTS, {"sourcedId": "x", "studentSourcedId": "s"})
    assert not ScalesIn(Losses()).takes(record)


def test_an_object_that_json_spread_over_columns_is_one_again() -> None:
    spread = {"metadata.ilp.header.a": 1, "metadata.ilp.header.b.c": 2, "metadata.ilp.list": [3]}
    told = gathered(spread)
    assert told == {"metadata.ilp.header": {"a": 1, "b": {"c": 2}}, "metadata.ilp.list": [3]}


def test_lists_in_cells_and_in_rows_say_the_same() -> None:
    row = book_of("1.2").by_subject["course"][0]
    cell = book_of("1.2", "text").by_subject["course"][0]
    grades = [
        next(each for each in table.rows if str(each.ours) == "grades") for table in (row, cell)
    ]
    listed, joined = (each.codec.encode(["09", "10"]) for each in grades if each.codec)
    assert (listed, joined) == (["09", "10"], "09,10")


def test_a_frame_without_strange_ids_is_left_alone() -> None:
    frame = pl.DataFrame(
        {"id": ["a"], "parent_id": [None]}, schema_overrides={"parent_id": pl.String}
    )
    assert with_sound_ids({"organization": frame})["organization"] is frame
