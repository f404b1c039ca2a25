"""The how-to says what the presets and the code say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.oneroster.rest.presets import load_preset, preset_names

HOW_TO = Path("docs/how-to/connect-a-oneroster-api.md")
CODE = re.compile(r'"(rest\.[a-z_]+)"')


@pytest.mark.parametrize("name", preset_names())
def test_every_fact_of_a_preset_stands_in_the_how_to(repository: Path, name: str) -> None:
    text = (repository / HOW_TO).read_text(encoding="utf-8")
    preset = load_preset(name)
    assert f"`--preset {name}`" in text
    assert [fact.note for fact in preset.facts if fact.note not in text] == []


def test_unverified_facts_are_marked_in_the_how_to(repository: Path) -> None:
    lines = (repository / HOW_TO).read_text(encoding="utf-8").splitlines()
    facts = [fact for name in preset_names() for fact in load_preset(name).facts]
    unmarked = {fact.note for fact in facts if not fact.verified}
    for line in lines:
        if line.endswith("**(unverified)**"):
            unmarked -= {note for note in unmarked if note in line}
    assert unmarked == set()


def test_every_code_is_explained(repository: Path) -> None:
    text = (repository / HOW_TO).read_text(encoding="utf-8")
    modules = (repository / "adapters/oneroster/rest").glob("*.py")
    codes = {code for path in modules for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert codes
    assert [code for code in sorted(codes) if f"`{code}`" not in text] == []
