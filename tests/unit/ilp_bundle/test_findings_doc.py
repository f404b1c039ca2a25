"""The reference page lists exactly the codes that the code can say."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from adapters.ilp.limits import LIMITS
from schemas.ilp.envelope import MAX_BYTES

PAGE = "docs/reference/ilp-bundle.md"


def said(repository: Path) -> set[str]:
    """The codes of every finding that the adapter makes."""
    return {
        "bundle." + str(call.args[0].value)
        for module in (repository / "adapters" / "ilp").glob("*.py")
        for call in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", getattr(call.func, "id", ""))
        in {"fault", "_fault", "refused"}
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_code_is_documented_and_none_is_invented(repository: Path) -> None:
    text = (repository / PAGE).read_text("utf-8")
    assert said(repository) == set(re.findall(r"^\| `(bundle\.[a-z-]+)` \|", text, re.MULTILINE))


def test_the_limits_are_those_documented(repository: Path) -> None:
    text = (repository / PAGE).read_text("utf-8")
    assert f"{LIMITS.files:,}" in text
    assert f"{LIMITS.artifact_bytes:,} bytes" in text
    assert f"{LIMITS.total_bytes >> 30} GB, and {LIMITS.ratio} times" in text
    assert f"| a document | {MAX_BYTES >> 20} MB |" in text
