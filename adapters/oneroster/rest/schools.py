"""Keeping only the records of some schools, so that no others reach the shelf.

Providers differ in which filters they know, so the choice is made here. Organizations, sessions,
courses and resources are kept whole: they name no person, and others refer to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.errors import SourceMisconfigured
from adapters.oneroster.rest.index import Index, Keep

_BY_SCHOOL = ("classes", "enrollments")
_BY_STUDENT = ("results", "assessmentResults")
_BY_CLASS = ("lineItems", "scoreScales")


def keeps(schools: tuple[str, ...], pulled: Mapping[str, Index]) -> dict[str, Keep]:
    """For each collection that is narrowed, which of its records stay.

    Raises SourceMisconfigured when a school is not among the organizations.
    """
    if not schools:
        return {}
    wanted = frozenset(schools)
    _require_known(wanted, pulled.get("orgs", ()))
    people = _people(wanted, pulled.get("users", ()))
    classes = frozenset(_ids(pulled.get("classes", ()), wanted))
    chosen: dict[str, Keep] = {name: _refers("school", wanted) for name in _BY_SCHOOL}
    chosen |= {name: _refers("student", people) for name in _BY_STUDENT}
    chosen |= {name: _refers("class", classes) for name in _BY_CLASS}
    for name in ("users", "demographics"):
        chosen[name] = lambda record: str(record.get("sourcedId")) in people
    return chosen


def ref(value: Any) -> str | None:
    """The `sourcedId` that a reference names, whatever else of it is missing."""
    named = value.get("sourcedId") if isinstance(value, dict) else value
    return str(named) if named not in (None, "") and not isinstance(named, dict | list) else None


def _refers(field: str, wanted: frozenset[str]) -> Keep:
    return lambda record: ref(record.get(field)) in wanted


def _require_known(wanted: frozenset[str], orgs: Iterable[dict[str, Any]]) -> None:
    unknown = wanted - {str(org.get("sourcedId")) for org in orgs}
    if unknown:
        raise SourceMisconfigured(
            f"schools names {', '.join(sorted(unknown))}, which is not among GET /orgs",
            "use the sourcedId of each school; `planbridge source test` shows that they answer",
        )


def _ids(classes: Iterable[dict[str, Any]], wanted: frozenset[str]) -> Iterable[str]:
    return (str(one.get("sourcedId")) for one in classes if ref(one.get("school")) in wanted)


def _people(wanted: frozenset[str], users: Iterable[dict[str, Any]]) -> frozenset[str]:
    """Users with a role at these schools, and the agents (mostly parents) that they name."""
    people: set[str] = set()
    for user in users:
        if wanted & set(_orgs_of(user)):
            people.add(str(user.get("sourcedId")))
            people.update(filter(None, map(ref, _listed(user, "agents"))))
    return frozenset(people)


def _orgs_of(user: dict[str, Any]) -> Iterable[str]:
    roles = [role.get("org") for role in _listed(user, "roles") if isinstance(role, dict)]
    return filter(None, map(ref, [*roles, *_listed(user, "orgs"), user.get("primaryOrg")]))


def _listed(record: dict[str, Any], field: str) -> list[Any]:
    value = record.get(field)
    return value if isinstance(value, list) else []
