"""The files of a school in one folder or one zip, with a list of what is there."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from service.errors import Invalid
from service.portfolio.mark import Mark

MANIFEST: Final = "export.json"


@contextmanager
def set_at(out: Path) -> Iterator[Folder]:
    """A set at a place where nothing is yet: a zip where it says so, else a folder."""
    if out.suffix.lower() != ".zip":
        out.mkdir()
        yield Folder(out)
        return
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        yield Zip(out.parent, archive=archive)


@dataclass
class Folder:
    """A folder with one file for each student."""

    root: Path
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    @contextmanager
    def adding(self, ending: str) -> Iterator[Any]:
        """A draft that is kept under its name, and gone where it could not be finished."""
        draft = self.root / f".draft{ending}"
        names: list[str] = []
        try:
            yield draft, names.append
            name = self._free(names[0], ending)
            with draft.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            self.rows[name] = {"bytes": draft.stat().st_size, "sha256": digest}
            self.place(draft, name)
        finally:
            draft.unlink(missing_ok=True)

    def place(self, draft: Path, name: str) -> None:
        """Put a finished file in its place."""
        draft.replace(self.root / name)

    def write(self, name: str, text: str) -> None:
        """Write a file of our own."""
        (self.root / name).write_text(text, encoding="utf-8")

    def there(self) -> set[str]:
        """The names of what is there."""
        return {one.name for one in self.root.iterdir()}

    def close(self, mark: Mark, written: int) -> None:
        """Write the manifest, and make sure that every file is there."""
        files = [{"name": name, **row} for name, row in self.rows.items()]
        told = {**mark.as_json(), "students": len(files), "files": files}
        self.write(MANIFEST, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
        if self.there() != {*self.rows, MANIFEST} or len(files) != written:
            raise Invalid("Not every portfolio arrived.", "Export again, to a place of its own.")

    def _free(self, wanted: str, ending: str) -> str:
        """A file name made of an id; two students never share one."""
        safe = "".join(one if one.isalnum() or one in "-_" else "_" for one in wanted)[:80]
        name, count = f"{safe}{ending}", 1
        while name in self.rows:
            count += 1
            name = f"{safe}-{count}{ending}"
        return name


@dataclass
class Zip(Folder):
    """An archive with one file for each student."""

    archive: zipfile.ZipFile = field(kw_only=True)

    def place(self, draft: Path, name: str) -> None:
        """Put a finished file into the archive; what is packed already is stored as it is."""
        packed = draft.suffix in (".zip", ".pdf")
        self.archive.write(draft, name, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED)

    def write(self, name: str, text: str) -> None:
        """Write a file of our own."""
        self.archive.writestr(name, text)

    def there(self) -> set[str]:
        """The names of what is there."""
        return set(self.archive.namelist())
