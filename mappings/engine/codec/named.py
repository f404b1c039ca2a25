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
    """Pairs as a `userIds` cell has them: `{type:identifier}`, separated by commas.

    `names` are the two parts in our records. Where `listed`, a row holds the pairs as a list.
    """

    names: tuple[str, str] = ("type", "identifier")
    listed: bool = False

    def encode(self, value: Any) -> str | list[str]:
        left, right = self.names
        pairs = [(item[left], item[right]) for item in value]
        if any(set(kind + identifier) & set("{},:") for kind, identifier in pairs):
            raise Unrepresentable(value, "a brace, comma or colon would read as a separator")
        made = [f"{{{kind}:{identifier}}}" for kind, identifier in pairs]
        return made if self.listed else ",".join(made)

    def decode(self, value: Any) -> list[dict[str, str]]:
        text = ",".join(value) if isinstance(value, list) else str(value)
        items = parse_user_ids(text)
        if items is None:
            raise Unrepresentable(value, f"no list of {{{':'.join(self.names)}}}")
        left, right = self.names
        return [{left: item["type"], right: item["identifier"]} for item in items]


def grade(spec: Spec) -> Grade:
    """`{ codec = "grade" }`."""
    spec.take()
    return Grade()


def user_ids(spec: Spec) -> UserIds:
    """`{ codec = "user_ids" }`."""
    spec.take()
    return UserIds(listed=spec.wire == "rows")


def pairs(spec: Spec) -> UserIds:
    """`{ codec = "pairs", names = ["lhs", "rhs"] }`."""
    left, right = spec.take("names").get("names", ("type", "identifier"))
    return UserIds((left, right), listed=spec.wire == "rows")
