"""Reading mapping tables from TOML: strict about every key, precise about every mistake."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mappings.engine.codec import Spec, Wire, build_codec
from mappings.engine.codec.base import check_kinds, plain
from mappings.engine.errors import MappingTableError
from mappings.engine.model import Assumed, Condition, Constant, Direction, Need, Row, Table, Target
from mappings.engine.paths import ROOT, Path, parse_path
from schemas.standards.shape import Kind, Property, Shape

_TEXTS = (
    "standard",
    "version",
    "entity",
    "ours",
    "direction",
    "reason",
    "within",
    "source",
    "read_as",
)
_PARTS = ("rows", "constants", "when", "assumed", "ours_only", "theirs_only")
_TABLE_KEYS = frozenset({*_TEXTS, *_PARTS, "protection", "switch", "unique"})
_ROW_KEYS = frozenset(
    {"to", "codec", "required", "one_way", "reason", "when", "note", "rows", "key"}
    | {"single", "decisive"}
)

_TABLE_KINDS: Mapping[str, type] = {**dict.fromkeys(_TEXTS, str), "unique": list}
_ROW_KINDS: Mapping[str, type] = {
    **dict.fromkeys(("codec", "key", "note", "one_way", "reason"), str),
    **dict.fromkeys(("decisive", "required", "single"), bool),
}
_OF_OBJECTS = frozenset({"each", "native"})
"""Codecs that make objects."""

ShapeOf = Callable[[str], Shape]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a table is read against: the standard's shapes, its wire, the tenant's namespaces.

    `shape_of` gives the shape of another entity, for links that do not nest (CEDS). `item` is the
    path of the list that a table makes items of and the class of these items, where it says so.
    """

    shape: Shape
    wire: Wire
    namespaces: Mapping[str, str]
    shape_of: ShapeOf | None = None
    item: tuple[Path, str] | None = None

    def property_at(self, path: Path) -> Property | None:
        """The property at a path from the record's root, or None where the shape has none."""
        chain = self.chain(path)
        return chain[-1] if chain else None

    def filled(self, value: Any) -> Any:
        """A constant with the tenant's namespace in the place of `{local}`."""
        if not isinstance(value, str):
            return value
        return value.replace("{local}", self.namespaces.get("local", ""))

    def chain(self, path: Path) -> list[Property | None]:
        """The property of every step of a path; None from the first that the shape lacks."""
        properties: tuple[Property, ...] = self.shape.properties
        chain: list[Property | None] = []
        for number, step in enumerate(path.steps, start=1):
            found = next((each for each in properties if each.name == step.name), None)
            chain.append(found)
            kind = dict(step.where).get("@type")
            if self.item and path.steps[:number] == self.item[0].steps:
                kind = self.item[1]
            properties = self.parts(found, kind) if found else ()
        return chain

    def parts(self, of: Property, kind: str | None = None) -> tuple[Property, ...]:
        """The properties of an object, those of the linked entity where the shape does not nest.

        `kind` is the class of the linked node where the path picks it.
        """
        if (
            of.parts
            or of.kind is not Kind.OBJECT
            or not (kind or of.reference)
            or not self.shape_of
        ):
            return of.parts
        try:
            return self.shape_of(kind or of.reference or "").properties
        except KeyError as error:
            raise MappingTableError(f"{of.name} leads to {error}") from None


def build_table(name: str, raw: Mapping[str, Any], setting: Setting) -> Table:
    """A table from its TOML. Raises MappingTableError naming the table and the row."""
    try:
        return _table(name, raw, setting)
    except (MappingTableError, KeyError, ValueError) as error:
        problem = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise MappingTableError(f"{name}.toml: {problem}") from None


