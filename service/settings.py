"""Settings, from `planbridge.toml` in the current folder and from `PLANBRIDGE_*` variables.

Secrets never stand in the file: they come from the environment or from files named there.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from service.errors import Misconfigured

FILE = "planbridge.toml"


class Mode(StrEnum):
    """How much a night may change."""

    NORMAL = "normal"
    ADDITIONS_ONLY = "additions-only"
    PAUSED = "paused"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CalendarEntry(_Section):
    """A stretch of days, both ends included, in which another mode applies."""

    first: date
    last: date
    mode: Mode
    why: str = ""


class Guard(_Section):
    """When a night looks too destructive to be true. Shares are of yesterday's rows."""

    drop_rows: int = Field(20, ge=0)
    drop_share: float = Field(0.10, ge=0, le=1)
    blank_rows: int = Field(20, ge=0)
    blank_share: float = Field(0.10, ge=0, le=1)
    shrink_share: float = Field(0.25, ge=0, le=1)
    churn_share: float = Field(0.50, ge=0, le=1)
    reject_rows: int = Field(20, ge=0)
    reject_share: float = Field(0.10, ge=0, le=1)


class Sync(_Section):
    """The nightly sync."""

    mode: Mode = Mode.NORMAL
    calendar: tuple[CalendarEntry, ...] = ()
    missing_days: int = Field(14, ge=1, le=3650)
    guard: Guard = Guard()
    lease_seconds: float = Field(900, gt=0)
    lease_wait_seconds: float = Field(0, ge=0)
    authority: dict[str, dict[str, str]] = {}
    keep_days: int = Field(30, ge=1)


class Publish(_Section):
    """Where accepted changes are announced: a folder of JSON Lines files, one for each plan."""

    folder: Path | None = None


class Audit(_Section):
    """The audit log: where its key and its checkpoints are, and how often one is written."""

    key_file: Path | None = None
    checkpoints: Path | None = None
    checkpoint_every: int = Field(1000, ge=1)


class Deliver(_Section):
    """A career system to which files are brought: in which layout, for whom, and where.

    The place is a folder (`path`), or an SFTP server with its pinned `host_key`. `recipient` is
    the account of the career system; without `schools` a set is the whole district's.
    """

    layout: str
    recipient: str
    identifier: Literal["local_id", "state_id", "sourced_id", "username"] | None = None
    schools: tuple[str, ...] = ()
    path: Path | None = None
    host: str | None = None
    port: int | None = None
    user: str | None = None
    folder: str | None = None
    host_key: str | None = None
    key_file: Path | None = None
    secret_file: Path | None = None
    timeout: float | None = None


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="PLANBRIDGE_",
        env_nested_delimiter="__",
        toml_file=FILE,
        extra="forbid",
        frozen=True,
    )

    tenant: str = Field("district", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    database_url: str = "sqlite:///planbridge.db"
    data: Path = Path(".planbridge")
    now: datetime | None = None
    sync: Sync = Sync()
    publish: Publish = Publish()
    audit: Audit = Audit()
    deliver: dict[str, Deliver] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables win over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def clock(self) -> datetime:
        """The present moment in UTC; `now` stands in for it where a rehearsal needs a fixed one."""
        return self.now.astimezone(UTC) if self.now else datetime.now(UTC)

    def mode_on(self, day: date) -> Mode:
        """The mode of a day: the first calendar entry that covers it, else `sync.mode`."""
        for entry in self.sync.calendar:
            if entry.first <= day <= entry.last:
                return entry.mode
        return self.sync.mode


def load_settings(**overrides: Any) -> Settings:
    """The settings in force. Raises Misconfigured naming the setting at fault."""
    try:
        return Settings(**overrides)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{FILE} is not valid TOML: {error}", f"Correct {FILE}.") from None
    except SettingsError as error:
        raise Misconfigured(
            f"A setting is not written as JSON: {error}",
            "Correct the PLANBRIDGE_* variable, or set its parts, as in PLANBRIDGE_SYNC__MODE.",
        ) from None
    except ValidationError as error:
        lines = "; ".join(
            f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()
        )
        raise Misconfigured(
            f"Settings do not fit: {lines}", f"Correct {FILE} or the PLANBRIDGE_* variable named."
        ) from None


def instant(moment: datetime) -> str:
    """A moment as it is stored: ISO 8601 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
