"""A tree without our own terms, for receivers that want CEDS and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from adapters.ceds.tree import Tree, is_node, types_of
from schemas.standards.ceds import is_extension
from schemas.standards.shape import StandardRecord


def wanted(records: Iterable[StandardRecord], strict: bool) -> Iterator[Tree]:
    """The trees to write: as they are, or without our own terms."""
    for record in records:
        tree = without_extension(record.values) if strict else record.values
        if tree is not None:
            yield tree


def without_extension(tree: Tree) -> Tree | None:
    """The tree without extension terms; None where the node itself is one of ours."""
    classes = types_of(tree)
    kept = tuple(name for name in classes if not is_extension(name))
    if classes and not kept:
        return None
    pruned = {
        name: value
        for name, old in tree.items()
        if not is_extension(name) and name != "@type" and (value := _value(old)) not in (None, [])
    }
    return {**_types(kept), **pruned}


def _types(kept: tuple[str, ...]) -> Tree:
    if not kept:
        return {}
    return {"@type": kept[0] if len(kept) == 1 else list(kept)}


def _value(value: Any) -> Any:
    if is_node(value):
        return without_extension(value)
    if isinstance(value, list):
        return [each for old in value if (each := _value(old)) is not None]
    return value
