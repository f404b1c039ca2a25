"""What is wrong with an element, before it is known which file it stands in."""

from __future__ import annotations

from typing import Any

from lxml import etree

from adapters.edfi.refusal import refused
from adapters.formats import Unreadable

INTERCHANGE = "Interchange"
"""How the name of every root element starts; no other does."""

_SHOWN = 40


def local_name(element: Any) -> str:
    """The name without its namespace; comments and the like have none."""
    return etree.QName(element).localname if isinstance(element.tag, str) else "&...;"


def path_of(element: Any) -> str:
    """The names from the record down to the element."""
    names = [local_name(each) for each in (*element.iterancestors(), element)]
    names = [*reversed(names[:-1]), names[-1]]
    return "/".join(name for name in names if not name.startswith(INTERCHANGE))


class Fault(Exception):
    """An element that cannot be read; `line`, `problem` and `fix` are for people."""

    def __init__(self, element: Any, code: str, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.line: int = element.sourceline or 0
        self.code, self.problem, self.fix = code, problem, fix

    def in_file(self, name: str) -> Unreadable:
        """The error that a caller sees."""
        return refused(self.code, self.problem, self.fix, name, self.line)

    @classmethod
    def unexpected(cls, element: Any) -> Fault:
        """An element where none of this name may stand."""
        name, above = local_name(element), element.getparent()
        problem = f"{path_of(element)}: {local_name(above)} has no element {name}"
        fix = "Check the spelling and the Data Standard version; take the element out."
        return cls(element, "element", problem, fix)

    @classmethod
    def repeated(cls, element: Any) -> Fault:
        """A second element where one may stand."""
        problem = f"{path_of(element)} stands twice, and only one may"
        return cls(element, "repeated", problem, "Keep one of them.")

    @classmethod
    def value(cls, element: Any, wanted: str) -> Fault:
        """Text that is not of the element's kind."""
        shown = (element.text or "").strip()[:_SHOWN]
        problem = f"{path_of(element)}: '{shown}' is not {wanted}"
        return cls(element, "value", problem, f"Write {wanted}.")

    @classmethod
    def disagreeing(cls, element: Any, part: str) -> Fault:
        """Two values for one part of a key."""
        problem = f"{path_of(element)}: this reference says two different things for {part}"
        fix = "Give the same value in both places: they are one part of one key."
        return cls(element, "unification", problem, fix)

    @classmethod
    def stray(cls, element: Any) -> Fault:
        """Text or an attribute that no element of the standard has."""
        problem = f"{path_of(element)} holds text beside its elements, or an unknown attribute"
        return cls(element, "stray", problem, "Take it out; it belongs to no element.")
