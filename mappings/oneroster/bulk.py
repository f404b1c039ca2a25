"""Whole files at once: columns of cells to our tables and back, for rosters by the million.

Plans are not for columns: a package that has some is read record by record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from mappings.engine.codec import Codec
from mappings.engine.codecs import canonical_json, map_distinct
from mappings.engine.compile_columns import object_texts, quoted
from mappings.engine.compile_decode import decoded
from mappings.engine.compile_polars import encode
from mappings.engine.errors import Unrepresentable
from mappings.engine.loss import SAMPLES, Losses, LossKey, Side
from mappings.engine.model import Table
from mappings.engine.paths import bare
from mappings.hub import ENTITIES, CellFile, Needs, Tables, schema_of
from mappings.oneroster.binding import Binding, cell_tables
from mappings.oneroster.cells import from_cell, to_cell
from mappings.oneroster.derive import agents_of_users, roles_of_users
from mappings.oneroster.fold import ROLE, Folded, agent_id, role_id
from mappings.oneroster.rows_in import GONE, NAMELESS, NESTED, lifted
from mappings.oneroster.rows_out import EXTENSION, NOT_OURS, RowsOut
from mappings.oneroster.shapes import AGENTS, FORMAT

Files = Mapping[str, CellFile]
_KEY = "sourcedId"
_LATER = "enrollments"
"""The file that is not held where it is long: it is most of a district."""
_NEST = (_KEY, "agentSourcedIds", "role", ROLE, "orgSourcedIds")
"""The columns of users that hold records of their own."""


def tables_of(
    files: Files, binding: Binding, losses: Losses, needs: Needs | None = None
) -> Tables | None:
    """Our records out of files as columns of cells, blanks null; unreadable cells are told.

    Of a file one part is held at a time. None where users take plans along.
    """
    tables = cell_tables(binding).values()
    kinds = {table.entity: _Kind(table, (needs or {}).get(table.subject)) for table in tables}
    later = {}
    taken = _Taken(kinds, losses)
    for file in sorted(files, key=lambda name: name != "users"):
        if file == _LATER and files[file].is_long:
            later[kinds[file].table.subject] = _Later(kinds[file], files[file], losses).parts
        elif file != "users":
            taken.take(file, files[file].parts())
        elif not taken.take_users(files[file].parts(), binding):
            return None
    held = taken.frames()
    return Tables(lifted(held) if binding.version == "1.1" else held, later)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the rows of a file are read by, and the columns that are needed of it if not all are."""

    table: Table
    needed: frozenset[str] | None

    def needs(self, column: str) -> bool:
        return self.needed is None or column in self.needed


class _Taken:
    """Files that are held as tables of ours."""

    def __init__(self, kinds: Mapping[str, _Kind], losses: Losses) -> None:
        self._kinds, self._losses = kinds, losses
        self._made: dict[str, list[pl.DataFrame]] = {}

    def frames(self) -> dict[str, pl.DataFrame]:
        """Our tables, in the order of entities."""
        return {
            entity: pl.concat(self._made[entity]) for entity in ENTITIES if self._made.get(entity)
        }

    def take_users(self, parts: Iterable[pl.DataFrame], binding: Binding) -> bool:
        """Take users, and what they nest as files of their own; False where they have plans."""
        nests = []
        for cells in parts:
            if FORMAT in cells.columns and cells[FORMAT].null_count() < cells.height:
                return False
            named = cells.filter(pl.col(_KEY).is_not_null())
            nests.append(named.select(name for name in _NEST if name in cells.columns))
            self.take("users", [cells])
        if nests:
            self._take_nested(pl.concat(nests), binding)
        return True

    def _take_nested(self, users: pl.DataFrame, binding: Binding) -> None:
        pair, triple = (
            ("userSourcedId", "agentSourcedId"),
            ("userSourcedId", "orgSourcedId", "role"),
        )
        self._take_minted(AGENTS, agents_of_users(users), pair, agent_id)
        if binding.version == "1.1":
            self._take_minted("roles", _roles(users), triple, role_id)

    def _take_minted(
        self, file: str, rows: pl.DataFrame, names: Sequence[str], mint: Callable[..., str]
    ) -> None:
        """Take rows whose ids are made of some of their values."""
        if self._kinds[file].needs("id"):
            ids = [mint(*values) for values in rows.select(names).iter_rows()]
            rows = rows.with_columns(pl.Series(_KEY, ids, pl.String))
        self.take(file, [rows])

    def take(self, file: str, parts: Iterable[pl.DataFrame]) -> None:
        """Take a file."""
        if file in self._kinds:
            made = self._made.setdefault(self._kinds[file].table.subject, [])
            made += map(_Reading(self._kinds[file], self._losses).frame, parts)
        else:
            key = LossKey(Side.THEIRS, file, "", "nothing of ours corresponds to it")
            for cells in parts:
                self._losses.add(key, count=cells.height)


