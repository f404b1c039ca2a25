"""Writing JSON collections: one payload a file, as the REST binding of 1.2 envelopes them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from adapters.oneroster.csv.headers import SECRET
from adapters.oneroster.files.json_ids import minted, profile_id
from adapters.oneroster.files.json_nest import Nester, Row, facts_of
from adapters.oneroster.files.loss import WHOLE, Loss, OnLoss, refuse, sample
from adapters.oneroster.files.metadata import PREFIX
from adapters.oneroster.files.metadata import WHOLE as METADATA
from adapters.oneroster.files.sheets import scalar, to_sheet
from adapters.oneroster.files.sound import Rulebook, sound
from adapters.oneroster.files.target import new_package
from adapters.oneroster.rest.columns import Table, derived_from, tables
from adapters.port import ROW, Progress, silent
from schemas.standards.oneroster import Column, entities
from schemas.standards.shape import StandardRecord

_BATCH = 2_000
_SCHEMA = """
CREATE TABLE nested (owner TEXT, name TEXT, place TEXT, body TEXT);
CREATE TABLE kept (collection TEXT, id TEXT);
"""
_CSV_ONLY = frozenset({"credentialType", "username"})
"""Required of a profile's row in CSV; in JSON a profile needs no credential."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How collections are written.

    `now` is the dateLastModified of records that have none, as 2026-08-17T06:30:00.000Z; a record
    without a status is active. `base` stands before every href.
    """

    version: str
    now: str
    base: str = ""
    on_loss: OnLoss = refuse


def write_collections(
    path: Path, records: Iterable[StandardRecord], writing: Writing, progress: Progress = silent
) -> None:
    """Write records, in whatever order they come, as a zip (`.zip`) or a folder.

    Raises FileExistsError where something stands at `path`, and what `writing.on_loss` raises.
    """
    with new_package(path) as folder, closing(_index(folder)) as index:
        spool = _Spool(folder, index, writing)
        for done, record in enumerate(records, start=1):
            spool.add(record)
            if done % _BATCH == 0:
                progress(f"Writing {path.name}", done)
        _Assembly(folder, index, writing).run(spool.finish(), progress)
        index.close()
        (folder / _INDEX).unlink()


_INDEX = "nested.sqlite"


def _index(folder: Path) -> sqlite3.Connection:
    """Where nested rows wait for their records, on disk, since they come in any order."""
    index = sqlite3.connect(folder / _INDEX, isolation_level=None)
    index.execute("PRAGMA journal_mode = OFF")
    index.execute("PRAGMA synchronous = OFF")
    index.executescript(_SCHEMA)
    index.execute("BEGIN")
    return index


def rulebook(table: Table, version: str) -> Rulebook:
    """What the rows of a collection must hold to be a valid record of the JSON binding."""
    facts = [
        # Integer percent in CSV is a float in JSON (Category.weight).
        replace(one, format="Float") if one.format == "Integer" else one
        for one in facts_of(version, table.name).values()
    ]
    needed = {one.name for one in facts if one.required == "always" and not one.optional_over_rest}
    needed |= set(table.needs)
    if table.each:
        needed -= _CSV_ONLY
    return Rulebook(tuple(facts), frozenset(needed), None, is_csv=False)


@dataclass(slots=True)
class _Spool:
    """Sound rows on disk: records as lines, nested rows in the index."""

    folder: Path
    index: sqlite3.Connection
    writing: Writing
    _waiting: dict[str, list[StandardRecord]] = field(default_factory=dict)

    def add(self, record: StandardRecord) -> None:
        """Take a record; one of no collection is a loss."""
        if record.entity not in entities(self.writing.version):
            reason = f"OneRoster {self.writing.version} has no collection {record.entity}"
            key = sample(record.values.get("sourcedId"))
            self.writing.on_loss(Loss(record.entity, WHOLE, "no_file", reason, key, record.where))
            return
        waiting = self._waiting.setdefault(record.entity, [])
        waiting.append(record)
        if len(waiting) == _BATCH:
            self._flush(record.entity, waiting)

    def finish(self) -> list[str]:
        """Write what waits; returns the collections that have records, in the standard's order."""
        for entity, waiting in self._waiting.items():
            self._flush(entity, waiting)
        self.index.execute("CREATE INDEX by_owner ON nested (owner, name)")
        named = tables(self.writing.version)
        return [name for name in entities(self.writing.version) if not named[name].each]

    def _flush(self, entity: str, waiting: list[StandardRecord]) -> None:
        table = tables(self.writing.version)[entity]
        rows = list(_sound_rows(table, waiting, self.writing))
        waiting.clear()
        if table.each:
            owner = _owner(table)
            lines = [(row[owner], entity, place, json.dumps(row)) for row, place in rows]
            self.index.executemany("INSERT INTO nested VALUES (?, ?, ?, ?)", lines)
            return
        ids = [(entity, row["sourcedId"]) for row, _ in rows]
        self.index.executemany("INSERT INTO kept VALUES (?, ?)", ids)
        with (self.folder / f"{entity}.rows").open("a", encoding="ascii") as stream:
            stream.writelines(json.dumps([row, place]) + "\n" for row, place in rows)


