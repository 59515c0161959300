"""Every verify script fails if its object is missing or changed.

Each case is one psql session: begin, break the object, run the verify script. The rollback
of the script, or the end of the session, undoes the break.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests import server
from tests.server import changes, created

FUNCTION_BREAKS = [
    "drop function {f} cascade",
    "alter function {f} {other_volatility}",
    "alter function {f} {other_security}",
    "alter function {f} {other_parallel}",
    "alter function {f} owner to postgres",
    "alter function {f} set work_mem = '1MB'",
    "grant execute on function {f} to public",
    "comment on function {f} is null",
]

TABLE_BREAKS = """
select format('drop table %%I cascade', %(table)s::text)
union all
select format('alter table %%I owner to postgres', %(table)s::text)
union all
select format('alter table %%I drop column %%I cascade', %(table)s::text, attname)
from pg_attribute
where attrelid = %(table)s::regclass and attnum > 0
union all
select format('alter table %%I alter %%I drop not null', %(table)s::text, attname)
from pg_attribute as a
where
  attrelid = %(table)s::regclass and attnum > 0 and attnotnull and attidentity = ''
  and not exists (
    select from pg_index where indrelid = attrelid and indisprimary and attnum = any (indkey)
  )
union all
select format('alter table %%I alter %%I drop default', %(table)s::text, attname)
from pg_attribute
where attrelid = %(table)s::regclass and atthasdef and attgenerated = ''
union all
select format('alter table %%I alter %%I drop expression', %(table)s::text, attname)
from pg_attribute
where attrelid = %(table)s::regclass and attgenerated <> ''
union all
select format('alter table %%I alter %%I type text', %(table)s::text, attname)
from pg_attribute
where
  attrelid = %(table)s::regclass and atttypid in ('integer'::regtype, 'numeric'::regtype)
  and not exists (select from pg_constraint where conrelid = attrelid and attnum = any (conkey))
