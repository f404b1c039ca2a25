"""Whole plans on their way out: entries share records, and what does not fit is counted once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.mapping_books import book as opened
from support.mapping_tables import book, prop, said, shape, table, thing

from mappings.engine.loss import Losses
from mappings.engine.plans import write_entry, write_plan
from schemas.standards.shape import Kind

TOY = opened("toy")
CONTEXT = {"$student": {"number": "7"}}
DAYS = shape(prop("day", Kind.DATE, required=True), prop("minutes"), prop("note"), key=("day",))
BY_DAY = """
    ours = "ACT.04"
    rows.on = { to = "day", codec = "date" }
    rows.minutes = { to = "minutes", codec = "text" }
"""


def sent(
    plan: Mapping[str, Any], switched: frozenset[str] = frozenset()
) -> tuple[list[Any], list[str]]:
    losses = Losses()
    records = write_plan(TOY, dict(plan), CONTEXT, losses, switched)
    return [tuple(record[:2]) for record in records], told(losses)


def told(losses: Losses) -> list[str]:
    return [f"{key.subject}.{key.path}: {losses.counts[key]}" for key in losses]


def sessions(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"activities": {"advising_sessions": list(entries)}}


def test_two_entries_with_one_key_make_one_record_and_a_loss() -> None:
    plan = sessions({"id": "a", "on": "2026-10-05"}, {"id": "b", "on": "2026-10-05", "minutes": 5})
    records, losses = sent(plan)
    assert [entity for entity, _ in records].count("events") == 1
    assert losses == ["ACT.04.: 1", "ACT.04.id: 1"]


def test_entries_with_keys_of_their_own_make_records_of_their_own() -> None:
    plan = sessions({"id": "a", "on": "2026-10-05"}, {"id": "b", "on": "2026-10-06"})
    assert [entity for entity, _ in sent(plan)[0]].count("events") == 2


def test_two_items_with_one_key_are_one_item_and_a_loss() -> None:
    plan = {"strengths": {"interests": [{"id": "a", "text": "maps"}, {"id": "b", "text": "maps"}]}}
    records, losses = sent(plan, frozenset({"interests"}))
    assert records == [
        ("students", {"number": "7", "interests": [{"group": "ILP", "name": "maps"}]})
    ]
    assert losses == ["STR.03.: 1", "STR.03.id: 1"]


def test_a_carrier_that_is_switched_off_sends_nothing() -> None:
    plan = {"strengths": {"interests": [{"id": "a", "text": "maps"}]}}
    assert sent(plan) == ([], ["STR.03.: 1"])


def test_an_element_that_never_leaves_is_one_loss_an_entry() -> None:
    plan = {"reviews": {"sign_offs": [{"id": "a"}, {"id": "b"}]}}
    assert sent(plan)[1] == ["REV.02.: 2"]


def test_bookkeeping_is_counted_as_what_stays() -> None:
    plan = sessions({"id": "a", "version": 2, "on": "2026-10-05", "earlier": [{"id": "a"}]})
    assert sent(plan)[1] == ["ACT.04.earlier: 1", "ACT.04.id: 1", "ACT.04.version: 1"]


def test_what_stands_beside_the_elements_is_counted() -> None:
    assert sent({"withheld": ["PRO.01"]})[1] == ["plan.withheld[]: 1"]


def test_fragments_that_contradict_a_record_are_losses() -> None:
    other = table(BY_DAY.replace("minutes = { to", "outcome = { to"), DAYS, name="others")
    of = book([table(BY_DAY, DAYS), other], [DAYS])
    losses = Losses()
    entry = {"on": "2026-10-05", "minutes": "40", "outcome": "done"}
    (record,) = write_entry(of, "ACT.04", entry, losses)
    assert record.values == {"day": "2026-10-05", "minutes": "40"}
    assert said(losses) == ["outcome: minutes of the things with this key says otherwise (1)"]


def test_a_value_that_one_table_carries_is_no_loss_of_another() -> None:
    only = table(
        'ours = "ACT.04"\nrows.on = { to = "day", codec = "date" }\nours_only.minutes = "not here"',
        DAYS,
        name="others",
    )
    losses = Losses()
    write_entry(
        book([only, table(BY_DAY, DAYS)], [DAYS]),
        "ACT.04",
        {"on": "2026-10-05", "minutes": "4"},
        losses,
    )
    assert said(losses) == []


def test_an_entry_that_no_table_takes_is_one_loss() -> None:
    of = book([table(f'{BY_DAY}\n    when.kind = "x"', DAYS)], [DAYS])
    losses = Losses()
    assert write_entry(of, "ACT.04", {"on": "2026-10-05", "minutes": "4"}, losses) == []
    assert said(losses) == [": leaves only where kind is x (1)"]


def test_an_entry_whose_table_only_reads_is_one_loss() -> None:
    of = book([table(f'{BY_DAY}\n    direction = "in"\n    reason = "theirs"', DAYS)], [DAYS])
    losses = Losses()
    write_entry(of, "ACT.04", {"on": "2026-10-05"}, losses)
    assert said(losses) == [": theirs (1)"]


def test_a_value_that_no_row_takes_is_named() -> None:
    losses = Losses()
    of = book([table(BY_DAY, DAYS)], [DAYS])
    write_entry(of, "ACT.04", {"on": "2026-10-05", "odd": [1, 2]}, losses)
    assert said(losses) == ["odd[]: no row of its tables takes it (2)"]


def test_a_record_without_its_key_is_not_made() -> None:
    nested = shape(thing("owner", prop("id")), prop("x"), key=("owner.id",))
    of = book([table('ours = "view"\nrows.a = { to = "x", codec = "text" }', nested)], [nested])
    losses = Losses()
    assert write_entry(of, "view", {"a": "A"}, losses) == []
    assert said(losses) == [": things needs owner.id (1)"]
