"""A copy of a plan for a reader who may see some privacy classes only (rule 6 of §4)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from pydantic import BaseModel

from schemas.ilp.artifacts import Reflection
from schemas.ilp.elements import withheld_without
from schemas.ilp.entry import AuthorKind, ElementRef, Entry, Ref
from schemas.ilp.plan import AREAS, ELEMENTS, REQUIRED, Plan
from schemas.ilp.reviews import Participant, SignOff
from schemas.meta import PrivacyClass, Record, elements_of


def redact(plan: Plan, classes: AbstractSet[PrivacyClass]) -> Plan:
    """The plan with only what is of these classes, for a reader other than its author.

    Dropped: entries and single fields of other classes, references to what was dropped, entries
    that mean nothing without such a reference, private reflections, and, without special-education
    data, whatever an IEP team wrote or signed. `withheld` names what the classes exclude whether
    or not the plan has it: presence alone would tell. Free text is not searched for what it may
    give away.
    """
    areas = {name: _visible(getattr(plan, name), classes) for name in AREAS}
    hidden = withheld_without(ELEMENTS.values(), classes) | set(plan.withheld)
    hidden |= {id_ for id_ in REQUIRED if getattr(areas["profile"], ELEMENTS[id_].field) is None}
    areas = _without_dangling(areas, hidden)
    return Plan.model_validate({**areas, "withheld": tuple(hidden)})


def _is_hidden(value: Any, classes: AbstractSet[PrivacyClass]) -> bool:
    """Whether a record may not appear at all, whatever the class of its element."""
    if isinstance(value, Reflection) and value.private:
        return True
    if PrivacyClass.SPED in classes:
        return False
    # Derived data inherits the highest class, and the author alone would tell of an IEP.
    if isinstance(value, Entry) and any(
        version.changed.kind is AuthorKind.IEP_TEAM for version in value.versions()
    ):
        return True
    return isinstance(value, SignOff | Participant) and value.role is AuthorKind.IEP_TEAM


def _visible(value: Any, classes: AbstractSet[PrivacyClass]) -> Any:
    """The value without what is of other classes, at any depth and in earlier versions."""
    if isinstance(value, tuple):
        shown_items = (_visible(item, classes) for item in value)
        return tuple(item for item in shown_items if item is not None)
    if not isinstance(value, Record):
        return value
    if _is_hidden(value, classes):
        return None
    hidden = {name for name, mark in elements_of(type(value)) if mark.privacy not in classes}
    shown = {name: _visible(child, classes) for name, child in value if name not in hidden}
    if isinstance(value, Entry):
        shown["origins"] = {name: at for name, at in value.origins.items() if name not in hidden}
    return type(value).model_validate(shown)


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
        kept = (_pruned(item, ids, hidden) for item in value)
        return tuple(item for item in kept if item is not None)
    return _pruned_record(value, ids, hidden) if isinstance(value, Record) else value


def _pruned_record(
    record: Record, ids: AbstractSet[str], hidden: AbstractSet[str]
) -> Record | None:
    fields = {name: _pruned(child, ids, hidden) for name, child in record}
    lost = {name for name, child in record if fields[name] in (None, ()) and child != fields[name]}
    if any(type(record).model_fields[name].is_required() for name in lost):
        return None
    return type(record).model_validate(fields)
