"""A subject at work: one subject, one set of circumstances, one district.

From here both forms of every rule are taken: `allows` and `decide` judge one student, `clause`
finds all students for whom they would say yes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import sqlalchemy as sa

from service.access import policy
from service.access.algebra import Expr, every, some_of
from service.access.clause import Clause, Frame, clause
from service.access.conditions import holds, meaning
from service.access.decision import Decision, denied, granted
from service.access.denials import passes
from service.access.predicate import Predicate, Row, Side, predicate
from service.access.request import (
    Context,
    District,
    Subject,
    as_party,
    as_user,
    facts_of,
    values_of,
)
from service.access.table import Grant

Rows = Mapping[str, tuple[Row, ...]]
"""What is held about one student, by source."""


@dataclass(frozen=True, slots=True)
class Way:
    """A grant with the fields that it opens here; `role` and `test` are its two conditions."""

    grant: Grant
    fields: frozenset[str]
    role: Predicate
    test: Predicate

    @property
    def condition(self) -> Expr:
        """Both conditions as one expression."""
        return every(holds(self.grant.role), _codes(self.grant))


@dataclass(slots=True)
class Step:
    """Everything about one section and action that no student changes."""

    denials: tuple[tuple[str, Predicate], ...]
    ways: tuple[Way, ...]
    answers: dict[Any, Decision] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A desk with one student's rows before it, and those of the request's other subjects."""

    desk: Desk
    side: Side

    def decide(self, section: str, action: str) -> Decision:
        """The decision about this student."""
        return self.desk.decide(self.side, section, action)


@dataclass(frozen=True)
class Desk:
    """One subject under one set of circumstances in one district.

    `empty` names sources without a row for anybody here (`load.survey`): they need no look.
    """

    subject: Subject
    context: Context
    district: District
    empty: frozenset[str] = frozenset()
    _steps: dict[tuple[str, str], Step] = field(default_factory=dict, compare=False)

    @property
    def parts(self) -> tuple[Subject, Context, District]:
        """Who, under which circumstances, where."""
        return self.subject, self.context, self.district

    @cached_property
    def facts(self) -> frozenset[str]:
        """What holds before any student is looked at."""
        return facts_of(self.subject, self.context, self.district)

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """What conditions compare with."""
        return values_of(self.subject, self.context, self.district)

    @cached_property
    def others(self) -> Mapping[str, Desk]:
        """Desks of the recipient (`party`) and of the user behind a client (`user`)."""
        named = {
            "party": (self.context.party, as_party),
            "user": (self.context.user, as_user),
        }
        return {
            name: Desk(subject, change(self.context), self.district, self.empty)
            for name, (subject, change) in named.items()
            if subject is not None
        }

    @cached_property
    def ids(self) -> frozenset[str]:
        """Everyone whose rows matter: the subject and the others, with classes and deputies."""
        return self.subject.known_by.union(*(desk.ids for desk in self.others.values()))

    def step(self, section: str, action: str) -> Step:
        """The denials and the ways in for a section and action."""
        found = self._steps.get((section, action))
        if found is None:
            found = Step(_checks(section, action), tuple(self._ways(section, action)))
            self._steps[section, action] = found
        return found

    def _ways(self, section: str, action: str) -> Iterable[Way]:
        for role in policy.roles():
            for grant in self.district.table.cells[role, section, action]:
                fields = self._fields(grant)
                if fields:  # a way that opens no field is none
                    yield Way(grant, fields, *_tests(grant))

    def _fields(self, grant: Grant) -> frozenset[str]:
        section = policy.sections()[grant.section]
        of_source = {name for part, name in self.subject.source_fields if part == section.name}
        narrower = {
            "directory": self.district.directory_fields,
            "need": section.needs.get(grant.role, frozenset()),
            "source": of_source,
        }
        fields = section.fields
        for limit in grant.limits & narrower.keys():
            fields &= narrower[limit]
        return fields

    def side(self, rows: Rows) -> Side:
        """The subject's side of a case with these rows about the student."""
        answers: dict[str, Callable[[str, str], bool]] = {}
        for name, desk in self.others.items():
            theirs = desk.side(rows)
            answers[name] = _asking(desk, theirs)
        return Side(self.facts, self.values, rows, answers)

    def case(self, rows: Rows) -> Case:
        """This desk with one student's rows before it."""
        return Case(self, self.side(rows))

    def decide(self, side: Side, section: str, action: str) -> Decision:
        """Allow or deny, with everything that goes with it."""
        step = self.step(section, action)
        for code, passed in step.denials:
            if not passed(side):
                return self._denied(step, code)
        for used in self.context.uses:
            if not self._reads(side, used):
                return self._denied(step, "G10")
        opened = tuple(
            [at for at, way in enumerate(step.ways) if way.role(side) and way.test(side)]
        )
        answer = step.answers.get(opened)
        if answer is None:
            ways = tuple(step.ways[at] for at in opened)
            answer = granted(section, action, ways, self) if ways else denied(None)
            step.answers[opened] = answer
        return answer

    def _denied(self, step: Step, code: str) -> Decision:
        answer = step.answers.get(code)
        if answer is None:
            answer = step.answers[code] = denied(code)
        return answer

    def _reads(self, side: Side, section: str) -> bool:
        step = self.step(section, "read")
        if not all(passed(side) for _, passed in step.denials):
            return False
        return any(way.role(side) and way.test(side) for way in step.ways)

    def asked(self, section: str, action: str, field_name: str | None = None) -> Expr:
        """The condition under which a section, or one field of it, is open; with what it uses."""
        used = (self._asked(name, "read", None) for name in sorted(self.context.uses))
        return every(self._asked(section, action, field_name), *used)

    def _asked(self, section: str, action: str, field_name: str | None) -> Expr:
        ways = (
            way.condition
            for way in self.step(section, action).ways
            if field_name is None or field_name in way.fields
        )
        return every(*(expr for _, expr in passes(section, action)), some_of(*ways))

    def clause(
        self,
        section: str,
        action: str,
        student_id: sa.ColumnElement[Any],
        field_name: str | None = None,
    ) -> Clause:
        """The students, by a column of ids, for whom a section or field is open."""
        return clause(self.asked(section, action, field_name), student_id, self.frame)

    @cached_property
    def frame(self) -> Frame:
        """What clauses are made for."""
        others = {name: desk.clause for name, desk in self.others.items()}
        return Frame(self.district.tenant, self.facts, self.values, others, self.empty)


@cache
def _checks(section: str, action: str) -> tuple[tuple[str, Predicate], ...]:
    return tuple((code, predicate(expr)) for code, expr in passes(section, action))


@cache
def _tests(grant: Grant) -> tuple[Predicate, Predicate]:
    return predicate(holds(grant.role)), predicate(_codes(grant))


@cache
def _codes(grant: Grant) -> Expr:
    where = (grant.role, grant.section, grant.action)
    return every(*(meaning(code, *where) for code in grant.codes))


def _asking(desk: Desk, side: Side) -> Callable[[str, str], bool]:
    return lambda section, action: desk.decide(side, section, action).allowed
