"""Finding whose record a user is that the source sends for the first time.

A shared strong identifier and a shared name make it the person we know. Anything less makes a
new person and, where it looks like one we know, a question for a human. Two people whom we
already keep apart are never merged by machine, and e-mail alone proves nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from mappings.recipe import Twins
from service.store.bulk import among, fetch_frame
from service.store.tables import ROSTER, crosswalk, joined_person, person_identifier, source
from service.sync.resolve import IDS

_SIMILAR = 88
"""Percent of similarity from which two names are worth a question; of 100, rapidfuzz WRatio."""

_person = ROSTER["person"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that a person should judge: tonight's record and somebody who may be the same."""

    record_id: str
    candidate_id: str
    sourced_id: str
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """Users that turned out to be people we know, and the open questions."""

    linked: pl.DataFrame
    questions: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Which district and source; `leaving` are the people who lose their place there tonight."""

    connection: Connection
    tenant: str
    source: str
    leaving: set[str]


def match_people(
    where: Where, users: pl.DataFrame, identifiers: pl.DataFrame, minted: dict[str, str]
) -> Matched:
    """Match users by their strong identifiers, then look for likely doubles.

    `users` are raw rows without crosswalk entry, `minted` the record ids they get if nobody is
    found.
    """
    if _is_first_load(where):
        return Matched(pl.DataFrame(schema=IDS), ())
    hits = _hits(where, identifiers)
    people = _people(where, hits["person_id"])
    settled = _present(where, hits["person_id"]) - where.leaving
    pointed: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for sourced_id, person, reason in hits.iter_rows():
        pointed[sourced_id].append((person, reason))
    linked: dict[str, str] = {}
    questions: list[Candidate] = []
    for row in users.select("sourcedId", "givenName", "familyName").iter_rows():
        for verdict in _judge(row, pointed[row[0]], people, settled):
            if isinstance(verdict, str):
                linked[row[0]] = verdict
                settled.add(verdict)
            else:
                questions.append(_asked(verdict, row[0], minted[row[0]]))
    strangers = users.filter(~pl.col("sourcedId").is_in(list(linked)))
    asked = {(one.record_id, one.candidate_id) for one in questions}
    likely = _lookalikes(where, strangers, minted)
    questions.extend(one for one in likely if (one.record_id, one.candidate_id) not in asked)
    table = pl.DataFrame(list(linked.items()), schema=IDS, orient="row")
    return Matched(table, tuple(questions))


def twin_questions(twins: Iterable[Twins], people: dict[str, str]) -> Iterator[Candidate]:
    """Questions about records of one delivery that share an identifier but not a name."""
    for twin in twins:
        first, *others = (one for one in twin.sourced_ids if one in people)
        for other in others:
            if people[first] != people[other]:
                reason = f"same {twin.kind} {twin.value!r}, different names"
                yield Candidate(people[other], people[first], other, 60, (reason,))


_HITS = {"sourcedId": pl.String, "person_id": pl.String, "reason": pl.String}
_Verdict = str | tuple[str, int, tuple[str, ...]]


def _asked(verdict: tuple[str, int, tuple[str, ...]], sourced_id: str, minted: str) -> Candidate:
    candidate, score, reasons = verdict
    return Candidate(minted, candidate, sourced_id, score, reasons)


def _hits(where: Where, identifiers: pl.DataFrame) -> pl.DataFrame:
    if identifiers.is_empty():
        return pl.DataFrame(schema=_HITS)
    query = sa.select(
        person_identifier.c.kind, person_identifier.c.value, person_identifier.c.person_id
    ).where(
        person_identifier.c.tenant == where.tenant,
        among(where.connection, person_identifier.c.kind, identifiers["kind"].unique()),
        among(where.connection, person_identifier.c.value, identifiers["value"].unique()),
    )
    known = fetch_frame(where.connection, query)
    reason = pl.format("same {} {}", "kind", "value")
    return identifiers.join(known, on=["kind", "value"]).select(
        "sourcedId", "person_id", reason=reason
    )


def _people(where: Where, ids: pl.Series) -> dict[str, tuple[str, str]]:
    query = sa.select(_person.c.id, _person.c.given_name, _person.c.family_name).where(
        _person.c.tenant == where.tenant, among(where.connection, _person.c.id, ids.unique())
    )
    found = where.connection.execute(query)
    return {row.id: (row.given_name, row.family_name) for row in found}


def _present(where: Where, ids: pl.Series) -> set[str]:
    """Of these people, those whom the source delivers already under another id."""
    query = sa.select(crosswalk.c.record_id).where(
        crosswalk.c.tenant == where.tenant,
        crosswalk.c.source == where.source,
        crosswalk.c.entity == "person",
        crosswalk.c.present,
        among(where.connection, crosswalk.c.record_id, ids.unique()),
    )
    return set(where.connection.execute(query).scalars())


def _judge(
    row: tuple[str, str | None, str | None],
    hits: list[tuple[str, str]],
    people: dict[str, tuple[str, str]],
    taken: set[str],
) -> Iterator[_Verdict]:
    """One link, or a question for each person whom an identifier points to."""
    pointed = sorted({person for person, _ in hits})
    if len(pointed) == 1 and pointed[0] not in taken and _share_a_name(row, people[pointed[0]]):
        yield pointed[0]
        return
    for person in pointed:
        reasons = tuple(reason for one, reason in hits if one == person)
        note = "already delivered under another id" if person in taken else "names differ"
        if len(pointed) > 1:
            note = "identifiers point to several people"
        yield person, 75, (*reasons, note)


def _share_a_name(row: tuple[str, str | None, str | None], known: tuple[str, str]) -> bool:
    """A family name may change and a given name may be shortened, but hardly both at once."""
    given, family = ((name or "").casefold().strip() for name in row[1:])
    return given == known[0].casefold() or family == known[1].casefold()


def _lookalikes(where: Where, users: pl.DataFrame, minted: dict[str, str]) -> Iterator[Candidate]:
    """People of the same family name or e-mail whom this source does not deliver tonight."""
    if users.is_empty():
        return
    known: dict[str, list[_Known]] = defaultdict(list)
    for person in _unclaimed(where, users):
        for key in {person[2], person[3]} - {None}:
            known[str(key)].append(person)
    for row in users.select("sourcedId", "givenName", "familyName", "email").iter_rows():
        alike = {one for key in row[2:] if key for one in known.get(key, ())}
        for person in sorted(alike):
            score, reasons = _resemblance(row, person)
            if score >= _SIMILAR:
                yield Candidate(minted[row[0]], person[0], row[0], score, reasons)


_Known = tuple[str, str, str, str | None]


def _unclaimed(where: Where, users: pl.DataFrame) -> list[_Known]:
    """People with the family name or e-mail of one of the users, whom nobody else claims."""
    connection = where.connection
    families = among(connection, _person.c.family_name, users["familyName"].drop_nulls().unique())
    emails = among(connection, _person.c.email, users["email"].drop_nulls().unique())
    free = among(connection, _person.c.id, _free_people(where))
    if _has_other_sources(where):
        free = sa.or_(free, ~_claim(where))
    query = sa.select(
        _person.c.id, _person.c.given_name, _person.c.family_name, _person.c.email
    ).where(_person.c.tenant == where.tenant, sa.or_(families, emails), free, ~_gave_way())
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def _has_other_sources(where: Where) -> bool:
    query = sa.select(source.c.name).where(
        source.c.tenant == where.tenant, source.c.name != where.source
    )
    return where.connection.execute(query).first() is not None


def _claim(where: Where) -> sa.Exists:
    """Whether this source delivers the person."""
    return (
        sa.select(crosswalk.c.record_id)
        .where(
            crosswalk.c.tenant == where.tenant,
            crosswalk.c.source == where.source,
            crosswalk.c.entity == "person",
            crosswalk.c.present,
            crosswalk.c.record_id == _person.c.id,
        )
        .exists()
    )


def _gave_way() -> sa.Exists:
    """Whether the record gave way to another one of the same person, who is asked about instead."""
    joined = joined_person.c
    mine = sa.select(joined.gone_id).where(
        joined.tenant == _person.c.tenant, joined.gone_id == _person.c.id
    )
    return mine.exists()


def _free_people(where: Where) -> list[str]:
    """People who leave this source tonight, and those whom no source delivers any more."""
    query = sa.select(_person.c.id).where(
        _person.c.tenant == where.tenant, _person.c.state != "active"
    )
    return sorted({*where.leaving, *where.connection.execute(query).scalars()})


def _is_first_load(where: Where) -> bool:
    query = sa.select(_person.c.id).where(_person.c.tenant == where.tenant).limit(1)
    return where.connection.execute(query).first() is None


def _resemblance(
    row: tuple[str, str | None, str | None, str | None], person: _Known
) -> tuple[int, tuple[str, ...]]:
    from rapidfuzz import fuzz

    ours = f"{person[1]} {person[2]}".casefold()
    score = round(fuzz.WRatio(f"{row[1] or ''} {row[2] or ''}".casefold(), ours))
    reasons = [f"names are {score} % alike"]
    if row[3] and row[3] == person[3]:
        reasons.append("same e-mail")
    return score, tuple(reasons)
