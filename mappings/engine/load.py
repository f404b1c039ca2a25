"""Reading mapping tables from TOML: strict about every key, precise about every mistake."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mappings.engine.codec import Spec, Wire, build_codec
from mappings.engine.errors import MappingTableError
from mappings.engine.model import Assumed, Condition, Constant, Direction, Row, Table, Target
from mappings.engine.paths import ROOT, Path, parse_path
from schemas.standards.shape import Property, Shape

_TABLE_KEYS = frozenset(
    {
        *("standard", "version", "entity", "ours", "direction", "reason", "within", "source"),
        *("rows", "constants", "when", "assumed", "ours_only", "theirs_only"),
        *("protection", "switch"),
    }
)
_ROW_KEYS = frozenset(
    {"to", "codec", "required", "one_way", "reason", "when", "note", "rows", "key"}
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a table is read against: the standard's shape, its wire and the tenant's namespaces."""

    shape: Shape
    wire: Wire
    namespaces: Mapping[str, str]

    def property_at(self, path: Path) -> Property | None:
        """The property at a path from the record's root, or None where the shape has none."""
        along = self._along(path)
        return along[-1] if len(along) == len(path.steps) else None

    def requires(self, path: Path, base: Path) -> bool:
        """Whether what a table makes at `base` cannot be without a value at this path."""
        below = self._along(path)[len(base.steps) :]
        return bool(below) and all(each.required for each in below)

    def _along(self, path: Path) -> list[Property]:
        """The properties on the way to a path, as far as the shape knows them."""
        properties, along = self.shape.properties, []
        for step in path.steps:
            found = next((each for each in properties if each.name == step.name), None)
            if found is None:
                break
            along.append(found)
            properties = found.parts
        return along


def build_table(name: str, raw: Mapping[str, Any], setting: Setting) -> Table:
    """A table from its TOML. Raises MappingTableError naming the table and the row."""
    try:
        return _table(name, raw, setting)
    except (MappingTableError, KeyError) as error:
        problem = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise MappingTableError(f"{name}.toml: {problem}") from None


def _table(name: str, raw: Mapping[str, Any], setting: Setting) -> Table:
    _refuse_strange(raw, _TABLE_KEYS)
    within = parse_path(raw["within"]) if raw.get("within") else ROOT
    direction = Direction(raw.get("direction", "both"))
    if direction is not Direction.BOTH and not raw.get("reason"):
        raise MappingTableError(f"goes {direction} only and gives no reason")
    builder = _Rows(setting)
    return Table(
        name=name,
        standard=raw["standard"],
        version=raw["version"],
        entity=raw["entity"],
        subject=raw["ours"],
        direction=direction,
        reason=raw.get("reason", ""),
        within=within,
        rows=builder.rows(raw["rows"], within),
        constants=tuple(
            Constant(_target(path), value) for path, value in raw.get("constants", {}).items()
        ),
        when=_conditions(raw.get("when", {})),
        assumed=tuple(_assumed(path, told) for path, told in raw.get("assumed", {}).items()),
        ours_only=dict(raw.get("ours_only", {})),
        theirs_only=dict(raw.get("theirs_only", {})),
        protection=raw.get("protection"),
        switch=raw.get("switch"),
        source=raw.get("source", ""),
        digest=hashlib.sha256(repr(sorted(_flat(raw))).encode()).hexdigest(),
    )


def _flat(raw: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Every value of a table by its key: two tables that say the same have the same."""
    if isinstance(raw, Mapping):
        return [pair for key in raw for pair in _flat(raw[key], f"{prefix}\0{key}")]
    return [(prefix, repr(raw))]


def _refuse_strange(raw: Mapping[str, Any], known: frozenset[str]) -> None:
    strange = raw.keys() - known
    if strange:
        raise MappingTableError(f"unknown key {', '.join(sorted(strange))}")


def _target(text: str) -> Target:
    return Target(parse_path(text.removeprefix("/")), root=text.startswith("/"))


def _conditions(raw: Mapping[str, Any]) -> tuple[Condition, ...]:
    return tuple(
        Condition(parse_path(path), tuple(value) if isinstance(value, list) else (value,))
        for path, value in raw.items()
    )


def _assumed(path: str, told: Mapping[str, Any]) -> Assumed:
    if told.keys() != {"value", "reason"}:
        raise MappingTableError(f"assumed.{path}: say value and reason")
    return Assumed(parse_path(path), told["value"], told["reason"])


@dataclass(frozen=True, slots=True)
class _Rows:
    """Builds rows, those of `each` included."""

    setting: Setting

    def rows(self, raw: Mapping[str, Any], base: Path) -> tuple[Row, ...]:
        return tuple(self._row(name, each, base) for name, each in raw.items())

    def _row(self, name: str, raw: Mapping[str, Any], base: Path) -> Row:
        try:
            return self._checked(name, raw, base)
        except (MappingTableError, KeyError, ValueError) as error:
            problem = f"lacks {error}" if isinstance(error, KeyError) else str(error)
            raise MappingTableError(f"rows.{name}: {problem}") from None

    def _checked(self, name: str, raw: Mapping[str, Any], base: Path) -> Row:
        stated = raw["to"]
        targets = tuple(_target(each) for each in ([stated] if isinstance(stated, str) else stated))
        direction = Direction(raw.get("one_way", "both"))
        if direction is not Direction.BOTH and not raw.get("reason"):
            raise MappingTableError(f"goes {direction} only and gives no reason")
        base = ROOT if targets[0].root else base
        first = base + targets[0].path
        nested = raw.get("rows")
        params = {key: value for key, value in raw.items() if key not in _ROW_KEYS}
        theirs = self.setting.property_at(first)
        spec = Spec(params, self.setting.wire, theirs, self.setting.namespaces)
        if (raw["codec"] == "each") != (nested is not None):
            raise MappingTableError("`each` has rows of its own, and nothing else has")
        return Row(
            ours=parse_path(name),
            targets=targets,
            codec=None if nested is not None else build_codec(raw["codec"], spec),
            codec_name=raw["codec"],
            required=raw.get("required", self.setting.requires(first, base)),
            direction=direction,
            when=_conditions(raw.get("when", {})),
            note=raw.get("note", raw.get("reason", "")),
            rows=self.rows(nested, first) if nested is not None else (),
            key=parse_path(raw["key"]) if "key" in raw else None,
            params=params,
        )