def _table(name: str, raw: Mapping[str, Any], setting: Setting) -> Table:
    _check_kinds(raw)
    within = parse_path(raw["within"]) if raw.get("within") else ROOT
    direction = _direction(raw.get("direction", "both"), raw.get("reason"))
    kind = raw.get("constants", {}).get("@type")
    if within.steps and kind:
        setting = replace(setting, item=(within, kind))
    builder = _Rows(setting, within)
    rows = builder.rows(raw["rows"], within)
    return Table(
        name=name,
        standard=raw["standard"],
        version=raw["version"],
        entity=raw["entity"],
        subject=raw["ours"],
        direction=direction,
        reason=raw.get("reason", ""),
        within=within,
        rows=rows,
        constants=tuple(
            _constant(path, value, setting) for path, value in raw.get("constants", {}).items()
        ),
        when=_conditions(raw.get("when", {})),
        assumed=tuple(_assumed(path, told) for path, told in raw.get("assumed", {}).items()),
        ours_only=dict(raw.get("ours_only", {})),
        theirs_only=dict(raw.get("theirs_only", {})),
        protection=raw.get("protection"),
        switch=raw.get("switch"),
        source=raw.get("source", ""),
        digest=hashlib.sha256(repr(sorted(_flat(raw))).encode()).hexdigest(),
        unique=tuple(parse_path(path) for path in raw.get("unique", ())),
        needs=builder.needs(rows, within),
        read_as=raw.get("read_as"),
    )


def _check_kinds(raw: Mapping[str, Any]) -> None:
    _refuse_strange(raw, _TABLE_KEYS)
    check_kinds(raw, _TABLE_KINDS)
    for key in _PARTS:
        if not isinstance(raw.get(key, {}), Mapping):
            raise MappingTableError(f"{key} is a table: write [{key}] and a key a line")
    for key in ("ours_only", "theirs_only"):
        for path, reason in raw.get(key, {}).items():
            if not isinstance(reason, str) or not reason.strip():
                raise MappingTableError(f"{key}.{path}: say in a few words why")


def _direction(text: str, reason: str | None) -> Direction:
    if text not in {each.value for each in Direction}:
        raise MappingTableError(f"no direction {text!r}: both, out or in")
    direction = Direction(text)
    if direction is not Direction.BOTH and not reason:
        raise MappingTableError(f"goes {direction} only and gives no reason")
    return direction