def _owner(table: Table) -> str:
    """The column of a derived table that names the record its row lies in."""
    outer = (one for one in table.columns if one.of == "record" and one.name != "sourcedId")
    return next(one.name for one in outer if one.keys == ("sourcedId",))


def _sound_rows(
    table: Table, records: Sequence[StandardRecord], writing: Writing
) -> Iterator[tuple[dict[str, Any], str]]:
    """Rows that may be written with the place they come from: texts repaired, the rest as it is."""
    book = rulebook(table, writing.version)
    columns = {column.name: column for column in book.columns}
    parted = [_parted(record, columns, writing.on_loss) for record in records]
    flat = [one._replace(values=texts) for one, (texts, _) in zip(records, parted, strict=True)]
    sheet = to_sheet(table.name, flat, columns, writing.on_loss)
    kept = sound(sheet, book, writing.on_loss)
    names = [name for name in kept.columns if name != ROW]
    for number, cells in zip(kept[ROW].to_list(), kept.select(names).iter_rows(), strict=True):
        texts = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
        free = {
            name: value
            for name, value in parted[number][1].items()
            if name in texts or name not in columns or columns[name].parts
        }
        place = sheet.place(number)
        row = texts | free
        _tell_unsaid(table, row, place, writing.on_loss)
        yield row, place


