"""One maker for each format: from what is open of a plan to one file, and what stayed behind."""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from adapters.ilp.artifacts import ShelvedArtifacts
from mappings.carriage import Carried, count_losses
from mappings.engine.loss import Losses, LossKey, Side
from schemas.ilp.entry import BOOKKEEPING
from schemas.ilp.plan import ELEMENTS, Plan
from schemas.standards.shape import StandardRecord
from service.errors import Invalid
from service.ilp.bundle import write_plan_bundle
from service.ilp.files import PlanFiles
from service.portfolio.mark import Mark

if TYPE_CHECKING:
    from adapters.clr.proof import Signer
    from service.portfolio.pages.pdf import Printer


@dataclass(frozen=True)
class Subject:
    """One student's plan on its way out. `plan` is what is open of it, `whole` that all of it is.

    `records` gives the plan with its versions, for formats that carry them.
    """

    student: str
    plan: Plan
    plan_id: str
    whole: bool
    records: Callable[[], list[StandardRecord]]
    artifacts: ShelvedArtifacts


class Maker(Protocol):
    """Writes portfolios in one format."""

    @property
    def ending(self) -> str:
        """How its files end, with the dot."""
        ...

    @property
    def table(self) -> Mapping[str, Carried]:
        """What becomes of each element."""
        ...

    def make(self, subject: Subject, out: Path, losses: Losses) -> None:
        """Write one portfolio and count what stays. Raises Invalid for one that cannot be made."""
        ...


@dataclass(frozen=True)
class BundleMaker:
    """The native bundle: all that is open, with all versions and files."""

    files: PlanFiles
    mark: Mark
    ending: str = ".zip"

    @property
    def table(self) -> Mapping[str, Carried]:
        """Everything goes."""
        return _everything()

    def make(self, subject: Subject, out: Path, losses: Losses) -> None:
        """Write the bundle; the mark is the archive's comment, no part of its content."""
        write_plan_bundle(self.files, subject.plan_id, subject.records(), out)
        with zipfile.ZipFile(out, "a") as archive:
            archive.comment = self.mark.sentence.encode()[:65_535]


@cache
def _everything() -> Mapping[str, Carried]:
    return {
        id_: Carried(id_, "ilp.json", frozenset(place.model.model_fields) - BOOKKEEPING, "", "")
        for id_, place in ELEMENTS.items()
    }


@dataclass
class RecordMaker:
    """CLR 2.0: a preview without proofs, or signed badges in a signed envelope."""

    mark: Mark
    issuer: Mapping[str, Any]
    space: uuid.UUID
    signer: Signer | None = None
    ending: str = ".clr.json"
    _tools: Any = field(default=None, repr=False)

    @property
    def table(self) -> Mapping[str, Carried]:
        """What a learner record holds."""
        from mappings.clr.v2p0.record import table

        return table()

    def make(self, subject: Subject, out: Path, losses: Losses) -> None:
        """Write the record. Raises Invalid for a plan without anything done or earned."""
        document = self.document(subject, losses)
        out.write_text(_json(document), encoding="utf-8", errors="backslashreplace")

    def document(self, subject: Subject, losses: Losses) -> dict[str, Any]:
        """The record as it will be written."""
        from mappings.clr.v2p0.badge import Issue, Names
        from mappings.clr.v2p0.record import envelope, record_of

        names = Names(self.space)
        moment = self.mark.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        issue = Issue(names, self.issuer, names.urn("student", subject.student), moment)
        salt = sha256(f"{self.mark.export}{subject.student}".encode()).hexdigest()[:32]
        record = record_of(subject.plan, issue, salt)
        if not record.badges:
            problem = "The plan holds nothing done or earned that a learner record could carry."
            raise Invalid(problem, "Take --format bundle or --format pdf.")
        count_losses(subject.plan, self.table, record.taken, losses)
        badges = [self._finished(one) for one in record.badges]
        words = self.mark.sentence
        partial = not subject.whole
        return self._finished(envelope(record, badges, issue, words, partial=partial))

    def _finished(self, document: dict[str, Any]) -> dict[str, Any]:
        """The credential signed or, in a preview, at least looked at for what nobody could sign."""
        from adapters.clr.errors import Unsafe

        try:
            if self.signer is not None:
                signed: dict[str, Any] = self._signing().sign(document)
                return signed
            self._linked().require_safe(document)
        except Unsafe as error:
            problem = f"A credential cannot be signed whole: {error.problem}."
            raise Invalid(problem, error.fix) from None
        return document

    def _signing(self) -> Any:
        from adapters.clr.proof import Signing

        if self._tools is None and self.signer is not None:
            self._tools = Signing(self.signer, self.mark.at)
        return self._tools

    def _linked(self) -> Any:
        from adapters.clr.linked import Linked

        if self._tools is None:
            self._tools = Linked()
        return self._tools


