"""Whole files at once: columns of cells to our tables and back, for rosters by the million.

Plans are not for columns: a package that has some is read record by record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

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
from mappings.hub import ENTITIES, schema_of
from mappings.oneroster.binding import Binding, cell_tables
from mappings.oneroster.cells import from_cell, to_cell
from mappings.oneroster.derive import agents_of_users, roles_of_users
from mappings.oneroster.fold import ROLE, Folded, agent_id, role_id
from mappings.oneroster.plans_in import FORMAT
from mappings.oneroster.rows_in import GONE, NESTED
from mappings.oneroster.rows_out import EXTENSION, NOT_OURS, RowsOut
from mappings.oneroster.shapes import AGENTS

Cells = Iterable[tuple[str, pl.DataFrame]]
_KEY = "sourcedId"


def tables_of(files: Cells, binding: Binding, losses: Losses) -> dict[str, pl.DataFrame] | None:
    """Our records out of files as columns of cells, blanks null; unreadable cells are told.

    Each file is let go of before the next is asked for. None where users take plans along.
    """
    tables = {table.entity: table for table in cell_tables(binding).values()}
    made = {}
    for file, frame in files:
        if file == "users" and _has_plans(frame):
            return None
        for name, cells in _derived(file, frame, binding):
            if name in tables:
                made[tables[name].subject] = _Reading(tables[name], losses).frame(cells)
            else:
                reason = "nothing of ours corresponds to it"
                losses.add(LossKey(Side.THEIRS, name, "", reason), count=cells.height)
        del frame, cells
    return {entity: made[entity] for entity in ENTITIES if entity in made}


def _has_plans(users: pl.DataFrame) -> bool:
    return FORMAT in users.columns and users[FORMAT].null_count() < users.height


def _derived(
    file: str, cells: pl.DataFrame, binding: Binding
) -> Iterator[tuple[str, pl.DataFrame]]:
    """A file with what it nests as files of their own."""
    frame = cells.drop([name for name in cells.columns if name.startswith("_")])
    if file == "demographics":
        frame = frame.with_columns(userSourcedId=_KEY)
    yield file, frame
    if file == "users":
        agents = agents_of_users(frame)
        ids = [agent_id(*pair) for pair in agents.select(agents.columns[1:]).iter_rows()]
        yield AGENTS, agents.with_columns(pl.Series(_KEY, ids, pl.String))
        if binding.version == "1.1":
            yield "roles", _roles(frame)


def _roles(users: pl.DataFrame) -> pl.DataFrame:
    exact = pl.coalesce(ROLE, "role") if ROLE in users.columns else pl.col("role")
    roles = roles_of_users(users.with_columns(role=exact))
    triples = roles.select("userSourcedId", "orgSourcedId", "role").iter_rows()
    ids = [role_id(*triple) for triple in triples]
    return roles.with_columns(pl.Series(_KEY, ids, pl.String), roleType=pl.lit("primary"))


class _Reading:
    """One file on its way in."""

    def __init__(self, table: Table, losses: Losses) -> None:
        self._table, self._losses = table, losses

    def frame(self, cells: pl.DataFrame) -> pl.DataFrame:
        """The file's records."""
        cells = self._living(cells)
        series = [
            self._field(cells, str(row.ours), row.targets[0].path.steps[0].name, row.codec)
            for row in self._table.rows
        ]
        made = {each.name: each for each in series} | {"extras": self._extras(cells)}
        filled = {name for name, each in made.items() if each.null_count() < cells.height}
        frame = pl.DataFrame(made)
        return frame.select(  # a column without a value is one null, however long it is
            (pl.col(name) if name in filled else pl.lit(None)).cast(kind).alias(name)
            for name, kind in schema_of(self._table.subject).items()
        )

    def _living(self, cells: pl.DataFrame) -> pl.DataFrame:
        if "status" not in cells.columns:
            return cells
        gone = cells["status"].eq_missing("tobedeleted")
        if not gone.any():
            return cells
        self._count("", GONE, cells[_KEY].filter(gone))
        return cells.filter(~gone)

    def _count(self, path: str, reason: str, values: pl.Series) -> None:
        key = LossKey(Side.THEIRS, self._table.entity, path, reason)
        for value in values.head(SAMPLES):
            self._losses.add(key, value)
        if len(values) > SAMPLES:
            self._losses.add(key, count=len(values) - SAMPLES)

    def _field(self, cells: pl.DataFrame, ours: str, column: str, codec: Codec | None) -> pl.Series:
        if column not in cells.columns or codec is None:
            return pl.Series(ours, [None] * cells.height, dtype=pl.String)
        values = decoded(codec, cells[column])
        unread = cells[column].filter(values.is_null() & cells[column].is_not_null())
        for cell, count in unread.value_counts().iter_rows():
            key = LossKey(Side.THEIRS, self._table.entity, column, _why(codec, cell))
            self._losses.add(key, cell, count)
        return values.rename(ours)

    def _extras(self, cells: pl.DataFrame) -> pl.Series:
        reasons = {bare(path): why for path, why in self._table.theirs_only.items()}
        taken = {row.targets[0].path.steps[0].name for row in self._table.rows}
        free = [name for name in cells.columns if name not in {*taken, *reasons, "status", ROLE}]
        for name in reasons.keys() & set(cells.columns) - {"status", *NESTED}:
            self._count(name, reasons[name], cells[name].drop_nulls())
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
