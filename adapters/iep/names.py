"""Names of a sender that spells a standard's names otherwise, as data and not as code.

The special education domain of Ed-Fi 6.1 is early access: its names in JSON are UNVERIFIED. A
profile of names leads from what a server says to what the mapping tables know.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.errors import SourceMisconfigured
from schemas.standards.shape import StandardRecord


@dataclass(frozen=True)
class Names:
    """`resources` by the sender's name of a resource, `properties` by the sender's of a property.

    A property is renamed wherever it stands in a record.
    """

    resources: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)

    def rename_files(self, folder: Path) -> None:
        """Give files that are named after a resource the name that the tables know."""
        for path in [path for path in folder.rglob("*") if path.is_file()]:
            stem, dot, rest = path.name.partition(".")
            if stem in self.resources:
                path.rename(path.with_name(f"{self.resources[stem]}{dot}{rest}"))

    def renamed(self, record: StandardRecord) -> StandardRecord:
        """A record with the names that the tables know."""
        if not self.properties:
            return record
        return record._replace(values=self._renamed(record.values))

    def _renamed(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._renamed(each) for each in value]
        if not isinstance(value, dict):
            return value
        known = self.properties
        return {known.get(name, name): self._renamed(each) for name, each in value.items()}


def load_names(path: Path) -> Names:
    """The profile in a TOML file with [resources] and [properties]. Raises SourceMisconfigured."""
    fix = 'Write [resources] and [properties] with lines such as studentIeps = "studentIEPs".'
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceMisconfigured(f"{path} cannot be read: {error.strerror}", fix) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceMisconfigured(f"{path} is no TOML: {error}", fix) from None
    parts = [raw.pop("resources", {}), raw.pop("properties", {})]
    sound = all(
        isinstance(part, dict) and all(isinstance(each, str) for each in part.values())
        for part in parts
    )
    if raw or not sound:
        raise SourceMisconfigured(f"{path} holds something else than names", fix)
    return Names(*parts)