@dataclass(frozen=True)
class ResumeMaker:
    """JSON Resume."""

    mark: Mark
    ending: str = ".resume.json"

    @property
    def table(self) -> Mapping[str, Carried]:
        """What a résumé shows."""
        from mappings.resume.v1.resume import table

        return table()

    def make(self, subject: Subject, out: Path, losses: Losses) -> None:
        """Write the résumé."""
        from mappings.resume.v1.resume import resume_of

        moment = self.mark.at.strftime("%Y-%m-%dT%H:%M:%S")
        meta = {"lastModified": moment, "planbridge": self.mark.as_json()}
        made = resume_of(subject.plan, meta)
        count_losses(subject.plan, self.table, made.taken, losses)
        out.write_text(_json(made.document), encoding="utf-8", errors="backslashreplace")


_NO_PICTURE: Final = "only JPEG and PNG pictures that are held are shown; the file is named"


@dataclass(frozen=True)
class PageMaker:
    """The portfolio for people, on paper (with a printer) or on the screen."""

    mark: Mark
    printer: Printer | None = None

    @property
    def ending(self) -> str:
        """`.pdf` or `.html`."""
        return ".html" if self.printer is None else ".pdf"

    @property
    def table(self) -> Mapping[str, Carried]:
        """What the pages show."""
        from service.portfolio.pages.content import table

        return table()

    def make(self, subject: Subject, out: Path, losses: Losses) -> None:
        """Write the pages. Raises Invalid for letters that no font has."""
        from service.portfolio.pages.content import pages_of
        from service.portfolio.pages.html import html_of
        from service.portfolio.pages.pictures import pictures_of

        pages = pages_of(subject.plan, self.mark.sentence)
        pictures = pictures_of(pages.content, subject.artifacts)
        count_losses(subject.plan, self.table, pages.taken, losses)
        for one in subject.plan.artifacts.work_samples:
            if one.file and one.file.sha256 not in pictures:
                losses.add(LossKey(Side.OURS, "ART.01", "file", _NO_PICTURE))
        if self.printer is None:
            out.write_bytes(html_of(pages.content, pictures))
        else:
            out.write_bytes(self.printer.print(pages.content, pictures, self.mark.at))


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def opened_printer(form: str, fonts: tuple[Path, ...]) -> AbstractContextManager[Printer | None]:
    """A printer where the format needs one."""
    if form != "pdf":
        return nullcontext()
    from service.portfolio.pages.pdf import printing

    return printing(fonts)


FORMATS: Final = ("bundle", "clr", "json-resume", "pdf", "html")


@dataclass(frozen=True)
class Workshop:
    """What makers need besides the mark: where files lie, and who issues records.

    `district` is the district's name; `signer` is there only where records are to be signed.
    """

    files: PlanFiles
    district: str
    did: str | None = None
    signer: Signer | None = None
    printer: Printer | None = None

    def maker(self, form: str, mark: Mark) -> Maker:
        """The maker of one of the `FORMATS`."""
        if form == "bundle":
            return BundleMaker(self.files, mark)
        if form == "clr":
            space = uuid.uuid5(uuid.NAMESPACE_URL, f"planbridge:{self.files.tenant}")
            id_ = self.signer.controller if self.signer else self.did or f"urn:uuid:{space}"
            issuer = {"id": id_, "type": ["Profile"], "name": self.district}
            return RecordMaker(mark, issuer, space, self.signer)
        return ResumeMaker(mark) if form == "json-resume" else PageMaker(mark, self.printer)
