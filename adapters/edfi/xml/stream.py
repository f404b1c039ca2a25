"""The elements of one interchange file, one at a time, in memory that does not grow with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

from adapters.edfi.files import Entry
from adapters.edfi.limits import DEFAULT_LIMITS, Limits
from adapters.edfi.refusal import refused
from adapters.edfi.xml.faults import INTERCHANGE, Fault
from adapters.edfi.xml.official import Official
from adapters.formats import Unreadable
from schemas.finding import Finding
from schemas.standards.edfi import VERSIONS, catalog, namespace

_PIECE = 1 << 12
_KNOWN = re.compile(r"http://ed-fi\.org/(\d+(?:\.\d+)*)$")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00", b"\x00\x00")
_DOCTYPE = b"<!doctype"
_TOO_DEEP = "Excessive depth"
"""How libxml2 begins to say that its limit of 256 levels is reached."""


@dataclass
class Stream:
    """One file being read, validated on the way where `official` schemas are given."""

    entry: Entry
    version: str
    official: Official | None = None
    limits: Limits = DEFAULT_LIMITS
    interchange: str = ""
    _parser: Any = None

    def elements(self) -> Iterator[tuple[Any, list[Finding]]]:
        """Each element below the root, with what the official schema has against it.

        The element is valid until the next is asked for. Raises Unreadable, naming the line.
        """
        chunks = self.entry.chunks()
        try:
            head = self._head(chunks)
            yield from self._feed(head, chunks)
        except etree.XMLSyntaxError as error:
            raise self._broken(error) from None
        except Fault as fault:
            raise fault.in_file(self.entry.name) from None

    def opens(self) -> bool:
        """Whether the file starts as an interchange of this version; raises Unreadable."""
        try:
            return bool(self._head(self.entry.chunks()))
        except etree.XMLSyntaxError:
            return False

    def _head(self, chunks: Iterator[bytes]) -> bytes:
        """Read up to the root element, and refuse what does not start as an interchange."""
        probe = self._parser = etree.XMLPullParser(("start",), **_options())
        head = b""
        for chunk in chunks:
            head += chunk
            self._check_start(head)
            for at in range(0, len(chunk), _PIECE):
                probe.feed(chunk[at : at + _PIECE])
                for _, root in probe.read_events():
                    self._check_root(root)
                    return head
            if len(head) > self.limits.head_bytes:
                break
        return self._without_root(probe, len(head))

    def _without_root(self, probe: Any, size: int) -> bytes:
        if size <= self.limits.head_bytes:
            self._check_root(probe.close())  # one too short to have been parsed before
        problem = f"the file has no root element in its first {size:,} bytes"
        raise self._refused("root", problem, "Send the whole file, without its prologue.", 1)

    def _check_start(self, head: bytes) -> None:
        if head.startswith(_WIDE):
            fix = "Save the file as UTF-8."
            raise self._refused("encoding", "the file is not encoded as UTF-8", fix, 1)
        before = head.lower().find(_DOCTYPE)
        if before >= 0:
            self._no_doctype(head.count(b"\n", 0, before) + 1)

    def _no_doctype(self, line: int) -> None:
        fix = "Take the DOCTYPE out: Ed-Fi interchange files have none."
        raise self._refused("doctype", "the file has a DOCTYPE, which is never read", fix, line)

    def _check_root(self, root: Any) -> None:
        if root.getroottree().docinfo.doctype:
            self._no_doctype(1)
        name = etree.QName(root)
        if name.namespace != namespace(self.version):
            raise self._other_namespace(name.namespace or "", root.sourceline)
        self.interchange = name.localname.removeprefix(INTERCHANGE)
        if self.interchange not in interchanges(self.version):
            problem = f"{name.localname} is no interchange of Data Standard {self.version}"
            raise self._refused("root", problem, "Check what kind of file it is.", root.sourceline)

    def _other_namespace(self, found: str, line: int) -> Unreadable:
        version = _KNOWN.match(found)
        if version is None:
            problem = f"the root element's namespace is '{found[:80]}', not that of Ed-Fi"
        else:
            problem = f"the file is of Data Standard {version.group(1)}, not {self.version}.0"
        known = " or ".join(f"edfi-xml-{each}" for each in VERSIONS)
        fix = f"Expected {namespace(self.version)}; read a file of another version as {known}."
        return self._refused("namespace", problem, fix, line)

    def _feed(self, head: bytes, chunks: Iterator[bytes]) -> Iterator[tuple[Any, list[Finding]]]:
        """Elements are whole when another follows, and so is the text behind them.

        The parser is asked for the root alone, because each event costs more than the parsing.
        """
        parser: Any = etree.XMLPullParser(("start",), tag=self._root().tag, **_options())
        self._parser = parser
        since, line, root = 0, 1, None
        for chunk in _pieces(head, chunks):
            since += len(chunk)
            parser.feed(chunk)
            for _, element in parser.read_events():
                root = element if root is None else root
            if root is not None and len(root) > 1:
                yield from self._hand_out(root, root[:-1])
                since, line = 0, root[-1].sourceline
            if since > self.limits.record_bytes:
                raise self._oversized(line)
        root = parser.close()
        yield from self._hand_out(root, root[:])

    def _hand_out(self, root: Any, found: list[Any]) -> Iterator[tuple[Any, list[Finding]]]:
        """Take elements out of the tree and judge them together, singly where one is at fault."""
        together, known = self._root(), tags(self.version)
        for element in found:
            if element.tag not in known:
                raise Fault.unexpected(element)
            if _says(root.text) or _says(element.tail):
                raise Fault.stray(element)
            together.append(element)
        judge = self.official and self.official.judge(self.interchange)
        if not judge or judge.accepts(together):
            yield from ((element, []) for element in found)
            return
        for element in found:
            alone = self._root()
            alone.append(element)
            yield element, judge.findings(alone, self.entry.name)

    def _root(self) -> Any:
        space = namespace(self.version)
        names: Any = {None: space}
        return etree.Element(f"{{{space}}}{INTERCHANGE}{self.interchange}", nsmap=names)

    def _oversized(self, line: int) -> Unreadable:
        allowed = self.limits.record_bytes
        problem = f"a record that begins at this line or soon after has more than {allowed:,} bytes"
        fix = "Split what repeats over several records, or check where the file comes from."
        return self._refused("record", problem, fix, line)

    def _broken(self, error: etree.XMLSyntaxError) -> Unreadable:
        """What the parser met first; the error itself may only say that nothing came of it."""
        met = next(iter(self._parser.feed_error_log), None)
        line, why = (met.line, met.message) if met else (error.position[0] or 1, error.msg)
        if _TOO_DEEP in (why or ""):
            why = "elements are nested more than 256 levels deep"
        problem = f"the file is not well-formed XML: {why}"
        return self._refused("syntax", problem, "Write the file again, whole and as UTF-8.", line)

    def _refused(self, code: str, problem: str, fix: str, line: int | None) -> Unreadable:
        return refused(code, problem, fix, self.entry.name, line)


def _options() -> dict[str, Any]:
    """A parser that opens nothing, expands nothing and keeps libxml2's limits."""
    return {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "huge_tree": False,
        "remove_comments": True,
        "remove_pis": True,
    }


def _says(text: str | None) -> bool:
    return text is not None and bool(text.strip())


def _pieces(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from chunks


@cache
def interchanges(version: str) -> frozenset[str]:
    """The names of all interchanges of a version, without their prefix."""
    return frozenset(name for each in catalog(version).values() for name in each.interchanges)


@cache
def elements(version: str) -> dict[str, str]:
    """The entity of each element that may stand in an interchange.

    A reference may too: other references lead to it by its id, and it is no record.
    """
    known = {each.element: name for name, each in catalog(version).items() if each.interchanges}
    return known | {f"{name}Reference": "" for name in known}


@cache
def tags(version: str) -> dict[str, str]:
    """The same by qualified names."""
    return {f"{{{namespace(version)}}}{name}": each for name, each in elements(version).items()}


def entity_of(version: str, element: Any) -> str:
    """The entity of an element; empty for a reference that stands for itself."""
    return tags(version)[element.tag]