union all
select format('alter table %%I drop constraint %%I cascade', %(table)s::text, conname)
from pg_constraint
where conrelid = %(table)s::regclass and contype <> 'n'
union all
select format('alter table %%I reset (%%I)', %(table)s::text, split_part(option, '=', 1))
from pg_class cross join unnest(reloptions) as option
where oid = %(table)s::regclass
"""

# A role that could create this function once, when it was allowed to.
PLANT = (
    "create function public.lower(kodiai.short_name) returns text language sql"
    " return 'planted'; alter function public.lower owner to {role}"
)

OTHER_BREAKS = {
    "base/roles": [
        "alter role kodiai_owner rename to gone",
        "alter role kodiai_app rename to gone",
        "alter role kodiai_reader rename to gone",
        "alter role kodiai_owner login",
        "alter role kodiai_app superuser",
        "alter role kodiai_reader bypassrls",
        "grant kodiai_owner to kodiai_app",
        "grant kodiai_app to kodiai_reader",
    ],
    "base/schema": [
        "drop schema kodiai cascade",
        "alter schema kodiai owner to postgres",
        "comment on schema kodiai is null",
        (
            "alter default privileges for role kodiai_owner"
            " grant execute on functions to public"
        ),
    ],
    "base/verify": [
        "update pg_database set encoding = 0 where datname = current_database()",
        "grant create on schema public to public",
        "grant create on schema public to kodiai_reader",
        PLANT.format(role="kodiai_reader"),
        (
            PLANT.format(role="kodiai_app")
            + "; create operator public.- (function = lower, rightarg = kodiai.short_name);"
            " alter operator public.- (none, kodiai.short_name) owner to kodiai_app;"
            " alter function public.lower owner to kodiai_owner"
        ),
    ],
    "base/vector": [
        "drop extension vector cascade",
        "alter extension vector set schema kodiai",
        "update pg_extension set extversion = '0.7.4' where extname = 'vector'",
    ],
    "base/deployment": [
        "revoke usage on schema sqitch from kodiai_owner",
        "revoke select on sqitch.changes from kodiai_owner",
    ],
    "grants/schema": [
        "grant usage on schema kodiai to public",
        "grant select on reviews to public",
        "grant usage on sequence reviews_id_seq to public",
        "grant execute on function has_memory to public",
        *(
            statement.format(role=f"kodiai_{role}")
            for statement in (
                "revoke usage on schema kodiai from {role}",
                "grant create on schema kodiai to {role}",
                "grant execute on function _write_memories to {role}",
                "grant select on learning_memories to {role}",
                "grant update (stale) on learning_memories to {role}",
                "grant usage on sequence reviews_id_seq to {role}",
            )
            for role in ("app", "reader")
        ),
        "grant execute on function write_memory to kodiai_reader",
    ],
    "search/indexes": [
        (
            "drop index learning_memories_scope_idx; create index"
            " learning_memories_scope_idx on learning_memories (owner, repo)"
        ),
        (
            "drop index learning_memories_embedding_idx; create index"
            " learning_memories_embedding_idx on learning_memories"
            " using hnsw (embedding_code bit_jaccard_ops) with (m = 16, ef_construction = 64)"
        ),
        (
            "drop index learning_memories_embedding_idx; create index"
            " learning_memories_embedding_idx on learning_memories"
            " using hnsw (embedding_code bit_hamming_ops)"
        ),
        (
            "update pg_index set indisvalid = false where indexrelid"
            " = 'learning_memories_embedding_idx'::regclass"
        ),
    ],
    "learning/listing": [
        (
            "drop index learning_memories_repo_idx; create index"
            " learning_memories_repo_idx on learning_memories (repo)"
        ),
        (
            "drop index learning_memories_owner_idx; create index"
            " learning_memories_owner_idx on learning_memories (owner, repo, id)"
        ),
    ],
    "learning/indexes/learning_memories_cosine_idx": [
        (
            "drop index learning_memories_cosine_idx; create index"
            " learning_memories_cosine_idx on learning_memories"
            " using hnsw (embedding vector_l2_ops) with (m = 16, ef_construction = 64)"
        ),
    ],
}

# Created on request only.
COSINE = "learning/indexes/learning_memories_cosine_idx"

OTHER_VOLATILITY = {"i": "stable", "s": "volatile", "v": "stable"}
OTHER_PARALLEL = {"s": "parallel unsafe", "r": "parallel safe", "u": "parallel safe"}
OTHER_SECURITY = {True: "security invoker", False: "security definer"}


def function_breaks(database: psycopg.Connection, function: str) -> list[str]:
    row = database.execute(
        "select provolatile::text, proparallel::text, prosecdef, prosqlbody is null,"
        " has_function_privilege('kodiai_app', oid, 'execute'),"
        " has_function_privilege('kodiai_reader', oid, 'execute')"
        " from pg_proc where oid = %s::regproc",
        (function,),
    ).fetchone()
    assert row
    volatility, parallel, security, has_search_path, *may_execute = row
    roles = dict(zip(("kodiai_app", "kodiai_reader"), may_execute, strict=True))
    breaks = [
        statement.format(
            f=function,
            other_volatility=OTHER_VOLATILITY[volatility],
            other_parallel=OTHER_PARALLEL[parallel],
            other_security=OTHER_SECURITY[security],
        )
        for statement in FUNCTION_BREAKS
    ]
    for role, is_granted in roles.items():
        breaks.append(
            f"revoke execute on function {function} from {role}"
            if is_granted
            else f"grant execute on function {function} to {role}"
        )
    if has_search_path:
        breaks.append(f"alter function {function} reset search_path")
        breaks.append(f"alter function {function} set search_path = kodiai, public")
    return breaks


def type_breaks(database: psycopg.Connection, name: str) -> list[str]:
    attributes = database.execute(
        "select attname from pg_attribute where attrelid = %s::regclass", (name,)
    )
    return [
        f"drop type {name} cascade",
        f"alter type {name} owner to postgres",
        *(f"alter type {name} drop attribute {a} cascade" for (a,) in attributes),
    ]


def domain_breaks(database: psycopg.Connection, name: str) -> list[str]:
    (row,) = database.execute(
        "select conname, pg_get_constraintdef(oid) like '%%ARRAY[%%' from pg_constraint"
        " where contypid = %s::regtype and contype = 'c'",
        (name,),
    )
    constraint, is_closed_set = row
    found = [
        f"drop domain {name} cascade",
        f"alter domain {name} drop constraint {constraint}",
        f"alter domain {name} owner to postgres",
        f"comment on domain {name} is null",
    ]
    if is_closed_set:
        found.append(f"comment on domain {name} is 'anything'")
    return found


def trigger_breaks(database: psycopg.Connection, name: str) -> list[str]:
    tables = database.execute(
        "select tgrelid::regclass from pg_trigger where tgname = %s", (name,)
    )
    return [
        statement
        for (table,) in tables
        for statement in (
            f"drop trigger {name} on {table}",
            f"alter table {table} disable trigger {name}",
        )
    ]


def breaks(database: psycopg.Connection, change: str) -> list[str]:
    found = [*OTHER_BREAKS.get(change, [])]
    for kind, name in created(change):
        if kind == "function":
            found += function_breaks(database, name)
        elif kind == "table":
            found += [s for (s,) in database.execute(TABLE_BREAKS, {"table": name})]
        elif kind == "index":
            found.append(f"drop index {name}")
        elif kind == "trigger":
            found += trigger_breaks(database, name)
        elif kind == "type":
            found += type_breaks(database, name)
        elif kind == "domain":
            found += domain_breaks(database, name)
    return found


def verify(
    connection: dict[str, Any],
    change: str,
    statement: str,
    variables: dict[str, object],
) -> tuple[int, str]:
    arguments = [
        *("-c", "set client_min_messages = error"),
        *("-c", "set allow_system_table_mods = on", "-c", "begin"),
        *("-c", "set local search_path = kodiai, public"),
        *("-c", statement, "-c", r"\echo broken", "-f", f"verify/{change}.sql"),
    ]
    done = server.psql(connection, *arguments, variables=variables, check=False)
    assert done.stdout.startswith("broken\n"), f"{statement}\n{done.stderr}"
    return done.returncode, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("change", changes())
def test_verify_fails_for_a_broken_object(
    database: psycopg.Connection, change: str
) -> None:
    connection = server.connection_of(database)
    variables = server.VARIABLES
    if change == COSINE:
        assert verify(connection, change, "set local jit = off", variables) == (0, "")
        variables = variables | {"cosine_index": "on"}
        server.psql(connection, "-f", f"deploy/{change}.sql", variables=variables)
    assert verify(connection, change, "set local jit = off", variables) == (0, "")
    statements = breaks(database, change)
    assert statements
    passed = [s for s in statements if verify(connection, change, s, variables)[0] == 0]
    assert passed == []


def test_the_owner_role_must_have_login_only_for_citus(
    database: psycopg.Connection,
) -> None:
    connection = server.connection_of(database)
    login = "alter role kodiai_owner login"
    sharded = server.VARIABLES | {"schema_sharding": "on"}
    assert verify(connection, "base/roles", login, sharded) == (0, "")
    assert verify(connection, "base/roles", "set local jit = off", sharded)[0] != 0
    assert verify(connection, "base/roles", login, server.VARIABLES)[0] != 0
