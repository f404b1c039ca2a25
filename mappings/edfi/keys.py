"""By which values Ed-Fi knows what a roster holds: numbers of organizations, unique ids of people.

`edfi.md` §6.1: an organization's identifier has to be a number. A person is known by the
district's number, else the state's, else the roster's own id; a number of several is nobody's.
"""

from __future__ import annotations

import polars as pl

from mappings.hub import Hub
from mappings.oneroster.persons import FAMILY, STAFF

USER_IDS = pl.List(pl.Struct({"type": pl.String(), "identifier": pl.String()}))
STUDENT, TEACHER = "student", "teacher"
_STATE = "State"
_NUMBER = r"^\d{1,18}$"


def number(text: pl.Expr) -> pl.Expr:
    """The number that a text is, or null."""
    return pl.when(text.str.contains(_NUMBER)).then(text).cast(pl.Int64, strict=False)


def last_day(end: pl.Expr) -> pl.Expr:
    """The last day of a range of ours, which excludes its end; Ed-Fi counts it in."""
    return end.dt.offset_by("-1d")


def organizations(hub: Hub) -> pl.DataFrame:
    """Organizations with the number by which Ed-Fi knows them: `org_id`, `number`, `kind`.

    A number of several that Ed-Fi has is none's: nobody goes to another's school for its sake.
    """
    found = hub.frame("organization").select(
        "name",
        "parent_id",
        org_id="id",
        number=number(pl.col("identifier")),
        kind="type",
    )
    sent = pl.when(pl.col("kind").is_in(["district", "school"])).then("number")
    shared = sent.is_not_null() & sent.is_duplicated()
    why = pl.when(shared).then(pl.lit("another organization has the same number"))
    return found.with_columns(number=pl.when(~shared).then("number"), _why=why)


def with_user_ids(people: pl.DataFrame) -> pl.DataFrame:
    """Persons with their typed identifiers as a list, `ids`."""
    text = people["user_ids"].fill_null("[]")
    return people.with_columns(text.str.json_decode(USER_IDS).rename("ids"))


def people(hub: Hub) -> pl.DataFrame:
    """Persons with `person_id`, `unique_id`, the number of their first organization (`ed_org_id`).

    `is_student`, `is_staff`, `is_family` say as what they are known, `named` the number that would
    be theirs if nobody else had it.
    """
    return hub.once(_people)


def _people(hub: Hub) -> pl.DataFrame:
    frame = hub.frame("person").rename({"id": "person_id"})
    named = pl.coalesce("identifier", _state_number(), "person_id")
    known = frame.join(_known_as(hub), on="person_id", how="left", maintain_order="left")
    known = known.with_columns(named=named)
    shared = known.select(_shared(known["named"])).to_series()
    unique = pl.when(shared).then("person_id").otherwise("named")
    return known.with_columns(unique_id=unique).pipe(_with_organization, hub)


def _state_number() -> pl.Expr:
    """The state's number of those whom the district gave none."""
    has_one = pl.col("user_ids").str.contains(f'"{_STATE}"', literal=True)
    ids = pl.when(pl.col("identifier").is_null() & has_one).then("user_ids")
    each = pl.element().struct
    of_state = pl.when(each.field("type") == _STATE).then(each.field("identifier"))
    return ids.str.json_decode(USER_IDS).list.eval(of_state).list.drop_nulls().list.first()


def numbers_of_several(hub: Hub) -> frozenset[str]:
    """Numbers that more than one student has: they say of none who it is."""
    shared = pl.col("is_student") & (pl.col("named") != pl.col("unique_id"))
    return frozenset(people(hub).filter(shared)["named"])


def _shared(named: pl.Series) -> pl.Expr:
    """Whether a number names several students, or members of staff, or contacts.

    Nobody is known by such a number: two people are never merged for the sake of a key.
    """
    if not named.is_duplicated().any():
        return pl.repeat(False, len(named), dtype=pl.Boolean())
    kinds = ("is_student", "is_staff", "is_family")
    among = (pl.col(kind).fill_null(value=False) for kind in kinds)
    return pl.any_horizontal(each & (each.sum().over("named") > 1) for each in among)


def _known_as(hub: Hub) -> pl.DataFrame:
    """As what people are known: by their roles; a student's agent is family whatever the role."""
    role, kinds = pl.col("role"), ("is_student", "is_staff", "is_family")
    roles = hub.frame("role").select("person_id", "org_id", "role", "role_type")
    told = roles.with_columns(
        is_student=role == STUDENT,
        is_staff=role.is_in(sorted(STAFF)),
        is_family=role.is_in(sorted(FAMILY)),
    ).with_row_index("row")
    family = pl.col("row").filter("is_family").min()
    primary = told.sort("role_type", nulls_last=True, maintain_order=True)
    known = primary.group_by("person_id").agg(
        pl.col(kinds).any(), role_org=pl.col("org_id").first(), family_role=family
    )
    known = known.with_columns(family_role=roles["role"].gather(known["family_role"]))
    agents = _agents(hub, known.filter("is_student")["person_id"]).to_frame("person_id")
    joined = known.join(
        agents.with_columns(is_agent=True), on="person_id", how="full", coalesce=True
    )
    is_family = pl.any_horizontal(pl.col("is_family", "is_agent").fill_null(value=False))
    return joined.with_columns(is_family=is_family).drop("is_agent")


def _agents(hub: Hub, students: pl.Series) -> pl.Series:
    """Who is the agent of a student, whichever of the two names the other, and is none."""
    told = hub.frame("relation").select("person_id", "agent_id")
    person, agent = (told[name].is_in(students.implode()) for name in told.columns)
    named, naming = (
        told["agent_id"].filter(person & ~agent),
        told["person_id"].filter(agent & ~person),
    )
    return pl.concat([named, naming.rename("agent_id")]).unique()


def contact_pairs(hub: Hub, known: pl.DataFrame) -> pl.DataFrame:
    """Students and their agents (`person_id`, `agent_id`), whichever of the two names the other.

    `id` is that of the student's relation: one that the agent alone names is told the other way.
    """
    students = known.filter("is_student").select("person_id")
    told = hub.frame("relation").select("id", "person_id", "agent_id")
    turned = told.select(id=pl.lit(None), person_id="agent_id", agent_id="person_id")
    pairs = pl.concat([told, turned]).join(students, on="person_id", how="semi")
    others = students.rename({"person_id": "agent_id"})
    strangers = pairs.join(others, on="agent_id", how="anti")
    return strangers.unique(("person_id", "agent_id"), keep="first", maintain_order=True)


def _with_organization(known: pl.DataFrame, hub: Hub) -> pl.DataFrame:
    numbers = organizations(hub).select("org_id", ed_org_id="number")
    place = pl.coalesce("primary_org_id", "role_org")
    return known.with_columns(org_id=place).join(
        numbers, on="org_id", how="left", maintain_order="left"
    )
