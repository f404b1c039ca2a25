"""`python -m benchmarks portfolio`: the portfolios of one school, format by format.

Each format is a process of its own, from opened database to whole set. Signing stands beside the
bare canonicalizing (PyLD) and signing of the same credentials, and the memory for the school beside
that for a tenth of it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks.measure import Measured, apart, once_printing
from benchmarks.table import Figure, show
from service.store.tables import ilp_plan, ilp_plan_version

STUDENTS: Final = int(os.environ.get("BENCH_STUDENTS", "2000"))
FORMS: Final = ("bundle", "clr", "clr-signed", "json-resume", "html", "pdf")
_TENANT: Final = "bench"
_FLOOR: Final = 100
"""Portfolios whose credentials the floor signs: it needs no more to be measured."""

_MEMORY: Final = 1.25
"""How much more memory the whole school may take than a tenth of it."""

_PLANS: Final = Path(__file__).parents[1] / "fixtures" / "plans"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-portfolio-") as name:
        folder = Path(name)
        apart("benchmarks.portfolio", "prepare", folder, STUDENTS)
        figures = [_figure(folder, form) for form in FORMS]
        show(f"Portfolios of a school of {STUDENTS:,}, portfolios a second", figures)
        show("Signing learner records, records a second", list(_signing(folder)))


def prepare(folder: Path, students: int) -> None:
    """A database with so many plans: the four of the invented district, over and over."""
    from service.store.database import writing

    documents = [path.read_text("utf-8") for path in sorted(_PLANS.glob("*.json"))]
    heads, versions = [], []
    for number in range(students):
        id_ = f"plan-{number:05}"
        key = {"tenant": _TENANT}
        heads.append(
            {
                **key,
                "id": id_,
                "person_id": _student(number),
                "attachment": "attached",
                "version": 1,
            }
        )
        text = documents[number % len(documents)]
        facts = {
            "author": "bench",
            "source": "import",
            "reason": "bench",
            "at": "2026-01-01T00:00:00.000Z",
        }
        versions.append(
            {**key, "plan_id": id_, "version": 1, "document": text, "digest": id_, **facts}
        )
    with writing(_engine(folder, new=True)) as connection:
        connection.execute(sa.insert(ilp_plan), heads)
        connection.execute(sa.insert(ilp_plan_version), versions)


def _student(number: int) -> str:
    return f"student-{number:05}"


def _engine(folder: Path, *, new: bool = False) -> Any:
    from service.store.database import open_engine
    from service.store.migrate import upgrade

    engine = open_engine(f"sqlite:///{folder / 'bench.db'}")
    if new:
        upgrade(engine)
    return engine


def _run(folder: Path, form: str, students: int) -> tuple[Measured, float]:
    """One process: what it took, and the seconds that writing alone took by its own clock."""
    words = [sys.executable, "-m", "benchmarks.portfolio", form, str(folder), str(students)]
    measured, printed = once_printing(words)
    return measured, float(printed)


def _figure(folder: Path, form: str) -> Figure:
    few, _ = _run(folder, form, max(STUDENTS // 10, 1))
    measured, seconds = _run(folder, form, STUDENTS)
    ratio = measured.peak_mb / few.peak_mb
    return Figure(
        form,
        f"{STUDENTS / seconds:,.0f}/s",
        f"{measured.peak_mb:,.0f} MB",
        ratio,
        f"{_MEMORY} x mem",
        ratio <= _MEMORY,
    )


def _signing(folder: Path) -> Iterator[Figure]:
    """Whole records from the database to the disk, beside the bare work on the same credentials."""
    _, seconds = _run(folder, "clr-signed", _FLOOR)
    ours = _FLOOR / seconds
    for name, floor in (("plain PyLD and Ed25519", "floor"), ("our canonical form", "own-floor")):
        _, bare = _run(folder, floor, _FLOOR)
        beside = _FLOOR / bare
        yield Figure(f"signed, beside {name}", f"{ours:,.0f}/s", f"{beside:,.0f}/s", ours / beside)


def work(form: str, folder: Path, students: int) -> float:
    """Seconds for writing the set of so many students; runs in a process of its own."""
    if form in ("floor", "own-floor"):
        return _bare(folder, students, own=form == "own-floor")
    from service.portfolio.export import Desk
    from service.portfolio.makers import opened_printer
    from service.store.database import reading

    base = form.removesuffix("-signed")
    with opened_printer(base, ()) as printer, reading(_engine(folder)) as connection:
        _fill_cache(connection)
        shop = _workshop(folder, signed=form != base, printer=printer)
        permit = _permit(students)
        desk = Desk(connection, _TENANT, shop.files, shop.maker(base, permit.mark))
        out = folder / f"{form}-{uuid.uuid4().hex}"
        start = time.perf_counter()
        desk.write_school(permit, out)
        return time.perf_counter() - start


def _fill_cache(connection: Connection) -> None:
    """Read every plan once: SQLite's cache of pages grows to its limit, and then no more."""
    column = ilp_plan_version.c.document
    connection.execute(sa.select(sa.func.max(sa.func.length(column)))).scalar()


def _workshop(folder: Path, *, signed: bool, printer: Any) -> Any:
    from service.ilp.files import PlanFiles
    from service.portfolio.makers import Workshop

    signer = _signer() if signed else None
    return Workshop(PlanFiles(folder / "data", _TENANT), "Bench", signer=signer, printer=printer)


def _signer() -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from adapters.clr.did import did_key
    from adapters.clr.proof import Signer

    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    return Signer(private, did_key(private.public_key().public_bytes_raw()))


def _permit(students: int) -> Any:
    from service.access import policy
    from service.access.decision import Decision
    from service.office import Sight
    from service.portfolio.mark import Mark
    from service.portfolio.permit import Permit

    opened: Mapping[str, Decision] = {
        name: Decision(allowed=True, rules=(), cite=(), fields=section.fields)
        for name, section in policy.sections().items()
    }
    sights = {
        student: Sight(student, "export", opened) for student in map(_student, range(students))
    }
    return Permit(
        Mark("bench", "bench", datetime(2026, 1, 1, tzinfo=UTC), "audit"), sights, students
    )


def _bare(folder: Path, students: int, *, own: bool) -> float:
    """Canonicalizing and signing alone, of the credentials that an export made."""
    source = next(folder.glob("clr-????????????????????????????????"))
    records = [json.loads(path.read_text("utf-8")) for path in sorted(source.glob("*.clr.json"))]
    canonical = _own_canonical() if own else _plain_canonical()
    private = _signer().private
    start = time.perf_counter()
    for record in records[:students]:
        for one in (*record["credentialSubject"]["verifiableCredential"], record):
            private.sign(canonical(one).encode()[:64])
    return time.perf_counter() - start


def _own_canonical() -> Any:
    from adapters.clr.linked import Linked

    return Linked().canonical


def _plain_canonical() -> Any:
    from pyld import jsonld  # type: ignore[import-untyped]

    from schemas.standards.clr.contexts import context_at

    def load(url: str, _: Any) -> dict[str, Any]:
        held = {"contextUrl": None, "contentType": None, "documentUrl": url}
        return {**held, "document": context_at(url)}

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return lambda document: jsonld.normalize(document, options)


if __name__ == "__main__":
    task, place, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if task == "prepare":
        prepare(place, number)
    else:
        print(work(task, place, number))
