"""What a command needs before it can do anything: settings, database, a name for the journal."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from service.errors import Misconfigured

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

    from adapters.port import Progress
    from service.act import Act
    from service.audit.log import Log
    from service.office import Window
    from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Session:
    """Settings and an open database."""

    settings: Settings
    engine: Engine

    @property
    def tenant(self) -> str:
        """The district."""
        return self.settings.tenant

    @property
    def now(self) -> str:
        """The present moment as it is stored."""
        from service.settings import instant

        return instant(self.settings.clock())

    def act(self, reason: str) -> Act:
        """A deliberate act of whoever types."""
        from service.act import Act

        return Act(operator(), reason, self.now, login())

    @property
    def log(self) -> Log:
        """The district's audit log."""
        from service.audit.log import open_log

        return open_log(self.settings, self.engine)

    def window(
        self, reason: str = "", purpose: str | None = None, party: str | None = None
    ) -> Window:
        """What `service.office.at_window` needs, for whoever types and the command at hand."""
        from service.office import Window

        act = self.act(reason)
        return Window(self.engine, self.log, act, command_name(), purpose, party)

    @contextmanager
    def on_duty(self, reason: str = "", about: str = "") -> Iterator[Connection]:
        """One transaction of the custodian's, on the log under the command's name.

        `about` are further words of the command that belong on the log.
        """
        from service.duty import on_duty

        request = f"{command_name()} {about}".rstrip()
        with on_duty(self.engine, self.log, self.act(reason), request) as connection:
            yield connection

    def begin_duty(self, reason: str = "") -> None:
        """Put the command at hand on the log before it works as the custodian. Raises Denied."""
        with self.on_duty(reason):
            pass

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view."""
        from service.store.database import reading

        with reading(self.engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction."""
        from service.store.database import writing

        with writing(self.engine) as connection:
            yield connection


_under_way: ContextVar[str] = ContextVar("command", default="")

_opened: list[Engine] = []
"""The databases that this command opened."""


def opened(engine: Engine) -> Engine:
    """The engine, which is closed when the command ends."""
    _opened.append(engine)
    return engine


def close_sessions() -> None:
    """Close what a command opened; SQLite then moves its log into the database file."""
    while _opened:
        _opened.pop().dispose()


def operator() -> str:
    """Who types: the account's name, or `PLANBRIDGE_OPERATOR` where an account is shared."""
    try:
        return os.environ.get("PLANBRIDGE_OPERATOR") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def login() -> str:
    """The machine's name for whoever runs this: unlike `operator`, no variable decides it."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return ""


def begin_command(name: str) -> None:
    """Tell what the command under way is called."""
    _under_way.set(name)


def command_name() -> str:
    """The command under way without the program's name, such as `student show`."""
    return _under_way.get()


def open_session() -> Session:
    """Settings and database of the current folder. Raises Misconfigured before `init`."""
    from service.settings import FILE, load_settings
    from service.wiring import engine_of

    if not Path(FILE).is_file() and "PLANBRIDGE_DATABASE_URL" not in os.environ:
        raise Misconfigured(
            f"There is no {FILE} in this folder.",
            "Run `planbridge init` here, or change to the folder where you ran it.",
        )
    settings = load_settings()
    return Session(settings, opened(engine_of(settings)))


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress line on a terminal; nothing where output is piped or logged."""
    from adapters.port import silent

    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def tell(what: str, done: int, total: int | None = None) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield tell
