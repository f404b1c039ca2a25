"""Plans as trees of persons, by the compiled tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mappings.ceds.addresses import PREFIX, Marks, complete, marks_of, person_key
from mappings.ceds.guard import Guard, without_ssn
from mappings.engine.book import Book
from mappings.engine.compile_plans import PlanWriter, plan_writer
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree
from mappings.engine.plans import WHOLE
from schemas.ilp.plan import ELEMENTS

NAMELESS: Final = "the plan has no identifier by which its student could be addressed"


@dataclass(slots=True)
class PlanTrees:
    """Turns plans into trees, one after the other; `done` adds up what they left behind."""

    book: Book
    switched: frozenset[str]
    losses: Losses
    _guard: Guard = field(init=False)
    _writer: PlanWriter = field(init=False)
    _marks: Marks = field(init=False)

    def __post_init__(self) -> None:
        self._guard = Guard(self.switched, self.losses)
        self._writer = plan_writer(self.book, self.switched)
        self._marks = marks_of(self.book, ELEMENTS)

    def tree(self, plan: Tree) -> Tree | None:
        """The person that a plan becomes; None for a plan of nobody in particular."""
        key = person_key(plan)
        if key is None:
            self.losses.add(LossKey(Side.OURS, WHOLE, "", NAMELESS))
            return None
        shown = self._guard.shown(plan)
        tree = self._written(shown, key)
        if complete(tree, self._marks):
            tree = self._written(without_ssn(shown, self.losses), key)
            complete(tree, self._marks)
        return tree

    def _written(self, plan: Tree, key: str) -> Tree:
        names = plan.get("profile", {}).get("name_and_grade", {})
        student: Tree = {"iri": f"{PREFIX}person:{key}"}
        if "graduation_year" in names:
            student["graduation_year"] = str(names["graduation_year"])
        return self._writer.write(plan, {"$student": student})[0].values

    def done(self) -> None:
        """Add what was left behind of all plans to the losses; once, after the last."""
        self.losses.merge(self._writer.losses())
