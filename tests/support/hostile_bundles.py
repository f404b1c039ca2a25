"""Bundles that must be refused, each with the code and words of its one error."""

from __future__ import annotations

import io
import json
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.bundles import (
    FULL,
    LETTER,
    PICTURE,
    Files,
    full_bundle,
    packed,
    rebuilt,
    relisted,
    resealed,
    sha256,
    unpacked,
    write,
)

Make = Callable[[Path], object]
CASES: dict[str, tuple[Make, str, str]] = {}

PLAN = "ilp.json"
GATE = f"artifacts/{sha256(PICTURE)}-My-Garden-Gate-.png"


def _case(code: str, words: str) -> Callable[[Make], Make]:
    """Register a bundle under its function's name."""

    def register(make: Make) -> Make:
        CASES[make.__name__.removeprefix("_")] = (make, code, words)
        return make

    return register


def _files(code: str, words: str) -> Callable[[Callable[[Files], object]], None]:
    """Register a sound bundle with its files changed."""

    def register(change: Callable[[Files], object]) -> None:
        def make(path: Path) -> None:
            rebuilt(full_bundle(path), change)

        CASES[change.__name__.removeprefix("_")] = (make, code, words)

    return register


def _forged(code: str, words: str) -> Callable[[Callable[[dict[str, Any]], object]], None]:
    """Register a bundle whose manifest was changed and sealed again."""

    def register(change: Callable[[dict[str, Any]], object]) -> None:
        def make(path: Path) -> None:
            rebuilt(full_bundle(path), lambda files: resealed(files, change))

        CASES[change.__name__.removeprefix("_")] = (make, code, words)

    return register


def _named(name: str) -> Make:
    """A sound bundle with one more entry under this name."""
    return lambda path: packed(path, {**unpacked(full_bundle(path)), name: b"x"})


CASES["traversal"] = (_named("../ilp.json"), "zip.unsafe_path", "leads outside")
CASES["deep_traversal"] = (_named("artifacts/../../x"), "zip.unsafe_path", "leads outside")
CASES["absolute"] = (_named("/etc/cron.d/x"), "zip.unsafe_path", "leads outside")
CASES["drive_letter"] = (_named("C:x.json"), "zip.unsafe_path", "leads outside")
CASES["control_character"] = (_named("artifacts/a\nb"), "zip.unsafe_path", "control character")
CASES["unlisted"] = (_named("readme.txt"), "bundle.unlisted", "does not list")
CASES["nested_folder"] = (_named("inner/ilp.json"), "bundle.unlisted", "does not list")


# The zip itself


@_case("zip.unsafe_path", "leads outside")
def _backslash(path: Path) -> None:
    _patched(path, b"inner/x.json", b"..\\..\\x.json"[:12])


@_case("zip.unsafe_path", "control character")
def _hidden_behind_nul(path: Path) -> None:
    _patched(path, b"inner/x.json", b"ilp.json\0abc")


def _patched(path: Path, name: bytes, other: bytes) -> None:
    """One more entry, renamed to what no zip program would write."""
    _named(name.decode())(path)
    path.write_bytes(path.read_bytes().replace(name, other))


