"""The one place that picks implementations: which adapter, which recipe, which database."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy.engine import Engine

from adapters.errors import SourceMisconfigured
from adapters.port import Progress, Source, silent
from adapters.shelf import Shelf
from mappings.engine.errors import MappingTableError
from service.errors import Misconfigured
from service.settings import Deliver, Settings
from service.sources import SourceRow, source_at_work
from service.store.database import open_engine, reading
from service.store.lease import acquire, release
from service.sync.night import Cargo, Night, SourceState

if TYPE_CHECKING:
    from adapters.cis.places import Place
    from adapters.formats import Format
    from adapters.iep.source import IepSource
    from adapters.oneroster.rest.settings import RestSettings
    from mappings.iep.bridge import IepBridge
    from mappings.recipe import Recipe

_IEP_SETTINGS = frozenset({"path", "version", "student_ids", "profile", "names", "overlay"})
IEP_KINDS = ("iep-csv", "iep-edfi", "iep-ceds")
CIS_KIND = "cis-csv"
KINDS = ("oneroster-csv", "oneroster-rest", *IEP_KINDS, CIS_KIND)


def engine_of(settings: Settings) -> Engine:
    """The database of these settings, brought to this program's version before.

    Raises Misconfigured where a clock is set that is not a rehearsal's.
    """
    from service.duty import require_rehearsal
    from service.store.migrate import require_current

    engine = open_engine(settings.database_url, settings.tenant)
    require_current(engine)
    if settings.now is not None:
        require_rehearsal(engine, settings.tenant)
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
    if kind in IEP_KINDS:
        return _iep_source(kind, given)
    if kind == CIS_KIND:
        return _cis_source(name, given)
    raise Misconfigured(f"There is no source kind {kind!r}.", f"Use one of {', '.join(KINDS)}.")


def _cis_source(name: str, given: Mapping[str, Any]) -> Source:
    from adapters.cis.source import CisSource
    from service.cis.places import layout_of, place_of, secret_of

    place = place_of(name, given, secret_of(secret_variable(name), given))
    return CisSource(name, place, layout_of(given.get("profile", "generic"), "results"))


def place_for(name: str, destination: Deliver) -> Place:
    """Where files for a career system go; its secret is PLANBRIDGE_SECRET_<NAME>, or in a file."""
    from service.cis.places import place_of, secret_of

    given = destination.model_dump(exclude_none=True)
    return place_of(name, given, secret_of(secret_variable(name), given))


def _iep_source(kind: str, given: Mapping[str, Any]) -> IepSource:
    from adapters.iep.csv.profile import Profile, load_profile
    from adapters.iep.csv.read import IepCsvReader
    from adapters.iep.names import Names, load_names
    from adapters.iep.source import IepSource
    from adapters.iep.standard import StandardReader

    path = Path(given["path"])
    try:
        if kind == "iep-csv":
            profile = load_profile(Path(given["profile"])) if "profile" in given else Profile()
            return IepSource(path, IepCsvReader(profile))
        names = load_names(Path(given["names"])) if "names" in given else Names()
    except SourceMisconfigured as error:
        raise Misconfigured(error.problem, error.fix) from None
    beside = (".json",) if kind == "iep-ceds" else ()  # contexts that documents name
    bridge, formats = iep_bridge(kind, given), _iep_formats(kind, given)
    return IepSource(path, StandardReader(bridge, formats, beside, names))


def _iep_formats(kind: str, given: Mapping[str, Any]) -> dict[str, Callable[[], Format]]:
    """How files are read, by the ending of their names."""
    if kind == "iep-ceds":
        from adapters.ceds.jsonld.format import CedsJsonLd

        return {".jsonld": CedsJsonLd}
    from adapters.edfi.formats import EdfiJson, EdfiXml

    version = _iep_version(given)
    return {
        ".xml": lambda: EdfiXml(version),
        ".json": lambda: EdfiJson(version),
        ".jsonl": lambda: EdfiJson(version),
    }


def _iep_version(given: Mapping[str, Any]) -> str:
    version = str(given.get("version", "5.2"))
    if version not in ("5.2", "6.1"):
        raise Misconfigured(f"There is no Ed-Fi version {version!r} here.", "Use 5.2 or 6.1.")
    return version


def iep_bridge(kind: str, given: Mapping[str, Any]) -> IepBridge:
    """How the records of an IEP source are read. Raises Misconfigured."""
    from mappings.iep.bridge import IepBridge

    books = {"iep-csv": "csv-1", "iep-ceds": "ceds-14"}
    book = books.get(kind) or f"edfi-{_iep_version(given)}"
    overlay = Path(given["overlay"]) if "overlay" in given else None
    bridge = IepBridge(book, str(given.get("student_ids", "local")), overlay)
    try:
        bridge.digest  # noqa: B018  # opens the book, and tells what is wrong with an overlay
    except MappingTableError as error:
        raise Misconfigured(str(error), "Correct the overlay.") from None
    return bridge


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
    """Raise Misconfigured where a source's settings cannot be right, whatever its secret."""
    if kind in IEP_KINDS:
        strange = given.keys() - _IEP_SETTINGS
        if strange:
            known = ", ".join(sorted(_IEP_SETTINGS))
            raise Misconfigured(f"There is no setting {min(strange)!r}.", f"Use {known}.")
        _iep_source(kind, given)
        iep_bridge(kind, given)
    if kind == CIS_KIND:
        _check_cis(name, given)
    if kind == "oneroster-rest":
        plain = {key: value for key, value in given.items() if key != "client_secret_file"}
        _rest_settings(name, plain, secret="unknown yet")  # noqa: S106  # stands in for the real one


