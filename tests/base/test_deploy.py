"""Sqitch deploys, verifies and reverts on various databases and as various roles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg import sql

from kodiai import Client
from tests import server

MEMORY: Any = {
    "repo": "acme/api",
    "finding_text": "The cache is never invalidated.",
    "severity": "major",
    "category": "correctness",
    "file_path": "cache.py",
    "outcome": "accepted",
    "embedding_model": "test",
}


@pytest.fixture
def empty(deployed: Any) -> Iterator[dict[str, Any]]:
    """Create an empty database and return its connection parameters."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    name = sql.Identifier(dbname := f"empty{worker}")
    admin = {"host": deployed.host, "port": deployed.port, "user": "postgres"}
    with psycopg.connect(**admin, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(name))
        yield admin | {"dbname": dbname}
        connection.execute(sql.SQL("drop database {} with (force)").format(name))


def own_schema() -> str:
    """Return a schema name, and so role names, that no other worker uses."""
    return "own" + os.environ.get("PYTEST_XDIST_WORKER", "")


@pytest.mark.slow
def test_each_change_reverts_to_the_exact_previous_state(empty: dict[str, Any]) -> None:
    schema = own_schema()
    dumps = [server.dump(empty, schema)]
    for change in server.changes():
        server.sqitch("deploy", empty, "--to", change, schema=schema, cosine_index="on")
        dumps.append(server.dump(empty, schema))
    complete = dumps.pop()
    assert len(set(dumps)) == len(server.changes())

    while len(dumps) > 1:
        server.sqitch("revert", empty, "-y", "--to", "@HEAD^", schema=schema)
        assert server.dump(empty, schema) == dumps.pop()
    server.sqitch("revert", empty, "-y", schema=schema)
    assert server.dump(empty, schema) == dumps.pop()

    server.sqitch("deploy", empty, schema=schema, cosine_index="on")
    assert server.dump(empty, schema) == complete
    assert "Verify successful" in server.sqitch(
        "verify", empty, schema=schema, cosine_index="on"
    )
    server.sqitch("revert", empty, "-y", schema=schema)


def test_sqitch_deploys_verifies_and_reverts_with_default_variables(
    empty: dict[str, Any],
) -> None:
    before = server.dump(empty, "kodiai")
    server.sqitch("deploy", empty)
    assert "Verify successful" in server.sqitch("verify", empty)
    with psycopg.connect(**empty) as connection:
        client = Client(connection)
        client.write_memories([MEMORY], [[1.0] * 1024])
        assert len(client.search_memories("acme/api", "cache")) == 1
    server.sqitch("revert", empty, "-y")
    # The roles remain, because the databases of other tests use them.
    assert server.dump(empty, "kodiai") == before


def test_the_cosine_index_is_created_on_request(empty: dict[str, Any]) -> None:
    schema = own_schema()
    before = server.dump(empty, schema)
    server.sqitch("deploy", empty, schema=schema)
    plain = server.dump(empty, schema)
    missing = "learning_memories has no index learning_memories_cosine_idx"
    with pytest.raises(AssertionError, match=missing):
        server.sqitch("verify", empty, schema=schema, cosine_index="on")
    server.sqitch("revert", empty, "-y", schema=schema)
    assert server.dump(empty, schema) == before

    server.sqitch("deploy", empty, schema=schema, cosine_index="on")
    assert server.dump(empty, schema) != plain
    for switch in ("on", "off"):
        assert "Verify successful" in server.sqitch(
            "verify", empty, schema=schema, cosine_index=switch
        )
    server.sqitch("revert", empty, "-y", schema=schema)
    assert server.dump(empty, schema) == before