def _flat(raw: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Every value of a table by its key: two tables that say the same have the same."""
    if isinstance(raw, Mapping):
        return [pair for key in raw for pair in _flat(raw[key], f"{prefix}\0{key}")]
    return [(prefix, repr(raw))]


def _refuse_strange(raw: Mapping[str, Any], known: frozenset[str]) -> None:
    strange = raw.keys() - known
    if strange:
        raise MappingTableError(f"unknown key {', '.join(sorted(strange))}")


def _target(text: Any) -> Target:
    if not isinstance(text, str):
        raise MappingTableError("`to` is a path in quotes, or a list of them")
    return Target(parse_path(text.removeprefix("/")), root=text.startswith("/"))


def _constant(path: str, value: Any, setting: Setting) -> Constant:
    try:
        return Constant(_target(path), setting.filled(plain(value)))
    except MappingTableError as error:
        raise MappingTableError(f"constants.{path}: {error}") from None


def _conditions(raw: Mapping[str, Any]) -> tuple[Condition, ...]:
    if not isinstance(raw, Mapping):
        raise MappingTableError("`when` is { path = value }")
    return tuple(_condition(path, value) for path, value in raw.items())


def _condition(path: str, value: Any) -> Condition:
    if value == []:
        raise MappingTableError(f"when.{path}: name at least one value")
    values = value if isinstance(value, list) else [value]
    return Condition(parse_path(path), tuple(map(plain, values)))


def _assumed(path: str, told: Any) -> Assumed:
    if not isinstance(told, Mapping) or told.keys() != {"value", "reason"}:
        raise MappingTableError(f"assumed.{path}: say value and reason")
    return Assumed(parse_path(path), plain(told["value"]), str(told["reason"]))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Builds rows, those of `each` included."""

    setting: Setting
    within: Path

    def rows(self, raw: Mapping[str, Any], base: Path, nested: bool = False) -> tuple[Row, ...]:
        built = tuple(
            self._row(name, each, base, nested)
            for name, stated in raw.items()
            for each in (stated if isinstance(stated, list) else [stated])
        )
        _refuse_collisions(built)
        return built

    def _row(self, name: str, raw: Any, base: Path, nested: bool) -> Row:
        try:
            if not isinstance(raw, Mapping):
                raise MappingTableError('write { to = "...", codec = "..." }')
            return self._checked(name, raw, base, nested)
        except (MappingTableError, KeyError, ValueError) as error:
            problem = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise MappingTableError(f"rows.{name}: {problem}") from None

    def _checked(self, name: str, raw: Mapping[str, Any], base: Path, nested: bool) -> Row:
        check_kinds(raw, _ROW_KINDS)
        stated = raw["to"]
        if stated == []:
            raise MappingTableError("`to` names no path")
        targets = tuple(
            _target(each) for each in (stated if isinstance(stated, list) else [stated])
        )
        if nested and any(target.root for target in targets):
            raise MappingTableError("a row of `each` writes within its item, not at the root")
        direction = _direction(raw.get("one_way", "both"), raw.get("reason"))
        first = (ROOT if targets[0].root else base) + targets[0].path
        inner = raw.get("rows")
        if (raw["codec"] == "each") != bool(inner):
            raise MappingTableError("`each` has rows of its own, and nothing else has")
        params = {key: value for key, value in raw.items() if key not in _ROW_KEYS}
        theirs = self.setting.property_at(first)
        if theirs and theirs.kind is Kind.OBJECT and raw["codec"] not in _OF_OBJECTS:
            raise MappingTableError(f"{first} holds objects: say which value in them is meant")
        spec = Spec(params, self.setting.wire, theirs, self.setting.namespaces)
        rows = self.rows(inner, first, nested=True) if inner is not None else ()
        return Row(
            ours=parse_path(name),
            targets=targets,
            codec=None if inner is not None else build_codec(raw["codec"], spec),
            codec_name=raw["codec"],
            required=raw.get("required", self._is_required(base, targets[0])),
            direction=direction,
            when=_conditions(raw.get("when", {})),
            note=raw.get("note", raw.get("reason", "")),
            rows=rows,
            key=parse_path(raw["key"]) if "key" in raw else None,
            needs=self.needs(rows, first),
            single=raw.get("single", False),
            decisive=raw.get("decisive", False),
            reason=raw.get("reason", ""),
            params=params,
        )

    def _is_required(self, base: Path, target: Target) -> bool:
        """Whether the shape asks for it whenever there is a record or item at all."""
        need = self._need(base, target, ROOT)
        return need is not None and need.owner is None

    def needs(self, rows: tuple[Row, ...], base: Path) -> tuple[Need, ...]:
        """What the record or item that these rows make cannot be without."""
        found = []
        for row in rows:
            needs = [self._need(base, target, row.ours) for target in row.targets]
            if row.required and not any(need and need.owner is None for need in needs):
                needs = [Need(row.targets[0], None, row.ours)]
            found += [each for each in needs if each and (row.required or each.owner)]
        return tuple(found)

    def _need(self, base: Path, target: Target, ours: Path) -> Need | None:
        start = ROOT if target.root else base
        chain = self.setting.chain(start + target.path)[len(start.steps) :]
        if not chain or chain[-1] is None or not chain[-1].required:
            return None
        steps, owner = target.path.steps, None
        for number, (step, each) in enumerate(zip(steps[:-1], chain[:-1], strict=True), start=1):
            if each is None or not each.required or step.where:
                owner = Path(steps[:number])
            if step.every:  # the row makes every item itself, whole
                return None if owner and owner.many else Need(_before(target, number), owner, ours)
        return Need(target, owner, ours)


def _before(target: Target, number: int) -> Target:
    """The list that a target walks."""
    steps = target.path.steps[:number]
    return Target(Path((*steps[:-1], type(steps[-1])(steps[-1].name))), target.root)


def _refuse_collisions(rows: tuple[Row, ...]) -> None:
    """Raises MappingTableError where one row would write over what another wrote."""
    written: dict[str, Row] = {}
    for row, spelled in _written(rows):
        other = written.setdefault(spelled, row)
        if other is not row and not (row.when and other.when):
            raise MappingTableError(f"{other.ours} and {row.ours} both write {spelled}")


def _written(rows: tuple[Row, ...]) -> Iterator[tuple[Row, str]]:
    """Rows by what they fill alone: a value, or a list that they make item by item."""
    for row in rows:
        for target in row.targets if row.direction is not Direction.IN else ():
            names = str(target)
            yield row, names.partition("[]")[0] + "[]" if "[]" in names else names
