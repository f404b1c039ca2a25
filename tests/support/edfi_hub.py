"""Plans and the roster of the fixture district as a hub, with all carriers of Ed-Fi turned on."""

from __future__ import annotations

import json
from pathlib import Path

from mappings.engine.loss import Losses
from mappings.engine.paths import Tree
from mappings.hub import Choice, Hub
from service.formats import bridge_of, format_of

CARRIERS = frozenset(
    {"sped", "fin", "goals", "surveys", "studentAssessments", "fieldworkExperiences"}
)
ALL = Choice(switched=CARRIERS, extensions=frozenset({"ilp"}))
NO_EXTENSION = Choice(switched=CARRIERS)


def plans(folder: Path) -> list[Tree]:
    """The plans of a folder of native documents."""
    read = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    return [each["plan"] for each in read]


def roster(folder: Path) -> Hub:
    """A OneRoster package as a hub."""
    adapter = format_of("oneroster-csv-1.2")
    return bridge_of("oneroster-csv-1.2").read(lambda: adapter.read(folder), Losses())
