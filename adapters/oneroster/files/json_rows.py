"""JSON records as rows: the columns of the CSV binding, nested things as rows of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.oneroster.files.json_ids import is_ours, minted, profile_id
from adapters.oneroster.files.metadata import to_columns
from adapters.oneroster.listing import shorten
from adapters.oneroster.rest.columns import BESIDE, METADATA, Column, Table, derived_from, tables
from adapters.oneroster.rest.derive import derived
from adapters.oneroster.rest.flatten import ODD, UNMAPPED
from adapters.oneroster.rest.scrub import canonical, without_passwords
from adapters.oneroster.rest.values import KINDS, LISTS
from schemas.finding import Finding, Severity
from schemas.standards.shape import StandardRecord

_CREDENTIALS = "credentials"


@dataclass(slots=True)
class RowMaker:
    """Turns records of one version into rows and counts what was odd about them."""

    version: str
    _odd: dict[tuple[str, str, str], Finding] = field(default_factory=dict)

    def rows(self, collection: str, record: Mapping[str, Any], number: int) -> list[StandardRecord]:
        """The row of a record, then the rows that it nests."""
        where = f"{collection}.json, record {number}"
        dropped: Counter[str] = Counter()
        kept = without_passwords(record, dropped)
        for path in +dropped:
            self._secret(collection, path, number)
        table = tables(self.version)[collection]
        rows = [StandardRecord(collection, self._row(table, kept, number), where)]
        for nested in derived_from(collection, self.version):
            inner = self._nested(nested, kept, number)
            rows.extend(StandardRecord(nested.name, row, where) for row in inner)
        return rows

    def findings(self) -> list[Finding]:
        """What was odd so far: one finding for each kind and column."""
        return list(self._odd.values())

    def _row(self, table: Table, record: Mapping[str, Any], number: int) -> dict[str, Any]:
        columns = [one for one in table.columns if not one.name.startswith(BESIDE)]
        row = self._values(table.name, (*columns, *table.also), record, number)
        if row.get("gradingPeriodSourcedId") == row.get("academicSessionSourcedId"):
            row.pop("gradingPeriodSourcedId", None)
        row |= to_columns(record.get(METADATA))
        for name in sorted(record.keys() - table.known - {METADATA}):
            self._spare(table.name, name, record[name], row, number)
        return row

    def _values(
        self, name: str, columns: Iterable[Column], record: Mapping[str, Any], number: int
    ) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for column in columns:
            value = self._value(name, column, record, number)
            if value not in (None, []):
                row[column.name] = value
        return row

    def _value(self, name: str, column: Column, record: Mapping[str, Any], number: int) -> Any:
        def note(code: str, sample: str) -> None:
            self._note(name, column.name, code, sample, number)

        for key in column.keys:
            given = record.get(key)
            if given in (None, "", [], {}):
                continue
            if column.kind == "json":
                return given
            if column.kind in LISTS:
                return [item for item in LISTS[column.kind](given, note) if item]
            if (text := KINDS[column.kind](given, note)) is not None:
                return text
        return None

    def _spare(self, name: str, key: str, value: Any, row: dict[str, Any], number: int) -> None:
        """Keep a field that the standard does not define, under a name that says so."""
        if value not in (None, "", [], {}):
            row[BESIDE + key] = value
            self._note(name, BESIDE + key, UNMAPPED, canonical(value), number)

    def _nested(
        self, table: Table, record: Mapping[str, Any], number: int
    ) -> Iterator[dict[str, Any]]:
        names = {column.name for column in table.readers}
        for found in derived(table, [record]):
            row = self._values(table.name, table.readers, found, number)
            row["sourcedId"] = minted(table.name, found["sourcedId"])
            self._link_profile(row)
            credentials = found.get(_CREDENTIALS) if table.name == "userProfiles" else None
            for key in sorted(found.keys() - names - {_CREDENTIALS if credentials else ""}):
                self._spare(table.name, key, found[key], row, number)
            yield from _by_credential(row, credentials)

    def _link_profile(self, row: dict[str, Any]) -> None:
        """Name profiles by the id of their row, as the CSV binding does."""
        user = row.get("userSourcedId", "")
        if uri := row.get("profileId"):
            row["sourcedId"] = profile_id(user, uri)
            if is_ours(uri):
                del row["profileId"]
        if named := row.get("userProfileSourcedId"):
            row["userProfileSourcedId"] = profile_id(user, named.removeprefix(f"{user}|"))

    def _note(self, name: str, column: str, code: str, sample: str, number: int) -> None:
        severity, problem, fix = ODD[code]
        said = problem.format(column.removeprefix(BESIDE))
        found = Finding(severity, f"rest.{code}", said, fix, f"{name}.json", number, column)
        self._count(name, replace(found, value=shorten(sample)))

    def _secret(self, name: str, path: str, number: int) -> None:
        problem = "the records hold passwords; they are dropped unread"
        fix = "Leave them out: OneRoster passwords must not be stored."
        code = "password.dropped"
        severity = Severity.REPAIR
        self._count(name, Finding(severity, code, problem, fix, f"{name}.json", number, path))

    def _count(self, name: str, finding: Finding) -> None:
        key = (name, str(finding.column), finding.code)
        known = self._odd.get(key)
        self._odd[key] = replace(known, count=known.count + 1) if known else finding


def _by_credential(row: dict[str, Any], credentials: Any) -> Iterator[dict[str, Any]]:
    """One row for each credential of a profile, as the CSV binding has it."""
    given = credentials if isinstance(credentials, list) else [credentials]
    known = [one for one in given if isinstance(one, dict)]
    for at, one in enumerate(known):
        extra = {"credentialType": one.get("type"), "username": one.get("username")}
        filled = {key: str(value) for key, value in extra.items() if value not in (None, "")}
        rest = {key: value for key, value in one.items() if key not in ("type", "username")}
        if rest:
            filled[f"{BESIDE}{_CREDENTIALS}"] = canonical(rest)
        key = row["sourcedId"] if at == 0 else minted(row["sourcedId"], canonical(one))
        yield {**row, **filled, "sourcedId": key}
    if not known:
        yield row
