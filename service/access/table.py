"""The decision table: every role, section and action with the ways in that its cell allows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from service.access import policy
from service.errors import Misconfigured

Key = tuple[str, str, str]
"""Role, section and action."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One way in: a cell's alternative, open where all its codes hold (none: always)."""

    role: str
    section: str
    action: str
    codes: tuple[str, ...]

    @property
    def id(self) -> str:
        """What decisions and the audit call it, such as `PNR.directory.read:DEP`."""
        return f"{self.role}.{self.section}.{self.action}:{'&'.join(self.codes) or '+'}"

    @property
    def basis(self) -> str:
        """The paragraph that is recorded: the codes' own, else the role's."""
        known = policy.conditions()
        found = (known[code].basis for code in self.codes if known[code].basis)
        return next(found, policy.roles()[self.role].basis)

    @property
    def cite(self) -> tuple[str, ...]:
        """The law behind the role, then behind each code."""
        known = policy.conditions()
        of_codes = (cite for code in self.codes for cite in known[code].cite)
        return tuple(dict.fromkeys((*policy.roles()[self.role].cite, *of_codes)))

    @property
    def limits(self) -> frozenset[str]:
        """Which part of the section it opens, in the words of `Condition.limit`."""
        known = policy.conditions()
        return frozenset(known[code].limit for code in self.codes) - {""}

    @property
    def stricter(self) -> bool:
        """Whether this is stricter than the law asks for."""
        known = policy.conditions()
        listed = f"{self.section}.{self.action}" in policy.roles()[self.role].stricter
        return listed or any(known[code].product for code in self.codes)


@dataclass(frozen=True)
class RuleTable:
    """All cells, the shipped ones or a district's; `version` changes with any of them."""

    cells: Mapping[Key, tuple[Grant, ...]]
    version: str

    def cell(self, role: str, section: str, action: str) -> str:
        """A cell as it is written: `+`, `-` or codes."""
        found = self.cells[role, section, action]
        written = [" & ".join(grant.codes) or "+" for grant in found]
        return " | ".join(written) or "-"


def parse_cell(role: str, section: str, action: str, text: str) -> tuple[Grant, ...]:
    """The alternatives of a cell. Raises Misconfigured for a code that nobody defined."""
    if text == "-":
        return ()
    ways = [] if text == "+" else [way.split("&") for way in text.split("|")]
    codes = [tuple(code.strip() for code in way) for way in ways] or [()]
    unknown = {code for way in codes for code in way} - policy.conditions().keys()
    if unknown:
        raise Misconfigured(
            f"The cell {role}.{section}.{action} names unknown conditions: "
            f"{', '.join(sorted(unknown)) or 'an empty one'}.",
            f"Use +, - or codes of {', '.join(policy.conditions())}.",
        )
    return tuple(Grant(role, section, action, way) for way in codes)


@cache
def shipped() -> RuleTable:
    """The table as it comes with the program. Raises Misconfigured where a cell is missing."""
    cells: dict[Key, tuple[Grant, ...]] = {}
    for role in policy.roles().values():
        for section in policy.sections():
            row = role.cells.get(section, ())
            if len(row) != len(policy.ACTIONS):
                raise Misconfigured(
                    f"The row {role.code}.{section} has {len(row)} cells.",
                    f"Give one for each of {', '.join(policy.ACTIONS)}.",
                )
            for action, text in zip(policy.ACTIONS, row, strict=True):
                cells[role.code, section, action] = parse_cell(role.code, section, action, text)
    return RuleTable(cells, policy.digest())


def overlaid(changes: Mapping[str, Mapping[str, Any]]) -> RuleTable:
    """The table with a district's own cells, `{"TCH.careerGoals.propose": {"cell": "-"}}`.

    A cell that opens more than the shipped one must name its `authority`, such as the board's
    resolution. Raises Misconfigured otherwise, and for cells that do not exist.
    """
    base = shipped()
    cells = dict(base.cells)
    for name, change in sorted(changes.items()):
        key = _key(name, base)
        ways = parse_cell(*key, str(change.get("cell", "")))
        if not _is_stricter(ways, base.cells[key]) and not change.get("authority"):
            raise Misconfigured(
                f"{name}: {change.get('cell')!r} opens more than {base.cell(*key)!r} does.",
                "Keep to what is stricter, or name the recorded authority for it.",
            )
        cells[key] = ways
    mark = hashlib.sha256(f"{base.version}{sorted(changes.items())}".encode()).hexdigest()[:16]
    return RuleTable(cells, mark) if changes else base


def _key(name: str, base: RuleTable) -> Key:
    role, section, action = (*name.split("."), "", "")[:3]
    if (role, section, action) not in base.cells:
        raise Misconfigured(f"There is no cell {name!r}.", "Write ROLE.section.action.")
    return role, section, action


def _is_stricter(new: Iterable[Grant], old: Iterable[Grant]) -> bool:
    """Whether each new way in asks for at least what some old one asked for."""
    return all(any(set(way.codes) >= set(other.codes) for other in old) for way in new)
