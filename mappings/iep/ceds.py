"""A person of CEDS, cut into one record for each of the person's IEPs.

A person's tree holds all plans at once, and a goal that stands elsewhere in it is only named there.
Each cut record holds one plan, with the nodes that it names in place of their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mappings.engine.paths import Tree
from schemas.standards.shape import StandardRecord

PERSON: Final = "Person"
_TYPES: Final = frozenset({"IndividualizedProgramType_02196", "IndividualizedProgramType_05982"})
"""An IEP, and an individualized transition plan."""

_SYSTEMS: Final = {
    "local": "PersonIdentificationSystem_District",
    "state": "PersonIdentificationSystem_State",
}
_KEPT: Final = ("@type", "@id", "hasPersonIdentification", "hasPersonBirth")


def student_of(person: Tree, system: str) -> str | None:
    """The person's identifier in a system, `local` or `state`."""
    wanted = _SYSTEMS.get(system)
    for one in _items(person, "hasPersonIdentification"):
        if one.get("hasPersonIdentificationSystem") == wanted and one.get("PersonIdentifier"):
            return str(one["PersonIdentifier"])
    return None


def ieps_of(record: StandardRecord) -> Iterator[StandardRecord]:
    """The record of each IEP of a person, in the order of the tree."""
    person = record.values
    nodes = dict(_named(person))
    about: Tree = {name: person[name] for name in _KEPT if name in person}
    for number, program in enumerate(_programs(person), start=1):
        whole = _resolved(program, nodes, frozenset())
        whole["@type"] = "IndividualizedProgram"
        whole.setdefault("@id", f"iep-{number}")
        place: Tree = {"@type": "ProgramParticipation", "hasIndividualizedProgram": [whole]}
        yield record._replace(values={**about, "hasMembership": [place]})


def settled(tree: Tree) -> Tree:
    """The tree without annual goals that have a postsecondary domain: they are that other kind."""
    after = {goal["id"] for goal in tree.get("postsecondary_goals", ()) if "id" in goal}
    goals = [goal for goal in tree.get("annual_goals", ()) if goal.get("id") not in after]
    return {**tree, "annual_goals": goals} if after else tree


def _programs(person: Tree) -> Iterator[Tree]:
    for membership in _items(person, "hasMembership"):
        for program in _items(membership, "hasIndividualizedProgram"):
            if program.get("hasIndividualizedProgramType") in _TYPES:
                yield program


def _items(tree: Tree, name: str) -> list[Tree]:
    value = tree.get(name, [])
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _named(value: Any) -> Iterator[tuple[str, Tree]]:
    """The nodes of a tree that say more than their name."""
    if isinstance(value, list):
        for each in value:
            yield from _named(each)
    elif isinstance(value, dict):
        if "@id" in value and len(value) > 2:
            yield value["@id"], value
        for each in value.values():
            yield from _named(each)


def _resolved(value: Any, nodes: Mapping[str, Tree], above: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_resolved(each, nodes, above) for each in value]
    if not isinstance(value, dict):
        return value
    name = str(value.get("@id", ""))
    bare = len(value) <= 2 and name in nodes and name not in above
    whole = nodes[name] if bare else value
    inner = above | {name}
    return {key: _resolved(each, nodes, inner) for key, each in whole.items()}
