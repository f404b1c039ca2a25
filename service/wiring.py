"""The one place that picks implementations: which adapter, which recipe, which database."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy.engine import Engine

from adapters.port import Progress, Source, silent
from adapters.shelf import Shelf
from mappings.recipe import Recipe
from service.errors import Misconfigured
from service.settings import Settings
from service.sources import SourceRow, load_source
from service.store.database import open_engine, reading
from service.store.lease import acquire, release
from service.sync.night import Night, SourceState

if TYPE_CHECKING:
    from adapters.oneroster.rest.settings import RestSettings

KINDS = ("oneroster-csv", "oneroster-rest")


def engine_of(settings: Settings) -> Engine:
    """The database of these settings, brought to this program's version before."""
    from service.store.migrate import require_current

    engine = open_engine(settings.database_url, settings.tenant)
    require_current(engine)
    return engine


def secret_variable(name: str) -> str:
    """The environment variable that holds a source's secret."""
    return f"PLANBRIDGE_SECRET_{''.join(c if c.isalnum() else '_' for c in name).upper()}"


def adapter_of(name: str, kind: str, given: Mapping[str, Any]) -> Source:
    """The adapter for a source's settings. Raises Misconfigured naming what is wrong."""
    if kind == "oneroster-csv":
        from adapters.oneroster.csv.source import OneRosterCsvSource

        return OneRosterCsvSource(
            Path(given["path"]),
            latest=bool(given.get("latest")),
            complete=bool(given.get("complete")),
        )
    if kind == "oneroster-rest":
        from adapters.oneroster.rest.source import OneRosterRestSource

        _log_aside()
        return OneRosterRestSource(_rest_settings(name, given))
    raise Misconfigured(f"There is no source kind {kind!r}.", f"Use one of {', '.join(KINDS)}.")


def _log_aside() -> None:
    """Log retries to standard error: standard output belongs to the answer, which scripts read."""
    import structlog

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def _rest_settings(name: str, given: Mapping[str, Any], secret: str | None = None) -> RestSettings:
    from adapters.oneroster.rest.settings import RestSettings

    plain = dict(given)
    file = plain.pop("client_secret_file", None)
    secret = secret or _secret(name, file)
    try:
        return RestSettings.model_validate({**plain, "client_secret": secret})
    except ValidationError as error:
        words = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'settings'}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
        )
        raise Misconfigured(
            f"Source {name!r}: {words}", "Correct it: `planbridge source add … --replace`."
        ) from None


def _secret(name: str, file: str | None) -> str:
    variable = secret_variable(name)
    if variable in os.environ:
        return os.environ[variable]
    if file is None:
        raise Misconfigured(
            f"The secret of source {name!r} is not set.",
            f"Set {variable}, or name a file with --client-secret-file.",
        )
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Misconfigured(
            f"The secret of source {name!r} cannot be read from {file}: {error.strerror}.",
            "Make the file readable for the account that runs the sync.",
        ) from None


def check_settings(name: str, kind: str, given: Mapping[str, Any]) -> None:
    """Raise Misconfigured where a REST source's settings cannot be right, whatever its secret."""
    if kind == "oneroster-rest":
        plain = {key: value for key, value in given.items() if key != "client_secret_file"}
        _rest_settings(name, plain, secret="unknown yet")  # noqa: S106  # stands in for the real one


def recipe_of(kind: str) -> Recipe:
    """The recipe for the records that a kind of source delivers."""
    from mappings.oneroster.recipe import oneroster_recipe

    return dict.fromkeys(KINDS, oneroster_recipe)[kind]()


def shelf_of(settings: Settings) -> Shelf:
    """Where deliveries and plans lie, by digest."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Shelf(settings.data / "shelf")


@contextmanager
def night_for(
    settings: Settings, engine: Engine, name: str, progress: Progress = silent
) -> Iterator[Night]:
    """A night of one source, under the district's lease. Raises Busy, NotFound, Misconfigured."""
    with reading(engine) as connection:
        load_source(connection, settings.tenant, name)
    rules = settings.sync
    lease = acquire(engine, settings.tenant, rules.lease_seconds, rules.lease_wait_seconds)
    try:
        with reading(engine) as connection:
            row = load_source(connection, settings.tenant, name)
        adapter = adapter_of(name, row.kind, row.settings)
        yield Night(
            engine=engine,
            settings=settings,
            source=_state(row),
            adapter=adapter,
            recipe=recipe_of(row.kind),
            shelf=shelf_of(settings),
            lease=lease,
            progress=progress,
        )
    finally:
        release(engine, lease)


def _state(row: SourceRow) -> SourceState:
    return SourceState(
        name=row.name,
        kind=row.kind,
        serial=row.serial,
        delivery_digest=row.delivery_digest,
        recipe_digest=row.recipe_digest,
        scope=json.loads(row.scope) if row.scope else None,
        system=row.system,
        memory=json.loads(row.memory),
    )
