"""The quick comparison and the narrowed derivation say what the slow and plain ways say."""

from __future__ import annotations

from random import Random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from mappings.oneroster.derive import derive
from mappings.oneroster.narrow import narrow
from service.sync.diff import compare

KEYS = st.sampled_from([f"k{number}" for number in range(12)])
CELLS = st.one_of(st.none(), st.sampled_from(["x", "y", "0", "é"]))
TABLES = st.dictionaries(KEYS, st.tuples(CELLS, CELLS), max_size=12)


def frame(rows: dict[str, tuple[str | None, str | None]], order: list[str]) -> pl.DataFrame:
    cells = [(key, *rows[key]) for key in order]
    return pl.DataFrame(
        cells, schema=dict.fromkeys(("sourcedId", "a", "b"), pl.String), orient="row"
    )


@given(TABLES, TABLES, st.randoms())
def test_compare_finds_what_dictionaries_find(
    old: dict[str, tuple[str | None, str | None]],
    new: dict[str, tuple[str | None, str | None]],
    chance: Random,
) -> None:
    order = list(new)
    chance.shuffle(order)
    found = compare(frame(old, list(old)), frame(new, order))
    assert set(found.added["sourcedId"]) == new.keys() - old.keys()
    assert set(found.removed["sourcedId"]) == old.keys() - new.keys()
    changed = {key for key in new.keys() & old.keys() if new[key] != old[key]}
    assert set(found.after["sourcedId"]) == changed
    assert found.before["sourcedId"].to_list() == found.after["sourcedId"].to_list()


PEOPLE = st.dictionaries(
    st.sampled_from([f"u{number}" for number in range(8)]),
    st.tuples(
        st.sampled_from(["Ana", "Ben"]),
        st.sampled_from(["1", "2", "3", None]),
        st.sampled_from(["{State:S1}", "{State:S2}", None]),
        st.sampled_from(["student", "teacher"]),
        st.sampled_from(["u0", "u1,u2", None]),
    ),
    min_size=1,
    max_size=8,
)
Person = tuple[str, str | None, str | None, str, str | None]


def district(people: dict[str, Person]) -> dict[str, pl.DataFrame]:
    users = [
        (key, given, "Diaz", number, ids, agents)
        for key, (given, number, ids, _, agents) in people.items()
    ]
    columns = ("sourcedId", "givenName", "familyName", "identifier", "userIds", "agentSourcedIds")
    roles = [(f"{key}|s|{one[3]}", key, "primary", one[3], "s") for key, one in people.items()]
    named = ("sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId")
    return {
        "users": pl.DataFrame(users, schema=dict.fromkeys(columns, pl.String), orient="row"),
        "roles": pl.DataFrame(roles, schema=dict.fromkeys(named, pl.String), orient="row"),
    }


def told(old: pl.DataFrame, new: pl.DataFrame) -> list[object]:
    found = compare(old, new)
    kept = [name for name in new.columns if not name.startswith("_")]
    frames = (found.added, found.removed, found.before, found.after)
    return [sorted(rows.select(kept).rows(), key=str) for rows in frames]


@given(PEOPLE, PEOPLE)
def test_narrowing_changes_no_difference(
    before: dict[str, Person], after: dict[str, Person]
) -> None:
    old, new = district(before), district(after)
    raw = {name: compare(old[name], new[name]) for name in old}
    rows = {name: (one.added, one.removed, one.before, one.after) for name, one in raw.items()}
    whole = derive(old).frames, derive(new).frames
    part = tuple(derive(files).frames for files in narrow(old, new, rows))
    for table in whole[1]:
        assert told(whole[0][table], whole[1][table]) == told(part[0][table], part[1][table]), table
