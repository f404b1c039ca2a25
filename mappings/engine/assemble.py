"""From what tables read of one student to a valid plan; what the plan cannot hold is named.

A plan that was read elsewhere is a copy: `withheld` names the elements without which no plan
stands and which nothing said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from mappings.engine.fragments import clashing, combine
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.model import WHOLE
from mappings.engine.paths import Tree, shape_of_place
from mappings.engine.plans import entry_id, places_of
from schemas.ilp.elements import Place
from schemas.ilp.entry import BOOKKEEPING, AuthorKind, Change, Entry, EntryId, Origin, Ref
from schemas.ilp.plan import ELEMENTS, REQUIRED, Plan
from schemas.meta import Record

_ID: TypeAdapter[str] = TypeAdapter(EntryId)
_MENDS = 20
"""Faults of one entry that are mended by leaving a value out, before the entry is refused."""


@dataclass(slots=True)
class Student:
    """What was read of one student: entries by element, each with the table that read it.

    `odd` is what stood where an entry belongs and is none.
    """

    old: Tree | None = None
    entries: dict[str, list[tuple[str, Tree]]] = field(default_factory=dict)
    odd: list[tuple[str, Any]] = field(default_factory=list)

    def take(self, table: str, subject: str, ours: Tree) -> None:
        """Add what one table read in one place."""
        if subject != WHOLE:
            self.entries.setdefault(subject, []).append((table, ours))
            return
        for element in ELEMENTS:
            for _, entry in places_of(ours, element):
                self._add(table, element, entry)

    def _add(self, table: str, element: str, entry: Any) -> None:
        if isinstance(entry, dict):
            self.entries.setdefault(element, []).append((table, entry))
        else:
            self.odd.append((element, entry))


@dataclass(slots=True)
class Assembly:
    """Makes plans of what was read. `origin` is the source and the time of reading."""

    origin: Origin
    losses: Losses

    def plan(self, student: Student, kept: dict[str, list[Tree]]) -> Tree:
        """A valid plan as a tree. `kept` are old entries that the source had no say in."""
        for element, value in student.odd:
            self.lose(element, "", "no entry of a plan", value)
        joined = {element: self._joined(element, student) for element in student.entries}
        version = _plan_version(joined, student.old)
        areas: dict[str, dict[str, tuple[Entry, ...]]] = {}
        ids: set[str] = set()
        for element, place in ELEMENTS.items():
            olds = _entries(student.old, element)
            found = [*joined.get(element, ()), *kept.get(element, ())]
            made = [self._entry(place, tree, olds, version, ids) for tree in found]
            held = _in_old_order([each for each in made if each is not None], list(olds))
            areas.setdefault(place.area, {})[place.field] = tuple(held)
        return self._whole(areas, student.old)

    def lose(self, element: str, path: str, reason: str, value: Any = None) -> None:
        self.losses.add(LossKey(Side.THEIRS, element, shape_of_place(path), reason), value)

    def _joined(self, element: str, student: Student) -> list[Tree]:
        """The entries of an element: fragments of one entry are joined, the first stands."""
        joined: list[Tree] = []
        sources: list[set[str]] = []
        single = not ELEMENTS[element].many
        for table, tree in student.entries[element]:
            same = next((n for n, each in enumerate(joined) if single or _same(each, tree)), None)
            if same is None:
                joined.append(tree)
                sources.append({table})
            elif table in sources[same] and single:
                if joined[same] != tree:
                    self.lose(element, "", "a plan has one of these, and another came first")
            else:
                for place in clashing(joined[same], tree):
                    self.lose(element, place, "another record says otherwise and came first")
                combine(joined[same], tree)
                sources[same].add(table)
        return joined

    def _entry(
        self, place: Place, tree: Tree, olds: dict[str, Entry], version: int, ids: set[str]
    ) -> Entry | None:
        """An entry with an id and bookkeeping, as the model has it; None where it is refused."""
        content = {name: value for name, value in tree.items() if name not in BOOKKEEPING}
        id_ = self._id(place.id, tree.get("id"), content, ids)
        changed = Change(
            author=self.origin.source,
            kind=AuthorKind.DISTRICT_SYSTEM,
            source=self.origin.source,
            at=self.origin.at,
            plan_version=version,
        )
        told = {name: tree[name] for name in BOOKKEEPING & tree.keys()}
        start = {"version": 1, "changed": changed.model_dump(mode="json"), **told, "id": id_}
        entry = self._mended(place, {**start, **content})
        if entry is None:
            return None
        ids.add(id_)
        old = olds.get(id_)
        is_told = {"version", "changed"} <= told.keys()  # as a native document has it
        return entry if old is None or is_told else _revised(old, entry, changed)

    def _id(self, element: str, stated: Any, content: Tree, ids: set[str]) -> str:
        """The entry's own id, or one made of its content where that cannot stand."""
        if stated is not None:
            try:
                id_ = _ID.validate_python(stated)
            except ValidationError:
                self.lose(element, "id", "no id of ours has this form", stated)
            else:
                if id_ not in ids:
                    return id_
                self.lose(element, "id", "another entry has the same id", stated)
        made = entry_id(element, {"id": stated, **content})
        number = 1
        while made in ids:
            number += 1
            made = f"{entry_id(element, {'id': stated, **content})}-{number}"
        return made

    def _mended(self, place: Place, tree: Tree) -> Entry | None:
        """The entry without the values that the model refuses; None where it needs them."""
        for _ in range(_MENDS):
            try:
                return place.model.model_validate(tree)
            except ValidationError as error:
                fault = error.errors(include_url=False)[0]
            loc, reason = fault["loc"], f"the plan refuses it: {fault['msg']}"
            path = _spelled(loc)
            if fault["type"] == "missing" or not loc or not _left_out(tree, loc):
                self.lose(place.id, "", f"{path}: {reason}" if path else reason)
                return None
            self.lose(place.id, path, reason, fault.get("input"))
        self.lose(place.id, "", "too much of it is no value of a plan")
        return None

    def _whole(self, areas: dict[str, dict[str, tuple[Entry, ...]]], old: Tree | None) -> Tree:
        self._prune(areas)
        built: dict[str, dict[str, Any]] = {area: {} for area in areas}
        for place in ELEMENTS.values():
            held = areas[place.area][place.field]
            if held:
                built[place.area][place.field] = held if place.many else held[0]
        absent = {id_ for id_ in REQUIRED if not areas[_of(id_).area][_of(id_).field]}
        before = {path for path in (old or {}).get("withheld", ()) if _is_absent(areas, path)}
        plan = Plan.model_validate({**built, "withheld": tuple(absent | before)})
        return plan.model_dump(mode="json", exclude_defaults=True)

    def _prune(self, areas: dict[str, dict[str, tuple[Entry, ...]]]) -> None:
        """Leave out references to entries that are not there, as often as one cut makes another."""
        while True:
            entries = [each for area in areas.values() for held in area.values() for each in held]
            pruner = _Pruner(frozenset(entry.id for entry in entries))
            for place in ELEMENTS.values():
                held = areas[place.area][place.field]
                pruned = [(each, pruner.pruned(each)) for each in held]
                areas[place.area][place.field] = tuple(
                    kept for _, kept in pruned if kept is not None
                )
                for each in (each for each, kept in pruned if kept is None):
                    self.lose(place.id, "", "means nothing without an entry that is gone", each.id)
                for path, value in pruner.cut:
                    self.lose(place.id, path, "refers to an entry that is not there", value)
                pruner.cut.clear()
            if not pruner.any:
                return


