"""JSON read strictly: no duplicate keys, no NaN, no broken text."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

from adapters.ceds.tree import refused


class Fault(ValueError):
    """What is wrong with a piece of JSON; `line` is known where the parser tells it."""

    def __init__(self, problem: str, fix: str, line: int | None = None) -> None:
        super().__init__(problem)
        self.problem, self.fix, self.line = problem, fix, line


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, count in Counter(k for k, _ in pairs).items() if count > 1)
        raise Fault(f"the key {twice[:80]!r} stands twice in one object", "keep one of the two")
    return found


def _constant(text: str) -> NoReturn:
    raise Fault(f"{text} is no value of JSON", "leave the value out or give a number")


def parse(data: bytes) -> Any:
    """The value that these bytes hold. Raises Fault."""
    if b"\0" in data or rb"\u0000" in data:
        raise Fault("a NUL character", "remove it; no text of CEDS holds one")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Fault(f"byte {error.start} is no UTF-8", "save the file as UTF-8", line) from None
    loaded = _loaded(text)
    if rb"\ud" in data.lower():
        _require_whole(loaded)
    return loaded


def _require_whole(value: Any) -> None:
    """Refuse half a character, which only an escape can write and nothing of ours can hold."""
    if isinstance(value, dict | list):
        inner = (*value, *value.values()) if isinstance(value, dict) else value
        for each in inner:
            _require_whole(each)
    elif isinstance(value, str) and any("\ud800" <= each <= "\udfff" for each in value):
        fix = "write the whole pair of surrogates, or the character itself"
        raise Fault("half a character, an unpaired surrogate", fix)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except json.JSONDecodeError as error:
        fix = f"look at column {error.colno}; is the file whole?"
        raise Fault(f"no JSON: {error.msg}", fix, error.lineno) from None
    except RecursionError:
        raise Fault("brackets nest too deep", "refer by @id instead of nesting") from None
    except ValueError as error:
        if isinstance(error, Fault):
            raise
        raise Fault("a number with too many digits", "give it as text") from None


def parsed(data: bytes, file: str, row: int | None = None) -> Any:
    """As `parse`, with an `Unreadable` that names the file and the line."""
    try:
        return parse(data)
    except Fault as fault:
        raise refused(file, fault.problem, fault.fix, row=row or fault.line) from None
