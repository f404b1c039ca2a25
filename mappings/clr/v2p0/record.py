"""A plan as one learner record: the badges, what shows them, and the diploma they count for."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final

from mappings.carriage import Carried, read_table
from mappings.clr.v2p0.badge import Badge, Issue, Proven, achievement, credential
from mappings.clr.v2p0.done import done
from mappings.clr.v2p0.learned import learned, proven
from mappings.labels import label_of
from schemas.ilp.artifacts import WorkSample
from schemas.ilp.courses import RequirementMap
from schemas.ilp.entry import Entry, Ref
from schemas.ilp.plan import Plan
from schemas.ilp.values import Identifier
from schemas.standards.clr.names import (
    CLR,
    CLR_CONTEXT,
    CLR_SCHEMA,
    CREDENTIAL,
    OB_CONTEXT,
    OB_EXTENSIONS,
    SCHEMA_TYPE,
    VC_CONTEXT,
)

CONTEXTS: Final = [VC_CONTEXT, CLR_CONTEXT, OB_CONTEXT, OB_EXTENSIONS]
_KINDS: Final = {"sourcedId": "sisSourcedId", "email": "emailAddress"}


@cache
def table() -> dict[str, Carried]:
    """What becomes of each element."""
    return dict(read_table(files("mappings.clr.v2p0") / "elements.toml"))


@dataclass(frozen=True)
class LearnerRecord:
    """The parts of a learner record before they are put together, or signed.

    `taken` are the entries that it holds.
    """

    badges: tuple[dict[str, Any], ...]
    diploma: dict[str, Any] | None
    associations: tuple[dict[str, Any], ...]
    identifiers: tuple[dict[str, Any], ...]
    taken: frozenset[str]


def record_of(plan: Plan, issue: Issue, salt: str) -> LearnerRecord:
    """What a plan holds of the past. `salt` goes into the hashes of identifiers and beside them."""
    bare = [*learned(plan), *done(plan)]
    added = _Additions(plan, frozenset(one.entry for one in bare))
    badges = [added.to(one) for one in bare]
    diploma = _diploma(plan, issue)
    ids = {one.entry: achievement(one, issue.names)["id"] for one in badges}
    pairs = [*_counting(plan, ids, diploma), *_related(plan, ids)]
    identity = plan.profile.identity
    known = identity.identifiers if identity else ()
    return LearnerRecord(
        badges=tuple(credential(one, issue) for one in badges),
        diploma=diploma,
        associations=tuple(_association(*one) for one in dict.fromkeys(pairs)),
        identifiers=tuple(_hashed(one, salt) for one in known if one.active is not False),
        taken=_taken(plan, bare, added, has_diploma=diploma is not None),
    )


def envelope(
    record: LearnerRecord,
    badges: list[dict[str, Any]],
    issue: Issue,
    description: str,
    *,
    partial: bool,
) -> dict[str, Any]:
    """The record as one ClrCredential around these badges, signed or not."""
    subject: dict[str, Any] = {"id": issue.subject, "type": ["ClrSubject"]}
    if record.identifiers:
        subject["identifier"] = list(record.identifiers)
    subject["verifiableCredential"] = badges
    if record.diploma:
        subject["achievement"] = [record.diploma]
    if record.associations:
        subject["association"] = list(record.associations)
    return {
        "@context": list(CONTEXTS),
        "id": issue.names.urn("record", issue.subject),
        "type": [CREDENTIAL, CLR],
        "name": "Learner record",
        "description": description,
        "issuer": dict(issue.issuer),
        "validFrom": issue.moment,
        "partial": partial,
        "credentialSubject": subject,
        "credentialSchema": [{"id": CLR_SCHEMA, "type": SCHEMA_TYPE}],
    }


def _hashed(one: Identifier, salt: str) -> dict[str, Any]:
    """An identifier that can be compared by who knows it, and read by nobody."""
    digest = hashlib.sha256(f"{one.value}{salt}".encode()).hexdigest()
    named = "".join(letter for letter in one.system if letter.isascii() and letter.isalnum())
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": _KINDS.get(one.system, f"ext:{named or 'other'}"),
        "salt": salt,
    }


class _Additions:
    """What work samples and reflections add to the badges of other entries."""

    def __init__(self, plan: Plan, badges: frozenset[str]) -> None:
        self._words: dict[str, list[str]] = defaultdict(list)
        self._shown: dict[str, dict[str, Proven]] = defaultdict(dict)
        self.used: set[str] = set()
        for one in plan.artifacts.reflections:
            if one.subject and not one.private and one.subject.root in badges:
                self._words[one.subject.root].append(one.text)
                self.used.add(one.id)
        for sample, target in _samples(plan):
            if target in badges:
                shown = proven(sample.title, sample.file, sample.description)
                self._shown[target][sample.id] = replace(shown, link=sample.link)
                self.used.add(sample.id)

    def to(self, badge: Badge) -> Badge:
        """The badge with what is said of it, and what shows it."""
        words = "\n\n".join(self._words[badge.entry])
        return badge.with_more(words, tuple(self._shown[badge.entry].values()))


def _samples(plan: Plan) -> Iterator[tuple[WorkSample, str]]:
    """Every work sample with each entry that it shows, told from either side."""
    samples = {one.id: one for one in plan.artifacts.work_samples}
    taken = {one.planned.root: one.id for one in plan.academic_record.courses_taken if one.planned}
    for one in samples.values():
        for ref in (*one.skills, *((one.course,) if one.course else ())):
            yield one, taken.get(ref.root, ref.root)
    for _, entry in plan.every_entry():
        for ref in _refs(entry, "evidence"):
            if ref.root in samples:
                yield samples[ref.root], entry.id


def _diploma(plan: Plan, issue: Issue) -> dict[str, Any] | None:
    """The diploma that the student works for: named, not awarded."""
    wanted = plan.courses.requirement_map
    if wanted is None:
        return None
    lines = "; ".join(one.name for one in wanted.lines)
    made = achievement(_aim(wanted, lines), issue.names)
    choice = plan.courses.cluster_choice
    field = (label_of(choice.cluster) or choice.cluster.code) if choice else None
    focus = choice.focus if choice else None
    extra = {"fieldOfStudy": field, "specialization": focus}
    known = {name: value for name, value in extra.items() if value}
    # With a field of study it is another achievement than the bare diploma, with its own id.
    other = issue.names.urn(made["id"], *known.values()) if known else made["id"]
    return {**made, "id": other, **known}


def _aim(wanted: RequirementMap, lines: str) -> Badge:
    return Badge(
        element="CRS.03",
        entry=wanted.id,
        kind="SecondarySchoolDiploma",
        name=wanted.diploma,
        description="The diploma that the student works for. This record does not award it.",
        criteria=f"Credits in {lines}." if lines else "As the district requires.",
    )


def _counting(
    plan: Plan, ids: dict[str, str], diploma: dict[str, Any] | None
) -> Iterator[tuple[str, str, str]]:
    """Which courses count for the diploma."""
    counting = {one.id for one in plan.courses.planned_courses if one.requirement}
    taken = plan.academic_record.courses_taken
    counting |= {one.id for one in taken if one.planned and one.planned.root in counting}
    for entry, id_ in ids.items():
        if diploma and entry in counting:
            yield "isPartOf", id_, diploma["id"]


def _related(plan: Plan, ids: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Which achievements show others: a skill its award, an internship its skills."""
    for _, entry in plan.every_entry():
        for ref in (*_refs(entry, "evidence"), *_refs(entry, "skills")):
            if entry.id in ids and ref.root in ids and ids[entry.id] != ids[ref.root]:
                yield "isRelatedTo", ids[entry.id], ids[ref.root]


def _refs(entry: Entry, name: str) -> tuple[Ref, ...]:
    return tuple(one for one in getattr(entry, name, ()) if isinstance(one, Ref))


def _association(kind: str, source: str, target: str) -> dict[str, Any]:
    told = {"associationType": kind, "sourceId": source, "targetId": target}
    return {"type": "Association", **told}


def _taken(
    plan: Plan, bare: list[Badge], added: _Additions, *, has_diploma: bool
) -> frozenset[str]:
    """The ids of all entries of which something is in the record."""
    wanted = (plan.courses.requirement_map, plan.courses.cluster_choice) if has_diploma else ()
    alone: tuple[Entry | None, ...] = (plan.profile.identity, *wanted)
    return frozenset(
        chain((one.entry for one in bare), added.used, (one.id for one in alone if one))
    )
