"""From the files of a OneRoster delivery to tables of one record a row.

OneRoster nests what we keep apart: agents in users, roles in 1.1 users. Some providers send one
user record per person and school. Both are put right here, before anything is compared.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from mappings.engine.codecs import split_list
from mappings.oneroster.persons import merge_user_records, with_places
from mappings.recipe import IGNORED, SEPARATOR, Tables, Twins

DERIVED_FROM_USERS = ("users", "roles", "userAgents", "userAliases", "demographics")
"""Tables that may change when the users file does."""


def derive(files: Mapping[str, pl.DataFrame]) -> Tables:
    """The tables of a delivery. Files other than users, roles and demographics pass unchanged."""
    frames = {name: frame for name, frame in files.items() if name not in DERIVED_FROM_USERS}
    if "users" not in files:
        return Tables(frames | {name: files[name] for name in files if name not in frames})
    users = files["users"]
    roles = files["roles"] if "roles" in files else roles_of_users(users)
    merged = merge_user_records(with_places(users, roles))
    frames["users"] = merged.users.drop("agentSourcedIds", strict=False)
    frames["userAliases"] = merged.aliases
    frames["roles"] = _distinct_roles(_redirect(roles, merged.aliases))
    frames["userAgents"] = agents_of_users(merged.users)
    if "demographics" in files:
        frames["demographics"] = _demographics(files["demographics"], merged.aliases)
    twins = tuple(Twins(*twin) for twin in merged.twins)
    return Tables(frames, twins)


def roles_of_users(users: pl.DataFrame) -> pl.DataFrame:
    """The role rows that 1.1 keeps inside users: one for each organization of a user."""
    listed = ("sourcedId", "role", "orgSourcedIds")
    if any(name not in users.columns for name in listed):
        return pl.DataFrame(schema=dict.fromkeys(_ROLE_COLUMNS, pl.String))
    exploded = _explode(users.select(listed), "orgSourcedIds")
    key = pl.concat_str("sourcedId", "orgSourcedIds", "role", separator=SEPARATOR)
    first = pl.col("orgSourcedIds") == pl.col("orgSourcedIds").first().over("sourcedId")
    return exploded.select(
        sourcedId=key,
        userSourcedId="sourcedId",
        roleType=pl.when(first).then(pl.lit("primary")).otherwise(pl.lit("secondary")),
        role="role",
        orgSourcedId="orgSourcedIds",
    ).filter(pl.col("sourcedId").is_not_null())


def agents_of_users(users: pl.DataFrame) -> pl.DataFrame:
    """One row for each agent of a user, under the id by which the user names the agent.

    Which person that id leads to is the crosswalk's to say: a key that depended on the agents'
    own rows would change with them, and a link that was taken back would no longer be found.
    """
    columns = ("sourcedId", "userSourcedId", "agentSourcedId")
    if "agentSourcedIds" not in users.columns:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    links = _explode(users.select("sourcedId", "agentSourcedIds"), "agentSourcedIds")
    key = pl.concat_str("sourcedId", "agentSourcedIds", separator=SEPARATOR)
    return links.select(
        sourcedId=key, userSourcedId="sourcedId", agentSourcedId="agentSourcedIds"
    ).unique("sourcedId", maintain_order=True)


_ROLE_COLUMNS = ("sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId")


def _explode(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """One row for each element of a list column; blank cells give none."""
    filled = rows.filter(pl.col(column).is_not_null())
    arrays = pl.col(column).str.starts_with("[")
    plain = filled.filter(~arrays).with_columns(
        pl.col(column).str.split(",").list.eval(pl.element().str.strip_chars())
    )
    lists = [split_list(cell) for cell in filled.filter(arrays)[column]]
    special = filled.filter(arrays).with_columns(pl.Series(column, lists, dtype=pl.List(pl.String)))
    exploded = pl.concat([plain, special]).explode(column, empty_as_null=False)
    return exploded.filter(pl.col(column) != "")


def _redirect(rows: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Point references at the record that stands for the person."""
    if aliases.is_empty() or "userSourcedId" not in rows.columns:
        return rows
    table = dict(zip(aliases["sourcedId"], aliases["userSourcedId"], strict=True))
    return rows.with_columns(pl.col("userSourcedId").replace(table))


def _distinct_roles(roles: pl.DataFrame) -> pl.DataFrame:
    """Merged user records repeat their roles: keep the first of equal ones."""
    values = [name for name in roles.columns if name not in ("sourcedId", *IGNORED)]
    return roles.sort("sourcedId").unique(values, keep="first", maintain_order=True)


def _demographics(rows: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Demographics carry the user's sourcedId as their own; one row stays for each person."""
    keyed = rows.with_columns(userSourcedId=pl.col("sourcedId"))
    redirected = _redirect(keyed, aliases)
    order = redirected.with_columns(_own=pl.col("sourcedId") == pl.col("userSourcedId"))
    kept = order.sort("_own", descending=True, maintain_order=True)
    return kept.unique("userSourcedId", keep="first", maintain_order=True).drop("_own")