@dataclass(slots=True)
class _Pruner:
    """Cuts references outside `ids` out of records; one that needs such a reference falls."""

    ids: frozenset[str]
    cut: list[tuple[str, str]] = field(default_factory=list)
    any: bool = False

    def pruned(self, value: Any, at: str = "") -> Any:
        if isinstance(value, Ref):
            return value if value.root in self.ids else self._cut(at, value.root)
        if isinstance(value, tuple):
            members = (self.pruned(item, f"{at}[{n}]") for n, item in enumerate(value))
            return tuple(item for item in members if item is not None)
        return self._record(value, at) if isinstance(value, Record) else value

    def _cut(self, at: str, id_: str) -> None:
        self.any = True
        self.cut.append((at, id_))

    def _record(self, record: BaseModel, at: str) -> BaseModel | None:
        stem = f"{at}." if at else ""
        fields = {name: self.pruned(child, f"{stem}{name}") for name, child in record}
        changed = {name for name, child in record if fields[name] is not child}
        changed = {name for name in changed if fields[name] != getattr(record, name)}
        if not changed:
            return record
        try:
            return type(record).model_validate({**dict(record), **{n: fields[n] for n in changed}})
        except ValidationError:
            return None


def _of(element: str) -> Place:
    return ELEMENTS[element]


def _same(one: Tree, other: Tree) -> bool:
    return one.get("id") is not None and one.get("id") == other.get("id")


def _entries(plan: Tree | None, element: str) -> dict[str, Entry]:
    """The entries of an element in an old plan by id, as records."""
    held = places_of(plan or {}, element)
    read = (ELEMENTS[element].model.model_validate(entry) for _, entry in held)
    return {entry.id: entry for entry in read}


def _in_old_order(entries: list[Entry], order: list[str]) -> list[Entry]:
    place = {id_: number for number, id_ in enumerate(order)}
    return sorted(entries, key=lambda entry: place.get(entry.id, len(place)))


def _revised(old: Entry, entry: Entry, changed: Change) -> Entry:
    """The old entry where nothing changed, else its next version."""
    own = type(entry).model_fields.keys() - BOOKKEEPING
    values = {name: getattr(entry, name) for name in own}
    differing = {name: value for name, value in values.items() if value != getattr(old, name)}
    return old.revised(changed, **differing) if differing else old


def _plan_version(joined: dict[str, list[Tree]], old: Tree | None) -> int:
    """The version of the whole plan in which the entries are new."""
    headers = [*joined.get("PRO.04", ()), *(entry for _, entry in places_of(old or {}, "PRO.04"))]
    stated = (header.get("plan_version") for header in headers)
    return next((number for number in stated if isinstance(number, int) and number > 0), 1)


def _spelled(loc: tuple[int | str, ...]) -> str:
    names = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return "".join(names).lstrip(".")


def _left_out(tree: Any, loc: tuple[int | str, ...]) -> bool:
    """Take away the value at a place; False where there is none, or a mended tree would not do."""
    *above, last = loc
    here = tree
    for part in above:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return False
    if isinstance(here, dict) and last in here and last not in {"id", "version", "changed"}:
        del here[last]
        return True
    if isinstance(here, list) and isinstance(last, int) and last < len(here):
        del here[last]
        return True
    return False


def _is_absent(areas: dict[str, dict[str, tuple[Entry, ...]]], path: str) -> bool:
    place = ELEMENTS.get(path)
    return place is None or not areas[place.area][place.field]
