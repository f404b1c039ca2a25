"""Codecs of several values in one: a list in a cell, one text split in two, JSON in a cell."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from mappings.engine.codec.base import Codec, Spec
from mappings.engine.codecs import canonical_json, split_list
from mappings.engine.errors import MappingTableError, Unrepresentable


@dataclass(frozen=True, slots=True)
class Cell:
    """A list whose elements stand in one cell, separated by commas (OneRoster CSV Binding).

    `element`, `join` and `elements` are the steps of both ways, for those who lose one element
    rather than the whole list.
    """

    item: Codec

    def element(self, value: Any) -> str:
        """One element as it stands in the cell."""
        cell = str(self.item.encode(value))
        if "," in cell:
            raise Unrepresentable(value, "an element holds a comma, which separates elements")
        if cell != cell.strip() or not cell or cell.startswith("["):
            raise Unrepresentable(value, "an element would read differently in a list")
        return cell

    @staticmethod
    def join(cells: list[str]) -> Any:
        """The cell that holds these elements."""
        return ",".join(cells)

    @staticmethod
    def elements(value: Any) -> list[str]:
        """The elements of a cell, not decoded yet."""
        return split_list(str(value))

    def encode(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise Unrepresentable(value, "no list")
        return self.join([self.element(each) for each in value]) or None

    def decode(self, value: Any) -> list[Any]:
        return [self.item.decode(element) for element in self.elements(value)]


@dataclass(frozen=True, slots=True)
class Items(Cell):
    """The same list where a row holds it as a list, so that an element may hold commas."""

    def element(self, value: Any) -> str:
        """One element as it stands in the list."""
        text = str(self.item.encode(value))
        if text != text.strip() or not text:
            raise Unrepresentable(value, "an element would read differently in a list")
        return text

    @staticmethod
    def join(cells: list[str]) -> Any:
        """The elements, as a list."""
        return list(cells)

    @staticmethod
    def elements(value: Any) -> list[str]:
        """The elements of a list; a text is taken apart like a cell."""
        return [str(each) for each in value] if isinstance(value, list) else split_list(str(value))


@dataclass(frozen=True, slots=True)
class Split:
    """One text of ours as two of theirs, parted at the last separator."""

    on: str = " "

    def encode(self, value: Any) -> tuple[str, str]:
        if not isinstance(value, str):
            raise Unrepresentable(value, "no text")
        first, found, last = value.rpartition(self.on)
        if not found or not first.strip() or not last.strip():
            raise Unrepresentable(value, f"cannot be parted in two at {self.on!r}")
        return first, last

    def decode(self, value: Any) -> str:
        if not isinstance(value, tuple) or any(not part for part in value):
            raise Unrepresentable(value, "one of the two parts is missing")
        return self.on.join(value)


@dataclass(frozen=True, slots=True)
class Native:
    """Content of ours as it is: an object or a list in JSON, canonical JSON text in a cell.

    `without` names the keys of an entry (the object, or each of the list) that stay with us; what
    has such a name further down is content.
    """

    text: bool = False
    without: frozenset[str] = frozenset()

    def encode(self, value: Any) -> Any:
        kept = _without(value, self.without)
        return canonical_json(kept) if self.text else kept

    def leaves_out(self, place: str) -> str | None:
        """The key by which a place within the content stays with us, if one does."""
        first = _FIRST.match(place)
        return first[1] if first and first[1] in self.without else None

    def decode(self, value: Any) -> Any:
        if not self.text:
            return value
        try:
            return json.loads(str(value))
        except ValueError:
            raise Unrepresentable(value, "no JSON") from None


_FIRST = re.compile(r"(?:\[\d+\])?\.?([^.\[]+)")
"""The first name of a place within an entry or a list of entries: `[0].version`."""


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_without(item, names) for item in value] if names else value
    if isinstance(value, dict):
        return {key: held for key, held in value.items() if key not in names}
    return value


def split(spec: Spec) -> Split:
    """`{ to = ["firstName", "lastSurname"], codec = "split", on = " " }`."""
    return Split(spec.take("on").get("on", " "))


def native(spec: Spec) -> Native:
    """`{ codec = "native", without = ["changed"] }`."""
    without = spec.take("without").get("without", ())
    if isinstance(without, str):
        raise MappingTableError("`without` is a list of names")
    return Native(spec.wire == "text", frozenset(without))
