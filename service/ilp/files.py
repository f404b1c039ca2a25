"""Where the files of plans are kept: in the data folder, each plan's apart from all others.

A file is found by its digest. If plans shared one folder, whoever learnt a digest from one plan
could write it into another and so be handed the file.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from adapters.shelf import Shelf

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """The files of a district's plans, under the folder of the setting `data`."""

    data: Path
    tenant: str

    def of(self, plan_id: str) -> Shelf:
        """The shelf of one plan. What lies on it is referred to by some version of the plan."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Shelf(self.data / "artifacts" / f"district-{self.tenant}" / plan_id)

    def swept(self, plan_id: str) -> Shelf:
        """The shelf of one plan, without what an import that was killed days ago left half-written.

        Whole files stay even where the import that brought them never ended: they are found by
        what they hold, so that the next import of the same bundle has them already.
        """
        shelf = self.of(plan_id)
        for draft in shelf.root.glob("draft-*"):
            if draft.stat().st_mtime < time.time() - _DAY:
                draft.unlink(missing_ok=True)
        return shelf