@dataclass(slots=True)
class _Later:
    """A file that is read when it is asked for; what is lost of it is told once, at its end."""

    kind: _Kind
    file: CellFile
    losses: Losses
    _told: bool = False

    def parts(self) -> Iterator[pl.DataFrame]:
        """Its records, some at a time."""
        own = Losses()
        yield from map(_Reading(self.kind, own).frame, self.file.parts())
        if not self._told:
            self._told = True
            self.losses.merge(own)


def _roles(users: pl.DataFrame) -> pl.DataFrame:
    exact = pl.coalesce(ROLE, "role") if ROLE in users.columns else pl.col("role")
    roles = roles_of_users(users.with_columns(role=exact))
    return roles.with_columns(roleType=pl.lit("primary"))


class _Reading:
    """One file on its way in, part by part."""

    def __init__(self, kind: _Kind, losses: Losses) -> None:
        self._table, self._kind, self._losses = kind.table, kind, losses

    def frame(self, cells: pl.DataFrame) -> pl.DataFrame:
        """The records of a part."""
        cells = self._living(cells.drop([name for name in cells.columns if name.startswith("_")]))
        if self._table.subject == "demographics":
            cells = cells.with_columns(userSourcedId=_KEY)
        made = {}
        for row in self._table.rows:
            name, column = str(row.ours), row.targets[0].path.steps[0].name
            values = self._values(cells, column, row.codec)
            if values is not None and self._kind.needs(name):
                made[name] = values.rename(name)
        self._count_unknown(cells)
        if self._kind.needs("extras"):
            made["extras"] = self._extras(cells)
        schema = schema_of(self._table.subject).items()
        held = {name: kind for name, kind in schema if self._kind.needs(name)}
        return cells.with_columns(  # a column without a value is one null, however long it is
            made.get(name, pl.lit(None)).cast(kind).alias(name) for name, kind in held.items()
        ).select(list(held))

    def _living(self, cells: pl.DataFrame) -> pl.DataFrame:
        if _KEY in cells.columns and cells[_KEY].null_count():
            nameless = cells[_KEY].is_null()
            key = LossKey(Side.THEIRS, self._table.entity, "", NAMELESS)
            self._losses.add(key, count=int(nameless.sum()))
            cells = cells.filter(~nameless)
        if "status" not in cells.columns:
            return cells
        gone = cells["status"].eq_missing("tobedeleted")
        if not gone.any():
            return cells
        self._count("", GONE, cells[_KEY].filter(gone))
        return cells.filter(~gone)

    def _count(self, path: str, reason: str, values: pl.Series) -> None:
        """Count values; the first ones of the file are shown."""
        key = LossKey(Side.THEIRS, self._table.entity, path, reason)
        shown = values.head(max(0, SAMPLES - self._losses.counts[key]))
        for value in shown:
            self._losses.add(key, value)
        if len(values) > len(shown):
            self._losses.add(key, count=len(values) - len(shown))

    def _values(self, cells: pl.DataFrame, column: str, codec: Codec | None) -> pl.Series | None:
        """What a column says, None for nothing; cells that cannot be read are told."""
        if column not in cells.columns or codec is None:
            return None
        present = cells[column].len() - cells[column].null_count()
        values = decoded(codec, cells[column]) if present else None
        if values is None or values.len() - values.null_count() == present:
            return values
        unread = cells[column].filter(values.is_null() & cells[column].is_not_null())
        counts = unread.to_frame().group_by(column, maintain_order=True).len()
        for cell, count in counts.iter_rows():
            key = LossKey(Side.THEIRS, self._table.entity, column, _why(codec, cell))
            self._losses.add(key, cell, count)
        return values if values.null_count() < len(values) else None

    def _reasons(self) -> dict[str, str]:
        return {bare(path): why for path, why in self._table.theirs_only.items()}

    def _count_unknown(self, cells: pl.DataFrame) -> None:
        """Count what the table leaves with them."""
        reasons = self._reasons()
        for name in reasons.keys() & set(cells.columns) - {"status", *NESTED}:
            self._count(name, reasons[name], cells[name].drop_nulls())

    def _extras(self, cells: pl.DataFrame) -> pl.Series:
        taken = {row.targets[0].path.steps[0].name for row in self._table.rows}
        known = {*taken, *self._reasons(), "status", ROLE}
        free = [name for name in cells.columns if name not in known]
        return object_texts(cells.with_columns(_value_texts(cells[name]) for name in free), free)


