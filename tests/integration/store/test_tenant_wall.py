"""PostgreSQL's own second wall: a transaction without a tenant sees nothing of anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from support.cli import Home
from support.nights import LOCAL_ID, at
from support.postgres import Cluster

from service.store import (
    access_tables,  # noqa: F401  # each brings its tables into the metadata
    audit_tables,  # noqa: F401
    cis_tables,  # noqa: F401
    iep_tables,  # noqa: F401
    iep_work_tables,  # noqa: F401
)
from service.store.bulk import frame_schema, insert_frame
from service.store.database import of_tenant, open_engine, reading, writing
from service.store.migrate import downgrade, upgrade
from service.store.tables import change, metadata

pytestmark = pytest.mark.postgres

OWNER = "wall_owner"
"""A role as districts have one: it owns the tables and is no superuser."""

TABLES = sorted(metadata.tables)
MINE, THEIRS = "mine", "theirs"


@pytest.fixture(scope="module")
def owner(postgres: Cluster) -> str:
    """The role, once for each server."""
    engine = sa.create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP ROLE IF EXISTS {OWNER}")
        connection.exec_driver_sql(f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS")
    engine.dispose()
    return OWNER


def owned(postgres: Cluster, owner: str, name: str) -> str:
    """The address of a database as that role uses it."""
    url = sa.make_url(postgres.url(name)).set(username=owner)
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def template(postgres: Cluster, owner: str) -> str:
    """Tables of that role, with one row of each of two tenants in every one."""
    name = postgres.create()
    engine = sa.create_engine(postgres.url(name), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"GRANT CREATE ON SCHEMA public TO {owner}")
    engine.dispose()
    engine = open_engine(owned(postgres, owner, name))
    upgrade(engine)
    for tenant in (MINE, THEIRS):
        with writing(of_tenant(engine, tenant)) as connection:
            for table in metadata.sorted_tables:
                connection.execute(sa.insert(table).values(row_of(table, tenant)))
    engine.dispose()
    return name


@pytest.fixture
def owned_url(postgres: Cluster, owner: str, template: str) -> Iterator[str]:
    """A copy of it."""
    name = postgres.create(template)
    yield owned(postgres, owner, name)
    postgres.drop(name)


@pytest.fixture
def walled(owned_url: str) -> Iterator[Engine]:
    """It, opened without a tenant."""
    engine = open_engine(owned_url)
    yield engine
    engine.dispose()


def row_of(table: sa.Table, tenant: str) -> dict[str, Any]:
    """A row that the table takes; both tenants have the same ids."""
    plain = pl.DataFrame([{}]).select(
        **{
            name: pl.lit(1).cast(pl.Int64).cast(pl.Date)
            if kind == pl.Date
            else pl.lit(kind_of(kind))
            for name, kind in frame_schema(table.c).items()
        }
    )
    found = plain.row(0, named=True)
    binary = {one.name: b"x" for one in table.c if isinstance(one.type, sa.LargeBinary)}
    return {**found, **binary, "tenant": tenant}


def kind_of(kind: Any) -> Any:
    return {pl.Int64: 1, pl.Boolean: True, pl.Float64: 1.0}.get(kind, "x")


def tenants(connection: Connection, table: str) -> list[str]:
    found = connection.execute(sa.select(metadata.tables[table].c.tenant))
    return list(found.scalars())


@pytest.mark.parametrize("tenant", [MINE, THEIRS])
def test_every_table_shows_the_own_tenant_alone(walled: Engine, tenant: str) -> None:
    with reading(of_tenant(walled, tenant)) as connection:
        assert {table: tenants(connection, table) for table in TABLES} == {
            table: [tenant] for table in TABLES
        }


def test_without_a_tenant_every_table_is_empty(walled: Engine) -> None:
    with reading(walled) as connection:
        assert not [table for table in TABLES if tenants(connection, table)]


def test_every_table_with_a_tenant_is_walled(walled: Engine) -> None:
    """By what the database says, so that a table added later cannot be forgotten."""
    query = sa.text(
        "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        " WHERE attname = 'tenant' AND relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy"
        " WHERE polrelid = pg_class.oid AND NOT polpermissive))"
    )
    with reading(walled) as connection:
        assert connection.execute(query).scalars().all() == []


def test_a_connection_goes_back_without_its_tenant(walled: Engine) -> None:
    with reading(of_tenant(walled, MINE)) as connection:
        assert tenants(connection, "person") == [MINE]
    with walled.connect() as connection:
        assert tenants(connection, "person") == []


def test_nobody_writes_for_another_tenant(walled: Engine) -> None:
    refused = []
    with writing(of_tenant(walled, MINE)) as connection:
        for table in metadata.sorted_tables:
            row = row_of(table, "another")
            with pytest.raises(sa.exc.DBAPIError, match="row-level"), connection.begin_nested():
                connection.execute(sa.insert(table).values(row))
            refused.append(table.name)
    assert sorted(refused) == TABLES


def test_nobody_changes_or_deletes_for_another_tenant(walled: Engine) -> None:
    person = metadata.tables["person"]
    with writing(of_tenant(walled, MINE)) as connection:
        changed = connection.execute(sa.update(person).values(family_name="Changed")).rowcount
        gone = connection.execute(sa.delete(metadata.tables["tie"])).rowcount
    assert (changed, gone) == (1, 1)
    with reading(of_tenant(walled, THEIRS)) as connection:
        assert tenants(connection, "tie") == [THEIRS]


def test_rows_in_bulk_go_through_the_wall(walled: Engine) -> None:
    row = {**row_of(change, MINE), "seq": 2}
    schema = frame_schema(change.c)
    with writing(of_tenant(walled, MINE)) as connection:
        insert_frame(connection, change, pl.DataFrame([row], schema=schema))
        assert len(tenants(connection, "change")) == 2
    foreign = pl.DataFrame([{**row, "tenant": THEIRS}], schema=schema)
    with pytest.raises(sa.exc.DBAPIError), writing(of_tenant(walled, MINE)) as connection:
        insert_frame(connection, change, foreign)


def test_the_wall_comes_down_with_its_revision(walled: Engine) -> None:
    downgrade(walled, "0003")
    with reading(walled) as connection:
        assert sorted(tenants(connection, "person")) == [MINE, THEIRS]
    upgrade(walled)
    with reading(walled) as connection:
        assert tenants(connection, "person") == []


def test_going_down_changes_the_rows_of_every_tenant(walled: Engine) -> None:
    for tenant in (MINE, THEIRS):
        with writing(of_tenant(walled, tenant)) as connection:
            connection.execute(sa.text("UPDATE iep_proposal SET base_version = NULL"))
            connection.execute(sa.text("UPDATE base_delta SET source = (SELECT name FROM source)"))
    downgrade(walled, "0011")
    for tenant in (MINE, THEIRS):
        with reading(of_tenant(walled, tenant)) as connection:
            found = sa.text("SELECT base_version, recipe_digest FROM iep_proposal, source")
            assert connection.execute(found).all() == [(0, "")]


def test_nights_run_behind_the_wall(owned_url: str, fixtures: Path, tmp_path: Path) -> None:
    variables = {"NOW": at("2026-11-20"), "DATABASE_URL": owned_url, "TENANT": "cedar"}
    home = Home(tmp_path, {f"PLANBRIDGE_{name}": value for name, value in variables.items()})
    said(home, "init", "--rehearsal")
    said(home, "source", "add", "sis", "--kind", "oneroster-csv", "--path", home.delivery)
    for night in ("night1", "night2"):
        home.deliver(fixtures / "district" / night)
        assert json.loads(said(home, "sync", "run", "sis", "--json"))["state"] == "done"
    shown = json.loads(said(home, "student", "show", LOCAL_ID, "--json"))
    assert shown["person"]["fields"]["given_name"]["value"] == "Guadalupe"
    del home.variables["PLANBRIDGE_NOW"]  # the other one is no rehearsal
    assert "no account here" in said(home, "student", "show", LOCAL_ID, "--json", TENANT="other")


def said(home: Home, *words: object, **variables: str) -> str:
    """What a program of its own answers, so that its connections end with it."""
    return home.program(*words, **variables).communicate(timeout=60)[0]