@_case("zip.broken", "cut off")
def _cut_off(path: Path) -> None:
    content = full_bundle(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


@_case("zip.broken", "cut off")
def _cut_in_the_middle(path: Path) -> None:
    content = full_bundle(path).read_bytes()
    path.write_bytes(content[:300] + content[600:])


@_case("zip.broken", "damaged")
def _one_bit_flipped(path: Path) -> None:
    content = bytearray(full_bundle(path).read_bytes())
    content[content.index(PICTURE) + 100] ^= 1
    path.write_bytes(content)


@_case("zip.broken", "no zip archive")
def _empty(path: Path) -> None:
    path.write_bytes(b"")


@_case("zip.broken", "no zip archive")
def _no_zip(path: Path) -> None:
    path.write_bytes(b"PK, or so it says")


@_case("zip.encrypted", "encrypted")
def _encrypted(path: Path) -> None:
    content = bytearray(full_bundle(path).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)


@_case("zip.symlink", "symbolic link")
def _symlink(path: Path) -> None:
    files = unpacked(full_bundle(path))
    link = zipfile.ZipInfo(GATE)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(link if name == GATE else name, content)


@_case("zip.duplicate", "ilp.json 2 times")
def _plan_twice(path: Path) -> None:
    with zipfile.ZipFile(full_bundle(path), "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(PLAN, b"{}")


@_case("zip.method", "deflate")
def _other_compression(path: Path) -> None:
    files = unpacked(full_bundle(path))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@_case("zip.bomb", "inflates to more than")
def _bomb(path: Path) -> None:
    zeros = io.BytesIO()
    with zipfile.ZipFile(zeros, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(GATE, "w", force_zip64=True) as stream:
            for _ in range(80):
                stream.write(bytes(1 << 20))
        archive.writestr("manifest.json", b"{}")
    path.write_bytes(zeros.getvalue())


@_case("zip.broken", "damaged")
def _bomb_that_lies(path: Path) -> None:
    files = unpacked(full_bundle(path))
    zeros = bytes(8 << 20)
    content = packed(path, {**files, GATE: zeros}).read_bytes()
    true, lie = (len(zeros)).to_bytes(4, "little"), len(PICTURE).to_bytes(4, "little")
    path.write_bytes(content.replace(true, lie))


# Whose bundle it is


@_files("bundle.foreign", "no manifest.json")
def _without_manifest(files: Files) -> None:
    del files["manifest.json"]


@_case("bundle.foreign", "no manifest.json")
def _roster_package(path: Path) -> None:
    packed(path, {"manifest.csv": b"propertyName,value\r\n", "users.csv": b"sourcedId\r\n"})


@_forged("bundle.foreign", '"planbridge-ilp-bundle"')
def _other_format(content: dict[str, Any]) -> None:
    content["format"] = "open-badges"


@_forged("bundle.version", '"2.0"')
def _newer(content: dict[str, Any]) -> None:
    content["formatVersion"] = "2.0"


@_files("bundle.foreign", "does not say")
def _manifest_is_a_list(files: Files) -> None:
    files["manifest.json"] = b"[1, 2, 3]"


@_files("bundle.manifest", "no JSON")
def _manifest_is_no_json(files: Files) -> None:
    files["manifest.json"] = b'{"format": '


@_files("bundle.manifest", "no JSON")
def _manifest_is_not_utf8(files: Files) -> None:
    files["manifest.json"] = b'{"format": "\xff\xfe"}'


@_files("bundle.manifest", "no JSON")
def _manifest_is_nested(files: Files) -> None:
    files["manifest.json"] = b"[" * 100_000 + b"]" * 100_000


@_files("bundle.manifest", "too many")
def _manifest_is_huge(files: Files) -> None:
    files["manifest.json"] = b"[" + b"{}," * 2_000_000 + b"{}]"


# What the list says


@_files("bundle.tampered", "manifest was changed")
def _manifest_changed(files: Files) -> None:
    files["manifest.json"] = files["manifest.json"].replace(b"meeting 1", b"meeting 9")


@_forged("bundle.manifest", "path")
def _list_leads_outside(content: dict[str, Any]) -> None:
    content["files"][-1]["path"] = "../../.bashrc"


@_forged("bundle.manifest", "2 times")
def _listed_twice(content: dict[str, Any]) -> None:
    content["files"].append(content["files"][-1])


@_forged("bundle.manifest", "has facts")
def _version_of_nobody(content: dict[str, Any]) -> None:
    del content["files"][1]["facts"]


@_forged("bundle.manifest", "under its number")
def _version_of_another_number(content: dict[str, Any]) -> None:
    content["files"][1]["facts"]["version"] = 7


@_forged("bundle.manifest", "under its digest")
def _artifact_of_another_digest(content: dict[str, Any]) -> None:
    content["files"][-1]["sha256"] = "0" * 64


@_forged("bundle.manifest", "for a plan that is not")
def _no_plan(content: dict[str, Any]) -> None:
    del content["files"][0]


@_forged("bundle.manifest", "files")
def _files_of_another_kind(content: dict[str, Any]) -> None:
    content["files"] = {"ilp.json": True}


@_forged("bundle.manifest", "surprise")
def _unknown_word(content: dict[str, Any]) -> None:
    content["surprise"] = 1


@_forged("bundle.manifest", "only an artifact")
def _plan_not_held(content: dict[str, Any]) -> None:
    content["files"][0]["held"] = False


@_files("bundle.missing", "does not list")
def _file_left_out(files: Files) -> None:
    del files[GATE]
    resealed(files, lambda content: _drop(content["files"], GATE))


def _drop(rows: list[dict[str, Any]], path: str) -> None:
    rows[:] = [row for row in rows if row["path"] != path]


# What lies in it


@_files("bundle.missing", "not there")
def _artifact_missing(files: Files) -> None:
    del files[GATE]


@_files("bundle.missing", "not there")
def _plan_missing(files: Files) -> None:
    del files[PLAN]


@_files("bundle.tampered", "digest differs")
def _plan_changed(files: Files) -> None:
    files[PLAN] = files[PLAN].replace(b"Ada", b"Eva")


@_files("bundle.tampered", "digest differs")
def _version_changed(files: Files) -> None:
    path = "history/0000001.json"
    files[path] = files[path].replace(b"Ada", b"Eva")


@_files("bundle.tampered", "digest differs")
def _artifact_changed(files: Files) -> None:
    files[GATE] = files[GATE][::-1]


@_files("bundle.tampered", "1,023 bytes, not 1,024")
def _artifact_cut(files: Files) -> None:
    files[GATE] = files[GATE][:-1]


@_files("ilp.missing", "Field required")
def _plan_invalid(files: Files) -> None:
    document = json.loads(files[PLAN])
    del document["plan"]["profile"]["name_and_grade"]["legal_family_name"]
    files[PLAN] = json.dumps(document).encode()
    relisted(files, PLAN)


@_files("ilp.wrong-version", "format version")
def _plan_of_the_future(files: Files) -> None:
    files[PLAN] = files[PLAN].replace(b'"formatVersion": "1.0"', b'"formatVersion": "9.0"')
    relisted(files, PLAN)


@_files("bundle.contradiction", "1,025 bytes, not 1,024")
def _plan_contradicts_file(files: Files) -> None:
    files[PLAN] = files[PLAN].replace(b'"bytes": 1024', b'"bytes": 1025')
    relisted(files, PLAN)


@_files("bundle.unlisted", "no plan speaks")
def _stray_artifact(files: Files) -> None:
    content = b"somebody else's"
    path = f"artifacts/{sha256(content)}-x.txt"
    files[path] = content
    row = {"path": path, "role": "artifact", "mediaType": "text/plain"}
    row |= {"bytes": len(content), "sha256": sha256(content)}  # type: ignore[dict-item]
    resealed(files, lambda manifest: manifest["files"].append(row))


def many_plans(path: Path) -> Path:
    """A sound bundle of two plans."""
    return write(path, [*FULL, *FULL], PICTURE, LETTER)