def test_the_owner_role_can_log_in_for_citus(empty: dict[str, Any]) -> None:
    schema = own_schema()
    owner = f"{schema}_owner"
    before = server.dump(empty, schema)
    server.sqitch("deploy", empty, schema=schema, schema_sharding="on")
    verify = partial(server.sqitch, "verify", empty, schema=schema)
    assert "Verify successful" in verify(schema_sharding="on")
    with pytest.raises(AssertionError, match="base/roles"):
        verify()
    with psycopg.connect(**empty, autocommit=True) as admin:
        admin.execute(f"alter role {owner} nologin")
        with pytest.raises(AssertionError, match="base/roles"):
            verify(schema_sharding="on")
        server.sqitch("revert", empty, "-y", schema=schema)
        assert server.dump(empty, schema) == before

        # A role created by an administrator is used unchanged.
        admin.execute(f"create role {owner}")
        with pytest.raises(AssertionError, match="expected the owner role to have"):
            server.sqitch("deploy", empty, schema=schema, schema_sharding="on")
        admin.execute(f"drop role {owner}")


def test_nested_execution_is_allowed_if_citus_is_loaded(
    empty: dict[str, Any],
) -> None:
    """A placeholder stands in for Citus."""
    schema = own_schema()
    setting = "citus.allow_nested_distributed_execution"
    with psycopg.connect(**empty, autocommit=True) as admin:
        before = server.dump(empty, schema)
        admin.execute(f"alter database {empty['dbname']} set {setting} = off")
        for sharding, expected in (("off", []), ("on", [([f"{setting}=on"],)])):
            variables = {"schema": schema, "schema_sharding": sharding}
            server.sqitch("deploy", empty, "--to", "base/roles", **variables)
            settings = admin.execute(
                "select s.setconfig from pg_db_role_setting as s"
                " inner join pg_roles as r on r.oid = s.setrole"
                " where starts_with(r.rolname, %s)",
                (f"{schema}_",),
            )
            assert settings.fetchall() == expected
            server.sqitch("revert", empty, "-y", schema=schema)
        admin.execute(f"alter database {empty['dbname']} reset all")
        assert server.dump(empty, schema) == before


def test_two_schemas_coexist_in_one_database(database: psycopg.Connection) -> None:
    connection = server.connection_of(database)
    first = Client(database)
    first.write_memories([MEMORY], [[1.0] * server.DIMENSIONS])
    acme: dict[str, Any] = {
        "schema": f"Acme {own_schema()}",
        "embedding_dim": 3,
        "text_config": "simple",
    }
    before = server.dump(connection, acme["schema"])

    registry = ("--registry", "sqitch_acme")
    server.sqitch("deploy", connection, *registry, **acme)
    assert "Verify successful" in server.sqitch("verify", connection, *registry, **acme)

    second = Client(database, schema=acme["schema"])
    second.write_memories([MEMORY | {"embedding_model": "other"}], [[1.0, 0.0, 0.0]])
    info = second.get_info()
    assert (info.embedding_dim, info.text_config) == (3, "simple")
    assert info.schema_version == server.changes()[-1]
    assert first.get_info().active_model == "test"
    # english drops "is" as a stop word and simple does not.
    assert len(second.search_memories("acme/api", "is")) == 1
    assert len(first.search_memories("acme/api", "is")) == 0
    assert [row.is_ok for row in second.check_search("acme/api")] == [True] * 4

    # Forgetting to name the schema does not revert the other one.
    both = server.dump(connection, "kodiai")
    with pytest.raises(AssertionError, match="was deployed with the registry sqitch,"):
        server.sqitch("revert", connection, "-y", *registry)
    assert server.dump(connection, "kodiai") == both

    server.sqitch("revert", connection, "-y", *registry, **acme)
    assert server.dump(connection, acme["schema"]) == before
    assert len(first.search_memories("acme/api", "cache")) == 1
    assert "Verify successful" in server.sqitch(
        "verify", connection, embedding_dim=server.DIMENSIONS
    )


def test_an_existing_extension_is_kept(empty: dict[str, Any]) -> None:
    with psycopg.connect(**empty, autocommit=True) as admin:
        admin.execute("create extension vector")
    before = server.dump(empty, own_schema())
    server.sqitch("deploy", empty, schema=own_schema())
    server.sqitch("revert", empty, "-y", schema=own_schema())
    assert server.dump(empty, own_schema()) == before


