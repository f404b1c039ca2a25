"""The official XSDs of a Data Standard, from a folder that the user has them in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from adapters.edfi.refusal import refused
from schemas.finding import Finding, Severity
from schemas.standards.edfi import namespace

_CORE = "Ed-Fi-Core.xsd"
_TARGET = re.compile(rb'targetNamespace="([^"]*)"')
_HEAD = 4096
_NAMESPACE = re.compile(r"\{http://ed-fi\.org/[^}]*\}")
_FIX = "Correct the record in the system that made the file."
_EXPLAINED = 20


class Official:
    """The schemas of one version; each is compiled when its interchange is first met.

    Raises Unreadable where the folder does not hold them.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self._version = version
        self._folder = _folder_of(folder, version)
        self._left = _EXPLAINED
        self.schema = lru_cache(maxsize=1)(self._schema)  # each takes 10 MB; files come in turn
        self._slow = lru_cache(maxsize=1)(self._xmlschema)

    def _path(self, interchange: str) -> Path:
        return self._folder / f"Interchange-{interchange}.xsd"

    def _schema(self, interchange: str) -> etree.XMLSchema:
        """The compiled schema of an interchange such as `Student`."""
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            return etree.XMLSchema(etree.parse(self._path(interchange), parser))
        except (OSError, etree.LxmlError) as error:
            problem = f"the schema of Interchange{interchange} cannot be used: {error}"
            fix = "Take the schemas from the official release again."
            raise refused("schema", problem, fix, self._path(interchange).name) from None

    def _xmlschema(self, interchange: str) -> Any:
        import xmlschema

        return xmlschema.XMLSchema(self._path(interchange), allow="local", defuse="always")

    def explain(self, interchange: str, element: Any, file: str, error: Any) -> list[Finding]:
        """Why an element is rejected; empty where it is not this element that is at fault.

        The first few are explained in full, the rest in the words of libxml2.
        """
        if self._left <= 0:
            return [self._finding(error.message, "", file, error.line)]
        self._left -= 1
        root = etree.Element(f"{{{namespace(self._version)}}}Interchange{interchange}")
        root.append(deepcopy(element))
        reasons = self._slow(interchange).iter_errors(root)
        return [
            self._finding(str(each.reason), _plain_path(each.path), file, _line(each, error))
            for each in reasons
        ]

    def _finding(self, reason: str, path: str, file: str, line: int) -> Finding:
        where = f"{path}: " if path else ""
        problem = where + _NAMESPACE.sub("", reason)
        return Finding(Severity.ROW, "edfi.schema", problem, _FIX, file, line, path or None)


def _line(each: Any, error: Any) -> int:
    return int(getattr(each.elem, "sourceline", None) or error.line)


def _plain_path(path: str | None) -> str:
    """The path from the record down, without namespaces and the root."""
    steps = re.sub(r"\{[^}]*\}|\b[a-z]\w*:", "", path or "").strip("/").split("/")
    return "/".join(steps[1:])


def _folder_of(folder: Path, version: str) -> Path:
    wanted = namespace(version).encode()
    for core in _cores(folder):
        found = _TARGET.search(core.read_bytes()[:_HEAD])
        if found and found.group(1) == wanted:
            return core.parent
    problem = f"{folder} holds no {_CORE} of {namespace(version)}"
    fix = f"Name the folder with the official schemas of Data Standard {version}."
    raise refused("schemas", problem, fix, folder.name)


def _cores(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob(_CORE))
    yield from sorted(folder.glob(f"*/{_CORE}"))
    yield from sorted(folder.glob(f"*/*/{_CORE}"))
