"""The wheel is the program: nothing of it may be left behind."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("schemas", "mappings", "adapters", "service")


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a freshly built wheel."""
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    subprocess.run(command, cwd=repository, check=True, capture_output=True)
    with zipfile.ZipFile(next(target.glob("*.whl"))) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("package", PACKAGES)
def test_the_wheel_holds_every_file_of(package: str, wheel: set[str], repository: Path) -> None:
    files = {
        path.relative_to(repository).as_posix()
        for path in (repository / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files <= wheel


@pytest.mark.parametrize("folder", ["district", "plans", "iep/story"])
def test_the_wheel_holds_the_demo(folder: str, wheel: set[str], fixtures: Path) -> None:
    files = [path for path in (fixtures / folder).rglob("*") if path.is_file()]
    packed = {f"service/demo/fixtures/{path.relative_to(fixtures).as_posix()}" for path in files}
    assert packed
    assert packed <= wheel


def test_the_wheel_holds_nothing_else_at_the_top(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.startswith("planbridge-")} == set(PACKAGES)
