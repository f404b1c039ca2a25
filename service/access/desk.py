"""A subject at work: one subject, one set of circumstances, one district.

From here both forms of every rule are taken: `allows` and `decide` judge one student, `clause`
finds all students for whom they would say yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final

import sqlalchemy as sa

from service.access import policy
from service.access.algebra import NEVER, All, AnyOf, Expr, some_of
from service.access.clause import Clause, Frame, clause, folded
from service.access.conditions import holds
from service.access.decision import Decision, denied, granted
from service.access.denials import TO_OTHERS, passes
from service.access.predicate import Answer, Predicate, Row, Side, predicate
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
from service.access.way import Way, opening

Rows = Mapping[str, tuple[Row, ...]]
"""What is held about one student, by source."""

_LIMITS: Final = {"user": "G6", "party": "G11"}
"""What it is called where nothing is open to both the subject and another."""


@dataclass(slots=True)
class Step:
    """Everything about one section and action that no student changes."""

    denials: tuple[tuple[str, Predicate], ...]
    ways: tuple[Way, ...]
    live: tuple[Way, ...] | None = None
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
    `named` are the fields that some consent for them names alone; None where nobody looked.
    """

    subject: Subject
    context: Context
    district: District
    empty: frozenset[str] = frozenset()
    named: frozenset[str] | None = None
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
            name: Desk(subject, change(self.context), self.district, self.empty, self.named)
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
                    yield Way(grant, fields, predicate(holds(role)), opening(grant, fields))

    def _fields(self, grant: Grant) -> frozenset[str]:
        section = policy.sections()[grant.section]
        apart = self._apart(grant, section)
        of_source = {name for part, name in self.subject.source_fields if part == section.name}
        narrower = {
            "directory": self.district.directory_fields,
            "need": section.needs.get(grant.role, frozenset()) | apart,
            "source": of_source,
        }
        fields = section.fields | apart
        for limit in grant.limits & narrower.keys():
            fields &= narrower[limit]
        return fields

    def _apart(self, grant: Grant, section: policy.Section) -> frozenset[str]:
        """The fields that an agreement in force names one by one."""
        named = (one for one in section.apart if f"agreement:{one}" in self.facts)
        return frozenset(named) if "AGR" in grant.codes else frozenset()

    def side(self, rows: Rows) -> Side:
        """The subject's side of a case with these rows about the student."""
        answers = {name: _asking(desk, desk.side(rows)) for name, desk in self.others.items()}
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
        if self.others or "consent_field" in side.rows:
            return self._narrowed(side, opened, section, action)
        answer = step.answers.get(opened)
        if answer is None:
            ways = tuple(step.ways[at] for at in opened)
            answer = self._granted(section, action, ways)
            step.answers[opened] = answer
        return answer

    def _granted(self, section: str, action: str, ways: tuple[Way, ...]) -> Decision:
        """What the open ways give together; a denial where there are none."""
        if not ways:
            return denied(None)
        return granted(section, action, ways, to_party="party" in self.others)

    def _narrowed(self, side: Side, opened: tuple[int, ...], section: str, action: str) -> Decision:
        """The decision where consents name fields, or others limit what is open."""
        step = self.step(section, action)
        ways = [step.ways[at].narrowed(side) for at in opened]
        for name in self._limiting(action) if ways else ():
            theirs = side.others[name](section, "read" if name == "party" else action)
            ways = [way for way in (way.within(theirs) for way in ways) if way.fields]
            if not ways:
                return self._denied(step, _LIMITS[name])
        key = tuple((way.grant.id, way.fields) for way in ways)
        answer = step.answers.get(key)
        if answer is None:
            answer = self._granted(section, action, tuple(ways))
            step.answers[key] = answer
        return answer

    def _limiting(self, action: str) -> tuple[str, ...]:
        """The others beyond whose fields nothing goes: the user, and whoever receives it."""
        to_others = ("user", "party") if action in TO_OTHERS else ("user",)
        return tuple(name for name in to_others if name in self.others)

    def _denied(self, step: Step, code: str) -> Decision:
        answer = step.answers.get(code)
        if answer is None:
            answer = step.answers[code] = denied(code)
        return answer

    def _reads(self, side: Side, section: str) -> bool:
        step = self.step(section, "read")
        if not all(passed(side) for _, passed in step.denials):
            return False
        opened = tuple(
            [at for at, way in enumerate(step.ways) if way.role(side) and way.test(side)]
        )
        if self.others and opened:
            return self._narrowed(side, opened, section, "read").allowed
        return bool(opened)

    def asked(self, section: str, action: str, field_name: str | None = None) -> Expr:
        """The condition under which a section, or one field of it, is open; with what it uses."""
        used = (self._asked(name, "read", None) for name in sorted(self.context.uses))
        # Whatever repeats is left to the folding: most of it is gone by then.
        return All((self._asked(section, action, field_name), *used))

    def _asked(self, section: str, action: str, field_name: str | None) -> Expr:
        if field_name is None and self._limiting(action):
            # Some field has to be open to all of them: the same one.
            kinds = {self._kind_of(section, action, one): one for one in self._all(section, action)}
            return some_of(*(self._asked(section, action, one) for one in sorted(kinds.values())))
        denials = (expr for _, expr in passes(section, action, field_name))
        return All((*denials, self._open(section, action, field_name)))

    def _open(self, section: str, action: str, field_name: str | None) -> Expr:
        ways = self.step(section, action).ways
        fitting = (way for way in ways if field_name is None or field_name in way.fields)
        return AnyOf(tuple(way.condition(field_name) for way in fitting))

    def _all(self, section: str, action: str) -> list[str]:
        """Every field that some way opens which could be open here."""
        return sorted(frozenset().union(*(way.fields for way in self._live(section, action))))

    def _live(self, section: str, action: str) -> tuple[Way, ...]:
        """The ways that the facts do not shut already."""
        step = self.step(section, action)
        if step.live is None:
            open_yet = (way for way in step.ways if folded(way.condition(), self.frame) != NEVER)
            step.live = tuple(open_yet)
        return step.live

    def _kind_of(self, section: str, action: str, field_name: str) -> Any:
        """Equal for fields that are open together, here and to the others."""
        ways = self._live(section, action)
        own = [at for at, way in enumerate(ways) if field_name in way.fields]
        named = self.named is None or field_name in self.named
        alone = named and any(ways[at].is_signed for at in own)
        theirs = (
            self.others[name]._kind_of(section, "read" if name == "party" else action, field_name)
            for name in self._limiting(action)
        )
        return (tuple(own), field_name if alone else "", *theirs)

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


def _asking(desk: Desk, side: Side) -> Answer:
    return lambda section, action: desk.decide(side, section, action).fields
