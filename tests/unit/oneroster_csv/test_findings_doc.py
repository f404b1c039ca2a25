"""The reference page lists exactly the codes that the code can say."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

NOT_CODES = {
    "desktop.ini",
    "manifest.csv",
    "manifest.version",
    "oneroster.version",
    "orgs.type",
    "results.score",
    "source.system",
    "thumbs.db",
}
"""Strings of the same form that name files, properties and columns."""


def documented(repository: Path) -> dict[str, str]:
    """Each code of the page with what it says about severity."""
    text = (repository / "docs/reference/oneroster-csv-findings.md").read_text("utf-8")
    return dict(re.findall(r"^\| `([a-z]+\.[a-z0-9_]+)` \| ([^|]+) \|", text, re.MULTILINE))


def said(repository: Path) -> set[str]:
    """Every string in the adapter, and in what reads zips, that has the form of a code."""
    home = repository / "adapters" / "oneroster"
    shared = repository / "adapters" / "zips.py"
    modules = [*home.glob("*.py"), *(home / "csv").glob("*.py"), shared]
    constants = (
        node.value
        for module in modules
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in constants if re.fullmatch(r"[a-z]+\.[a-z0-9_]+", text)}


def test_every_code_is_documented_and_none_is_invented(repository: Path) -> None:
    assert said(repository) - NOT_CODES == documented(repository).keys()


def test_the_page_agrees_with_the_dirty_packages(repository: Path) -> None:
    expected = tomllib.loads((repository / "fixtures/dirty/expected.toml").read_text("utf-8"))
    severities = documented(repository)
    findings = [one for package in expected["packages"].values() for one in package["findings"]]
    wrong = [one for one in findings if one["severity"] not in severities[one["code"]]]
    assert findings
    assert not wrong
