"""What CEDS does to every value as generated code makes it, and what can be vouched for then.

A document has no place for an unknown property, an address that is none, or an option that its
context does not name. Most tables cannot make such a thing, whatever they are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from mappings.ceds.addresses import SYSTEM, Marks, outer
from mappings.ceds.guard import is_ssn
from mappings.engine.codec.base import Codec
from mappings.engine.codec.codes import Address, Crossed, Verbatim
from mappings.engine.codec.fixed import Always, Flag
from mappings.engine.codec.scalars import Day, Exact, Integer, Moment, Text, Truth
from mappings.engine.compile_source import Scope
from mappings.engine.model import Direction, Row, Table, Target
from mappings.engine.paths import Step, Tree
from schemas.standards.ceds import all_classes, all_properties, links, literals, named

_PLAIN: Final = (Crossed, Day, Exact, Integer, Moment, Text, Truth, Verbatim)
"""Codecs that make text, whole numbers and truths."""

_TYPES: Final = (str, int, bool)


@dataclass(frozen=True, slots=True)
class Completed:
    """What `addresses.complete` does to a tree, done to each value as it is made."""

    marks: Marks

    def value(self, row: Row, value: str, scope: Scope) -> str:
        """An address as documents have it; a plan with a social security number does not fit.

        Nor does one with an option that documents would not have as it is.
        """
        last = row.targets[0].path.steps[-1].name
        if last == "@id" and not str(row.ours).startswith("$"):
            far = f"{scope.names.bind('outer', outer)}({value})"
            return f"(given['$stem'] + {value}[1:] if {value}[0] == '#' else {far})"
        if last == SYSTEM:
            scope.line(f"if {scope.names.bind('is_ssn', is_ssn)}({value}): raise Unfit")
        if isinstance(row.codec, Verbatim) and _is_coded(last):
            scope.line(f"if {value} not in {scope.names.bind('named', named())}: raise Unfit")
        return value

    def item(self, row: Row, value: str, scope: Scope) -> Tree:
        """The class of the nodes that a row makes; a link holds a list of them."""
        scope.line(f"if {value}.__class__ is not list: raise Unfit")
        kind = self.marks.classes.get(row.targets[0].path.steps[-1].name)
        return {"@type": kind} if kind is not None else {}

    def vouches(self, table: Table) -> bool:
        """Whether all that a table makes can be written as it is, whatever the values are."""
        rows = (row for row in table.rows if row.direction is not Direction.IN)
        return (
            all(map(_leads, table.within.steps))
            and all(_is_sure(each.target, Always(each.value)) for each in table.constants)
            and all(map(self._makes_sure, rows))
        )

    def _makes_sure(self, row: Row) -> bool:
        if not row.rows:
            listed = all(target.path.many for target in row.targets)
            sure = all(_is_sure(target, row.codec) for target in row.targets)
            return sure and (listed or not row.single)
        for *steps, last in (target.path.steps for target in row.targets):
            is_link = last.name in links() and self.marks.classes.get(last.name) in all_classes()
            if not is_link or not all(map(_leads, steps)):
                return False
        return all(map(self._makes_sure, row.rows))


def _is_sure(target: Target, codec: Codec | None) -> bool:
    *steps, last = target.path.steps
    ends = not last.where and not (last.every and last.name.startswith("@"))
    return ends and all(map(_leads, steps)) and _takes(last.name, codec)


def _leads(step: Step) -> bool:
    """Whether a step goes along a link to the nodes in its list."""
    picks = all(_takes(name, Always(value)) for name, value in step.where)
    return step.name in links() and (step.every or bool(step.where)) and picks


def _takes(name: str, codec: Codec | None) -> bool:
    """Whether a property has a place for all that a codec makes, and as it is."""
    if name == "@id":
        return isinstance(codec, (Address, Text))
    if name == "@type" or _is_coded(name):
        if isinstance(codec, Verbatim):
            return name != "@type"  # each is looked up as it is made
        allowed = all_classes() if name == "@type" else named()
        return all(isinstance(made, str) and made in allowed for made in _made_by(codec))
    sure = isinstance(codec, _PLAIN) or all(type(made) in _TYPES for made in _made_by(codec))
    return sure and name in literals()


def _made_by(codec: Codec | None) -> list[Any]:
    """The values that a codec of few values makes; None is no name of anything."""
    if isinstance(codec, Crossed):
        return [codec.encode(code) for code in codec.table.forward]
    if isinstance(codec, Flag):
        return [codec.says_true] if codec.false is None else [codec.says_true, codec.says_false]
    return [codec.value] if isinstance(codec, Always) else [None]


def _is_coded(name: str) -> bool:
    term = all_properties().get(name)
    return term is not None and bool(term.codes)
