"""Output that appears under its name only when it is whole, whatever ends the run before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.errors import Invalid
from service.workplace import workplace


@contextmanager
def drafted(target: Path) -> Iterator[Path]:
    """A path to write to, in a hidden folder beside `target`; on leaving it becomes `target`.

    It is for its owner alone, as education records are. After an error nothing is left. A run that
    is killed leaves the hidden folder, which the next run for the same target removes: its lock
    went with its owner. Raises FileExistsError where something stands at `target`, Invalid where
    there is no folder to put it in.
    """
    require_free(target)
    if not target.parent.is_dir():
        raise Invalid(f"There is no folder {target.parent}.", "Create it, or write elsewhere.")
    with workplace(target.parent, target.name) as home:
        place = home / "new" / target.name
        place.parent.mkdir()
        yield place
        _close_to_others(place)
        require_free(target)
        place.replace(target)


def _close_to_others(place: Path) -> None:
    for one in (place, *place.rglob("*")) if place.is_dir() else (place,):
        one.chmod(0o700 if one.is_dir() else 0o600)


def require_free(target: Path) -> None:
    """Raises FileExistsError where something stands, be it a link that leads nowhere."""
    if os.path.lexists(target):
        raise FileExistsError(17, "something is there already", str(target))


def require_outside(target: Path, source: Path) -> None:
    """Raises Invalid where `target` would be read as a part of the folder `source`."""
    if source.is_dir() and target.resolve().is_relative_to(source.resolve()):
        raise Invalid(
            f"{target} is within {source}, and would be read as a part of it.",
            "Name a place beside it.",
        )
