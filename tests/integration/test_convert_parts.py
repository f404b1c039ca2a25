"""Large files are read in parts: nothing tells a conversion of parts from one of whole files."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from adapters.formats import Unreadable
from adapters.oneroster.csv import Limits
from adapters.oneroster.files.csv_format import OneRosterCsv
from adapters.port import silent
from mappings.edfi.bridge import v6p1
from mappings.edfi.distinct import AGAIN
from mappings.engine.loss import Losses
from mappings.hub import Choice, Hub, Lines
from service.convert.columns import Way
from service.formats import bridge_of, format_of

SOURCE, TARGET = "oneroster-csv-1.2", "edfi-json-6.1"
ONLY = Choice(only=frozenset({"students", "studentSectionAssociations"}))


@dataclass
class Run:
    """A conversion with files cut into parts of so many bytes."""

    package: Path
    part: int
    read: Counter[str] = field(default_factory=Counter)
    losses: Losses = field(default_factory=Losses)

    def hub(self, opened: ExitStack, choice: Choice = Choice()) -> Hub:  # noqa: B008 - frozen
        """What the package says, as far as the choice needs it."""
        form = OneRosterCsv("1.2", limits=Limits(part_bytes=self.part))
        way = Way(form, bridge_of(SOURCE), self.package, self.losses, silent)
        hub = way.read(self.read, opened, self._out(Path()).needs(choice))
        assert hub is not None
        return hub

    def write(self, out: Path, choice: Choice) -> dict[str, list[object]]:
        """The records that are written, by file."""
        with ExitStack() as opened:
            hub = self.hub(opened, choice)
            assert self._out(out).write(hub, Counter(), choice)
            hub.read_rest()
        lines = {file.name: file.read_text("utf-8").splitlines() for file in out.iterdir()}
        return {name: [json.loads(line) for line in each] for name, each in lines.items()}

    def _out(self, path: Path) -> Way:
        return Way(format_of(TARGET), bridge_of(TARGET), path, self.losses, silent)


def edited(package: Path, name: str, lines: list[str]) -> None:
    """Append lines to a file of a package."""
    with (package / name).open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in lines)


@pytest.fixture
def package(fixtures: Path, tmp_path: Path) -> Path:
    """A delivery with days that are none in its enrollments, early and late."""
    found = shutil.copytree(fixtures / "district" / "night1", tmp_path / "package")
    enrolled = (found / "enrollments.csv").read_text("utf-8").splitlines()
    wrong = [
        line.rsplit(",", 2)[0] + f",day-{n % 9},day-{n % 5}" for n, line in enumerate(enrolled)
    ]
    lines = [enrolled[0], *wrong[1:40], *enrolled[1:], *(f"x{line}" for line in wrong[-40:])]
    (found / "enrollments.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return found


def test_records_and_their_order_are_the_same(package: Path, tmp_path: Path) -> None:
    whole = Run(package, 1 << 30).write(tmp_path / "whole", ONLY)
    assert Run(package, 10_000).write(tmp_path / "parts", ONLY) == whole


def test_the_account_is_the_same(package: Path, tmp_path: Path) -> None:
    whole, parts = Run(package, 1 << 30), Run(package, 10_000)
    whole.write(tmp_path / "whole", Choice())
    parts.write(tmp_path / "parts", Choice())
    assert any("day-" in str(each["samples"]) for each in whole.losses.as_json())
    assert (parts.read, parts.losses.as_json()) == (whole.read, whole.losses.as_json())


def test_tables_are_the_same(package: Path) -> None:
    with ExitStack() as opened:
        whole = dict(Run(package, 1 << 30).hub(opened).frames)
        parts = dict(Run(package, 10_000).hub(opened).frames)
    assert parts.keys() == whole.keys()
    assert all(parts[entity].equals(whole[entity]) for entity in whole)


def test_what_is_long_is_not_held_whole(package: Path) -> None:
    with ExitStack() as opened:
        parts = list(Run(package, 10_000).hub(opened).parts("enrollment"))
    assert len(parts) > 3
    assert max(part.height for part in parts) < 200


def test_a_file_that_nobody_asked_for_is_counted(package: Path, tmp_path: Path) -> None:
    run = Run(package, 10_000)
    run.write(tmp_path / "out", Choice(only=frozenset({"students"})))
    rows = pl.read_csv(package / "enrollments.csv", infer_schema=False).height
    assert run.read["enrollments"] == rows


def test_a_broken_row_at_the_end_is_refused(package: Path, tmp_path: Path) -> None:
    edited(package, "enrollments.csv", ["too,few"])
    with pytest.raises(Unreadable, match="2 values"):
        Run(package, 10_000).write(tmp_path / "out", ONLY)


def test_a_key_that_stands_twice_is_told_once(package: Path, tmp_path: Path) -> None:
    lines = (package / "enrollments.csv").read_text("utf-8").splitlines()
    edited(package, "enrollments.csv", [f"y{line}" for line in lines if ",student," in line][-9:])
    whole, parts = Run(package, 1 << 30), Run(package, 10_000)
    files = [run.write(tmp_path / str(run.part), ONLY) for run in (whole, parts)]
    assert files[0] == files[1]
    assert AGAIN in {key.reason for key in parts.losses}
    assert parts.losses.as_json() == whole.losses.as_json()


@pytest.mark.parametrize(
    "names", [("students",), ("studentSectionAssociations",), tuple(ONLY.only)]
)
def test_columns_that_are_not_needed_change_nothing(
    package: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    choice = Choice(only=frozenset(names))
    with ExitStack() as opened:
        every = Hub(dict(Run(package, 1 << 30).hub(opened).frames))
    pieces = v6p1().write_lines(every, Losses(), choice)
    told: dict[str, list[object]] = {}
    for piece in pieces:
        assert isinstance(piece, Lines)
        told.setdefault(piece.entity, []).extend(json.loads(text) for text in piece.texts)
    found = Run(package, 1 << 30).write(tmp_path / "out", choice)
    assert found == {f"{name}.jsonl": records for name, records in told.items()}


def test_what_was_let_go_of_is_not_taken_for_empty(package: Path) -> None:
    with ExitStack() as opened:
        hub = Run(package, 10_000).hub(opened)
        hub.keep_only("enrollment")
        with pytest.raises(RuntimeError, match="person"):
            hub.frame("person")


@pytest.mark.parametrize("name", ["demographics", "enrollments"])
@pytest.mark.parametrize("blank", [0, 3_000])
def test_a_file_without_rows_says_nothing(
    package: Path, tmp_path: Path, name: str, blank: int
) -> None:
    header = (package / f"{name}.csv").read_text("utf-8").splitlines()[0]
    rows = [",".join("" for _ in header.split(","))] * blank
    (package / f"{name}.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    whole = Run(package, 1 << 30).write(tmp_path / "whole", ONLY)
    assert Run(package, 20_000).write(tmp_path / "parts", ONLY) == whole
