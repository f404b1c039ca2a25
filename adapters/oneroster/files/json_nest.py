"""Rows as JSON records: what `json_rows` takes apart, put together by the same table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import quote

from adapters.oneroster.files.json_ids import profile_uri
from adapters.oneroster.files.metadata import to_object
from adapters.oneroster.rest.columns import METADATA, Table
from adapters.oneroster.rest.columns import Column as Place
from adapters.oneroster.rest.scrub import canonical
from schemas.standards.oneroster import Column, files, json_columns, json_files

Row = Mapping[str, Any]
Lose = Callable[[Row, str, str, str], None]
"""Told a row, its column, a code and a reason."""

_TYPES = {
    "academicSessions": "academicSession",
    "assessmentLineItems": "assessmentLineItem",
    "categories": "category",
    "classes": "class",
    "courses": "course",
    "lineItems": "lineItem",
    "orgs": "org",
    "resources": "resource",
    "scoreScales": "scoreScale",
    "users": "user",
}
"""What a reference calls the collection that it points into (GUIDRef.type)."""
_GRADEBOOK = frozenset(
    {
        "assessmentLineItems",
        "assessmentResults",
        "categories",
        "lineItems",
        "results",
        "scoreScales",
    }
)
_NUMBERS = ("Float", "Integer")
_PAIRS = {"ids": ("type", "identifier"), "pairs": ("itemValueLHS", "itemValueRHS")}


@dataclass(frozen=True, slots=True)
class Nester:
    """Builds the records of one version.

    `base` stands before every `href`; without one they are paths of the standard's own, the same
    for whichever server holds the records. `lose` is told what has no place.
    """

    version: str
    lose: Lose
    base: str = ""

    def record(self, table: Table, row: Row) -> dict[str, Any]:
        """The object of a row, without what it nests."""
        made: dict[str, Any] = {}
        facts = facts_of(self.version, table.name)
        for column in (*table.columns, *table.also):
            if column.sent and column.name in row:
                value = self._value(column, facts.get(column.name), row)
                if value is not None:
                    made[column.keys[0]] = value
        metadata = to_object(row)
        return made if metadata is None else {**made, METADATA: metadata}

    def nested(self, table: Table, rows: Sequence[Row]) -> Any:
        """What stands under the first name of the path of a derived table; None without rows."""
        if not rows:
            return None
        if table.name == "userProfiles":
            return self._profiles(table, rows)
        if len(table.each) == 1:
            for row in rows[1:] if table.single else ():
                reason = "JSON has room for one of them in each record"
                self.lose(row, "", "nested.single", reason)
            items = [self._item(table, row) for row in rows]
            return items[0] if table.single else items
        return self._sets(table, rows)

    def _sets(self, table: Table, rows: Sequence[Row]) -> list[dict[str, Any]]:
        sets: dict[str, dict[str, Any]] = {}
        outer = next(column for column in table.columns if column.of == "set")
        for row in rows:
            one = sets.setdefault(row[outer.name], {outer.keys[0]: row[outer.name]})
            one.setdefault(table.each[1], []).append(self._item(table, row))
        return list(sets.values())

    def _profiles(self, table: Table, rows: Sequence[Row]) -> list[dict[str, Any]]:
        """Profiles with their credentials, of which the CSV binding has one in each row."""
        profiles: dict[str, dict[str, Any]] = {}
        for row in rows:
            uri = row.get("profileId") or profile_uri(self.base, row["sourcedId"])
            item = {**self._item(table, row), "profileId": uri}
            profile = profiles.setdefault(uri, item)
            credential = {"type": row.get("credentialType"), "username": row.get("username")}
            if all(credential.values()):
                profile.setdefault("credentials", []).append(credential)
            elif any(credential.values()):
                reason = "a credential needs a type and a username"
                self.lose(row, "credentialType", "nested.credential", reason)
        return list(profiles.values())

    def _item(self, table: Table, row: Row) -> Any:
        facts = facts_of(self.version, table.name)
        made: dict[str, Any] = {}
        for column in table.columns:
            if column.of != "item" or not column.sent or column.name not in row:
                continue
            fact = facts.get(column.name)
            if column.keys[0] == "sourcedId" and fact and fact.refers:
                return self._reference(fact.refers, row[column.name])
            value = self._value(column, fact, row)
            if column.keys[0] == "":
                return value
            if value is not None:
                made[column.keys[0]] = value
        return made

    def _value(self, place: Place, fact: Column | None, row: Row) -> Any:
        value = row[place.name]
        refers = fact.refers if fact and fact.refers else ""
        if place.kind in ("ref", "refs"):
            given = _listed(value) if place.kind == "refs" else [value]
            made = [self._reference(refers, item) for item in given]
            return made if place.kind == "refs" else made[0]
        if place.kind in _PAIRS:
            return self._objects(place, row)
        if place.kind == "profile":
            return row.get("profileId") or profile_uri(self.base, value)
        if place.kind == "list":
            return _listed(value)
        return value if place.kind == "json" else self._scalar(place, fact, row)

    def _scalar(self, place: Place, fact: Column | None, row: Row) -> Any:
        value = str(row[place.name])
        if place.written == "dateTime":
            return f"{value}T00:00:00.000Z"
        if fact is None or fact.format not in _NUMBERS:
            return value
        number = exact_number(value)
        if number is None:
            reason = "a JSON number of the standard cannot hold all of its digits"
            self.lose(row, place.name, "value.digits", reason)
        return number

    def _objects(self, place: Place, row: Row) -> list[dict[str, str]] | None:
        left, right = _PAIRS[place.kind]
        made = []
        for item in _listed(row[place.name]):
            one = pair_of(item, left, right)
            if one is None:
                reason = "an element is not of the form {name:value}"
                self.lose(row, place.name, "list.pair", reason)
            else:
                made.append(one)
        return made or None

    def _reference(self, collection: str, sourced_id: str) -> dict[str, str]:
        service = _service(collection)
        href = f"{self.base}/ims/oneroster/{service}/v1p2/{collection}/{quote(sourced_id, safe='')}"
        return {"href": href, "sourcedId": sourced_id, "type": _TYPES[collection]}


@cache
def facts_of(version: str, entity: str) -> Mapping[str, Column]:
    """The columns of a collection by name, those of JSON alone included."""
    own = {**files(version), **json_files(version)}[entity]
    return {column.name: column for column in (*own, *json_columns(version, entity))}


def _service(collection: str) -> str:
    if collection == "resources":
        return "resources"
    return "gradebook" if collection in _GRADEBOOK else "rostering"


def _listed(value: Any) -> list[Any]:
    """The elements of a list column; text is taken apart at its commas."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")]
    return list(value)


def pair_of(item: str, left: str, right: str) -> dict[str, str] | None:
    """The object of a `{left:right}` element, or None when it is no such thing."""
    if item.startswith('{"'):
        try:
            found = json.loads(item)
        except ValueError:
            found = None
        if isinstance(found, dict) and found.keys() == {left, right} and canonical(found) == item:
            return found
    if not (item.startswith("{") and item.endswith("}") and ":" in item):
        return None
    name, _, value = item[1:-1].partition(":")
    return {left: name, right: value} if name and value else None


def exact_number(text: str) -> int | float | None:
    """The number that a text spells, or None when a double would change it."""
    value = Decimal(text)
    if abs(value) > Decimal("1e15"):
        return None
    if text.lstrip("+-").isdigit():
        return int(value)
    made = float(value)
    return made if Decimal(repr(made)) == value else None
