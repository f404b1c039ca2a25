"""Standard records as interchange files, one for each interchange."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from adapters.edfi.refusal import Unwritable, unwritable
from adapters.edfi.xml.compose import Composer
from adapters.edfi.xml.faults import INTERCHANGE
from adapters.port import Progress, silent
from adapters.whole import whole_folder
from schemas.standards.edfi import catalog, namespace
from schemas.standards.shape import StandardRecord

_EVERY = 1000


def write(
    path: Path, version: str, records: Iterable[StandardRecord], progress: Progress = silent
) -> None:
    """Write a folder of files named as the bulk loader expects (`StudentEnrollment.xml`).

    Records keep their order within a file; references are written as identities. Raises
    FileExistsError where something stands at `path`, Unwritable for the first record that XML
    cannot say; then nothing is left behind.
    """
    composer = Composer(version)
    with whole_folder(path) as folder, ExitStack() as stack:
        files: dict[str, IO[str]] = {}
        for done, record in enumerate(records, start=1):
            name = _interchange(version, record)
            if name not in files:
                files[name] = stack.enter_context(_opened(folder, name, version))
            files[name].write(composer.element(record.entity, record.values, record.where))
            if done % _EVERY == 0:
                progress("Writing XML", done)
        for name, stream in files.items():
            stream.write(f"</{INTERCHANGE}{name}>\n")


def _opened(folder: Path, name: str, version: str) -> IO[str]:
    stream = (folder / f"{name}.xml").open("w", encoding="utf-8", newline="\n")
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(f'<{INTERCHANGE}{name} xmlns="{namespace(version)}">\n')
    return stream


def _interchange(version: str, record: StandardRecord) -> str:
    known = catalog(version).get(record.entity)
    if known is None or not known.interchanges:
        raise _homeless(version, record)
    return known.interchanges[0]


def _homeless(version: str, record: StandardRecord) -> Unwritable:
    problem = f"Data Standard {version} has no interchange file that holds {record.entity}"
    return unwritable(problem, "Write JSON instead, or leave it out.", record.where, record.entity)
