"""The laws of a mapping table, for one record: what must hold whatever the table says."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mappings.engine.account import Account
from mappings.engine.fragments import Missed
from mappings.engine.inward import read
from mappings.engine.loss import Losses
from mappings.engine.model import Direction, Table
from mappings.engine.outward import attempted
from mappings.engine.paths import Tree, bare, is_under, leaves, shape_of_place

Said = Counter[tuple[str, str]]


def put(table: Table, ours: Tree) -> Tree | None:
    """The record that a table makes of a record of ours, or None."""
    written = attempted(table, ours).written if table.applies(ours) else None
    if written is None:
        return None
    record: Tree = {}
    written.into(record)
    return record


def get(table: Table, record: Tree, old: Tree | None = None) -> list[Tree]:
    """What a table reads in a record."""
    return [each.ours for each in read(table, record, Losses(), old)]


def lost(table: Table, ours: Tree) -> list[Missed]:
    """The account of what a table does not carry, each value once."""
    account = Account()
    account.add(attempted(table, ours))
    return list(account.losses_of(ours))


def said(tree: Tree) -> Said:
    """Every value of a record by its path, wherever in a list it stands."""
    return Counter((shape_of_place(place), repr(value)) for place, value in leaves(tree))


def expected(table: Table, ours: Tree) -> Said:
    """What has to come back: everything but what is listed as lost, and keys that only leave."""
    gone = {each.place for each in lost(table, ours)}
    out = (str(row.ours) for row in table.rows if row.direction is Direction.OUT)
    gone |= {path for path in out if path.startswith("$")}
    kept = [(place, value) for place, value in leaves(ours) if not is_under(place, gone)]
    return Counter((shape_of_place(place), repr(value)) for place, value in kept)


def surprises(table: Table, ours: Tree, back: Tree) -> list[Any]:
    """What came back otherwise than the account of losses says."""
    lacking = expected(table, ours) - said(back)
    surplus = said(back) - expected(table, ours)
    excused = {shape_of_place(each.place) for each in lost(table, ours) if each.blurred}
    excused |= {bare(str(assumed.path)) for assumed in table.assumed}
    return [
        *(f"gone: {path} {value}" for path, value in lacking),
        *(f"new: {path} {value}" for path, value in surplus if path not in excused),
    ]


def broken(table: Table, before: Tree, now: Tree) -> list[str]:
    """The laws that a table breaks for two records of ours, in words."""
    record = put(table, now)
    if record is None:
        return []
    fresh = get(table, record)
    if len(fresh) != 1:
        return [f"what was written reads as {len(fresh)} records"]
    (back,) = fresh
    once = get(table, record, before)
    context = {name: value for name, value in now.items() if name.startswith("$")}
    laws = {
        "GetPut: reading back over the original changes it": get(table, record, now) == [now],
        "PutGet: what was read is not written alike": put(table, {**back, **context}) == record,
        "PutPut: reading twice is not reading once": get(table, record, once[0]) == once,
        **dict.fromkeys(surprises(table, now, back), False),
    }
    return [law for law, holds in laws.items() if not holds]
