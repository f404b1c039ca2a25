"""One record a person, whatever the provider sends."""

from __future__ import annotations

import polars as pl
import pytest

from mappings.oneroster.derive import derive


def users(*rows: dict[str, str]) -> pl.DataFrame:
    columns = ("sourcedId", "givenName", "familyName", "identifier", "userIds", "email")
    more = sorted({name for row in rows for name in row} - set(columns))
    names = [*columns, *more]
    cells = [[row.get(name) for name in names] for row in rows]
    return pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String), orient="row")


def roles(*rows: tuple[str, str, str]) -> pl.DataFrame:
    named = [(f"{user}|{org}|{role}", user, "primary", role, org) for user, role, org in rows]
    columns = ("sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId")
    return pl.DataFrame(named, schema=dict.fromkeys(columns, pl.String), orient="row")


ANA = {"givenName": "Ana", "familyName": "Diaz"}
STUDENTS = roles(("a", "student", "s1"), ("b", "student", "s2"))


def test_records_with_one_identifier_and_one_name_are_one_person() -> None:
    pair = users(
        {"sourcedId": "a", "identifier": "7", **ANA}, {"sourcedId": "b", "identifier": "7", **ANA}
    )
    tables = derive({"users": pair, "roles": STUDENTS})
    assert tables.frames["users"]["sourcedId"].to_list() == ["a"]
    assert tables.frames["userAliases"].rows() == [("b", "a")]


def test_both_roles_belong_to_the_one_person() -> None:
    pair = users(
        {"sourcedId": "a", "identifier": "7", **ANA}, {"sourcedId": "b", "identifier": "7", **ANA}
    )
    found = derive({"users": pair, "roles": STUDENTS}).frames["roles"]
    assert found.select("userSourcedId", "orgSourcedId").rows() == [("a", "s1"), ("a", "s2")]


@pytest.mark.parametrize(
    "other",
    [
        {"identifier": "8", "email": "ana@example.org"},
        {"identifier": "8", "userIds": "{Google:ana@example.org}"},
    ],
)
def test_an_email_joins_nobody(other: dict[str, str]) -> None:
    first = {"sourcedId": "a", "identifier": "7", "email": "ana@example.org", **ANA}
    first["userIds"] = "{Google:ana@example.org}"
    pair = users(first, {"sourcedId": "b", **ANA, **other})
    assert derive({"users": pair, "roles": STUDENTS}).frames["userAliases"].is_empty()


def test_one_identifier_and_two_names_are_a_question() -> None:
    ben = {"sourcedId": "b", "identifier": "7", "givenName": "Ben", "familyName": "Diaz"}
    tables = derive(
        {"users": users({"sourcedId": "a", "identifier": "7", **ANA}, ben), "roles": STUDENTS}
    )
    assert tables.frames["userAliases"].is_empty()
    assert [twin.sourced_ids for twin in tables.twins] == [("a", "b")]


def test_a_student_and_a_teacher_may_have_the_same_number() -> None:
    pair = users(
        {"sourcedId": "a", "identifier": "7", **ANA}, {"sourcedId": "b", "identifier": "7", **ANA}
    )
    mixed = roles(("a", "student", "s1"), ("b", "teacher", "s1"))
    assert derive({"users": pair, "roles": mixed}).frames["userAliases"].is_empty()


def test_gaps_are_filled_from_the_other_record() -> None:
    pair = users(
        {"sourcedId": "a", "identifier": "7", **ANA},
        {"sourcedId": "b", "identifier": "7", "email": "ana@example.org", **ANA},
    )
    merged = derive({"users": pair, "roles": STUDENTS}).frames["users"]
    assert merged["email"].to_list() == ["ana@example.org"]


def test_1_1_users_carry_their_roles() -> None:
    one = users({"sourcedId": "a", **ANA, "role": "student", "orgSourcedIds": "s1,s2"})
    found = derive({"users": one}).frames["roles"]
    assert found.select("roleType", "role", "orgSourcedId").rows() == [
        ("primary", "student", "s1"),
        ("secondary", "student", "s2"),
    ]


def test_each_agent_is_a_relation() -> None:
    one = users({"sourcedId": "a", **ANA, "agentSourcedIds": "p1, p2"})
    found = derive({"users": one, "roles": STUDENTS}).frames["userAgents"]
    assert found["sourcedId"].to_list() == ["a|p1", "a|p2"]
