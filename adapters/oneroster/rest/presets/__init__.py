"""What is known about each provider, as data: default settings and notes with their source.

A fact without backing in a source that we could read is marked `verified = false`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing said about a provider; with `setting` it is also a default."""

    note: str
    source: str
    verified: bool
    setting: str | None = None
    value: Any = None


@dataclass(frozen=True, slots=True)
class Preset:
    """What to expect of one provider."""

    name: str
    title: str
    facts: tuple[Fact, ...]


def preset_names() -> list[str]:
    """The names that `preset` may take, sorted."""
    found = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml"))


@cache
def load_preset(name: str) -> Preset:
    """The preset of this name. Raises ValueError, listing the known ones, when there is none."""
    if name not in preset_names():
        raise ValueError(f"unknown preset {name!r}; known: {', '.join(preset_names())}")
    text = files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    return Preset(name, raw["title"], tuple(Fact(**fact) for fact in raw["fact"]))


def preset_defaults(name: str) -> Mapping[str, Any]:
    """The preset's default settings, nested as `RestSettings` is."""
    defaults: dict[str, Any] = {}
    for fact in load_preset(name).facts:
        if fact.setting:
            *groups, last = fact.setting.split(".")
            place = defaults
            for group in groups:
                place = place.setdefault(group, {})
            place[last] = fact.value
    return defaults