def test_a_role_without_superuser_deploys(empty: dict[str, Any]) -> None:
    schema = own_schema()
    deployer, user = f"{schema}_deployer", f"{schema}_user"
    with psycopg.connect(**empty, autocommit=True) as admin:
        admin.execute("create extension vector")
        admin.execute(f"create role {deployer} login createrole")
        admin.execute(f"grant create on database {empty['dbname']} to {deployer}")
        before = server.dump(empty, schema)
        by_deployer = empty | {"user": deployer}

        server.sqitch("deploy", by_deployer, schema=schema)
        assert "Verify successful" in server.sqitch(
            "verify", by_deployer, schema=schema
        )

        admin.execute(f"create role {user} login in role {schema}_app")
        with psycopg.connect(**empty | {"user": user}, autocommit=True) as connection:
            client = Client(connection, schema=schema)
            client.write_memories([MEMORY], [[1.0] * 1024])
            assert len(client.search_memories("acme/api", None, [1.0] * 1024)) == 1
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select from {schema}.learning_memories")
        admin.execute(f"drop role {user}")

        server.sqitch("revert", by_deployer, "-y", schema=schema)
        assert server.dump(empty, schema) == before
        admin.execute(f"drop owned by {deployer}")
        admin.execute(f"drop role {deployer}")


def test_roles_and_extension_created_by_others_are_kept(
    empty: dict[str, Any],
) -> None:
    """The deploying role can create neither roles nor the extension."""
    first, second = f"{own_schema()}_a", f"{own_schema()}_b"
    deployer = f"{second}_deployer"
    # Marks the extension as created by kodiai.
    server.sqitch("deploy", empty, schema=first)
    with psycopg.connect(**empty, autocommit=True) as admin:
        for role in ("owner", "app", "reader"):
            admin.execute(f"create role {second}_{role}")
        admin.execute(f"create role {deployer} login")
        admin.execute(f"grant {second}_owner to {deployer} with inherit true, set true")
        admin.execute(f"grant create on database {empty['dbname']} to {deployer}")
        before = server.dump(empty, second)

        by_deployer = empty | {"user": deployer}
        registry = ("--registry", "sqitch_second")
        server.sqitch("deploy", by_deployer, *registry, schema=second)
        assert "Verify successful" in server.sqitch(
            "verify", by_deployer, *registry, schema=second
        )
        server.sqitch("revert", by_deployer, "-y", *registry, schema=second)
        assert server.dump(empty, second) == before

        admin.execute(f"drop owned by {deployer}")
        for role in ("deployer", "owner", "app", "reader"):
            admin.execute(f"drop role {second}_{role}")
    server.sqitch("revert", empty, "-y", schema=first)


@pytest.mark.parametrize(
    ("statement", "variables", "message"),
    [
        ("select", {"schema": "x" * 57}, "schema: expected at most 56 bytes"),
        ("select", {"embedding_dim": 0}, "embedding_dim: expected 1 to 3072"),
        ("select", {"embedding_dim": 3073}, "embedding_dim: expected 1 to 3072"),
        ("select", {"embedding_dim": "wide"}, "embedding_dim: expected 1 to 3072"),
        ("select", {"cosine_index": "yes"}, "cosine_index: expected on or off"),
        ("select", {"schema_sharding": 1}, "schema_sharding: expected on or off"),
        (
            "select",
            {"cosine_index": "on", "embedding_dim": 2001},
            "cosine_index: expected off with an embedding_dim above 2000",
        ),
        (
            "create schema other; create extension vector with schema other",
            {},
            "extension vector: expected in schema public",
        ),
        (
            "revoke usage on schema public from public",
            {},
            "schema public: expected usage granted",
        ),
    ],
)
def test_an_impossible_deployment_is_rejected_before_it_starts(
    empty: dict[str, Any], statement: str, variables: dict[str, Any], message: str
) -> None:
    variables = {"schema": own_schema()} | variables
    with psycopg.connect(**empty, autocommit=True) as admin:
        for command in statement.split("; "):
            admin.execute(command.encode())
        with pytest.raises(AssertionError, match=message):
            server.sqitch("deploy", empty, **variables)
        roles = "select from pg_roles where starts_with(rolname, %s)"
        assert admin.execute(roles, (variables["schema"],)).fetchall() == []
