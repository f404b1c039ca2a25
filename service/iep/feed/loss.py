"""What a form of the draft cannot hold: by element of a transition section, and in this run."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from mappings.engine.loss import Losses
from schemas.iep.iep import Iep
from schemas.iep.part import fields_below
from service.iep.feed.draft import Draft


class Kept(StrEnum):
    """What becomes of an element."""

    KEPT = "kept"
    PARTLY = "partly"
    LOST = "lost"
    NOT_IN_A_PLAN = "not-in-a-plan"


@dataclass(frozen=True, slots=True)
class ElementFate:
    """An element of a transition section in one form: what becomes of it, where or why."""

    path: str
    cite: str
    fate: Kept
    told: str


_MARKS: Final = {"LOST ": Kept.LOST, "PARTLY ": Kept.PARTLY}


def forms() -> tuple[str, ...]:
    """The forms of a draft."""
    return tuple(_document()["forms"])


def fates_of(form: str) -> list[ElementFate]:
    """The fate of every element of a transition section in a form, in order."""
    return list(_fates(form))


def loss_report(form: str, draft: Draft, losses: Losses) -> dict[str, Any]:
    """The account of one draft: the elements, what this run lost, and what was withheld.

    What was withheld is only told to readers who may know.
    """
    told: dict[str, Any] = {
        "format": form,
        "disclosure": draft.handover.number,
        "elements": [asdict(one) for one in fates_of(form)],
        "lost": losses.as_json(),
    }
    if draft.withheld is not None:
        told["withheld"] = list(draft.withheld)
    return told


def _fates(form: str) -> Iterator[ElementFate]:
    for path, part in fields_below(Iep):
        cite = part.cite if part else ""
        fate, told = _fate(form, path)
        yield ElementFate(path, cite, fate, told)


def _fate(form: str, path: str) -> tuple[Kept, str]:
    """What the nearest entry says of a path: its own, that of its whole, or those of its parts."""
    known = _document()
    for name in _upward(path):
        if name in known["not_in_a_plan"]:
            return Kept.NOT_IN_A_PLAN, known["not_in_a_plan"][name]
        if name in known["in_a_plan"]:
            return _in_form(form, known["in_a_plan"][name])
    below = [name for name in known["in_a_plan"] if name.startswith(f"{path}.")]
    fates = {_in_form(form, known["in_a_plan"][name])[0] for name in below}
    return (fates.pop() if len(fates) == 1 else Kept.PARTLY), "by its fields"


def _in_form(form: str, told: dict[str, str]) -> tuple[Kept, str]:
    if form in _document()["whole"]:
        return Kept.KEPT, "every sentence, with its source"
    for mark, fate in _MARKS.items():
        if told[form].startswith(mark):
            return fate, told[form].removeprefix(mark)
    return Kept.KEPT, told[form]


def _upward(path: str) -> Iterator[str]:
    """A path, then everything that it is part of."""
    while path:
        yield path
        path = path.rpartition(".")[0]


@cache
def _document() -> dict[str, Any]:
    text = files(__package__).joinpath("fates.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
