"""Databases for tests: each test that asks for one runs on SQLite and on PostgreSQL.

`@pytest.mark.databases("sqlite")` asks for that one alone; a test's own mark goes before that of
its module.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy.engine import Engine
from support.postgres import Cluster, Unavailable, running

from service.store.database import open_engine
from service.store.migrate import upgrade

_BOTH: Final = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test that needs a database run on each that it is marked with, else on both."""
    if "dialect" in metafunc.fixturenames:
        asked = metafunc.definition.get_closest_marker("databases")
        marks = {"postgresql": pytest.mark.postgres}
        kinds = [
            pytest.param(one, marks=marks.get(one, ())) for one in (asked.args if asked else _BOTH)
        ]
        metafunc.parametrize("dialect", kinds, indirect=True)


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """The kind of database that this run of the test has."""
    return str(request.param)


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'planbridge.db'}"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with our tables and nothing in them, for other processes too."""
    if dialect == "sqlite":
        file = tmp_path / "planbridge.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    name = cluster.create(request.getfixturevalue("postgres_template"))
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An open database with our tables and nothing in them."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The PostgreSQL server of this test process."""
    try:
        with running() as cluster:
            yield cluster
    except Unavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def postgres_template(postgres: Cluster) -> str:
    """The name of a PostgreSQL database with our tables, to be copied."""
    name = postgres.create()
    _migrate(postgres.url(name))
    return name


def _migrate(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()
