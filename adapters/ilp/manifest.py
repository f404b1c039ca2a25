"""The manifest of a bundle: what lies in it, how large it is and by which digest it is known."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import model_validator as checked

from adapters.formats import Unreadable
from adapters.ilp.names import MANIFEST, PATH, artifact_path, folder_of, version_path
from schemas.finding import Finding, Severity
from schemas.ilp.values import Count

FORMAT: Final = "planbridge-ilp-bundle"
FORMAT_VERSION: Final = "1.0"
_EXPORT_AGAIN: Final = "Export the plan again, and pass the bundle on as it is."

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[A-Za-z0-9.+-]{1,100}$")]
JSON: Final = "application/json"

_Plain = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z$"


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True
    )


class Role(StrEnum):
    """What a file of the bundle is."""

    PLAN = "plan"
    VERSION = "version"
    ARTIFACT = "artifact"


class VersionFacts(_Part):
    """Who kept a version of the whole plan, from which source, why and when (in UTC).

    The values stand as the keeping system wrote them; `version` is its number there.
    """

    version: Annotated[int, Field(ge=1, le=9_999_999)]
    author: _Plain
    source: _Plain
    reason: _Plain
    at: Annotated[str, StringConstraints(pattern=_INSTANT)]


class Row(_Part):
    """One file. One that is not held is known by the plan's words alone and lies nowhere."""

    path: Annotated[str, StringConstraints(pattern=PATH)]
    role: Role
    media_type: MediaType = Field(alias="mediaType")
    bytes: Count
    sha256: Sha256
    held: bool = True
    facts: VersionFacts | None = None

    @checked(mode="after")
    def _lies_where_it_belongs(self) -> Self:
        folder = folder_of(self.path)
        if self.role is Role.PLAN and self.path != f"{folder}ilp.json":
            raise ValueError("a plan lies at ilp.json")
        if (self.role is Role.VERSION) != (self.facts is not None):
            raise ValueError("a version, and nothing else, has facts")
        if self.facts and self.path != version_path(folder, self.facts.version):
            raise ValueError("a version lies under its number in history/")
        if self.role is Role.ARTIFACT and not self.path.startswith(
            artifact_path(folder, self.sha256, "")
        ):
            raise ValueError("an artifact lies under its digest in artifacts/")
        if not self.held and self.role is not Role.ARTIFACT:
            raise ValueError("only an artifact may be missing")
        return self

    def as_json(self) -> dict[str, Any]:
        """The row as the manifest shows it."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _place(row: Row) -> str:
    """What may be there once only: a path, whatever name an artifact carries behind its digest."""
    if row.role is not Role.ARTIFACT:
        return row.path
    return artifact_path(folder_of(row.path), row.sha256, "")


class Creator(_Part):
    """The program that wrote a bundle."""

    name: str
    version: str


class Manifest(_Part):
    """The list of all files, in the order in which they lie in the bundle."""

    format: Literal["planbridge-ilp-bundle"]
    format_version: Literal["1.0"] = Field(alias="formatVersion")
    created_by: Creator = Field(alias="createdBy")
    files: tuple[Row, ...]
    digest: Sha256

    @checked(mode="after")
    def _is_consistent(self) -> Self:
        [(place, count)] = Counter(map(_place, self.files)).most_common(1) or [("", 1)]
        if count > 1:
            raise ValueError(f"{place} is listed {count} times")
        folders = [folder_of(row.path) for row in self.files if row.role is Role.PLAN]
        stray = {folder_of(row.path) for row in self.files} - set(folders)
        if stray or not folders:
            raise ValueError("files are listed for a plan that is not")
        return self

    def folders(self) -> Iterator[tuple[Row, ...]]:
        """The files of each plan together, in the order of the plans."""
        held: dict[str, list[Row]] = {}
        for row in self.files:
            held.setdefault(folder_of(row.path), []).append(row)
        return map(tuple, held.values())


def write_manifest(rows: Iterable[Row]) -> bytes:
    """The manifest of these files, sealed with the digest of everything else that it says."""
    content = {
        "format": FORMAT,
        "formatVersion": FORMAT_VERSION,
        "createdBy": {"name": "Planbridge", "version": _own_version()},
        "files": [row.as_json() for row in rows],
    }
    sealed = {**content, "digest": digest_of(content)}
    return (json.dumps(sealed, ensure_ascii=False, indent=1) + "\n").encode()


def _own_version() -> str:
    try:
        return version("planbridge")
    except PackageNotFoundError:
        return "unknown"


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of the content without `digest`: keys sorted, no spaces, UTF-8 without escapes."""
    kept = {key: value for key, value in content.items() if key != "digest"}
    encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    sum_ = hashlib.sha256()
    for piece in encoder.iterencode(kept):
        sum_.update(piece.encode("utf-8", "surrogatepass"))
    return sum_.hexdigest()


def read_manifest(data: bytes) -> Manifest:
    """The manifest in these bytes. Raises Unreadable for one that is not ours or not intact."""
    content = _content(data)
    _check_format(content)
    if content.get("digest") != digest_of(content):
        raise refused("tampered", "the manifest was changed after it was written", _EXPORT_AGAIN)
    try:
        return Manifest.model_validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        problem = f"{where}: {first['msg'].removeprefix('Value error, ')}".removeprefix(": ")
        raise refused("manifest", f"the manifest cannot be: {problem}", _EXPORT_AGAIN) from None


def _content(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise refused("manifest", "the manifest is no JSON document", _EXPORT_AGAIN) from None
    return content if isinstance(content, dict) else {}


def _check_format(content: dict[str, Any]) -> None:
    if content.get("format") != FORMAT:
        problem = f'the manifest does not say "format": "{FORMAT}"'
        raise refused("foreign", problem, "Give a bundle that Planbridge exported.")
    given = content.get("formatVersion")
    if given != FORMAT_VERSION:
        shown = json.dumps(given)[:40]
        raise refused(
            "version",
            f"the bundle has the format version {shown}; this program reads {FORMAT_VERSION}",
            "Update Planbridge, or export the plan with the version used here.",
        )


def refused(code: str, problem: str, fix: str, file: str | None = MANIFEST) -> Unreadable:
    """What is wrong with a bundle, ready to be raised."""
    return Unreadable(fault(code, problem, fix, file))


def fault(code: str, problem: str, fix: str, file: str | None) -> Finding:
    """One thing that is wrong with a bundle."""
    return Finding(Severity.REFUSE, f"bundle.{code}", problem, fix, file=file)
