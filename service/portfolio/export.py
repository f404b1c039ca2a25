"""Writing portfolios: one student's file, or one file for each student of a school."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapters.ilp.artifacts import ShelvedArtifacts
from adapters.port import Progress, silent
from mappings.engine.loss import Losses
from schemas.ilp.plan import Plan
from service.errors import Held, Invalid, NotFound
from service.ilp.bundle import records_of_plan
from service.ilp.files import PlanFiles
from service.ilp.sight import open_plan, require_open_plan, visible_plan
from service.office import Sight
from service.portfolio.account import Account
from service.portfolio.keys import store_of
from service.portfolio.makers import Maker, Subject, Workshop, opened_printer
from service.portfolio.permit import Permit
from service.portfolio.sets import Folder, set_at
from service.store.tables import ROSTER

MOST_LEFT_OUT: Final = 0.10
"""The share of portfolios that may be missing before a whole school is held back."""


@dataclass
class Exported:
    """What came of an export; `left_out`: whose portfolio could not be made, and why.

    `called` has what each student whose portfolio was written is called there.
    """

    account: Account = field(default_factory=Account)
    called: dict[str, str] = field(default_factory=dict)
    without_plan: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)

    @property
    def written(self) -> int:
        """How many portfolios were written."""
        return len(self.called)


@dataclass(frozen=True)
class Desk:
    """Where plans and their files are read, and how portfolios are made of them."""

    connection: Connection
    tenant: str
    files: PlanFiles
    maker: Maker

    def write_one(self, permit: Permit, out: Path) -> Exported:
        """Write the portfolio of the one student of a permit. Raises NotFound without a plan."""
        done = Exported()
        (sight,) = permit.sights.values()
        self._make(sight, *require_open_plan(self.connection, self.tenant, sight), out, done)
        return done

    def write_school(
        self, permit: Permit, out: Path, progress: Progress = silent, *, accept_short: bool = False
    ) -> Exported:
        """Write the portfolios of a school into a folder, or into a zip where `out` says so.

        Students are read one at a time. Raises NotFound where nobody has a plan, Held where more
        than a tenth of the portfolios could not be made: the set would be taken for the whole.
        """
        done = Exported()
        with set_at(out) as files:
            for at, sight in enumerate(permit.sights.values(), start=1):
                self._add(sight, files, done)
                progress("Writing portfolios", at, len(permit.sights))
            _require_enough(done, accept_short=accept_short)
            files.close(permit.mark, done.written)
        return done

    def _add(self, sight: Sight, files: Folder, done: Exported) -> None:
        found = open_plan(self.connection, self.tenant, sight)
        if found is None:
            done.without_plan += 1
            return
        head, plan = found
        try:
            with files.adding(self.maker.ending) as (place, name):
                self._make(sight, head, plan, place, done)
                name(done.called[sight.student])
        except Invalid as error:
            done.left_out.append((sight.student, error.problem))

    def _make(self, sight: Sight, head: Any, plan: Plan, out: Path, done: Exported) -> None:
        show = partial(visible_plan, sight=sight)
        subject = Subject(
            student=sight.student,
            plan=plan,
            plan_id=str(head.id),
            whole=_is_whole(plan, sight, self.maker),
            records=partial(records_of_plan, self.connection, self.tenant, head, show),
            artifacts=ShelvedArtifacts(self.files.of(str(head.id))),
        )
        losses = Losses()
        self.maker.make(subject, out, losses)
        done.account.look_at(plan)
        done.account.losses.merge(losses)
        done.called[sight.student] = plan.identifier("local") or sight.student


def _is_whole(plan: Plan, sight: Sight, maker: Maker) -> bool:
    """Whether nothing that the format could carry is shut.

    What an IEP team wrote counts as shut wherever it would be, whether or not there is any:
    otherwise the answer would tell.
    """
    shut = {path[:6] for path in plan.withheld}
    carries = {element for element, row in maker.table.items() if row.to}
    return not (shut & carries) and not sight.entries and sight.opens_section("iepLink")


def _require_enough(done: Exported, *, accept_short: bool) -> None:
    if not done.written and not done.left_out:
        raise NotFound(
            "No student of this school has a plan yet of which anything is open.",
            "Import plans first.",
        )
    tried = done.written + len(done.left_out)
    if len(done.left_out) > MOST_LEFT_OUT * tried and not accept_short:
        first = done.left_out[0][1]
        raise Held(
            f"{len(done.left_out):,} of {tried:,} portfolios could not be made; the first: {first}",
            "Mend these plans, or give --accept-short to take the others alone.",
        )


def district_name(connection: Connection, tenant: str) -> str:
    """What the district calls itself in its roster, else its name here."""
    place = ROSTER["organization"].c
    query = sa.select(place.name).where(place.tenant == tenant, place.type == "district")
    return str(connection.execute(query.order_by(place.id)).scalar() or tenant)


@contextmanager
def opened_desk(
    connection: Connection,
    files: PlanFiles,
    permit: Permit,
    form: str,
    fonts: tuple[Path, ...] = (),
    *,
    sign: bool = False,
) -> Iterator[Desk]:
    """The desk for one of the `FORMATS` under a permit; signing takes the district's own key."""
    keys = store_of(files.data, files.tenant)
    known = keys.identity()
    with opened_printer(form, fonts) as printer:
        shop = Workshop(
            files,
            district_name(connection, files.tenant),
            did=known.did if known else None,
            signer=keys.signer() if sign else None,
            printer=printer,
        )
        yield Desk(connection, files.tenant, files, shop.maker(form, permit.mark))
