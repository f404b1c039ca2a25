"""A portfolio as PDF: tagged for readers aloud (PDF/UA-1), set by Typst with its own fonts."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from service.errors import Invalid
from service.portfolio.pages.pictures import Picture

if TYPE_CHECKING:
    from typst import Compiler

_STANDARD: Final = "ua-1"

Pictures = Mapping[str, Picture]
"""Pictures by the digest of the file that they are of."""


@dataclass
class Printer:
    """Sets portfolios, one after the other, with one compiler: fonts are read once."""

    folder: Path
    fonts: tuple[Path, ...] = ()
    _compiler: Compiler | None = None

    def print(self, content: dict[str, Any], pictures: Pictures, made: datetime) -> bytes:
        """The pages as PDF. Raises Invalid for letters that no font has.

        Pictures that cannot be printed are left out; their work is named all the same.
        """
        with _placed(content, pictures, self.folder) as told:
            try:
                return self._set(told, made)
            except RuntimeError as error:
                if not any("picture" in one for one in told.get("work", [])):
                    raise _unprintable(error) from None
        # One of the pictures may look sound and not be so; without them the rest can be read.
        try:
            return self._set(content, made)
        except RuntimeError as error:
            raise _unprintable(error) from None

    def _set(self, content: dict[str, Any], made: datetime) -> bytes:
        document = self._ready().compile(
            _template(),
            format="pdf",
            sys_inputs={"content": json.dumps(content)},
            pdf_standards=[_STANDARD],
            timestamp=int(made.timestamp()),
        )
        return document if isinstance(document, bytes) else b""

    def _ready(self) -> Compiler:
        if self._compiler is None:
            from typst import Compiler

            fonts = [str(one) for one in self.fonts]
            self._compiler = Compiler(root=self.folder, font_paths=fonts, ignore_system_fonts=True)
        return self._compiler


@contextmanager
def printing(fonts: tuple[Path, ...] = ()) -> Iterator[Printer]:
    """A printer with a folder of its own, which is gone when it ends."""
    with tempfile.TemporaryDirectory(prefix="portfolio-") as folder:
        yield Printer(Path(folder), fonts)


@contextmanager
def _placed(content: dict[str, Any], pictures: Pictures, folder: Path) -> Iterator[dict[str, Any]]:
    """The content with its pictures in the folder, as long as it is needed."""
    work, left = [], []
    for one in content.get("work", []):
        digest = one.get("file", {}).get("digest")
        if digest not in pictures:
            work.append(one)
            continue
        file = folder / f"{digest}.{pictures[digest].ending}"
        file.write_bytes(pictures[digest].data)
        left.append(file)
        work.append({**one, "picture": {"path": f"/{file.name}"}})
    try:
        yield {**content, "work": work} if work else content
    finally:
        for file in left:
            file.unlink(missing_ok=True)


@cache
def _template() -> bytes:
    return files("service.portfolio.pages").joinpath("portfolio.typ").read_bytes()


def _unprintable(error: RuntimeError) -> Invalid:
    words = str(getattr(error, "message", None) or error).splitlines()[0][:200]
    return Invalid(
        f"The portfolio cannot be set as PDF: {words}.",
        "Letters that no font has: give a folder of fonts with --fonts, or take --format html.",
    )
