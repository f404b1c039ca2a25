"""The reference page says what the rules say."""

from __future__ import annotations

from pathlib import Path

from service.access import policy
from service.access.document import document


def test_the_page_is_up_to_date(repository: Path) -> None:
    assert (repository / "docs/reference/access.md").read_text(encoding="utf-8") == document()


def test_every_role_has_its_table() -> None:
    text = document()
    assert all(f"### {code}: " in text for code in policy.roles())


def test_facts_that_nobody_verified_are_marked() -> None:
    assert "**Not verified**" in document()
