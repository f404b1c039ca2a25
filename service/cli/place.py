"""Where students' data that a command lets out to files goes, and what stands beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from service.cli.out import require_place, write_new

Account = Callable[[dict[str, Any], str], None]
"""Takes the account of the losses, and the words of the statements."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an output goes, and where its losses are told; statements stand beside it."""

    out: Path
    loss: Path | None = None

    @property
    def statements(self) -> Path:
        """Where statements of disagreement with what is written to `out` stand."""
        return self.out.with_name(f"{self.out.name}.statements.txt")

    def require_free(self) -> None:
        """Raises Invalid where one of the files cannot be, before anything is disclosed for it."""
        require_place(self.out)
        require_place(self.statements)
        if self.loss is not None:
            require_place(self.loss, self.out, self.statements)

    @contextmanager
    def drafted(self) -> Iterator[tuple[Path, Account]]:
        """Where to write, and what to give the account and the statements to.

        The output stands once all of it does; after an error none of it stays.
        """
        from service.convert.draft import drafted

        with _beside() as put, drafted(self.out) as draft:

            def account(told: dict[str, Any], words: str) -> None:
                if self.loss is not None:
                    put(self.loss, _as_bytes(told))
                if words:
                    put(self.statements, words.encode())

            yield draft, account

    def tell_statements(self) -> None:
        """Say where statements of disagreement were written, if any were."""
        if os.path.lexists(self.statements):
            typer.echo(f"Statements of disagreement go with it: {self.statements}", err=True)


@contextmanager
def _beside() -> Iterator[Callable[[Path, bytes], None]]:
    """Writes files that go with an output; they are taken away again if that fails."""
    with ExitStack() as undo:

        def put(path: Path, data: bytes) -> None:
            write_new(path, data)
            undo.callback(path.unlink, missing_ok=True)

        yield put
        undo.pop_all()


def _as_bytes(told: dict[str, Any]) -> bytes:
    text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace")
