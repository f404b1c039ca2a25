"""What the store should hold after any nights: a second statement of the rules, in plain Python.

It knows rows, references and days, and none of the code that it is compared with. References are
kept as the source's ids; a record is known by entity and `sourcedId`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from support.tiny import Tables

MISSING_DAYS = 14
ORDER = (
    "orgs", "academicSessions", "courses", "classes", "users", "roles", "userAgents",
    "demographics", "enrollments",
)  # fmt: skip
ENTITY = {
    "orgs": "organization",
    "academicSessions": "academic_session",
    "courses": "course",
    "classes": "class",
    "users": "person",
    "roles": "role",
    "userAgents": "relation",
    "demographics": "demographics",
    "enrollments": "enrollment",
}
FIELDS: dict[str, dict[str, str]] = {
    "orgs": {"name": "name", "type": "type"},
    "academicSessions": {"title": "title", "type": "type"},
    "courses": {"title": "title", "org_id": "orgSourcedId"},
    "classes": {"title": "title", "course_id": "courseSourcedId", "school_id": "schoolSourcedId"},
    "users": {
        "given_name": "givenName",
        "family_name": "familyName",
        "preferred_given_name": "preferredGivenName",
        "email": "email",
        "phone": "phone",
        "grades": "grades",
        "identifier": "identifier",
        "primary_org_id": "primaryOrgSourcedId",
    },
    "roles": {"person_id": "userSourcedId", "org_id": "orgSourcedId", "role": "role"},
    "userAgents": {"person_id": "userSourcedId", "agent_id": "agentSourcedId"},
    "demographics": {"person_id": "userSourcedId", "birth_date": "birthDate"},
    "enrollments": {
        "class_id": "classSourcedId",
        "school_id": "schoolSourcedId",
        "person_id": "userSourcedId",
        "role": "role",
        "begin_date": "beginDate",
    },
}
REFERENCES = {
    "org_id": "orgs",
    "school_id": "orgs",
    "primary_org_id": "orgs",
    "course_id": "courses",
    "class_id": "classes",
    "person_id": "users",
    "agent_id": "users",
}
OPTIONAL = {"primary_org_id", "course_id", ("courses", "org_id")}
NEEDED = {"users": ("given_name", "family_name"), "enrollments": ("role",)}
MANUAL = {"preferred_given_name", "email", "phone"}

Values = dict[str, Any]


@dataclass
class Record:
    """A record: its values, the source's last word on each, and since when it is in its state."""

    values: Values
    said: Values
    state: str
    since: date


@dataclass
class Conflict:
    """A field that both sides changed, and how that stands."""

    base: Any
    ours: Any
    theirs: Any
    state: str = "open"


