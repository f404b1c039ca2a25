"""A copy of a plan for a reader who may see a part of it only (rule 6 of §4)."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from schemas.ilp.artifacts import Reflection
from schemas.ilp.entry import AuthorKind, ElementRef, Entry, Ref
from schemas.ilp.plan import AREAS, ELEMENTS, REQUIRED, Plan
from schemas.ilp.reviews import Participant, SignOff
from schemas.meta import PrivacyClass, Record, elements_of


@dataclass(frozen=True, slots=True)
class View:
    """What a reader may see of plans.

    `fields` holds element ids, and `EXP.01.supervisor_contact` for a field that has a class of its
    own: it is hidden unless it is named. `items` limits elements to the entries named. `team` lets
    what an IEP team wrote or signed be seen, `private` private reflections. `marks` are further
    names that a copy carries as withheld, so that nobody takes it for the whole.
    """

    fields: AbstractSet[str]
    team: bool = False
    private: bool = False
    items: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()

    @property
    def withheld(self) -> set[str]:
        """What it hides of every plan, whether or not a plan has it: presence alone would tell."""
        hidden = ELEMENTS.keys() - self.fields
        of_team = set() if self.team else {f"{element}.others" for element in SPECIAL_EDUCATION}
        narrower = (_NARROWER - self.fields) | self.marks | of_team
        return hidden | {one for one in narrower if one[:6] not in hidden}

    def shows_signed(self, sign_off: SignOff) -> bool:
        """Whether everything is shown that a sign-off covers.

        Without a part of it nobody could tell whether the signature still holds, and the names of
        the elements alone could tell of an IEP.
        """
        signed = {element.root for element in sign_off.elements}
        whole = self.fields - self.items.keys() - (frozenset() if self.team else SPECIAL_EDUCATION)
        return signed <= whole


SPECIAL_EDUCATION: Final = frozenset(
    place.id for place in ELEMENTS.values() if place.privacy is PrivacyClass.SPED
)
"""The elements that only a recipient with authority for special-education data may get."""

_NARROWER = frozenset(
    f"{place.id}{narrower.path.removeprefix(place.path)}"
    for place in ELEMENTS.values()
    for narrower in place.narrower_fields()
)
"""Every field with a class of its own, as `ID.field`."""


def view_of(classes: AbstractSet[PrivacyClass]) -> View:
    """The view of a reader of these classes who is not the plan's author."""
    open_to = {place.id for place in ELEMENTS.values() if place.privacy in classes}
    for place in ELEMENTS.values():
        open_to |= {
            f"{place.id}{narrower.path.removeprefix(place.path)}"
            for narrower in place.narrower_fields()
            if narrower.privacy in classes
        }
    return View(open_to, team=PrivacyClass.SPED in classes)


def redact(plan: Plan, view: View) -> Plan:
    """The plan with only what a view shows.

    Dropped: entries and single fields that it hides, references to what was dropped, entries that
    mean nothing without such a reference, sign-offs that cover what it hides, private reflections,
    and, unless the view shows it, whatever an IEP team wrote or signed. Free text is not searched
    for what it may give away.
    """
    areas = {name: _area(getattr(plan, name), view) for name in AREAS}
    hidden = view.withheld | set(plan.withheld)
    hidden |= {id_ for id_ in REQUIRED if getattr(areas["profile"], ELEMENTS[id_].field) is None}
    areas = _without_dangling(areas, hidden)
    return Plan.model_validate({**areas, "withheld": tuple(hidden)})


def _area(area: Any, view: View) -> Any:
    """The area with the elements that are shown."""
    shown = {
        name: _visible(getattr(area, name), _Place(view, str(mark.id)))
        for name, mark in elements_of(type(area))
        if mark.id in view.fields
    }
    return type(area).model_validate(shown)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in an element something stands, under a view; `path` is `ID` or `ID.field`."""

    view: View
    path: str

    def below(self, name: str) -> _Place:
        return _Place(self.view, f"{self.path}.{name}")

    def hides(self, value: Any) -> bool:
        """Whether a record may not appear here at all."""
        if isinstance(value, Entry) and value.id not in self._items(value):
            return True
        if isinstance(value, Reflection) and value.private and not self.view.private:
            return True
        if isinstance(value, SignOff) and not self.view.shows_signed(value):
            return True
        if self.view.team:
            return False
        # Derived data inherits the highest class, and the author alone would tell of an IEP.
        if isinstance(value, Entry) and any(
            version.changed.kind is AuthorKind.IEP_TEAM for version in value.versions()
        ):
            return True
        return isinstance(value, SignOff | Participant) and value.role is AuthorKind.IEP_TEAM

    def _items(self, value: Entry) -> AbstractSet[str]:
        return self.view.items.get(self.path[:6], {value.id})


def _visible(value: Any, place: _Place) -> Any:
    """The value without what is hidden, at any depth and in earlier versions.

    A value that hides nothing is handed back itself: to build it anew would cost most of the time.
    """
    if isinstance(value, tuple):
        return _kept(value, [_visible(item, place) for item in value])
    if not isinstance(value, Record):
        return value
    if place.hides(value):
        return None
    marked = _marked(type(value))
    hidden = {name for name in marked if place.below(name).path not in place.view.fields}
    shown = {
        name: _visible(child, place if name == "earlier" else place.below(name))
        for name, child in value
        if name not in hidden
    }
    if not hidden and all(shown[name] is child for name, child in value):
        return value
    if isinstance(value, Entry):
        shown["origins"] = {name: at for name, at in value.origins.items() if name not in hidden}
    return type(value).model_validate(shown)


@cache
def _marked(kind: type[Record]) -> tuple[str, ...]:
    """The fields of a record that have a mark of their own."""
    return tuple(name for name, _ in elements_of(kind))


def _kept(value: tuple[Any, ...], items: list[Any]) -> tuple[Any, ...]:
    """The items that are left of a tuple, the tuple itself where they all are as they were."""
    if all(item is before for item, before in zip(items, value, strict=True)):
        return value
    return tuple(item for item in items if item is not None)


def _without_dangling(areas: dict[str, Any], hidden: AbstractSet[str]) -> dict[str, Any]:
    """The areas without references to what is gone; repeated, as each cut may orphan others."""
    while True:
        ids = frozenset(id_ for area in areas.values() for id_ in _ids(area))
        cut = {name: _pruned(area, ids, hidden) for name, area in areas.items()}
        if cut == areas:
            return cut
        areas = cut


def _ids(area: BaseModel) -> set[str]:
    held = (value if isinstance(value, tuple) else (value,) for _, value in area)
    return {entry.id for entries in held for entry in entries if isinstance(entry, Entry)}


def _pruned(value: Any, ids: AbstractSet[str], hidden: AbstractSet[str]) -> Any:
    """The value without references outside `ids`; None where it cannot stand without them."""
    if isinstance(value, Ref):
        return value if value.root in ids else None
    if isinstance(value, ElementRef):
        return None if value.root in hidden else value
    if isinstance(value, tuple):
        return _kept(value, [_pruned(item, ids, hidden) for item in value])
    return _pruned_record(value, ids, hidden) if isinstance(value, Record) else value


def _pruned_record(
    record: Record, ids: AbstractSet[str], hidden: AbstractSet[str]
) -> Record | None:
    fields = {name: _pruned(child, ids, hidden) for name, child in record}
    if all(fields[name] is child for name, child in record):
        return record
    lost = {name for name, child in record if fields[name] in (None, ()) and child != fields[name]}
    if any(type(record).model_fields[name].is_required() for name in lost):
        return None
    return type(record).model_validate(fields)
