"""Several user records of one person, told by shared identifiers and never by e-mail.

Certified providers send one record per person and school, and Infinite Campus 1.1 one per role.
Records are joined when they share a strong identifier and a name; where identifiers agree but
names do not, nothing is joined and the pair is handed on for a person to judge.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from mappings.engine.codecs import USER_ID, canonical_json, parse_user_ids, split_list

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


def with_places(users: pl.DataFrame, roles: pl.DataFrame) -> pl.DataFrame:
    """Users with what their roles say of them: `_space` of their numbers, `_school`."""
    if "role" not in roles.columns or roles.is_empty():
        nothing = pl.lit(None, pl.String)
        return users.with_columns(_space=nothing, _school=nothing)
    blank = [name for name in ("orgSourcedId", "roleType") if name not in roles.columns]
    roles = roles.with_columns(pl.lit(None, pl.String).alias(name) for name in blank)
    table = {role: number_space(role) for role in roles["role"].unique() if role}
    space = pl.col("role").replace_strict(table, default="other", return_dtype=pl.String)
    # A teacher who is also a parent is numbered as staff: the order of the words decides.
    places = (
        roles.lazy()
        .select("userSourcedId", "orgSourcedId", "roleType", space=space)
        .group_by("userSourcedId")
        .agg(
            _space=pl.col("space").max(),
            _school=pl.col("orgSourcedId").sort_by("roleType", nulls_last=True).first(),
        )
    )
    joined = users.lazy().join(
        places, left_on="sourcedId", right_on="userSourcedId", how="left", maintain_order="left"
    )
    return joined.collect()


def identifiers(users: pl.DataFrame) -> pl.DataFrame:
    """Every strong identifier of every user record: columns `sourcedId`, `kind`, `value`.

    `users` come from `with_places`. `kind` is `identifier/<number space>`, `master`, or the type
    of a `userIds` item. Items that look like an e-mail address are no identifiers of a person.
    """
    parts = [
        _plain(users),
        _column(users, "userMasterIdentifier", "master"),
        _typed(users),
    ]
    return pl.concat(parts).filter(
        pl.col("value").is_not_null() & ~pl.col("value").str.contains("@")
    )


def bare_identifiers(users: pl.DataFrame) -> pl.DataFrame:
    """Every identifier of every user record whatever its kind: `sourcedId` and `value`."""
    parts = [
        _column(users, "identifier", "").select("sourcedId", "value"),
        _column(users, "userMasterIdentifier", "").select("sourcedId", "value"),
        _typed(users).select("sourcedId", "value"),
    ]
    return pl.concat(parts).drop_nulls("value")


def merge_user_records(users: pl.DataFrame) -> Merged:
    """Join the records of each person; the smallest sourcedId stands for them."""
    shared = _shared(identifiers(users))
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


def _plain(users: pl.DataFrame) -> pl.DataFrame:
    if "identifier" not in users.columns:
        return pl.DataFrame(schema=_IDENTIFIERS)
    kind = pl.concat_str(pl.lit("identifier/"), pl.col("_space").fill_null("other"))
    return users.select("sourcedId", kind=kind, value="identifier")


def _shared(ids: pl.DataFrame) -> pl.DataFrame:
    """The identifiers that stand in more than one record."""
    # Grouping by the value alone is quicker, and what is left after it is next to nothing.
    again = ids.filter(pl.col("value").is_duplicated())
    return again.filter(pl.struct("kind", "value").is_duplicated())


def _column(users: pl.DataFrame, column: str, kind: str) -> pl.DataFrame:
    if column not in users.columns:
        return pl.DataFrame(schema=_IDENTIFIERS)
    return users.select("sourcedId", kind=pl.lit(kind), value=column)


def _typed(users: pl.DataFrame) -> pl.DataFrame:
    if "userIds" not in users.columns:
        return pl.DataFrame(schema=_IDENTIFIERS)
    items = (
        users.select("sourcedId", item=pl.col("userIds").str.extract_all(USER_ID))
        .explode("item", empty_as_null=False, keep_nulls=False)
        .with_columns(parts=pl.col("item").str.extract_groups(USER_ID))
        .unnest("parts")
    )
    return items.select(
        "sourcedId", kind=pl.col("1").str.strip_chars(), value=pl.col("2").str.strip_chars()
    ).filter(pl.col("value") != "")


_IDENTIFIERS = dict.fromkeys(("sourcedId", "kind", "value"), pl.String)


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