@dataclass
class Model:
    """The whole store, by source table and `sourcedId`."""

    today: date
    records: dict[str, dict[str, Record]] = field(default_factory=lambda: {t: {} for t in ORDER})
    delivered: Tables = field(default_factory=dict)
    waiting: set[tuple[str, str]] = field(default_factory=set)
    known: dict[str, set[str]] = field(default_factory=lambda: {t: set() for t in ORDER})
    conflicts: dict[tuple[str, str], Conflict] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)

    def night(self, files: Tables, told: dict[str, set[str]]) -> None:
        """A delivery is taken in; `files` are its rows in full, `told` the deletions it names."""
        tables = _tables(files)
        overdue = self._overdue()
        for table in ORDER:
            rows, before = tables.get(table, {}), self.delivered.get(table, {})
            for key in sorted(rows):
                if rows[key] != before.get(key) or (table, key) in self.waiting:
                    self._take(table, key, rows[key])
            for key in before.keys() - rows.keys():
                self.waiting.discard((table, key))
                gone = key in told.get(table, set()) and table in files
                self._leave(table, key, "detached" if gone else "missing")
        for record in overdue:
            if record.state == "missing":
                record.state, record.since = "detached", self.today
        self.delivered = tables

    def _overdue(self) -> list[Record]:
        last = self.today - timedelta(days=MISSING_DAYS)
        return [
            record
            for table in self.records.values()
            for record in table.values()
            if record.state == "missing" and record.since <= last
        ]

    def _take(self, table: str, key: str, row: dict[str, str]) -> None:
        self.waiting.discard((table, key))
        values = _read(table, row)
        if values is None:
            self.waiting.add((table, key))
            return
        self.known[table].add(key)
        for name in self._unknown(values):
            self.waiting.add((table, key))
            values[name] = None
            if name not in OPTIONAL and (table, name) not in OPTIONAL:
                return
        record = self.records[table].get(key)
        if record is None:
            self.records[table][key] = Record(dict(values), values, "active", self.today)
            return
        for name, theirs in values.items():
            self._merge(key, record, name, theirs)
        if record.state != "active":
            record.state, record.since = "active", self.today

    def _unknown(self, values: Values) -> list[str]:
        """The references that lead nowhere."""
        return [
            name
            for name, value in values.items()
            if name in REFERENCES
            and value is not None
            and value not in self.known[REFERENCES[name]]
        ]

    def _merge(self, key: str, record: Record, name: str, theirs: Any) -> None:
        base, ours = record.said[name], record.values[name]
        record.said[name] = theirs
        conflict = self.conflicts.get((key, name))
        if conflict and conflict.state == "ours":
            return
        if theirs == ours:
            if conflict and conflict.state == "open":
                conflict.state = "agreed"
        elif theirs == base:
            return
        elif ours == base or name not in MANUAL:
            record.values[name] = theirs
        else:
            self.conflicts[key, name] = Conflict(base, ours, theirs)

    def _leave(self, table: str, key: str, state: str) -> None:
        record = self.records[table].get(key)
        if record and record.state == "active":
            record.state, record.since = state, self.today

    def edit(self, person: str, name: str, value: str) -> None:
        """Somebody edits a field here."""
        self.records["users"][person].values[name] = value

    def decide(self, key: tuple[str, str], side: str) -> None:
        """Somebody decides a conflict."""
        self.conflicts[key].state = side
        if side == "theirs":
            self.edit(*key, self.conflicts[key].theirs)

    def attachment(self, person: str) -> str:
        """How the plan of a student stands."""
        record = self.records["users"].get(person)
        if record is None:
            return "waiting"
        return "detached" if record.state == "detached" else "attached"


def _read(table: str, row: dict[str, str]) -> Values | None:
    """A row's values, or None where the standard does not allow it."""
    values: Values = {name: row.get(column) or None for name, column in FIELDS[table].items()}
    if any(values[name] is None for name in NEEDED.get(table, ())):
        return None
    begin = values.get("begin_date")
    if begin is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", begin):
        return None
    if values.get("grades"):
        values["grades"] = json.dumps([values["grades"]])
    return values


def _tables(files: Tables) -> Tables:
    """The rows by table: what the files keep inside users gets tables of its own."""
    users = files["users"]
    tables = {name: {key: dict(row) for key, row in rows.items()} for name, rows in files.items()}
    tables["users"] = {
        key: {name: cell for name, cell in row.items() if name != "agentSourcedIds"}
        for key, row in users.items()
    }
    tables["userAgents"] = {
        f"{key}|{agent}": {"userSourcedId": key, "agentSourcedId": agent}
        for key, row in users.items()
        for agent in row.get("agentSourcedIds", "").split(",")
        if agent
    }
    if "roles" not in files:
        tables["roles"] = {
            f"{key}|{row['orgSourcedIds']}|{row['role']}": {
                "userSourcedId": key, "orgSourcedId": row["orgSourcedIds"], "role": row["role"],
            }
            for key, row in users.items()
        }  # fmt: skip
    tables["demographics"] = {
        key: {"userSourcedId": key, **row} for key, row in files["demographics"].items()
    }
    return tables
