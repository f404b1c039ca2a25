"""Codecs that say one of few things: a flag for two terms, the same value always, a derived number.

What is derived does not lead back, so `always`, `school_year` and `fingerprint` go out only.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from mappings.engine.codec.base import Spec, plain
from mappings.engine.codec.scalars import Day
from mappings.engine.errors import MappingTableError, Unrepresentable

_TURN = 7
"""The month with which a school year begins."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Two terms of ours as two values of theirs; a term without a value is not said."""

    true: Any
    false: Any
    says_true: Any = True
    says_false: Any = False

    def encode(self, value: Any) -> Any:
        if self.true is not None and value == self.true:
            return self.says_true
        if self.false is not None and value == self.false:
            return self.says_false
        raise Unrepresentable(value, f"only {self.true} can be said")

    def decode(self, value: Any) -> Any:
        if self.true is not None and value == self.says_true:
            return self.true
        if self.false is not None and value == self.says_false:
            return self.false
        raise Unrepresentable(value, "is neither of the values that we know")


@dataclass(frozen=True, slots=True)
class Always:
    """The same value, whatever ours is: it says something of it that holds for all."""

    value: Any

    def encode(self, value: Any) -> Any:
        return self.value

    def decode(self, value: Any) -> Any:
        raise Unrepresentable(value, "stands with every value and says nothing of this one")


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """The school year of a day, named by the calendar year in which it ends."""

    def encode(self, value: Any) -> int:
        day = Day().encode(value)
        year = int(day[:4]) + (int(day[5:7]) >= _TURN)
        if year > date.max.year:
            raise Unrepresentable(value, "lies in a school year that ends beyond the calendar")
        return year

    def decode(self, value: Any) -> str:
        raise Unrepresentable(value, "a school year tells no day")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A whole number made of a text: it stays as long as the text does, and says nothing else."""

    def encode(self, value: Any) -> int:
        return zlib.crc32(str(value).encode()) % 2_000_000_000 + 1

    def decode(self, value: Any) -> str:
        raise Unrepresentable(value, "a number made of a text does not lead back")


def local_text(value: Any, spec: Spec) -> Any:
    """A value of a table with the tenant's namespace in the place of `{local}`."""
    if not isinstance(plain(value), str):
        return value
    return value.replace("{local}", spec.namespaces.get("local", ""))


def flag(spec: Spec) -> Flag:
    """`{ codec = "flag", true = "achieved", false = "current" }`, or with ours true and false.

    `says` and `says_false` are what stands there instead: `{ true = true, says = "uri://..." }`.
    """
    params = spec.take("true", "false", "says", "says_false")
    if "true" not in params:
        raise MappingTableError("`flag` says which value of ours is true")
    says = local_text(params.get("says", True), spec)
    says_false = local_text(params.get("says_false", False), spec)
    false = plain(params["false"]) if "false" in params else None
    return Flag(plain(params["true"]), false, says, says_false)


def always(spec: Spec) -> Always:
    """`{ codec = "always", value = "uri://..." }`."""
    params = spec.take("value")
    if "value" not in params:
        raise MappingTableError("`always` names the value")
    return Always(local_text(params["value"], spec))


def school_year(spec: Spec) -> SchoolYear:
    """`{ codec = "school_year" }`."""
    spec.take()
    return SchoolYear()


def fingerprint(spec: Spec) -> Fingerprint:
    """`{ codec = "fingerprint" }`."""
    spec.take()
    return Fingerprint()