def _parted(
    record: StandardRecord, columns: Mapping[str, Column], on_loss: OnLoss
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What rules look at as texts, and the lists and objects, which JSON holds as they are."""
    texts: dict[str, Any] = {}
    native: dict[str, Any] = {}
    for name, value in record.values.items():
        column = columns.get(name)
        free = name == METADATA or name.startswith(PREFIX)
        if free and name.lower().rpartition(".")[2] == SECRET:
            reason = "passwords are never written"
            on_loss(Loss(record.entity, name, "password.dropped", reason, None, record.where))
        elif free or (column and column.parts):
            native[name] = value
        elif column and column.is_list and isinstance(value, list):
            native[name] = [scalar(item) for item in value]
            texts[name] = [item.replace(",", " ") for item in native[name]]
        else:
            texts[name] = value
    return texts, {name: value for name, value in native.items() if value not in _BLANK}


_BLANK: tuple[Any, ...] = (None, "", [], {})


def _tell_unsaid(table: Table, row: Row, place: str, on_loss: OnLoss) -> None:
    """Tell what of a row JSON has no place for."""
    unsaid = {one.name: _UNSAID for one in table.columns if not one.sent}
    if table.each:
        unsaid |= {name: _UNSAID for name in row if name.startswith(PREFIX)}
        if not _is_minted(table, row):
            unsaid["sourcedId"] = "JSON nests these rows, and nested ones have no id"
    for name in sorted(unsaid.keys() & row.keys()):
        on_loss(Loss(table.name, name, "no_column", unsaid[name], sample(row[name]), place))


_UNSAID = "JSON has no place for it"


def _is_minted(table: Table, row: Row) -> bool:
    """Whether reading the record again gives its nested row this id."""
    if table.name == "userProfiles":
        uri, user = row.get("profileId"), row.get("userSourcedId", "")
        return uri is None or row["sourcedId"] == profile_id(user, uri)
    ties = ((), (table.tie,)) if table.tie else ((),)
    names = ("|".join(row.get(one, "") for one in (*table.id, *tie)) for tie in ties)
    return row["sourcedId"] in {minted(table.name, name) for name in names}


@dataclass(slots=True)
class _Assembly:
    """Records with what they nest, written collection by collection."""

    folder: Path
    index: sqlite3.Connection
    writing: Writing

    def run(self, collections: Sequence[str], progress: Progress) -> None:
        """Write the file of every collection that has records, then tell what belonged to none."""
        for done, name in enumerate(collections, start=1):
            rows = self.folder / f"{name}.rows"
            if rows.exists():
                with (self.folder / f"{name}.json").open("w", encoding="utf-8") as stream:
                    self._write(name, rows, stream)
                rows.unlink()
            progress(f"Writing {name}.json", done, len(collections))
        self._tell_orphans()

    def _write(self, name: str, rows: Path, stream: IO[str]) -> None:
        table = tables(self.writing.version)[name]
        inner = list(derived_from(name, self.writing.version))
        separator = f'{{"{name}": [\n'
        with rows.open(encoding="ascii") as lines:
            for line in lines:
                row, place = json.loads(line)
                record = self._record(table, inner, row, place)
                if record is not None:
                    stream.write(separator + _text(record))
                    separator = ",\n"
        stream.write("\n]}\n" if separator == ",\n" else f"{separator}]}}\n")

    def _record(
        self, table: Table, inner: Sequence[Table], row: dict[str, Any], place: str
    ) -> dict[str, Any] | None:
        made = self._nester(table, place).record(table, row)
        found = self._nested(row["sourcedId"]) if inner else {}
        for nested in inner:
            held = found.get(nested.name, ())
            rows = [one for one, spot in held if self._lives(nested.name, one, row, spot)]
            value = self._nester(nested, place).nested(nested, rows)
            if value is not None:
                made[nested.each[0]] = value
        if table.name == "users" and "roles" not in made:
            self._without_role(row, found, place)
            return None
        return {
            "sourcedId": made.pop("sourcedId"),
            "status": made.pop("status", "active"),
            "dateLastModified": made.pop("dateLastModified", self.writing.now),
            **made,
        }

    def _lives(self, name: str, nested: Row, row: Row, place: str) -> bool:
        """Whether a nested row is written; its marks are those of the record it lies in."""
        if nested.get("status") == "tobedeleted" != row.get("status"):
            reason = "JSON says that a nested row is gone by leaving it out"
            key = nested["sourcedId"]
            self.writing.on_loss(Loss(name, WHOLE, "nested.deleted", reason, key, place))
            return False
        for mark in ("status", "dateLastModified"):
            value = nested.get(mark)
            if value is not None and value != row.get(mark):
                reason = "a nested row has the marks of the record it lies in"
                self.writing.on_loss(Loss(name, mark, "nested.mark", reason, value, place))
        return True

    def _nester(self, table: Table, place: str) -> Nester:
        def lose(row: Row, column: str, code: str, reason: str) -> None:
            value = sample(row.get(column or "sourcedId"))
            self.writing.on_loss(Loss(table.name, column, code, reason, value, place))

        return Nester(self.writing.version, lose, self.writing.base)

    def _nested(self, owner: str) -> dict[str, list[tuple[dict[str, Any], str]]]:
        """The nested rows of a record; roles are told the URI of the profile that they name."""
        query = "SELECT name, body, place FROM nested WHERE owner = ? ORDER BY name, rowid"
        found: dict[str, list[tuple[dict[str, Any], str]]] = {}
        for name, body, place in self.index.execute(query, (owner,)):
            found.setdefault(name, []).append((json.loads(body), place))
        profiles = [row for row, _ in found.get("userProfiles", ()) if "profileId" in row]
        uris = {row["sourcedId"]: row["profileId"] for row in profiles}
        for role, _ in found.get("roles", ()):
            if (uri := uris.get(role.get("userProfileSourcedId", ""))) is not None:
                role["profileId"] = uri
        return found

    def _without_role(
        self, row: Row, found: Mapping[str, list[tuple[dict[str, Any], str]]], place: str
    ) -> None:
        reason = "JSON requires a role of every user, and this one has none"
        self.writing.on_loss(Loss("users", WHOLE, "user.no_role", reason, row["sourcedId"], place))
        for name, rows in found.items():
            for one, spot in rows:
                self._orphan(name, one["sourcedId"], spot)

    def _tell_orphans(self) -> None:
        """Nested rows whose record is not among those written."""
        for table in tables(self.writing.version).values():
            if table.each:
                query = (
                    "SELECT body, place FROM nested WHERE name = ? AND owner NOT IN "
                    "(SELECT id FROM kept WHERE collection = ?) ORDER BY rowid"
                )
                for body, place in self.index.execute(query, (table.name, table.source)):
                    self._orphan(table.name, json.loads(body)["sourcedId"], place)

    def _orphan(self, name: str, sourced_id: str, place: str) -> None:
        reason = "JSON nests it in a record that is not written"
        self.writing.on_loss(Loss(name, WHOLE, "nested.orphan", reason, sourced_id, place))


def _text(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text if text.isprintable() else _encodable(record, text)


def _encodable(record: Mapping[str, Any], text: str) -> str:
    """The same JSON with escapes where a text holds half of a character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(record, separators=(",", ":"))
    return text
