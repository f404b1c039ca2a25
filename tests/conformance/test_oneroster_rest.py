"""The REST adapter keeps what every adapter must."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support.strange_server import (
    BEARER,
    CLIENT_SECRET,
    Records,
    Reply,
    StrangeServer,
    strange_server,
)

from adapters.conformance import District, SourceConformance
from adapters.port import Source

REFS = {
    "parentSourcedId": "parent",
    "courseSourcedId": "course",
    "schoolSourcedId": "school",
    "classSourcedId": "class",
    "userSourcedId": "user",
    "orgSourcedId": "org",
}
REF_LISTS = {"termSourcedIds": "terms", "agentSourcedIds": "agents"}
LISTS = {"grades"}
RENAMED = {"preferredGivenName": "preferredFirstName"}


class TestOneRosterRest(SourceConformance):
    # REST gives nested roles no id, so the adapter makes one.
    minted: Mapping[str, frozenset[str]] = {"roles": frozenset({"sourcedId"})}
    secrets = (CLIENT_SECRET, BEARER)

    @pytest.fixture(autouse=True)
    def _serving(self) -> Iterator[None]:
        with ExitStack() as stack:
            self._server = stack.enter_context(strange_server(StrangeServer({})))
            yield

    def make_source(self, tmp_path: Path, district: District) -> Source:
        self._server.heal()
        self._server.collections = nested(district)
        return self._server.source()

    def make_unavailable_source(self, tmp_path: Path) -> Source:
        self._server.always("/ims/", Reply.of({}, 503))
        return self._server.source()


def nested(district: District) -> Records:
    """The district as REST has it: references as objects, roles inside users."""
    collections = {
        name: [_record(row) for row in rows] for name, rows in district.items() if name != "roles"
    }
    for user in collections["users"]:
        rows = [row for row in district["roles"] if row["userSourcedId"] == user["sourcedId"]]
        user["roles"] = [_without(_record(row), "sourcedId", "user") for row in rows]
    return collections


def _record(row: Mapping[str, str]) -> dict[str, Any]:
    return dict(_field(column, value) for column, value in row.items())


def _field(column: str, value: str) -> tuple[str, Any]:
    if column in REFS:
        return REFS[column], {"sourcedId": value}
    if column in REF_LISTS:
        return REF_LISTS[column], [{"sourcedId": item} for item in value.split(",")]
    if column == "userIds":
        kind, _, identifier = value.strip("{}").partition(":")
        return column, [{"type": kind, "identifier": identifier}]
    if column in LISTS:
        return column, value.split(",")
    return RENAMED.get(column, column), value


def _without(record: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in fields}
