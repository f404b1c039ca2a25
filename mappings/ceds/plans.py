"""Plans as trees of persons, by the compiled tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from mappings.ceds.addresses import (
    PREFIX,
    SYSTEM,
    Marks,
    complete,
    marks_of,
    outer,
    person_key,
    stem_of,
)
from mappings.ceds.guard import Guard, is_ssn, without_ssn
from mappings.engine.book import Book
from mappings.engine.compile_plans import PlanWriter, plan_writer
from mappings.engine.compile_source import Scope
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import Row
from mappings.engine.paths import Tree
from mappings.engine.plans import WHOLE, write_plan
from schemas.ilp.plan import ELEMENTS

NAMELESS: Final = "the plan has no identifier by which its student could be addressed"


@dataclass(frozen=True, slots=True)
class Completed:
    """What `complete` does to a tree, done by generated code to each value as it is made."""

    marks: Marks

    def value(self, row: Row, value: str, scope: Scope) -> str:
        """An address as documents have it; a plan with a social security number does not fit."""
        last = row.targets[0].path.steps[-1].name
        if last == "@id" and not str(row.ours).startswith("$"):
            far = f"{scope.names.bind('outer', outer)}({value})"
            return f"(given['$stem'] + {value}[1:] if {value}[0] == '#' else {far})"
        if last == SYSTEM:
            scope.line(f"if {scope.names.bind('is_ssn', is_ssn)}({value}): raise Unfit")
        return value

    def item(self, row: Row) -> Tree:
        """The class of the nodes that a row makes."""
        kind = self.marks.classes.get(row.targets[0].path.steps[-1].name)
        return {"@type": kind} if kind is not None else {}


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

    def tree(self, plan: Tree) -> Tree | None:
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
        return made[0].values if made else None

    def _interpreted(self, plan: Tree, iri: str) -> Tree | None:
        """The same by the interpreter; once more where a number was found that must not leave."""
        losses = Losses()
        tree = self._by_tables(plan, iri, losses)
        if tree is not None and complete(tree, self._marks):
            losses = Losses()
            tree = self._by_tables(without_ssn(plan, losses), iri, losses)
            if tree is not None:
                complete(tree, self._marks)
        self.losses.merge(losses)
        return tree

    def _by_tables(self, plan: Tree, iri: str, losses: Losses) -> Tree | None:
        context = {"$student": _student(plan, iri)}
        made = write_plan(self.book, plan, context, losses, self.switched)
        return made[0].values if made else None

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
