"""Plans as trees of persons, by the compiled tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mappings.ceds.addresses import PREFIX, Marks, complete, marks_of, outer, person_key, stem_of
from mappings.ceds.finish import Completed
from mappings.ceds.guard import Guard, without_ssn
from mappings.engine.book import Book
from mappings.engine.compile_plans import PlanWriter, plan_writer
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import WHOLE
from mappings.engine.paths import Tree
from mappings.engine.plans import write_plan
from schemas.ilp.plan import ELEMENTS
from schemas.standards.shape import StandardRecord

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
        self._marks = marks_of(self.book, ELEMENTS)
        self._writer = plan_writer(self.book, self.switched, Completed(self._marks))

    def person(self, plan: Tree) -> StandardRecord | None:
        """The person that a plan becomes; None for a plan of nobody, or with nothing to say."""
        key = person_key(plan)
        if key is None:
            self.losses.add(LossKey(Side.OURS, WHOLE, "", NAMELESS))
            return None
        shown = self._guard.shown(plan)
        iri = f"{PREFIX}person:{key}"
        address = outer(iri)
        student = _student(shown, address)
        made = self._writer.fitting(shown, {"$student": student, "$stem": stem_of(address)})
        if made is None:
            return self._interpreted(shown, iri)
        return made[0] if made else None

    def _interpreted(self, plan: Tree, iri: str) -> StandardRecord | None:
        """The same by the interpreter; once more where a number was found that must not leave."""
        losses = Losses()
        made = self._by_tables(plan, iri, losses)
        if made is not None and complete(made.values, self._marks):
            losses = Losses()
            made = self._by_tables(without_ssn(plan, losses), iri, losses)
            if made is not None:
                complete(made.values, self._marks)
        self.losses.merge(losses)
        return made

    def _by_tables(self, plan: Tree, iri: str, losses: Losses) -> StandardRecord | None:
        context = {"$student": _student(plan, iri)}
        made = write_plan(self.book, plan, context, losses, self.switched)
        return made[0] if made else None

    def done(self) -> None:
        """Add what was left behind of all plans to the losses; once, after the last."""
        self.losses.merge(self._writer.losses())


def _student(plan: Tree, iri: str) -> Tree:
    """What tables read under `$student`."""
    student: Tree = {"iri": iri}
    names = plan.get("profile", {}).get("name_and_grade", {})
    if "graduation_year" in names:
        student["graduation_year"] = str(names["graduation_year"])
    return student
