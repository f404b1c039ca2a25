"""What a codec is: how a value of ours becomes a value of theirs, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mappings.engine.errors import MappingTableError
from schemas.standards.shape import Property

Wire = Literal["json", "text", "rows"]
"""How a standard's records hold values: typed as in JSON, as the text of a cell, or as rows.

In rows scalars are text as well, while lists and objects stay what they are.
"""


class Codec(Protocol):
    """Both directions of one correspondence.

    `decode(encode(value)) == value` for every value that `encode` takes, unless several values of
    ours share one of theirs. Either raises Unrepresentable for a value without a counterpart.
    """

    def encode(self, value: Any) -> Any: ...

    def decode(self, value: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Spec:
    """What a row says of its codec, and what the shape knows of the property it writes."""

    params: Mapping[str, Any]
    wire: Wire
    theirs: Property | None
    namespaces: Mapping[str, str] = field(default_factory=dict)

    def take(self, *known: str) -> Mapping[str, Any]:
        """The parameters. Raises MappingTableError for one that the codec does not know."""
        strange = self.params.keys() - set(known)
        if strange:
            raise MappingTableError(f"the codec takes no {', '.join(sorted(strange))}")
        check_kinds(self.params, _PARAMS)
        return self.params

    @property
    def max_length(self) -> int | None:
        """How many characters the other side holds: what the row says, else what the shape does."""
        stated: int | None = self.params.get("max")
        return stated if stated is not None else (self.theirs.max_length if self.theirs else None)

    @property
    def min_length(self) -> int | None:
        """How many characters the other side asks for."""
        return self.theirs.min_length if self.theirs else None


_PARAMS: Mapping[str, type] = {
    **dict.fromkeys(("at", "before", "form", "in", "on", "set"), str),
    **dict.fromkeys(("names", "without"), list),
    "max": int,
    "one_line": bool,
}
_CALLED = {
    str: "text, in quotes",
    list: "a list of texts",
    int: "a number above 0",
    bool: "true or false",
}


def check_kinds(stated: Mapping[str, Any], kinds: Mapping[str, type]) -> None:
    """Raises MappingTableError for what is stated as something that it cannot be."""
    for name, kind in kinds.items():
        if name in stated and not _is_a(stated[name], kind):
            raise MappingTableError(f"{name} is {_CALLED[kind]}")


def _is_a(value: Any, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return type(value) is kind and (not isinstance(value, int) or kind is bool or value > 0)


def plain(value: Any) -> Any:
    """A value that a table states. Raises MappingTableError for what no record holds as it is."""
    if isinstance(value, str | int):
        return value
    raise MappingTableError(f"{value} is no text, whole number or truth: write it in quotes")


Build = Callable[[Spec], Codec]
