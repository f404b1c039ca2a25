"""The inverse of `derive`: what OneRoster nests goes back to where it lies in the files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from mappings.codesets.crosswalk import crosswalk
from mappings.engine.loss import Losses, LossKey, Side
from mappings.engine.paths import Tree
from mappings.hub import rows_of
from mappings.oneroster.binding import Binding
from mappings.oneroster.ids import minted

ROLE = "metadata.ilp.role"
"""The role of 1.2 that a user of 1.1 has, where 1.1 has no word for it (`oneroster.md` §5)."""

NO_TYPE = "assumed: the first role at a place is the primary one there"
_ONE_ROLE = "a user of 1.1 has one role"


@dataclass(slots=True)
class Folded:
    """What users hold besides their own fields, by the user's id."""

    agents: dict[str, list[str]] = field(default_factory=dict)
    roles: dict[str, Tree] = field(default_factory=dict)

    def into(self, row: Tree) -> Tree:
        """A users row with its agents and, in 1.1, its role and organizations."""
        own = row["sourcedId"]
        agents = {"agentSourcedIds": self.agents[own]} if own in self.agents else {}
        return {**row, **agents, **self.roles.get(own, {})}


def folded(
    frames: Mapping[str, pl.DataFrame],
    binding: Binding,
    losses: Losses,
    untyped: frozenset[str] = frozenset(),
) -> Folded:
    """Relations and, for 1.1, roles as parts of users; the types of `untyped` are assumed."""
    made = Folded()
    if "relation" in frames:
        made.agents = _agents(rows_of("relation", frames["relation"]), binding, losses)
    if binding.version == "1.1" and "role" in frames:
        people = frames.get("person")
        places = people.select("id", "primary_org_id").rows() if people is not None else ()
        roles = rows_of("role", frames["role"])
        made.roles = roles_of_1p1(roles, dict(places), binding, losses, untyped)
    return made


def _agents(relations: Iterable[Tree], binding: Binding, losses: Losses) -> dict[str, list[str]]:
    write = binding.writer("relation")
    agents: dict[str, list[str]] = defaultdict(list)
    for relation in relations:
        extras = relation.pop("extras", None)
        row = write(relation, losses)
        if row is None:
            continue
        minted_id = agent_id(row["userSourcedId"], row["agentSourcedId"])
        for name in ("extras",) * bool(extras) + ("id",) * (row["sourcedId"] != minted_id):
            why = "an agent is an id in its user's row and has nothing of its own"
            losses.add(LossKey(Side.OURS, "relation", name, why))
        listed = agents[row["userSourcedId"]]
        if row["agentSourcedId"] not in listed:
            listed.append(row["agentSourcedId"])
    return dict(agents)


def agent_id(user: str, agent: str) -> str:
    """The id of the link between a user and an agent."""
    return minted("userAgents", user, agent)


def role_id(user: str, organization: str, role: str) -> str:
    """The id of a role that a row of users holds, as the JSON binding has it too."""
    return minted("roles", user, organization, role)


def roles_of_1p1(
    roles: Iterable[Tree],
    places: Mapping[str, str | None],
    binding: Binding,
    losses: Losses,
    untyped: frozenset[str] = frozenset(),
) -> dict[str, Tree]:
    """One role for each user, with all the organizations where they have it.

    The role at the primary organization stands, else the first primary one.
    """
    write, rows = binding.writer("role"), defaultdict(list)
    for role in roles:
        own = Losses()
        for name in role.pop("extras", None) or ():
            own.add(LossKey(Side.OURS, "role", f"extras.{name}", _ONE_ROLE))
        row = write(role, own)
        if row is None:
            losses.merge(own)
        else:
            rows[row["userSourcedId"]].append((row, own, row["sourcedId"] in untyped))
    return {user: _one_role(each, places.get(user), losses) for user, each in rows.items()}


_Said = tuple[Tree, Losses, bool]
"""A role's row, what it cannot say, and whether its type is assumed."""


def _one_role(rows: list[_Said], home: str | None, losses: Losses) -> Tree:
    def rank(said: _Said) -> tuple[bool, bool]:
        return (said[0]["orgSourcedId"] != home, said[0].get("roleType") != "primary")

    ordered = sorted(rows, key=rank)
    first = ordered[0][0]
    kept: list[_Said] = []
    for said in ordered:
        row = said[0]
        if row["role"] != first["role"]:
            losses.add(LossKey(Side.OURS, "role", "", _ONE_ROLE), row["role"])
        elif any(row["orgSourcedId"] == each["orgSourcedId"] for each, _, _ in kept):
            why = "a user of 1.1 names an organization once"
            losses.add(LossKey(Side.OURS, "role", "", why), row["orgSourcedId"])
        else:
            kept.append(said)
    for row, own, untyped in kept:
        losses.merge(own)
        _tell_unsaid(row, untyped, losses)
    return _spelled(first["role"], [row["orgSourcedId"] for row, _, _ in kept], losses)


def _tell_unsaid(row: Tree, untyped: bool, losses: Losses) -> None:
    if untyped:
        losses.add(LossKey(Side.OURS, "role", "role_type", NO_TYPE))
    elif row["roleType"] != "primary":
        why = "1.1 has no types of roles: a user's one role at a place is read as primary"
        losses.add(LossKey(Side.OURS, "role", "role_type", why), row["roleType"])
    if row["sourcedId"] != role_id(row["userSourcedId"], row["orgSourcedId"], row["role"]):
        why = "1.1 keeps roles in users, without an id"
        losses.add(LossKey(Side.OURS, "role", "id", why), row["sourcedId"])


def _spelled(role: str, organizations: list[str], losses: Losses) -> Tree:
    """The columns of a user; a role that 1.1 has no word for stands beside the nearest."""
    found = crosswalk("oneroster/role-1p1").forward.get(role)
    own: Tree = {"orgSourcedIds": organizations}
    if found is None:
        own |= {"role": role}
    else:
        own |= {"role": found.theirs}
    return own if own["role"] == role else {**own, ROLE: role}
