"""Python source under way: scopes of lines, local names, and the objects they stand for.

What a scope emits runs top to bottom. Its header stands before its body, so that a local that is
needed late can be prepared early.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from mappings.engine.paths import Path, Step

INDENT = "    "


class Unfit(Exception):
    """Generated code met what only the interpreter can judge or explain."""


@dataclass(slots=True)
class Names:
    """Names that are used once each, and the objects that generated code refers to by name."""

    bound: dict[str, Any] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def fresh(self, stem: str) -> str:
        """A local name that nothing else has."""
        return f"{stem}_{next(self._numbers)}"

    def bind(self, stem: str, value: Any) -> str:
        """A name by which generated code reaches an object of ours."""
        name = self.fresh(stem)
        self.bound[name] = value
        return name


@dataclass(slots=True)
class Scope:
    """The lines of one function or of one turn of a loop."""

    names: Names
    header: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    depth: int = 0

    def line(self, text: str) -> None:
        """Add a line to the body, at the depth reached."""
        self.body.append(INDENT * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is added within stands below `head`."""
        self.line(head)
        self.depth += 1
        yield
        self.depth -= 1

    def nested(self, head: str, inner: Scope) -> None:
        """Add another scope's lines below `head`."""
        with self.block(head):
            for text in inner.lines():
                self.line(text)

    def lines(self) -> list[str]:
        """Header and body."""
        return [*self.header, *self.body]


@dataclass(slots=True)
class Reader:
    """Reading paths of a record into locals; what two paths share is read once.

    `bases` leads from the first name of a path to the local it is read from.
    """

    scope: Scope
    base: str
    given: str | None = None
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def value(self, path: Path) -> str:
        """The local that holds the value at a path, or None."""
        if any(step.where for step in path.steps):
            name = self.scope.names.fresh("v")
            place = self.scope.names.bind("path", path)
            self._read(name, f"read_at({self._base(path.steps[0])}, {place})")
            return name
        return self._plain(tuple(step.name for step in path.steps), path)

    def _plain(self, steps: tuple[str, ...], path: Path) -> str:
        if steps in self._known:
            return self._known[steps]
        name = self.scope.names.fresh("v")
        if len(steps) == 1:
            self._read(name, f"{self._base(path.steps[0])}.get({steps[0]!r})")
        else:
            holder = self._plain(steps[:-1], path)
            self._read(name, f"None if {holder} is None else {holder}.get({steps[-1]!r})")
        self._known[steps] = name
        return name

    def _read(self, name: str, expression: str) -> None:
        # At the top of the scope: a local must be there whichever branch asks for it first.
        self.scope.header.append(f"{name} = {expression}")

    def _base(self, step: Step) -> str:
        return self.given if self.given and step.name.startswith("$") else self.base


def defined(name: str, arguments: str, scope: Scope) -> str:
    """The source of a function."""
    body = scope.lines() or ["pass"]
    return "\n".join([f"def {name}({arguments}):", *(INDENT + line for line in body)])


def run_source(source: str, name: str, bound: dict[str, Any]) -> dict[str, Any]:
    """Execute generated source and return its names. Its errors show the source's lines."""
    import linecache

    file = f"<mapping {name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    space = dict(bound)
    # Written by our own compiler from tables; every literal in it is quoted by repr.
    exec(compile(source, file, "exec"), space)  # noqa: S102
    return space
