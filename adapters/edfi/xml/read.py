"""Interchange files as standard records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from lxml import etree

from adapters.edfi.files import entries
from adapters.edfi.limits import DEFAULT_LIMITS, Limits
from adapters.edfi.xml.claim import ENDINGS
from adapters.edfi.xml.convert import Converter
from adapters.edfi.xml.faults import Fault
from adapters.edfi.xml.identities import Identities
from adapters.edfi.xml.official import Official
from adapters.edfi.xml.stream import Stream, entity_of
from adapters.formats import Unreadable
from adapters.port import Progress, silent
from schemas.finding import Finding
from schemas.standards.shape import StandardRecord

_STRAY = etree.XPath("boolean(descendant-or-self::*[*]/text()[normalize-space()])")
_STRAY_ATTRIBUTE = etree.XPath("boolean(.//@*[name() != 'id' and name() != 'ref'])")
_EVERY = 1000


def read(
    path: Path,
    version: str,
    official: Official | None = None,
    progress: Progress = silent,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[StandardRecord]:
    """Every record of a file, a folder or an archive; ids and XML comments are left behind.

    With `official` schemas each file is validated on the way. Raises Unreadable for the first
    thing that is not as it should be.
    """
    for each in inspect(path, version, official, progress, limits):
        if isinstance(each, Finding):
            raise Unreadable(each)
        yield each


def inspect(
    path: Path,
    version: str,
    official: Official | None = None,
    progress: Progress = silent,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[StandardRecord | Finding]:
    """Every record, or instead of one what the official schema has against it.

    Raises Unreadable for what cannot be read whatever the schema says.
    """
    with entries(path, ENDINGS, limits) as files:
        for entry in files:
            stream = Stream(entry, version, limits=limits, official=official)
            for done, each in enumerate(_records(stream), start=1):
                yield each
                if done % _EVERY == 0:
                    progress(f"Reading {entry.name}", done)


def _records(stream: Stream) -> Iterator[StandardRecord | Finding]:
    with closing(Identities(stream.entry, stream.version)) as identities:
        converter = Converter(stream.version, identities)
        for element, findings in stream.elements():
            entity = entity_of(stream.version, element)
            if findings:
                yield from findings
            elif entity:
                yield _record(stream, entity, element, converter)


def _record(stream: Stream, entity: str, element: Any, converter: Converter) -> StandardRecord:
    name = stream.entry.name
    try:
        if stream.official is None and (_STRAY(element) or _STRAY_ATTRIBUTE(element)):
            raise Fault.stray(element)
        values = converter.record(entity, element)
    except Fault as fault:
        raise fault.in_file(name) from None
    return StandardRecord(entity, values, f"{name}, line {element.sourceline}")
