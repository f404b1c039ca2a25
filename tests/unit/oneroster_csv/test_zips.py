from __future__ import annotations

import io
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.make_dirty import zipped

from adapters.oneroster.csv.limits import Limits
from adapters.oneroster.csv.refusal import Refused
from adapters.oneroster.csv.zips import inflate, open_zip
from adapters.shelf import Shelf

SMALL = Limits(entries=3, entry_bytes=5000, total_bytes=8000, ratio=10, ratio_from=1000)

Unpack = Callable[[bytes], dict[str, bytes]]


@pytest.fixture
def unpack(tmp_path: Path) -> Unpack:
    shelf = Shelf(tmp_path / "shelf")

    def unpack_all(content: bytes) -> dict[str, bytes]:
        path = tmp_path / "night.zip"
        path.write_bytes(content)
        with open_zip(path, SMALL) as archive:
            names = archive.namelist()
            return {n: inflate(archive, n, shelf, SMALL).path.read_bytes() for n in names}

    return unpack_all


def code_of(unpack: Unpack, content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        unpack(content)
    return refused.value.finding.code


def test_a_sound_zip_is_unpacked(unpack: Unpack) -> None:
    files = {"users.csv": b"a" * 900, "orgs.csv": b"b"}
    assert unpack(zipped(files, zipfile.ZIP_DEFLATED)) == files


@pytest.mark.parametrize(
    "name", ["../users.csv", "a/../../users.csv", "/users.csv", "C:/users.csv", "..\\users.csv"]
)
def test_names_that_lead_outside_are_refused(unpack: Unpack, name: str) -> None:
    assert code_of(unpack, zipped({name: b""})) == "zip.unsafe_path"


@pytest.mark.parametrize("name", ["more.zip", "users.csv.gz", "all.TAR"])
def test_archives_in_the_archive_are_refused(unpack: Unpack, name: str) -> None:
    assert code_of(unpack, zipped({name: b""})) == "zip.nested"


def test_a_symbolic_link_is_refused(unpack: Unpack) -> None:
    link = zipfile.ZipInfo("users.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "elsewhere.csv")
    assert code_of(unpack, out.getvalue()) == "zip.symlink"


def test_two_entries_of_one_name_are_refused(unpack: Unpack) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr("users.csv", "one")
        archive.writestr("users.csv", "two")
    assert code_of(unpack, out.getvalue()) == "zip.duplicate"


def test_too_many_entries_are_refused(unpack: Unpack) -> None:
    assert code_of(unpack, zipped({f"{n}.csv": b"" for n in range(4)})) == "zip.entries"


def test_other_compression_is_refused(unpack: Unpack) -> None:
    assert code_of(unpack, zipped({"users.csv": b"x"}, zipfile.ZIP_BZIP2)) == "zip.method"


@pytest.mark.parametrize(
    "files", [{"a.csv": 5001}, {"a.csv": 4000, "b.csv": 4001}, {"a.csv": 4900}]
)
def test_absurd_sizes_are_refused(unpack: Unpack, files: dict[str, int]) -> None:
    content = {name: bytes(size) for name, size in files.items()}
    assert code_of(unpack, zipped(content, zipfile.ZIP_DEFLATED)) == "zip.bomb"


def test_a_size_that_lies_low_is_refused(unpack: Unpack) -> None:
    content = bytearray(zipped({"a.csv": bytes(4900)}, zipfile.ZIP_DEFLATED))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(signature) + offset
        content[at : at + 4] = (10).to_bytes(4, "little")
    assert code_of(unpack, bytes(content)) == "zip.broken"


def test_a_wrong_checksum_is_refused(unpack: Unpack) -> None:
    content = bytearray(zipped({"users.csv": b"sourcedId"}))
    content[content.index(b"sourcedId")] = ord("S")
    assert code_of(unpack, bytes(content)) == "zip.broken"


@pytest.mark.parametrize("content", [b"", b"no zip at all"])
def test_what_is_no_zip_is_refused(unpack: Unpack, content: bytes) -> None:
    assert code_of(unpack, content) == "zip.broken"


def test_nothing_half_unpacked_stays(unpack: Unpack, tmp_path: Path) -> None:
    code_of(unpack, zipped({"a.csv": bytes(4900)}, zipfile.ZIP_DEFLATED))
    assert not [path for path in (tmp_path / "shelf").rglob("*") if path.is_file()]
