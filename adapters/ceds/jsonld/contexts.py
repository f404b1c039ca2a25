"""Where contexts come from when a document names one: this package or the disk, no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.ceds.jsonld.context import context
from adapters.ceds.jsonld.parse import parsed
from adapters.ceds.names import HERE, relative
from adapters.ceds.tree import refused, sample
from schemas.standards.ceds import extension

OURS: Final = extension.NAMESPACE.rstrip("#") + "/context/14"
"""The name of our own context, for documents that do not want it inline."""

MAX_CONTEXT_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True)
class Contexts:
    """Finds contexts for one document.

    A context named by a relative address is looked for by its file name beside the document and
    one folder up; any other in `folders`, which the operator names.
    """

    document: Path
    folders: tuple[Path, ...] = ()

    def load(self, address: str, _options: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What PyLD asks a document loader for. Raises Unreadable."""
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": address,
            "document": self._found(address),
        }

    def _found(self, address: str) -> Any:
        if address == OURS:
            return {"@context": context()}
        for path in self._candidates(address):
            if path.is_file() and not path.is_symlink():
                return self._read(path)
        shown = sample(relative(address))
        problem = f"the context {shown} is not on this machine, and nothing is fetched"
        fix = "put the context file beside the document or into the folder given with schemas"
        raise refused(self.document.name, problem, fix, column="@context", value=shown)

    def _candidates(self, address: str) -> list[Path]:
        parts, here = urlsplit(address), urlsplit(HERE)
        name = parts.path.rpartition("/")[2]
        near = self._near() if (parts.scheme, parts.netloc) == (here.scheme, here.netloc) else ()
        return [folder / name for folder in (*near, *self.folders) if name not in ("", ".", "..")]

    def _near(self) -> tuple[Path, Path]:
        here = self.document.absolute().parent
        return here, here.parent

    def _read(self, path: Path) -> Any:
        if path.stat().st_size > MAX_CONTEXT_BYTES:
            problem = f"a context of more than {MAX_CONTEXT_BYTES // 2**20} MiB"
            raise refused(path.name, problem, "use a smaller one", column="@context")
        found = parsed(path.read_bytes(), path.name)
        if not isinstance(found, dict) or "@context" not in found:
            raise refused(path.name, "a context file without @context", "give a JSON-LD context")
        return {"@context": found["@context"]}
