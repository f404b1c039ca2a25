"""From plans to rows: the student's users row takes the plan along in `metadata.ilp`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree
from mappings.engine.plans import Context, write_plan
from mappings.hub import Choice, Hub, frame_of, rows_of
from mappings.ilp.profile import LOCAL, RosterRows, identifiers_of, roster_of, student_id
from mappings.oneroster.ids import minted, sound_id
from mappings.oneroster.rows_out import RowsOut, rows_out
from mappings.oneroster.scales import RESULTS, ScalesOut, item_id
from mappings.withheld import without_withheld
from schemas.standards.shape import StandardRecord

_UNKNOWN = "nobody in the roster is its student, and its own profile makes no valid user"
_TWICE = "another plan of the same student came first"
_OTHERWISE = "the plan of this student says otherwise"


@dataclass(slots=True)
class PlansOut:
    """Plans one by one, each with its student's row; `written` are the ids of these people."""

    hub: Hub
    rows: RowsOut
    choice: Choice
    losses: Losses
    written: set[str] = field(default_factory=set)
    _scales: ScalesOut = field(default_factory=ScalesOut)
    _places: dict[str, int] = field(default_factory=dict)
    _numbers: dict[str, str] = field(default_factory=dict)
    _schools: dict[str, str] = field(default_factory=dict)
    _founded: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        schools = self.rows.frames.get("organization")
        if schools is not None:
            self._founded |= {("orgs", own) for own in schools["id"]}
            self._schools = dict(schools.select("identifier", "id").drop_nulls().iter_rows())
        people = self.rows.frames.get("person")
        if people is None:
            return
        self._places = {own: at for at, own in enumerate(people["id"])}
        numbered = people.select("identifier", "id").drop_nulls()
        once = numbered.filter(pl.col("identifier").is_unique())
        self._numbers = dict(once.iter_rows())

    def records(self) -> Iterator[StandardRecord]:
        """The records of every plan."""
        for plan in self.hub.plans:
            shown = without_withheld(plan, self.choice.switched, self.losses)
            yield from self._plan(shown)

    def _plan(self, plan: Tree) -> Iterator[StandardRecord]:
        known = self._known(plan)
        own = known or sound_id(student_id(plan))
        if own in self.written:
            self.losses.add(LossKey(Side.OURS, "plan", "", _TWICE), own)
            return
        beside = list(self._founded_by(plan, own)) if known is None else [self._user(known)]
        user = next((each for each in beside if each and each.entity == "users"), None)
        if user is None:
            self.losses.add(LossKey(Side.OURS, "plan", "", _UNKNOWN), own)
            return
        self.written.add(own)
        yield from (each for each in beside if each and each is not user)
        yield from self._made(plan, user, own)

    def _known(self, plan: Tree) -> str | None:
        """The person of the roster who is the plan's student: by sourcedId, else by number."""
        own = sound_id(student_id(plan))
        if own in self._places:
            return own
        return self._numbers.get(identifiers_of(plan).get(LOCAL, ""))

    def _user(self, own: str) -> StandardRecord | None:
        people = self.rows.frames["person"]
        row = next(rows_of("person", people.slice(self._places[own], 1)))
        return self.rows.record("person", row)

    def _founded_by(self, plan: Tree, own: str) -> Iterator[StandardRecord | None]:
        """What the plan's own profile says of student, schools and roles."""
        frames = founding(plan, self._schools)
        for record in rows_out(frames, self.rows.binding, self.losses).records():
            key = (record.entity, record.values["sourcedId"])
            if record.entity == "users" or key not in self._founded:
                self._founded.add(key)
                yield record

    def _made(self, plan: Tree, user: StandardRecord, own: str) -> Iterator[StandardRecord]:
        def beside(entry: Tree) -> Context:
            return {"$entry": _entry(entry, own)}

        context = {"$student": {"sourced_id": own}, "$plan": _told(plan)}
        switched = self.choice.switched | self.rows.binding.switches
        book = self.rows.binding.book
        made = write_plan(book, plan, context, self.losses, switched, beside)
        for record in made:
            if record.entity == "users":
                yield self._joined(user, record)
            elif record.entity == RESULTS:
                yield from self._scales.apart(record.values)
            else:
                yield record

    def _joined(self, user: StandardRecord, plan: StandardRecord) -> StandardRecord:
        for name, value in user.values.items():
            if plan.values.get(name, value) != value:
                key = LossKey(Side.OURS, "person", f"extras.{name}", _OTHERWISE)
                self.losses.add(key, value)
        return user._replace(values={**user.values, **plan.values})


def founding(plan: Tree, schools: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """A plan's student, schools and roles as tables; `schools` are ids by the state's number."""
    told = RosterRows()
    roster_of(plan, told)
    ids = {
        own: schools.get(row.get("identifier", ""), own)
        for own, row in told.rows["organization"].items()
    }
    for rows in told.rows.values():
        for row in rows.values():
            for name in ("parent_id", "org_id", "primary_org_id"):
                if name in row:
                    row[name] = ids[row[name]]
    for own, row in told.rows["organization"].items():
        row["id"] = ids[own]
    # The latest enrollment comes first, so that it is the primary one of its school.
    roles = [_renamed(row) for row in reversed(told.rows.pop("role", {}).values())]
    listed = {name: list(rows.values()) for name, rows in told.rows.items()} | {"role": roles}
    return {name: frame_of(name, rows) for name, rows in listed.items()}


def _renamed(role: Tree) -> Tree:
    """A role with an id that a row can hold; which one is primary is told for all together."""
    parts = (role["person_id"], role["org_id"], role["role"], role.get("begin_date", ""))
    kept = {name: value for name, value in role.items() if name != "role_type"}
    return {**kept, "id": minted("roles", *parts)}


def _entry(entry: Tree, student: str) -> Tree:
    """The ids of what an entry becomes, and of the test whose result it is."""
    key = minted("plan", student, entry["id"])
    told = {"key": key, "link": minted("userResources", student, key)}
    title = entry.get("instrument", entry.get("test"))
    version = entry.get("instrument_version", "")
    return told | ({"line_item": item_id(title, version)} if title else {})


def _told(plan: Tree) -> Tree:
    """What single columns say that also stands in the plan: the year and the counselor."""
    profile = plan.get("profile", {})
    year = profile.get("name_and_grade", {}).get("graduation_year")
    told = {"graduation_year": str(year)} if year else {}
    for each in profile.get("advisory_assignments", ()):
        known = each["person"].get("identifier", {})
        if each["role"] == "counselor" and known.get("system") == "sourcedId":
            return {**told, "counselor_sourced_id": known["value"]}
    return told
