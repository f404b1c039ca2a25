"""A tree without our own terms, for receivers that want CEDS and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from adapters.ceds.tree import Tree, is_node, types_of
from schemas.standards.ceds.extension import PREFIX
from schemas.standards.shape import StandardRecord


def wanted(records: Iterable[StandardRecord], strict: bool) -> Iterable[StandardRecord]:
    """The records to write: as they are, or without our own terms."""
    return _without_extensions(records) if strict else records


def _without_extensions(records: Iterable[StandardRecord]) -> Iterator[StandardRecord]:
    for record in records:
        tree = without_extension(record.values)
        if tree is not None:
            yield StandardRecord(record.entity, tree, record.where)


def without_extension(tree: Tree) -> Tree | None:
    """The tree without extension terms; None where the node itself is one of ours."""
    kept: Tree = {}
    for name, value in tree.items():
        if name == "@type":
            classes = _classes(tree)
            if not classes:
                return None
            kept[name] = classes
        elif type(value) is str:
            if not name.startswith(PREFIX):
                kept[name] = value
        elif not name.startswith(PREFIX) and (pruned := _value(value)) not in (None, []):
            kept[name] = pruned
    return kept


def _classes(tree: Tree) -> str | list[str] | None:
    """The classes that are not ours, spelled as they were: one, several or none."""
    kept = [name for name in types_of(tree) if not name.startswith(PREFIX)]
    return kept if len(kept) > 1 else next(iter(kept), None)


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [each for old in value if (each := _value(old)) is not None]
    return without_extension(value) if is_node(value) else value
