"""Sqitch deploys, verifies and reverts on various databases and as various roles."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
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

    server.sqitch("deploy", empty, "--no-verify", schema=schema, cosine_index="on")
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


@pytest.mark.slow
def test_the_cosine_index_is_created_on_request(empty: dict[str, Any]) -> None:
    schema = own_schema()
    before = server.dump(empty, schema)
    server.sqitch("deploy", empty, "--no-verify", schema=schema)
    plain = server.dump(empty, schema)
    missing = "learning_memories has no index learning_memories_cosine_idx"
    with pytest.raises(AssertionError, match=missing):
        server.sqitch("verify", empty, schema=schema, cosine_index="on")
    server.sqitch("revert", empty, "-y", schema=schema)
    assert server.dump(empty, schema) == before

    server.sqitch("deploy", empty, "--no-verify", schema=schema, cosine_index="on")
    assert server.dump(empty, schema) != plain
    for switch in ("on", "off"):
        assert "Verify successful" in server.sqitch(
            "verify", empty, schema=schema, cosine_index=switch
        )
    server.sqitch("revert", empty, "-y", schema=schema)
    assert server.dump(empty, schema) == before


@pytest.mark.slow
def test_the_owner_role_can_log_in_for_citus(empty: dict[str, Any]) -> None:
    schema = own_schema()
    owner = f"{schema}_owner"
    before = server.dump(empty, schema)
    server.sqitch("deploy", empty, "--no-verify", schema=schema, schema_sharding="on")
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


@pytest.mark.slow
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
    assert [row.is_ok for row in second.check_search("acme/api")] == [True] * 5

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


@pytest.mark.slow
def test_a_target_keeps_the_variables_of_a_schema(
    database: psycopg.Connection, tmp_path: Path
) -> None:
    # sqitch target add writes to sqitch.conf: use a copy.
    for name in ("sqitch.conf", "sqitch.plan"):
        shutil.copy(server.ROOT / name, tmp_path)
    for name in ("deploy", "revert", "verify"):
        (tmp_path / name).symlink_to(server.ROOT / name)
    connection = server.connection_of(database)
    sqitch = partial(server.run, connection=connection, folder=tmp_path)
    schema = own_schema()
    before = server.dump(connection, schema)
    add = ["sqitch", "target", "add", "acme", "db:pg:", "--registry", "sqitch_acme"]
    sqitch([*add, "--set", f"schema={schema}", "--set", "embedding_dim=3"])

    sqitch(["sqitch", "deploy", "acme"])
    assert "Verify successful" in sqitch(["sqitch", "verify", "acme"]).stdout
    client = Client(database, schema=schema)
    client.write_memories([MEMORY], [[1.0, 0.0, 0.0]])
    assert len(client.search_memories("acme/api", "cache")) == 1
    sqitch(["sqitch", "revert", "-y", "acme"])
    assert server.dump(connection, schema) == before


@pytest.mark.slow
def test_a_killed_deploy_continues_after_the_change_is_logged(
    empty: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema, change = own_schema(), "knowledge/tables/findings"
    deploy = partial(server.sqitch, "deploy", empty, schema=schema)
    # Kills Sqitch between the commit of the script and the record of the change.
    psql = tmp_path / "psql"
    psql.write_text(
        f'#!/bin/sh\n{shutil.which("psql")} "$@" || exit\n'
        f'case "$*" in *deploy/{change}.sql*) kill -9 $PPID ;; esac\n'
    )
    psql.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        with pytest.raises(AssertionError, match="failed"):
            deploy()
    with pytest.raises(AssertionError, match='relation "findings" already exists'):
        deploy()

    assert f"+ {change} .. ok" in deploy("--log-only", "--to", change)
    assert f"+ {change} " not in deploy()
    assert "Verify successful" in server.sqitch("verify", empty, schema=schema)
    server.sqitch("revert", empty, "-y", schema=schema)


@pytest.mark.slow
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


@pytest.mark.slow
def test_roles_and_extension_created_by_others_are_kept(
    empty: dict[str, Any],
) -> None:
    """The deploying role can create neither roles nor the extension."""
    first, second = f"{own_schema()}_a", f"{own_schema()}_b"
    deployer = f"{second}_deployer"
    # Marks the extension as created by kodiai.
    server.sqitch("deploy", empty, "--no-verify", schema=first)
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
            "grant create on schema public to public",
            {},
            "granted to public(?s:.*)HINT: *revoke create on schema public from public;",
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


def test_a_database_that_is_not_utf8_is_refused(empty: dict[str, Any]) -> None:
    name = f"ascii{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    ascii_database = empty | {"dbname": name}
    with psycopg.connect(**empty, autocommit=True) as admin:
        admin.execute(
            f"create database {name} template template0 encoding 'SQL_ASCII'"
            " lc_collate 'C' lc_ctype 'C'".encode()
        )
        expected = f"database {name}: expected encoding UTF8, got SQL_ASCII"
        with pytest.raises(AssertionError, match=expected):
            server.sqitch("deploy", ascii_database, schema=own_schema())
        roles = "select from pg_roles where starts_with(rolname, %s)"
        assert admin.execute(roles, (own_schema(),)).fetchall() == []
        admin.execute(f"drop database {name} with (force)".encode())


@pytest.mark.slow
def test_a_reader_cannot_become_owner_by_a_function_in_the_public_schema(
    database: psycopg.Connection,
) -> None:
    """Functions call lower(text) with a short_name, and search the schema public."""
    attack = (
        "create function public.lower(kodiai.short_name) returns text"
        " language sql return current_user"
    )
    verify = partial(
        server.sqitch,
        "verify",
        server.connection_of(database),
        embedding_dim=server.DIMENSIONS,
    )
    database.execute("set role kodiai_reader")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute(attack.encode())
    database.execute("reset role")

    # Where it was possible, verify says so, and still does after the way was closed.
    database.execute("grant create on schema public to kodiai_reader")
    with pytest.raises(AssertionError, match="granted to kodiai_reader"):
        verify()
    database.execute("set role kodiai_reader")
    database.execute(attack.encode())
    database.execute("reset role")
    database.execute("revoke create on schema public from kodiai_reader")
    with pytest.raises(AssertionError, match=r"but it has .*lower\(.*short_name\)"):
        verify()
    database.execute("drop function public.lower")
    assert "Verify successful" in verify()


@pytest.mark.slow
def test_those_who_may_act_as_the_owner_role_may_create_in_the_public_schema(
    empty: dict[str, Any],
) -> None:
    schema = own_schema()
    deployer = f"{schema}_deployer"
    with psycopg.connect(**empty, autocommit=True) as admin:
        admin.execute("create extension vector")
        admin.execute(f"create role {deployer} login createrole".encode())
        admin.execute(f"grant create on schema public to {deployer}".encode())
        admin.execute(
            f"grant create on database {empty['dbname']} to {deployer}".encode()
        )
        by_deployer = empty | {"user": deployer}
        server.sqitch("deploy", by_deployer, "--no-verify", schema=schema)
        assert "Verify successful" in server.sqitch(
            "verify", by_deployer, schema=schema
        )
        server.sqitch("revert", by_deployer, "-y", schema=schema)
        admin.execute(f"drop owned by {deployer}".encode())
        admin.execute(f"drop role {deployer}".encode())


@pytest.mark.slow
def test_verify_refuses_another_width(database: psycopg.Connection) -> None:
    connection = server.connection_of(database)
    expected = (
        "embedding_dim: expected 8, with which this schema was deployed, got 1024"
    )
    with pytest.raises(AssertionError, match=f"{expected}(?s:.*)--set embedding_dim=8"):
        server.sqitch("verify", connection)
    assert "Verify successful" in server.sqitch("verify", connection, embedding_dim=8)


@pytest.mark.slow
def test_a_deploy_is_not_continued_with_another_width(empty: dict[str, Any]) -> None:
    schema = own_schema()
    to = ("--to", "base/vector")
    server.sqitch("deploy", empty, *to, schema=schema, embedding_dim=8)
    with pytest.raises(AssertionError, match="embedding_dim: expected 8"):
        server.sqitch("deploy", empty, schema=schema, embedding_dim=9)
    server.sqitch("revert", empty, "-y", schema=schema)


@pytest.mark.slow
def test_standard_conforming_strings_does_not_matter(
    empty: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = own_schema()
    server.sqitch("deploy", empty, schema=schema)
    expected = server.dump(empty, schema)
    server.sqitch("revert", empty, "-y", schema=schema)

    monkeypatch.setenv("PGOPTIONS", "-c standard_conforming_strings=off")
    server.sqitch("deploy", empty, schema=schema)
    assert "Verify successful" in server.sqitch("verify", empty, schema=schema)
    notices: list[str] = []
    with psycopg.connect(**empty) as connection:
        # By default a warning for each literal with a backslash.
        connection.add_notice_handler(lambda n: notices.append(n.message_primary or ""))
        client = Client(connection, schema=schema)
        client.write_memories([MEMORY | {"file_path": r"src\cache.py"}], [[1.0] * 1024])
        for query in ("cache", r"never \ invalidated", '"is never" -token', "a-b_c"):
            client.search_memories("acme/api", query)
        assert [row.is_ok for row in client.check_search("acme/api")] == [True] * 5
    assert notices == []
    monkeypatch.delenv("PGOPTIONS")
    assert server.dump(empty, schema) == expected
    server.sqitch("revert", empty, "-y", schema=schema)
