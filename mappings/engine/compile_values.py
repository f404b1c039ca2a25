"""How each codec stands in generated Python: guards that leave to the interpreter, and a value.

A codec without a form of its own is called; what it refuses goes to the interpreter as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from mappings.engine.codec.base import Codec
from mappings.engine.codec.codes import Crossed, Verbatim
from mappings.engine.codec.lists import Native
from mappings.engine.codec.scalars import Day, Exact, Integer, Text, Truth
from mappings.engine.compile_source import Scope
from mappings.engine.errors import Unrepresentable

_REMEMBERED = 4096


class Memory(dict[str, Any]):
    """What a codec made of texts it has met: few days and codes stand in many records."""

    def __init__(self, function: Callable[[str], Any]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, text: str) -> Any:
        made = self._function(text)
        if len(self) < _REMEMBERED:
            self[text] = made
        return made


@singledispatch
def encoding(codec: Codec, value: str, scope: Scope) -> str:
    """An expression for what a codec makes of a local of ours."""
    return f"{scope.names.bind('encode', codec.encode)}({value})"


@encoding.register
def _(codec: Text, value: str, scope: Scope) -> str:
    unfit = [f"{value}.__class__ is not str"]
    if codec.max_length is not None:
        unfit.append(f"len({value}) > {codec.max_length}")
    if codec.min_length is not None:
        unfit.append(f"len({value}) < {codec.min_length}")
    if codec.one_line:
        unfit.append(f"'\\n' in {value} or '\\r' in {value}")
    return _guarded(value, " or ".join(unfit), scope)


@encoding.register
def _(codec: Verbatim, value: str, scope: Scope) -> str:
    room = [codec.max_length, codec.longest and codec.longest - len(codec.before)]
    unfit = [f"{value}.__class__ is not str or not {value}"]
    unfit += [f"len({value}) > {most}" for most in room if most is not None]
    _guarded(value, " or ".join(unfit), scope)
    return f"{codec.before!r} + {value}" if codec.before else value


@encoding.register
def _(codec: Integer, value: str, scope: Scope) -> str:
    fits = [f"{value}.__class__ is int"]
    if codec.minimum is not None:
        fits.append(f"{value} >= {codec.minimum!r}")
    if codec.maximum is not None:
        fits.append(f"{value} <= {codec.maximum!r}")
    made = f"str({value})" if codec.wire == "text" else value
    encode = scope.names.bind("encode", codec.encode)
    return f"({made} if {' and '.join(fits)} else {encode}({value}))"


@encoding.register
def _(codec: Truth, value: str, scope: Scope) -> str:
    _guarded(value, f"{value}.__class__ is not bool", scope)
    return f"('true' if {value} else 'false')" if codec.wire == "text" else value


@encoding.register
def _(codec: Native, value: str, scope: Scope) -> str:
    if codec.text or codec.without:
        return f"{scope.names.bind('encode', codec.encode)}({value})"
    return value


@encoding.register(Crossed)
@encoding.register(Day)
@encoding.register(Exact)
def _(codec: Crossed | Day | Exact, value: str, scope: Scope) -> str:
    return _remembered(codec.encode, value, scope)


def trying(codec: Codec, value: str, scope: Scope) -> str:
    """An expression for what a codec makes of a local of ours, or None where it refuses it."""
    return _remembered(lambda held: _tried(codec, held), value, scope)


def _tried(codec: Codec, value: Any) -> Any:
    try:
        return codec.encode(value)
    except Unrepresentable:
        return None


@singledispatch
def decoding(codec: Codec, value: str, scope: Scope) -> str:
    """An expression for what a codec reads in a local of theirs."""
    return f"{scope.names.bind('decode', codec.decode)}({value})"


@decoding.register
def _(codec: Text, value: str, scope: Scope) -> str:
    return _guarded(value, f"{value}.__class__ is not str", scope)


@decoding.register(Crossed)
@decoding.register(Day)
@decoding.register(Exact)
@decoding.register(Integer)
@decoding.register(Truth)
def _(codec: Crossed | Day | Exact | Integer | Truth, value: str, scope: Scope) -> str:
    return _remembered(codec.decode, value, scope)


def _guarded(value: str, unfit: str, scope: Scope) -> str:
    scope.line(f"if {unfit}: raise Unfit")
    return value


def _remembered(function: Callable[[Any], Any], value: str, scope: Scope) -> str:
    """Only texts are remembered: a number is equal to others of another type."""
    memory = scope.names.bind("known", Memory(function))
    direct = scope.names.bind("direct", function)
    return f"({memory}[{value}] if {value}.__class__ is str else {direct}({value}))"
