"""Writes one JSON-LD document: our context, then one tree per line.

The layout lets a reader stream without a JSON-LD processor, while any processor reads the whole
as one document: the context stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from pydantic_core import PydanticSerializationError, to_json

from adapters.ceds.jsonld.context import context
from adapters.ceds.jsonld.export import Exporter
from adapters.ceds.strict import wanted
from adapters.ceds.tree import MAX_TREE_BYTES, Tree, Unwritable, sample
from adapters.port import Progress, silent
from adapters.whole import PUBLIC, whole_file
from schemas.finding import Finding, Severity
from schemas.standards.shape import StandardRecord

GRAPH: Final = b'"@graph":[\n'
END: Final = b"\n]}\n"
_BATCH: Final = 500


@cache
def head(strict: bool) -> bytes:
    """The first line: the context, ready for the graph to follow."""
    return b'{"@context":' + to_json(context(strict)) + b",\n"


def _line(tree: Tree) -> bytes:
    try:
        line = to_json(tree)
    except PydanticSerializationError as error:
        fix = "remove broken characters and values that JSON has not"
        raise _refusal(tree, f"a value that no UTF-8 file can hold: {error}", fix) from None
    if len(line) > MAX_TREE_BYTES:
        problem = f"a record of more than {MAX_TREE_BYTES // 2**20} MiB"
        raise _refusal(tree, problem, "split the record")
    return line


def _refusal(tree: Tree, problem: str, fix: str) -> Unwritable:
    value = sample(str(tree.get("@id", "")))
    return Unwritable(Finding(Severity.REFUSE, "ceds.unwritable", problem, fix, value=value))


def lines(records: Iterable[StandardRecord]) -> Iterator[bytes]:
    """Each tree as one line of JSON; what is not vouched for is checked for what would be lost."""
    export = Exporter()
    for _, tree, _, vouched in records:
        yield _line(tree if vouched else export(tree))


def write(
    path: Path,
    records: Iterable[StandardRecord],
    progress: Progress = silent,
    *,
    strict: bool = False,
) -> None:
    """Write the document; see `adapters.formats.Format.write` and `Unwritable`."""
    done = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, PUBLIC) as stream:
        stream.write(head(strict) + GRAPH)
        batch: list[bytes] = []
        for line in lines(wanted(records, strict)):
            batch.append(line)
            if len(batch) == _BATCH:
                stream.write(b",\n" * bool(done) + b",\n".join(batch))
                done += len(batch)
                batch.clear()
                progress(path.name, done)
        stream.write(b",\n" * bool(done and batch) + b",\n".join(batch) + END)
        progress(path.name, done + len(batch))
