"""What is written as a bundle is read back equal: plans, versions, files."""

from __future__ import annotations

import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.bundles import (
    FULL,
    LETTER,
    PICTURE,
    full_bundle,
    holding,
    packed,
    plan_record,
    plan_with_files,
    sample,
    sha256,
    unpacked,
    version_of,
    write,
)
from support.ilp_entries import plan_with
from support.ilp_plans import plans

from adapters.formats import Unreadable
from adapters.ilp import FORMATS
from adapters.ilp.format import IlpFormat
from adapters.ilp.read import open_bundle
from adapters.ilp.records import PLAN, gathered
from adapters.shelf import Shelf
from schemas.ilp.document import read_document, write_document
from schemas.ilp.plan import Plan
from schemas.standards.shape import StandardRecord

ILP = IlpFormat()


@given(st.lists(plans(), min_size=1, max_size=3), st.data())
@settings(max_examples=40)
def test_any_plans_come_back_equal(given_: list[Plan], data: st.DataObject) -> None:
    records = [plan_record(given_[0])]
    records += [version_of(one, number) for number, one in enumerate(given_[1:], start=1)]
    if data.draw(st.booleans()):
        records += [plan_record(one) for one in given_]
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "x.zip", records)
        back = [(one.entity, one.values) for one in ILP.read(path)]
        assert not list(ILP.check(path))
    assert back == [(one.entity, one.values) for one in records]


def test_files_come_back_byte_for_byte(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    with open_bundle(full_bundle(tmp_path / "x.zip")) as bundle:
        for one in bundle.plans():
            for row in one.artifacts:
                bundle.keep(row, shelf)
    kept = [shelf.path_of(sha256(content)).read_bytes() for content in (PICTURE, LETTER)]
    assert kept == [PICTURE, LETTER]


def test_a_file_that_is_not_held_is_listed_as_such(tmp_path: Path) -> None:
    with open_bundle(write(tmp_path / "x.zip", FULL, PICTURE)) as bundle:
        [one] = bundle.plans()
    assert {row.sha256: row.held for row in one.artifacts} == {
        sha256(PICTURE): True,
        sha256(LETTER): False,
    }


def test_the_same_plans_give_the_same_bytes(tmp_path: Path) -> None:
    first = full_bundle(tmp_path / "one.zip").read_bytes()
    again = write(tmp_path / "two.zip", ILP.read(tmp_path / "one.zip"), LETTER, PICTURE)
    assert again.read_bytes() == first


def test_one_plan_lies_at_the_root(tmp_path: Path) -> None:
    names = list(unpacked(full_bundle(tmp_path / "x.zip")))
    assert names[:3] == ["ilp.json", "history/0000001.json", "history/0000002.json"]
    assert names[-1] == "manifest.json"
    assert f"artifacts/{sha256(PICTURE)}-My-Garden-Gate-.png" in names


def test_several_plans_have_a_folder_each(tmp_path: Path) -> None:
    path = write(tmp_path / "x.zip", [*FULL, plan_record(plan_with())], PICTURE)
    assert {"plans/000001/ilp.json", "plans/000002/ilp.json"} < unpacked(path).keys()


def test_a_bundle_packed_again_by_a_zip_program_is_read(tmp_path: Path) -> None:
    files = unpacked(full_bundle(tmp_path / "x.zip"))
    again = packed(tmp_path / "y.zip", {"artifacts/": b"", **dict(sorted(files.items()))})
    assert list(gathered(ILP.read(again))) == list(gathered(ILP.read(tmp_path / "x.zip")))


def test_a_document_is_read_and_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    ILP.write(path, [plan_record(plan_with_files())])
    assert read_document(path.read_bytes()) == plan_with_files()
    assert [one.entity for one in ILP.read(path)] == [PLAN]


def test_a_folder_holds_documents_and_bundles(tmp_path: Path) -> None:
    full_bundle(tmp_path / "b.zip")
    (tmp_path / "a.json").write_bytes(write_document(plan_with()))
    (tmp_path / "notes.txt").write_text("not ours", "utf-8")
    found = [(one.entity, one.where) for one in ILP.read(tmp_path) if one.entity == PLAN]
    assert found == [(PLAN, "a.json"), (PLAN, "ilp.json in b.zip")]


@pytest.mark.parametrize("name", ["x.zip", "x.json"])
def test_our_own_files_are_claimed(tmp_path: Path, name: str) -> None:
    ILP.write(tmp_path / name, FULL[:1])
    assert ILP.claims(tmp_path / name)
    assert ILP.claims(tmp_path)


def test_other_files_are_not_claimed(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text('{"users": []}', "utf-8")
    packed(tmp_path / "night.zip", {"manifest.csv": b"propertyName,value"})
    assert not [one for one in [*tmp_path.iterdir(), tmp_path] if ILP.claims(one)]


@pytest.mark.parametrize("records", [FULL, [FULL[0], FULL[0]]])
def test_a_document_holds_one_plan_and_no_versions(
    tmp_path: Path, records: list[StandardRecord]
) -> None:
    with pytest.raises(Unreadable, match="cannot hold"):
        ILP.write(tmp_path / "plan.json", records)
    assert not list(tmp_path.iterdir())


def test_nothing_that_stands_there_is_overwritten(tmp_path: Path) -> None:
    path = full_bundle(tmp_path / "x.zip")
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        ILP.write(path, FULL)
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [before]


def test_the_format_is_exported() -> None:
    assert [one.name for one in FORMATS] == ["ilp"]


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    film = bytes(24 << 20)
    held, shelf = holding(film), Shelf(tmp_path / "shelf")
    film_plan = plan_with({"ART.01": [sample("film", film, "film.mp4")]})
    tracemalloc.start()
    IlpFormat(held).write(tmp_path / "x.zip", [plan_record(film_plan)])
    with open_bundle(tmp_path / "x.zip") as bundle:
        [[row]] = [one.artifacts for one in bundle.plans()]
        bundle.keep(row, shelf)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert shelf.holds(sha256(film))
    assert peak < 8 << 20


def test_many_plans_take_little_memory(tmp_path: Path) -> None:
    record = plan_record(plan_with())
    peaks = []
    for count in (5, 105):
        tracemalloc.start()
        ILP.write(tmp_path / f"{count}.zip", (record for _ in range(count)))
        assert sum(1 for _ in ILP.read(tmp_path / f"{count}.zip")) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 100 * 10_000


def test_bundles_become_one_bundle_with_all_their_files(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "a.zip", FULL, PICTURE)
    full_bundle(folder / "b.zip")
    with ILP.carrying(folder) as carrying:
        carrying.write(tmp_path / "out.zip", ILP.read(folder))
    files = unpacked(tmp_path / "out.zip")
    held = [name for name, content in files.items() if content in (PICTURE, LETTER)]
    assert [name[:23] for name in held] == ["plans/000001/artifacts/"] * 2 + [
        "plans/000002/artifacts/"
    ] * 2


def test_a_bundle_becomes_the_same_bundle(tmp_path: Path) -> None:
    given_ = full_bundle(tmp_path / "in.zip")
    with ILP.carrying(given_) as carrying:
        carrying.write(tmp_path / "out.zip", ILP.read(given_))
    assert (tmp_path / "out.zip").read_bytes() == given_.read_bytes()
