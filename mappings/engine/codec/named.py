"""Codecs for one kind of value each, where no general one fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mappings.engine.codec.base import Spec
from mappings.engine.codecs import parse_user_ids
from mappings.engine.errors import Unrepresentable
from schemas.codes.grades import normalize_grade


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade level in the CEDS spelling; what is known otherwise is read as that."""

    def encode(self, value: Any) -> str:
        return str(value)

    def decode(self, value: Any) -> str:
        return normalize_grade(str(value)) or str(value)


@dataclass(frozen=True, slots=True)
class UserIds:
    """Identifiers as a `userIds` cell has them: `{type:identifier}`, separated by commas."""

    def encode(self, value: Any) -> str:
        pairs = [(item["type"], item["identifier"]) for item in value]
        if any(set(kind + identifier) & set("{},:") for kind, identifier in pairs):
            raise Unrepresentable(value, "a brace, comma or colon would read as a separator")
        return ",".join(f"{{{kind}:{identifier}}}" for kind, identifier in pairs)

    def decode(self, value: Any) -> list[dict[str, str]]:
        items = parse_user_ids(str(value))
        if items is None:
            raise Unrepresentable(value, "no list of {type:identifier}")
        return items


def grade(spec: Spec) -> Grade:
    """`{ codec = "grade" }`."""
    spec.take()
    return Grade()


def user_ids(spec: Spec) -> UserIds:
    """`{ codec = "user_ids" }`."""
    spec.take()
    return UserIds()
