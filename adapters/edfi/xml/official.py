"""The official XSDs of a Data Standard, from a folder that the user has them in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import islice
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
_MOST = 20
_LONGEST = 400


class Official:
    """The schemas of one version; each is compiled when its interchange is first met.

    Raises Unreadable where the folder does not hold them.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self._folder = _folder_of(folder, version)
        self.judge = lru_cache(maxsize=1)(self._judge)  # each takes 10 MB; files come in turn

    def _judge(self, interchange: str) -> Judge:
        """The judge of an interchange such as `Student`."""
        return Judge(self._folder / f"Interchange-{interchange}.xsd")


class Judge:
    """One compiled schema; the first few faults are explained in full by `xmlschema`."""

    def __init__(self, path: Path) -> None:
        self._path, self._left = path, _EXPLAINED
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            self._schema = etree.XMLSchema(etree.parse(path, parser))
        except (OSError, etree.LxmlError) as error:
            problem = f"the schema {path.name} cannot be used: {error}"
            fix = "Take the schemas from the official release again."
            raise refused("schema", problem, fix, path.name) from None

    def accepts(self, root: Any) -> bool:
        """Whether an interchange element with some records is valid."""
        return bool(self._schema.validate(root))

    def findings(self, root: Any, file: str) -> list[Finding]:
        """What is wrong with the records below the root; nothing for valid ones."""
        if self.accepts(root):
            return []
        log: Any = self._schema.error_log
        errors = [_finding(each.message, "", file, each.line) for each in islice(log, _MOST)]
        if self._left <= 0:
            return errors
        self._left -= 1
        reasons = islice(self._slow.iter_errors(root), _MOST)
        explained = [
            _finding(str(each.reason), _plain_path(each.path), file, _line(each, root[0]))
            for each in reasons
        ]
        return explained or errors

    @cached_property
    def _slow(self) -> Any:
        import xmlschema

        return xmlschema.XMLSchema(self._path, allow="local", defuse="always")


def _finding(reason: str, path: str, file: str, line: int) -> Finding:
    problem = _NAMESPACE.sub("", f"{path}: {reason}" if path else reason)[:_LONGEST]
    return Finding(Severity.ROW, "edfi.schema", problem, _FIX, file, line, path or None)


def _line(each: Any, record: Any) -> int:
    return int(getattr(each.elem, "sourceline", None) or record.sourceline)


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
