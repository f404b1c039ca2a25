"""The page of a night's findings lists exactly the codes that the code can say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PLACES = ("service/sync", "service/iep/mirror", "adapters/iep", "mappings/iep")
CODE = r"[a-z]+\.[a-z]+(?:-[a-z]+)*-?"
NOT_CODES = {"authority.toml", "manifest.csv", "service.sync"}
"""Strings of the same form that name files and a package."""


def documented(repository: Path) -> set[str]:
    text = (repository / "docs/reference/night-findings.md").read_text("utf-8")
    return {one.removesuffix("...") for one in re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)}


def said(repository: Path) -> set[str]:
    """Every string of those who tell findings that has the form of a code."""
    constants = (
        node.value
        for place in PLACES
        for module in (repository / place).rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {one for one in constants if re.fullmatch(CODE, one)}


def test_every_code_is_documented_and_none_is_invented(repository: Path) -> None:
    assert said(repository) - NOT_CODES == documented(repository)
