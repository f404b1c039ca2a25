"""Credentials from elsewhere: verified first, then entries of a plan that keep their evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from adapters.clr.issuers import Fetch, Issuers, read_issuers
from adapters.clr.read import parse_credential, read_bytes
from adapters.clr.verdict import Verdict
from adapters.clr.verify import Verifying
from adapters.formats import Unreadable
from mappings.clr.v2p0.inward import accomplishment_of, entry_id, names_student
from schemas.ilp.document import read_document, write_document
from schemas.ilp.entry import AuthorKind, Change
from schemas.ilp.plan import Plan
from schemas.ilp.strengths import Accomplishment
from schemas.ilp.succession import next_version, version_after
from schemas.ilp.values import FileMeta
from schemas.standards.clr.names import BADGES
from service.access.writes import Proposal
from service.errors import Held, Invalid
from service.ilp.files import PlanFiles
from service.ilp.keep import editions_of, existing_plan, import_plan
from service.office import Visit

LIST: Final = "issuers.toml"
_MEDIA: Final = "application/vc+ld+json"


@dataclass(frozen=True)
class Looked:
    """A credential file and the verdicts on what it holds, the envelope first."""

    name: str
    data: bytes
    verdicts: tuple[Verdict, ...]

    @property
    def verified(self) -> bool:
        """Whether the file and everything in it is verified."""
        return all(one.verified for one in self.verdicts)

    @property
    def badges(self) -> tuple[Verdict, ...]:
        """The verdicts on achievements."""
        return tuple(one for one in self.verdicts if one.kind in BADGES)


def look_at(path: Path, lists: list[Path], now: datetime, fetch: Fetch | None = None) -> Looked:
    """Verify a credential file; `lists` are files of issuers that are believed.

    Raises Invalid for a file, or a list, that cannot be read.
    """
    try:
        data = read_bytes(path)
        known = {id_: one for file in lists for id_, one in read_issuers(file).items()}
        document = parse_credential(data, path.name)
    except Unreadable as error:
        first = error.findings[0]
        raise Invalid(f"{first.file}: {first.problem}.", first.fix) from None
    verdicts = Verifying(Issuers(known, fetch), now).verify(document)
    return Looked(path.name, data, tuple(verdicts))


def lists_of(data: Path, given: list[Path]) -> list[Path]:
    """The files of issuers: those given, after the district's own where it has one."""
    own = data / LIST
    return [*([own] if own.is_file() else []), *given]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. `kept` are achievements that only the file tells of."""

    plan_id: str
    version: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]
    kept: tuple[str, ...]
    subject_matches: bool | None


def take_in(
    visit: Visit, given: str, looked: Looked, files: PlanFiles, *, unknown: bool
) -> Imported:
    """Make entries of a verified file's badges, which keep the file as their evidence.

    The same file again changes nothing; a later edition of a credential revises its entry.
    Raises Held where something is not verified, or, unless `unknown` issuers are taken, not by
    an issuer on the list; Refused where the accomplishments are not the account's to write.
    """
    _require_believed(looked, unknown=unknown)
    student = visit.find(given, "read", ["profile"])
    visit.write(Proposal(student, student, {"STR.06": looked.name}))
    head = existing_plan(visit.connection, visit.tenant, student)
    plan_id = str(head.id)
    editions = list(editions_of(visit.connection, visit.tenant, plan_id))
    plan = read_document(editions[-1][1].document.encode())
    merge = _Merge(plan, _meta(looked), _change(visit, plan, looked))
    for badge in looked.badges:
        merge.take(badge)
    with files.swept(plan_id).draft() as draft:
        draft.stream.write(looked.data)
    version = int(head.version)
    if merge.added or merge.changed:
        document = write_document(merge.result())
        version = import_plan(visit.connection, visit.tenant, document, visit.act).version
    return Imported(
        plan_id=plan_id,
        version=version,
        added=tuple(merge.added),
        changed=tuple(merge.changed),
        same=tuple(merge.same),
        kept=tuple(merge.kept),
        subject_matches=names_student(looked.badges[0].document, plan),
    )


def _require_believed(looked: Looked, *, unknown: bool) -> None:
    wrong = [one for one in looked.verdicts if not one.verified]
    if wrong:
        check = next(one for one in wrong[0].faults if one.step != "issuer")
        raise Held(f"{looked.name}: {wrong[0].name or 'credential'}: {check.problem}.", check.fix)
    if not looked.badges:
        raise Invalid(f"{looked.name} holds no achievement.", "Give a badge or a learner record.")
    strange = [one.issuer for one in looked.verdicts if not one.issuer_known]
    if strange and not unknown:
        raise Held(
            f"{looked.name}: {strange[0]} is not on the list of issuers.",
            "Ask the issuer for its id and put it on the list, or give --accept-unknown-issuer.",
        )


def _meta(looked: Looked) -> FileMeta:
    from hashlib import sha256

    name = re.sub(r"[\x00-\x1f\x7f]", "_", looked.name)[:200] or "credential.json"
    digest = sha256(looked.data).hexdigest()
    return FileMeta(name=name, media_type=_MEDIA, bytes=len(looked.data), sha256=digest)


def _change(visit: Visit, plan: Plan, looked: Looked) -> Change:
    issuer = looked.verdicts[0].issuer_name or looked.verdicts[0].issuer
    return Change(
        author=visit.act.by,
        kind=AuthorKind.CAREER_SYSTEM,
        source=f"credential of {issuer}"[:500],
        at=visit.now,
        plan_version=version_after(plan),
        reason=f"Imported from {looked.name[:200]}",
    )


class _Merge:
    """The accomplishments of a plan with those of a credential file."""

    def __init__(self, plan: Plan, file: FileMeta, change: Change) -> None:
        self._plan, self._file, self._change = plan, file, change
        self._held = {one.id: one for one in plan.strengths.accomplishments}
        self.added: list[str] = []
        self.changed: list[str] = []
        self.same: list[str] = []
        self.kept: list[str] = []

    def take(self, badge: Verdict) -> None:
        """Take one badge in as an entry, new or revised."""
        values = accomplishment_of(badge.document, self._file)
        id_ = entry_id(badge.document)
        if values is None:
            self.kept.append(badge.name or id_)
        elif id_ not in self._held:
            self._held[id_] = Accomplishment(id=id_, version=1, changed=self._change, **values)
            self.added.append(id_)
        elif moved := dict(_moved(self._held[id_], values)):
            self._held[id_] = self._held[id_].revised(self._change, **moved)
            self.changed.append(id_)
        else:
            self.same.append(id_)

    def result(self) -> Plan:
        """The plan with the entries, in its next version."""
        fields = {"strengths": {"accomplishments": tuple(self._held.values())}}
        return next_version(self._plan, fields, self._change)


def _moved(held: Accomplishment, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a later edition says otherwise; the same words in another file are the same."""
    told = {name: one for name, one in values.items() if name != "file"}
    if any(getattr(held, name) != one for name, one in told.items()):
        yield from values.items()
