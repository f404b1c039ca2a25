"""The authority table: who decides when both sides changed a field."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from mappings.engine.codecs import canonical_json
from schemas.roster.entities import FIELDS
from schemas.roster.kinds import FieldKind
from service.errors import Misconfigured


class Authority(StrEnum):
    """Whose value stands."""

    SOURCE = "source"
    OURS = "ours"
    UNION = "union"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class AuthorityTable:
    """The rules in force, defaults overlaid by the district's."""

    rules: Mapping[str, Mapping[str, Authority]]

    def of(self, entity: str, field: str) -> Authority:
        """The rule for a field: its own, its entity's, every entity's."""
        for scope in (entity, "*"):
            rules = self.rules.get(scope, {})
            if field in rules:
                return rules[field]
            if "*" in rules:
                return rules["*"]
        return Authority.MANUAL


@cache
def _defaults() -> dict[str, dict[str, str]]:
    text = files("service.sync").joinpath("authority.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def authority_table(overlay: Mapping[str, Mapping[str, str]]) -> AuthorityTable:
    """The table in force. Raises Misconfigured for a name or rule that does not exist."""
    merged = {scope: dict(rules) for scope, rules in _defaults().items()}
    for scope, rules in overlay.items():
        merged.setdefault(scope, {}).update(rules)
    return AuthorityTable({scope: _checked(scope, rules) for scope, rules in merged.items()})


def _checked(scope: str, rules: Mapping[str, str]) -> dict[str, Authority]:
    kinds = {field.name: field.kind for field in FIELDS.get(scope, ())}
    for field, rule in rules.items():
        where = f"sync.authority.{scope}.{field}"
        if (scope != "*" and scope not in FIELDS) or (field != "*" and field not in kinds):
            raise Misconfigured(f"{where} names no field of ours.", "Correct the name.")
        if rule not in set(Authority):
            raise Misconfigured(f"{where} = {rule!r} is no rule.", f"Use {', '.join(Authority)}.")
        if rule == Authority.UNION and kinds.get(field) is not FieldKind.JSON:
            raise Misconfigured(f"{where}: only lists can be united.", "Use another rule.")
    return {field: Authority(rule) for field, rule in rules.items()}


def unite(base: str | None, ours: str | None, theirs: str | None) -> str | None:
    """The three-way union of two lists: additions of either side in, removals of either out."""
    was, mine, yours = (json.loads(text) if text else [] for text in (base, ours, theirs))
    kept = [item for item in mine if item not in was or item in yours]
    added = [item for item in yours if item not in was and item not in mine]
    return canonical_json(kept + added) if kept or added else None
