"""Each hostile bundle ends in one precise error, in little memory, with nothing left behind."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from support.bundles import FULL, LETTER, PICTURE, full_bundle, holding, plan_with_files
from support.bundles import plan_record as record
from support.hostile_bundles import CASES, many_plans

from adapters.formats import Unreadable
from adapters.ilp.format import IlpFormat
from adapters.ilp.limits import BundleLimits
from adapters.ilp.read import open_bundle
from schemas.finding import Severity
from schemas.ilp.document import write_document
from schemas.standards.shape import StandardRecord

ILP = IlpFormat()
MIB = 1 << 20


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_hostile_bundle_ends_in_one_error(tmp_path: Path, case: str) -> None:
    make, code, words = CASES[case]
    make(tmp_path / "x.zip")
    [found] = list(ILP.check(tmp_path / "x.zip"))
    assert (found.code, found.severity) == (code, Severity.REFUSE)
    assert words in found.problem
    assert found.fix
    assert "x.zip" in (found.file or "")


@pytest.mark.parametrize("case", sorted(CASES))
def test_nothing_is_made_of_a_hostile_bundle(tmp_path: Path, case: str) -> None:
    CASES[case][0](tmp_path / "x.zip")
    with pytest.raises(Unreadable) as refused:
        ILP.write(tmp_path / "out.zip", ILP.read(tmp_path / "x.zip"))
    assert refused.value.findings[0].code == CASES[case][1]
    assert [one.name for one in tmp_path.iterdir()] == ["x.zip"]


def test_there_are_more_than_twenty() -> None:
    assert len(CASES) > 40


@pytest.mark.parametrize("case", ["bomb", "bomb_that_lies", "manifest_is_huge"])
def test_a_bomb_takes_little_memory(tmp_path: Path, case: str) -> None:
    CASES[case][0](tmp_path / "x.zip")
    tracemalloc.start()
    try:
        list(ILP.check(tmp_path / "x.zip"))
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    full_bundle(tmp_path / "x.zip")
    with (
        pytest.raises(Unreadable, match="at most 3 are read"),
        open_bundle(tmp_path / "x.zip", BundleLimits(files=3)),
    ):
        pass


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    for case in ("artifact_changed", "artifact_missing"):
        CASES[case][0](tmp_path / f"{case}.zip")
    (tmp_path / "c.json").write_bytes(write_document(plan_with_files())[:-9])
    assert [one.code for one in ILP.check(tmp_path)] == [
        "bundle.tampered",
        "bundle.missing",
        "ilp.json-syntax",
    ]


def test_a_sound_bundle_has_no_faults(tmp_path: Path) -> None:
    assert not list(ILP.check(many_plans(tmp_path / "x.zip")))


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff\xfe"])
def test_what_is_no_document_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(Unreadable) as refused:
        list(ILP.read(tmp_path / "x.json"))
    assert refused.value.findings[0].file == "x.json"


def test_a_folder_without_plans_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="holds neither"):
        list(ILP.read(tmp_path))


def test_an_unpacked_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b"{}")
    assert [one.code for one in ILP.check(tmp_path)] == ["bundle.unpacked"]


# Writing


@pytest.mark.parametrize(
    ("meta", "words"),
    [({"bytes": len(PICTURE) - 1}, "another size"), ({"bytes": len(PICTURE) + 1}, "another size")],
)
def test_a_plan_that_contradicts_a_stored_file_is_not_written(
    tmp_path: Path, meta: dict[str, int], words: str
) -> None:
    with pytest.raises(Unreadable, match=words):
        IlpFormat(holding(PICTURE)).write(tmp_path / "x.zip", [record(plan_with_files(**meta))])
    assert not list(tmp_path.iterdir())


def test_a_damaged_stored_file_is_not_written(tmp_path: Path) -> None:
    held = holding(PICTURE, LETTER)
    damaged = type(held)({digest: bytes(len(one)) for digest, one in held.files.items()})
    with pytest.raises(Unreadable, match="damaged"):
        IlpFormat(damaged).write(tmp_path / "x.zip", FULL)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "records", "code"),
    [
        ("x.zip", [], "bundle.empty"),
        ("x.json", [], "bundle.empty"),
        ("x.txt", FULL, "bundle.name"),
        ("x.zip", [FULL[1], FULL[0]], "bundle.entity"),
        ("x.zip", [FULL[0], FULL[2], FULL[1]], "bundle.order"),
        ("x.zip", [StandardRecord("users", {})], "bundle.entity"),
        ("x.zip", [StandardRecord("plan", {"profile": {}})], "ilp.value-error"),
        ("x.zip", [FULL[0], FULL[1]._replace(values={})], "ilp.model-type"),
    ],
)
def test_records_that_are_no_plans_are_not_written(
    tmp_path: Path, name: str, records: list[StandardRecord], code: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        ILP.write(tmp_path / name, records)
    assert refused.value.findings[0].code == code
    assert not list(tmp_path.iterdir())
