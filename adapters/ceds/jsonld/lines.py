"""Reads our own layout, one tree per line, without a JSON-LD processor and in constant memory.

That is safe only where the context in the first line means by every term what our tables mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from adapters.ceds.jsonld.context import context
from adapters.ceds.jsonld.literals import literal
from adapters.ceds.jsonld.parse import Fault, parse, parsed
from adapters.ceds.jsonld.write import GRAPH, head
from adapters.ceds.names import name_of_key, settled, term_of
from adapters.ceds.tree import MAX_DEPTH, MAX_TREE_BYTES, Tree, entity_of, refused, sample
from adapters.port import Progress, silent
from schemas.standards.ceds.table import Term
from schemas.standards.shape import Kind, StandardRecord

_EVERY: Final = 1000
_WANTED: Final = {"@id": "give one IRI", "@type": "give the name of a class, or a list of them"}
"""What to do about keywords of a node that hold something else than text."""


def is_our_layout(path: Path) -> bool:
    """Whether the file can be read line by line: its layout is ours, its terms mean the same."""
    with path.open("rb") as stream:
        first = stream.readline(MAX_TREE_BYTES)
        return stream.readline(len(GRAPH) + 1) == GRAPH and _agrees(first)


def _agrees(first: bytes) -> bool:
    if first in (head(False), head(True)):
        return True
    try:
        found = parse(first.rstrip(b",\n") + b"}")
    except Fault:
        return False
    theirs = found.get("@context") if isinstance(found, dict) else None
    if not isinstance(theirs, dict) or len(found) > 1:
        return False
    known = context()
    return all(known.get(term) == meaning for term, meaning in theirs.items())


class _Settler:
    """Turns a parsed line into a tree as `adapters.ceds.tree` describes it."""

    def __init__(self, file: str, row: int) -> None:
        self.file, self.row = file, row

    def node(self, node: Tree, depth: int) -> Tree:
        if depth > MAX_DEPTH:
            raise refused(self.file, "nodes nest too deep", "refer by @id", row=self.row)
        found: Tree = {}
        for key, value in node.items():
            name = self._name(key)
            if name in found:
                problem = f"{name} stands twice in one node, once as {key}"
                raise refused(self.file, problem, "keep one of the two", row=self.row)
            if name in _WANTED:
                self._require_texts(name, value)
            found[name] = self._values(name, value, depth)
        return found

    def _name(self, key: str) -> str:
        if key in ("id", "type"):
            return f"@{key}"
        if key.startswith("@") and key not in ("@id", "@type"):
            problem = f"the keyword {key} has no place in a tree of this layout"
            fix = "save the document with another layout, so that it is read as any JSON-LD"
            raise refused(self.file, problem, fix, row=self.row, column=key)
        return name_of_key(key)

    def _require_texts(self, name: str, value: Any) -> None:
        """Refuse an address that is no text, and a class that is neither a text nor a list."""
        texts = value if name == "@type" and isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in texts):
            problem = f"the {name} {sample(value)} is no text"
            raise refused(self.file, problem, _WANTED[name], row=self.row, column=name)

    def _values(self, name: str, value: Any, depth: int) -> Any:
        term = term_of(name)
        if isinstance(value, list):
            return [self._value(term, each, depth) for each in value]
        one = self._value(term, value, depth)
        return [one] if term and term.kind is Kind.OBJECT and isinstance(one, dict) else one

    def _value(self, term: Term | None, value: Any, depth: int) -> Any:
        if isinstance(value, dict):
            whole = "@value" in value or "@list" in value
            return literal(term, value) if whole else self.node(value, depth + 1)
        return settled(term, value)


def read_lines(path: Path, progress: Progress = silent) -> Iterator[StandardRecord]:
    """Every tree of a file in our layout. Raises Unreadable."""
    with path.open("rb") as stream:
        stream.readline(MAX_TREE_BYTES)
        stream.readline(len(GRAPH) + 1)
        row, ended = 2, False
        for row, line in enumerate(_lines(stream, path.name), 3):
            if line == b"]}":
                ended = True
                break
            yield _record(line, path.name, row)
            if row % _EVERY == 0:
                progress(path.name, row - 2)
        if not ended or stream.read(1024).strip():
            fix = "ask for the file again; it is not whole"
            raise refused(path.name, "the document does not end where it should", fix, row=row)


def _lines(stream: IO[bytes], file: str) -> Iterator[bytes]:
    row = 2
    while line := stream.readline(MAX_TREE_BYTES + 1):
        row += 1
        if len(line) > MAX_TREE_BYTES:
            problem = f"a tree of more than {MAX_TREE_BYTES // 2**20} MiB"
            raise refused(file, problem, "split the record", row=row)
        if stripped := line.strip():
            yield stripped


def _record(line: bytes, file: str, row: int) -> StandardRecord:
    tree = parsed(line.removesuffix(b","), file, row)
    if not isinstance(tree, dict):
        raise refused(file, "a line without a node", "one object per line", row=row)
    settled = _Settler(file, row).node(tree, 0)
    return StandardRecord(entity_of(settled), settled, f"{file}, line {row}")
