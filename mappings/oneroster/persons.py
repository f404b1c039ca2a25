"""Several user records of one person, told by shared identifiers and never by e-mail.

Certified providers send one record per person and school, and Infinite Campus 1.1 one per role.
Records are joined when they share a strong identifier and a name; where identifiers agree but
names do not, nothing is joined and the pair is handed on for a person to judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from mappings.engine.codecs import canonical_json, parse_user_ids, split_list

STAFF = frozenset(
    {
        "administrator",
        "aide",
        "counselor",
        "districtAdministrator",
        "principal",
        "proctor",
        "siteAdministrator",
        "systemAdministrator",
        "teacher",
    }
)
FAMILY = frozenset({"guardian", "parent", "relative"})

Twin = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Merged:
    """Users with one row a person; `aliases` leads from other records to the one that stands."""

    users: pl.DataFrame
    aliases: pl.DataFrame
    twins: tuple[Twin, ...]


def number_space(role: str | None) -> str:
    """Whose numbers a plain `identifier` is taken from: students, staff and families differ."""
    if role == "student":
        return "student"
    if role in STAFF:
        return "staff"
    return "family" if role in FAMILY else "other"


def identifiers(users: pl.DataFrame, roles: pl.DataFrame) -> pl.DataFrame:
    """Every strong identifier of every user record: columns `sourcedId`, `kind`, `value`.

    `kind` is `identifier/<number space>`, `master`, or the type of a `userIds` item. Items that
    look like an e-mail address are no identifiers of a person.
    """
    spaces = _spaces(roles)
    parts = [
        _plain(users, spaces),
        _column(users, "userMasterIdentifier", "master"),
        _typed(users),
    ]
    found = pl.concat(parts).filter(
        pl.col("value").is_not_null() & ~pl.col("value").str.contains("@")
    )
    return found.unique(maintain_order=True)


def merge_user_records(users: pl.DataFrame, roles: pl.DataFrame) -> Merged:
    """Join the records of each person; the smallest sourcedId stands for them."""
    ids = identifiers(users, roles)
    shared = ids.filter(pl.struct("kind", "value").is_duplicated())
    if shared.is_empty():
        return Merged(users, _aliases({}), ())
    names = _names(users, shared["sourcedId"])
    leaders: dict[str, str] = {}
    twins: list[Twin] = []
    groups = shared.group_by("kind", "value", maintain_order=True).agg(pl.col("sourcedId").sort())
    for kind, value, members in groups.iter_rows():
        if len({_compatible_key(names[member]) for member in members}) > 1:
            twins.append((kind, value, tuple(members)))
            continue
        _join(leaders, members)
    follow = {member: _leader(leaders, member) for member in leaders}
    aliases = {member: leader for member, leader in follow.items() if member != leader}
    return Merged(_fold(users, aliases), _aliases(aliases), tuple(twins))


def _spaces(roles: pl.DataFrame) -> pl.DataFrame:
    if "role" not in roles.columns or roles.is_empty():
        return pl.DataFrame(schema={"sourcedId": pl.String, "space": pl.String})
    table = {role: number_space(role) for role in roles["role"].unique()}
    space = pl.col("role").replace_strict(table, default="other", return_dtype=pl.String)
    # A teacher who is also a parent is numbered as staff: the order of the words decides.
    return roles.group_by(sourcedId="userSourcedId").agg(space=space.sort(descending=True).first())


def _plain(users: pl.DataFrame, spaces: pl.DataFrame) -> pl.DataFrame:
    rows = _column(users, "identifier", "identifier").join(spaces, on="sourcedId", how="left")
    kind = pl.concat_str(pl.lit("identifier/"), pl.col("space").fill_null("other"))
    return rows.select("sourcedId", kind=kind, value="value")


def _column(users: pl.DataFrame, column: str, kind: str) -> pl.DataFrame:
    if column not in users.columns:
        return pl.DataFrame(schema=dict.fromkeys(("sourcedId", "kind", "value"), pl.String))
    return users.select("sourcedId", kind=pl.lit(kind), value=column)


def _typed(users: pl.DataFrame) -> pl.DataFrame:
    rows = list(_items(users)) if "userIds" in users.columns else []
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("sourcedId", "kind", "value"), pl.String), orient="row"
    )


def _items(users: pl.DataFrame) -> Iterator[tuple[str, str, str]]:
    filled = users.select("sourcedId", "userIds").filter(pl.col("userIds").is_not_null())
    for sourced_id, cell in filled.iter_rows():
        for item in parse_user_ids(cell) or ():
            yield sourced_id, item["type"], item["identifier"]


def _names(users: pl.DataFrame, ids: pl.Series) -> dict[str, tuple[str, str]]:
    wanted = users.filter(pl.col("sourcedId").is_in(ids.implode()))
    given, family = (wanted[name].fill_null("") for name in ("givenName", "familyName"))
    return dict(zip(wanted["sourcedId"], zip(given, family, strict=True), strict=True))


def _compatible_key(name: tuple[str, str]) -> tuple[str, str]:
    return (name[0].casefold().strip(), name[1].casefold().strip())


def _leader(leaders: dict[str, str], member: str) -> str:
    while leaders[member] != member:
        member = leaders[member]
    return member


def _join(leaders: dict[str, str], members: list[str]) -> None:
    roots = [_leader(leaders, member) for member in members if member in leaders]
    first = min([*roots, *members])
    for member in [*roots, *members]:
        leaders[member] = first


def _aliases(table: dict[str, str]) -> pl.DataFrame:
    rows = sorted(table.items())
    return pl.DataFrame(
        rows, schema={"sourcedId": pl.String, "userSourcedId": pl.String}, orient="row"
    )


def _fold(users: pl.DataFrame, aliases: dict[str, str]) -> pl.DataFrame:
    """One row for each person: the leader's cells, gaps filled from the others in id order."""
    if not aliases:
        return users
    involved = set(aliases) | set(aliases.values())
    leader = pl.col("sourcedId").replace(aliases)
    crowd = users.filter(pl.col("sourcedId").is_in(list(involved))).sort("sourcedId")
    filled = [pl.col(name).drop_nulls().first() for name in users.columns if name not in _UNITED]
    listed = [pl.col(name).drop_nulls() for name in users.columns if name in _UNITED]
    folded = crowd.group_by(leader.alias("_leader"), maintain_order=True).agg(*filled, *listed)
    united = [_unite(folded[name]) for name in users.columns if name in _UNITED]
    rows = folded.with_columns(*united, sourcedId="_leader").select(users.columns)
    others = users.filter(~pl.col("sourcedId").is_in(list(involved)))
    return pl.concat([others, rows.cast(users.schema)])


_UNITED = ("userIds", "agentSourcedIds", "orgSourcedIds")


def _unite(lists: pl.Series) -> pl.Series:
    """All elements of a list column over a person's records, each once."""
    unite = _unite_user_ids if lists.name == "userIds" else _unite_elements
    return pl.Series(lists.name, [unite(cells) for cells in lists], dtype=pl.String)


def _unite_user_ids(cells: pl.Series) -> str | None:
    items = [item for cell in cells for item in parse_user_ids(cell) or ()]
    texts = dict.fromkeys(f"{{{item['type']}:{item['identifier']}}}" for item in items)
    return ",".join(texts) or None


def _unite_elements(cells: pl.Series) -> str | None:
    elements = list(dict.fromkeys(element for cell in cells for element in split_list(cell)))
    return canonical_json(elements) if elements else None
