"""Output that appears under its name only when it is whole, whatever ends the run before."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.errors import Invalid

try:
    import fcntl
except ImportError:  # Windows; what a killed run left there is for its owner to remove
    fcntl = None  # type: ignore[assignment]

_ENDING, _LOCK = ".unfinished", "lock"


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
    _remove_abandoned(target)
    home = Path(
        tempfile.mkdtemp(prefix=f".{target.name}.", suffix=_ENDING, dir=target.parent.absolute())
    )
    try:
        place = home / "new" / target.name
        place.parent.mkdir()
        with _locked(home):
            yield place
            _close_to_others(place)
            require_free(target)
            place.replace(target)
    finally:
        shutil.rmtree(home, ignore_errors=True)


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


def _remove_abandoned(target: Path) -> None:
    if fcntl is not None:
        for left in target.parent.glob(f".{glob.escape(target.name)}.*{_ENDING}"):
            # Somebody may be writing there at this moment; then the lock cannot be had.
            with suppress(OSError), _locked(left):
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; raises BlockingIOError where another process has it."""
    with (folder / _LOCK).open("ab") as handle:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
