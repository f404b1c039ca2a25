"""What a table makes, seen from the other side: a tree of objects, and the rows that fill each.

Forms that cannot write one path after the other (columns, SQL) build objects from the leaves up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mappings.engine.model import Constant, Direction, Need, Row, Table, Target
from mappings.engine.paths import Step


class NotInForm(Exception):
    """A table says something that a compiled form has no words for; the row and why are named."""


@dataclass(frozen=True, slots=True)
class Filler:
    """A row as it fills one of its targets, or a constant. A later one takes the place of others.

    `number` is the target's position, `inner` the steps below a list that the row makes.
    """

    row: Row | None
    constant: Constant | None = None
    number: int = 0
    inner: tuple[Step, ...] = ()
    many: bool = False


@dataclass(slots=True)
class Leaf:
    """A value, and what may fill it."""

    fillers: list[Filler] = field(default_factory=list)


@dataclass(slots=True)
class Branch:
    """An object. `needs` are the members without which it is not made.

    `stands` says that it is made even with nothing in it, `listed` that it is the one item of a
    list, `picks` what tells it from other items of that list.
    """

    members: dict[str, list[Leaf | Branch]] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    stands: bool = False
    listed: bool = False
    picks: tuple[tuple[str, str], ...] = ()


def tree_of(table: Table) -> Branch:
    """The record of a table, its one item within a list. Raises NotInForm for tangled targets."""
    root = Branch(stands=True)
    if not table.is_at_root():
        _branch(root, table.within.steps, table.name).stands = True
    for constant in table.constants:
        _add(root, table, constant.target, Filler(None, constant))
    for row in table.rows:
        if row.direction is not Direction.IN:
            for number, target in enumerate(row.targets):
                _add(root, table, target, Filler(row, number=number))
    for need in table.needs:
        _need(root, table, need)
    return root


def item_tree(row: Row) -> Branch:
    """The items of a list that a row of `each` makes."""
    item = Branch()
    for inner in row.rows:
        if inner.direction is not Direction.IN:
            for number, target in enumerate(inner.targets):
                _fill(item, target.path.steps, Filler(inner, number=number), str(row.ours))
    for need in row.needs:
        if need.owner is not None or len(need.target.path.steps) > 1:
            raise NotInForm(f"{row.ours}: {need.target} is required within an object of its items")
        item.needs.add(need.target.path.steps[0].name)
    return item


def _add(root: Branch, table: Table, target: Target, filler: Filler) -> None:
    told = str(filler.row.ours) if filler.row else str(target)
    steps = target.path.steps if target.root else (*table.within.steps, *target.path.steps)
    above = 0 if target.root else len(table.within.steps)
    _fill(root, steps, filler, told, above)


def _fill(root: Branch, steps: tuple[Step, ...], filler: Filler, told: str, above: int = 0) -> None:
    split = next((n for n, step in enumerate(steps) if step.every and n >= above), None)
    if split is not None:
        filler = Filler(filler.row, filler.constant, filler.number, steps[split + 1 :], many=True)
        steps = steps[: split + 1]
    holder = _branch(root, steps[:-1], told)
    held = holder.members.setdefault(steps[-1].name, [])
    if any(isinstance(each, Branch) for each in held):
        raise NotInForm(f"{told}: something else is written within its target")
    if not held:
        held.append(Leaf())
    leaf = held[0]
    assert isinstance(leaf, Leaf)  # noqa: S101 - branches were refused
    leaf.fillers.append(filler)


def _branch(root: Branch, steps: tuple[Step, ...], told: str) -> Branch:
    here = root
    for step in steps:
        held = here.members.setdefault(step.name, [])
        found = next(
            (each for each in held if isinstance(each, Branch) and each.picks == step.where), None
        )
        if found is None:
            if any(isinstance(each, Leaf) for each in held):
                raise NotInForm(f"{told}: lies within another row's target")
            found = Branch(listed=step.every or bool(step.where), picks=step.where)
            held.append(found)
        here = found
    return here


def _need(root: Branch, table: Table, need: Need) -> None:
    base = () if need.target.root else table.within.steps
    owner = (*base, *need.owner.steps) if need.owner else ()
    here = _branch(root, owner, str(need.ours))
    for step in (*base, *need.target.path.steps)[len(owner) :]:
        here.needs.add(step.name)
        held = here.members.get(step.name, [])
        found = (each for each in held if isinstance(each, Branch) and each.picks == step.where)
        inner = next(found, None)
        if inner is None:
            return
        here = inner
