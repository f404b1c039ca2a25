"""The reference pages say what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.iep.document import checks_page, drafts_page
from service.iep.states import Action, State


@pytest.mark.parametrize(("name", "page"), [("checks", checks_page), ("drafts", drafts_page)])
def test_the_page_is_made_of_its_table(repository: Path, name: str, page: object) -> None:
    kept = (repository / "docs" / "reference" / f"iep-{name}.md").read_text("utf-8")
    assert callable(page)
    assert kept == page(), "run `python -m service.iep.document`"


def test_the_page_of_proposals_names_every_state_and_step(repository: Path) -> None:
    text = (repository / "docs" / "reference" / "iep-proposals.md").read_text("utf-8")
    by_day = {Action.EXPIRE, Action.OUTDATE, Action.REALIZE, Action.MISS}
    assert all(state in text for state in State)
    assert all(f"`{action}`" in text for action in set(Action) - by_day)
