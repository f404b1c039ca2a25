"""A hidden folder to work in, gone at the end, and after a killed run at the next beginning."""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows; what a killed run left there is for its owner to remove
    fcntl = None  # type: ignore[assignment]

_ENDING, _LOCK = ".unfinished", "lock"


@contextmanager
def workplace(parent: Path, name: str) -> Iterator[Path]:
    """A folder for its owner alone, in an existing folder, for work under a name.

    A run that is killed leaves its own, which the next of that name removes: its lock went with
    its owner.
    """
    _remove_abandoned(parent, name)
    made = tempfile.mkdtemp(prefix=f".{name}.", suffix=_ENDING, dir=parent.absolute())
    try:
        with _locked(Path(made)):
            yield Path(made)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _remove_abandoned(parent: Path, name: str) -> None:
    if fcntl is not None:
        for left in parent.glob(f".{glob.escape(name)}.*{_ENDING}"):
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