def _check_cis(name: str, given: Mapping[str, Any]) -> None:
    from service.cis.merge import rules_of
    from service.cis.places import SETTINGS

    strange = given.keys() - SETTINGS
    if strange:
        known = ", ".join(sorted(SETTINGS))
        raise Misconfigured(f"There is no setting {min(strange)!r}.", f"Use {known}.")
    rules_of(given.get("authority", {}))
    _cis_source(name, given)


def recipe_of(kind: str, given: Mapping[str, Any]) -> Recipe:
    """The recipe for the records that a source delivers."""
    if kind in IEP_KINDS:
        from mappings.recipe import rosterless

        return rosterless(kind, iep_recipe_digest(kind, given))
    if kind == CIS_KIND:
        from mappings.cis.recipe import cis_recipe
        from service.cis.places import layout_of

        return cis_recipe(layout_of(given.get("profile", "generic"), "results"))
    from mappings.oneroster.recipe import oneroster_recipe

    return oneroster_recipe()


def rules_of(kind: str, given: Mapping[str, Any]) -> Callable[[], Recipe]:
    """The recipe for the asking: made once, and at once where the settings may be wrong."""
    rules = cache(partial(recipe_of, kind, given))
    if kind in IEP_KINDS:
        rules()
    return rules


def iep_recipe_digest(kind: str, given: Mapping[str, Any]) -> str:
    """Another digest means that the same files of an IEP source may say something else."""
    told = [iep_bridge(kind, given).digest]
    told += [Path(given[name]).read_text("utf-8") for name in ("profile", "names") if name in given]
    return hashlib.sha256("\0".join(told).encode()).hexdigest()


def cargo_of(kind: str, given: Mapping[str, Any]) -> Cargo | None:
    """What a source's nights carry, unless it is the roster."""
    if kind == CIS_KIND:
        return _cis_cargo(given)
    if kind not in IEP_KINDS:
        return None
    from service.iep.mirror.cargo import IepCargo

    return IepCargo(_iep_source(kind, given), iep_bridge(kind, given))


def _cis_cargo(given: Mapping[str, Any]) -> Cargo:
    from service.cis.cargo import CisCargo
    from service.cis.merge import rules_of
    from service.cis.places import layout_of

    layout = layout_of(given.get("profile", "generic"), "results")
    return CisCargo(layout.title, rules_of(given.get("authority", {})))


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
        source_at_work(connection, settings.tenant, name)
    rules = settings.sync
    lease = acquire(engine, settings.tenant, rules.lease_seconds, rules.lease_wait_seconds)
    try:
        with reading(engine) as connection:
            row = source_at_work(connection, settings.tenant, name)
        adapter = adapter_of(name, row.kind, row.settings)
        yield Night(
            engine=engine,
            settings=settings,
            source=_state(row),
            adapter=adapter,
            rules=rules_of(row.kind, row.settings),
            shelf=shelf_of(settings),
            lease=lease,
            progress=progress,
            cargo=cargo_of(row.kind, row.settings),
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
