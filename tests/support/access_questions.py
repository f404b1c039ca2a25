"""Random subjects, circumstances and questions for the worlds of `access_world`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from support.access_world import FOREVER, LONG_AGO, NOW, TENANT, Draw, district

from service.access import policy
from service.access.desk import Desk
from service.access.request import Agreement, Context, Deputyship, District, Subject

_CLIENTS = ("CIS", "VRA", "SIS", "AUD", "PSE")


@dataclass(frozen=True)
class Asked:
    """A question about every student: a desk, a section, an action and perhaps one field."""

    desk: Desk
    section: str
    action: str
    field: str | None


class Asking(Draw):
    """Draws questions."""

    def subject(self) -> Subject:
        if self.chance(0.6):
            return self._person()
        return self._party(self.pick(("client", "college")))

    def _person(self) -> Subject:
        id_ = self.pick(self.people)
        suspended = LONG_AGO if self.chance(0.02) else None
        appointed = (("PRV", LONG_AGO, None),) if self.chance(0.3) else ()
        fields = self._source_fields() if self.chance(0.5) else frozenset()
        return Subject(
            TENANT if self.chance(0.98) else "elsewhere",
            id_,
            person_id=id_,
            suspended_at=suspended,
            appointed=appointed,
            source_fields=fields,
            deputy=(self._deputyship(),) if self.chance(0.3) else (),
        )

    def _deputyship(self) -> Deputyship:
        begins = LONG_AGO if self.chance(0.7) else self.moment()
        ends = FOREVER if self.chance(0.7) else self.moment()
        return Deputyship(frozenset({self.pick(self.people)}), begins, ends)

    def _party(self, id_: str) -> Subject:
        orgs = ("s1", "s2", "d", "*")
        scopes = {
            (self.pick(("*", *self.sections)), action, self.pick(orgs))
            for action in policy.ACTIONS
            for _ in range(14)
        }
        return Subject(
            TENANT,
            id_,
            kind="client" if self.chance(0.7) else "outside",
            role=self.pick(_CLIENTS),
            k12=self.chance(0.5),
            scopes=frozenset(scopes),
            source_fields=self._source_fields(),
            agreements=tuple(self._agreement() for _ in range(self.random.randint(0, 2))),
        )

    def _source_fields(self) -> frozenset[tuple[str, str]]:
        all_fields = [
            (name, field)
            for name, section in policy.sections().items()
            for field in sorted(section.fields)
        ]
        return frozenset(self.random.sample(all_fields, 40))

    def _agreement(self) -> Agreement:
        return Agreement(
            exception=self.pick(("a1", "a1", "a3")),
            sections=frozenset(self.random.sample(self.sections, 12)),
            valid_from=LONG_AGO,
            valid_to=self.pick((FOREVER, FOREVER, self.moment())),
            ended_at=self.moment() if self.chance(0.1) else None,
            destroy_by=self.pick((FOREVER, None)),
            bound=self.chance(0.9),
        )

    def circumstances(self) -> Context:
        purposes = (
            "instruction",
            "instruction",
            "transfer",
            "financial-aid",
            "audit",
            None,
            "sale",
        )
        details: dict[str, Any] = {
            "purpose": "instruction" if self.chance(0.6) else self.pick(purposes),
            "stated": self.chance(0.7),
            "strength": self.pick(("strong-factor", "strong-factor", "mtls", "mtls", "password")),
            "party": self.subject() if self.chance(0.4) else None,
            "user": self._person() if self.chance(0.1) else None,
            "item": self.pick((None, None, "i1")),
            "team_decision": f"t-{self.pick(self.students)}-{self.random.randrange(2000)}",
            "uses": frozenset({self.pick(self.sections)}) if self.chance(0.2) else frozenset(),
        }
        names = ("signs", "deidentified", "mirrored")
        flags: dict[str, Any] = {name: self.chance(0.3) for name in names}
        moved = timedelta(days=self.random.randint(-1, 1))
        return Context(NOW + self.pick((timedelta(), moved)), **details, **flags)

    def place(self) -> District:
        return district(
            idea_transfers=self.pick((True, True, False, None)),
            majority_age=self.pick((18, 18, 16, 19, 21)),
            roster_as_of=None if self.chance(0.05) else LONG_AGO if self.chance(0.05) else FOREVER,
            grace_days=self.pick((0, 0, 1, 30)),
            dependents=self.chance(0.7),
            zone=self.pick(("UTC", "America/Los_Angeles", "Pacific/Kiritimati")),
        )

    def question(self) -> Asked:
        """Mostly reads, which most cells are about."""
        section = self.pick(self.sections)
        action = self.pick(("read", *policy.ACTIONS))
        field = None
        if self.chance(0.3):
            field = self.pick(sorted(policy.sections()[section].fields))
        desk = Desk(self.subject(), self.circumstances(), self.place())
        return Asked(desk, section, action, field)