_JSON = r"""^[\["{]"""


def _value_texts(cells: pl.Series) -> pl.Series:
    """Cells as JSON text: an extension's canonical JSON as it stands, all else in quotes."""
    texts = quoted(cells).rename(cells.name)
    if not cells.name.startswith(EXTENSION):
        return texts
    plain = ~cells.str.contains(_JSON).fill_null(value=False)
    if plain.all():
        return texts
    spelled = map_distinct(cells.set(plain, None), lambda cell: canonical_json(from_cell(cell)))
    return texts.zip_with(plain, spelled)


def _why(codec: Codec, cell: str) -> str:
    try:
        codec.decode(cell)
    except Unrepresentable as unfit:
        return unfit.reason
    return "cannot be read"


def files_of(rows: RowsOut) -> dict[str, pl.DataFrame]:
    """What of a hub can be written, as files of cells; plans are not among it."""
    tables, made = cell_tables(rows.binding), {}
    for entity, frame in rows.frames.items():
        if entity == "relation" or (entity == "role" and rows.binding.version == "1.1"):
            continue
        cells = _written(tables[entity], frame, rows.losses)
        if entity == "person":
            cells = _with_nested(cells, rows.folded, rows.binding)
        elif entity == "demographics":
            cells = _of_their_users(cells, rows.losses)
        made[tables[entity].entity] = cells
    return made


def _written(table: Table, frame: pl.DataFrame, losses: Losses) -> pl.DataFrame:
    encoded = encode(table, frame.drop("extras"))
    losses.merge(encoded.all_losses(table.subject))
    return encoded.frame.with_columns(
        _extensions(table.subject, frame.filter(encoded.kept)["extras"], losses)
    )


def _cell(value: object) -> str | None:
    return None if value is None else to_cell(value)


def _extensions(entity: str, extras: pl.Series, losses: Losses) -> list[pl.Series]:
    """Columns of others that ride along."""
    columns: dict[str, dict[int, object]] = {}
    for number, text in enumerate(extras):
        for name, value in (json.loads(text) if text else {}).items():
            if name.startswith(EXTENSION):
                columns.setdefault(name, {})[number] = value
            else:
                losses.add(LossKey(Side.OURS, entity, f"extras.{name}", NOT_OURS), value)
    return [
        pl.Series(name, [_cell(held.get(number)) for number in range(len(extras))], pl.String)
        for name, held in columns.items()
    ]


def _with_nested(users: pl.DataFrame, folded: Folded, binding: Binding) -> pl.DataFrame:
    enabled = users["enabledUser"] if "enabledUser" in users.columns else pl.lit(None, pl.String)
    columns: list[pl.Series | pl.Expr] = [
        pl.Series("agentSourcedIds", [_joined(folded.agents.get(own)) for own in users[_KEY]]),
    ]
    for name in ("role", "orgSourcedIds", ROLE) if binding.version == "1.1" else ():
        held = [folded.roles.get(own, {}).get(name) for own in users[_KEY]]
        columns.append(pl.Series(name, [_joined(each) for each in held], pl.String))
    filled = users.with_columns(enabledUser=enabled).with_columns(columns)
    return filled.with_columns(pl.col("enabledUser").fill_null("true"))


def _joined(value: object) -> str | None:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value) if value else None


def _of_their_users(cells: pl.DataFrame, losses: Losses) -> pl.DataFrame:
    other = cells.filter(pl.col(_KEY) != pl.col("userSourcedId"))[_KEY]
    if len(other):
        why = "a demographics row has its user's id"
        losses.add(LossKey(Side.OURS, "demographics", "id", why), other[0], len(other))
    return cells.with_columns(pl.col("userSourcedId").alias(_KEY)).drop("userSourcedId")
