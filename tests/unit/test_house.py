"""What must be true of the house itself, whoever adds to it."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"schemas", "mappings", "adapters", "service"}
TOP_LEVEL = PACKAGES | {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "docs",
    "fixtures",
    "pyproject.toml",
    "requirements.lock",
    "tests",
}
LONG_MODULES: dict[str, str] = {}
"""Modules of more than 400 lines, each with the reason why it is not two."""

PRIVATE = {
    "a path of one machine": re.compile(r"(?<![\w.])/(work|root|home|Users)/\w"),
    "a package registry": re.compile(r"pypi\.org|pythonhosted|--(extra-)?index-url|--find-links"),
}


@cache
def tracked() -> tuple[str, ...]:
    """Every committed file of the repository, as far as it is still there."""
    try:
        listing = subprocess.run(
            ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: what belongs to the repository cannot be told")
    return tuple(name for name in listing.stdout.splitlines() if (ROOT / name).is_file())


def text_of(name: str) -> str:
    return (ROOT / name).read_bytes().decode("utf-8", "replace")


def nodes() -> Iterator[ast.AST]:
    """Every piece of syntax of the four packages."""
    for name in tracked():
        if name.endswith(".py") and name.split("/")[0] in PACKAGES:
            yield from ast.walk(ast.parse(text_of(name)))


def lengths_of_functions() -> list[int]:
    """The lines of every function, signature and docstring included."""
    functions = (node for node in nodes() if isinstance(node, ast.FunctionDef))
    return [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions]


def imported() -> set[str]:
    """The top-level modules that the four packages import from elsewhere."""
    names = set()
    for node in nodes():
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names} - PACKAGES - sys.stdlib_module_names


def declared() -> set[str]:
    """The distributions that the project asks for, those of its extras included."""
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    lines = [*project["dependencies"], *extras]
    return {canonical(re.split(r"[^\w.-]", line)[0]) for line in lines}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_other_distribution_provides_our_names() -> None:
    owners = {
        distribution.metadata["Name"]
        for distribution in distributions()
        for file in distribution.files or ()
        if file.parts[0] in PACKAGES
    }
    assert owners <= {"planbridge"}


@pytest.mark.parametrize("folder", ["fixtures", "tests"])
def test_folders_beside_the_packages_are_no_packages(folder: str) -> None:
    assert not list((ROOT / folder).rglob("__init__.py"))


@pytest.mark.parametrize("what", sorted(PRIVATE))
def test_nothing_committed_names(what: str) -> None:
    files = [name for name in tracked() if name != "tests/unit/test_house.py"]
    assert not [name for name in files if PRIVATE[what].search(text_of(name))]


def test_modules_stay_under_400_lines() -> None:
    modules = [name for name in tracked() if name.endswith(".py")]
    long = {name for name in modules if text_of(name).count("\n") > 400}
    assert long == LONG_MODULES.keys()


def test_functions_stay_short() -> None:
    lengths = lengths_of_functions()
    assert statistics.median(lengths) <= 10
    assert statistics.quantiles(lengths, n=10)[-1] <= 35


def test_the_top_level_stays_small() -> None:
    assert {Path(name).parts[0] for name in tracked()} <= TOP_LEVEL


def test_every_import_is_a_declared_dependency() -> None:
    known = packages_distributions()
    owners = {canonical(known[name][0]) for name in imported()}
    assert owners - declared() <= {"pydantic-core"}  # a part of pydantic, released with it


def test_decisions_are_short() -> None:
    decisions = [name for name in tracked() if name.startswith("docs/decisions/")]
    assert decisions
    assert not [name for name in decisions if len(text_of(name).splitlines()) > 14]


def test_decisions_are_numbered_without_a_gap() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_pinned_package_has_a_hash() -> None:
    pins = re.split(r"\n(?=\S)", text_of("requirements.lock").strip())
    assert not [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin]


def test_relative_links_of_the_documents_lead_somewhere() -> None:
    documents = [ROOT / name for name in tracked() if name.endswith(".md")]
    links = [
        (path, link)
        for path in documents
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    ]
    assert not [(path.name, link) for path, link in links if not (path.parent / link).exists()]
