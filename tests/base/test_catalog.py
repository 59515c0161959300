"""Conventions for every object of the schema, checked in the system catalogs."""

from __future__ import annotations

import psycopg
import pytest

TABLES = {
    "reviews",
    "findings",
    "suppression_log",
    "global_patterns",
    "feedback_reactions",
    "run_state",
    "author_cache",
    "dep_bump_merge_history",
    "review_checkpoints",
    "telemetry_events",
    "rate_limit_events",
    "retrieval_quality_events",
    "resilience_events",
    "learning_memories",
}

# Each query lists the violations of a convention.
CONVENTIONS = {
    "every table has a comment": """
        select relname from pg_class
        where relnamespace = 'kodiai'::regnamespace and relkind = 'r'
          and obj_description(oid, 'pg_class') is null
    """,
    "every column has a comment": """
        select attrelid::regclass, attname from pg_attribute
        inner join pg_class as c on c.oid = attrelid
        where relnamespace = 'kodiai'::regnamespace and relkind = 'r' and attnum > 0
          and col_description(attrelid, attnum) is null
    """,
    "every function and type has a comment": """
        select proname from pg_proc
        where pronamespace = 'kodiai'::regnamespace
          and obj_description(oid, 'pg_proc') is null
        union all
        select typname from pg_type as t
        left join pg_class as c on c.oid = typrelid
        where typnamespace = 'kodiai'::regnamespace
          and (typtype = 'd' or relkind = 'c')
          and obj_description(t.oid, 'pg_type') is null
    """,
    "the comment of every public function lists its errors": """
        select proname from pg_proc
        where pronamespace = 'kodiai'::regnamespace and proname not like '\\_%'
          and obj_description(oid, 'pg_proc') not like '%Errors:%'
    """,
    "the comment of every public function names every argument": """
        select proname, argument from pg_proc
        cross join unnest(proargnames[:pronargs]) as argument
        where pronamespace = 'kodiai'::regnamespace and proname not like '\\_%'
          and obj_description(oid, 'pg_proc') !~ ('\\m' || argument || '\\M')
    """,
    "comments of functions have at most 100 characters per line": """
        select proname, line from pg_proc
        cross join regexp_split_to_table(obj_description(oid, 'pg_proc'), '\\n') as line
        where pronamespace = 'kodiai'::regnamespace and length(line) > 100
    """,
    "the owner role owns every object": """
        select relname, relowner::regrole from pg_class
        where relnamespace = 'kodiai'::regnamespace
          and relowner <> 'kodiai_owner'::regrole
        union all
        select proname, proowner::regrole from pg_proc
        where pronamespace = 'kodiai'::regnamespace
          and proowner <> 'kodiai_owner'::regrole
        union all
        select typname, typowner::regrole from pg_type
        where typnamespace = 'kodiai'::regnamespace
          and typowner <> 'kodiai_owner'::regrole
    """,
    "functions pin search_path with pg_temp last, or are parsed at creation": """
        select proname, proconfig from pg_proc
        where pronamespace = 'kodiai'::regnamespace and prosqlbody is null
          and 'search_path=kodiai, public, pg_temp' <> all (coalesce(proconfig, '{}'))
    """,
    "no function has a set clause for a setting of an extension": """
        select proname, setting from pg_proc cross join unnest(proconfig) as setting
        where pronamespace = 'kodiai'::regnamespace and setting ~ '^\\w+\\.'
    """,
    "public functions are plpgsql and security definer": """
        select proname from pg_proc
        inner join pg_language as l on l.oid = prolang
        where pronamespace = 'kodiai'::regnamespace and proname not like '\\_%'
          and not (prosecdef and lanname = 'plpgsql')
    """,
    "helpers are security invoker": """
        select proname from pg_proc
        where pronamespace = 'kodiai'::regnamespace and proname like '\\_%' and prosecdef
    """,
    "reading functions are stable and writing ones volatile": """
        select proname from pg_proc
        where pronamespace = 'kodiai'::regnamespace and proname not like '\\_%'
          and provolatile <> case
            when proname ~ '^(get|has|list|search|count|check|audit|assess|export|verify)_' then 's' else 'v'
          end
    """,
    "arguments begin with p_": """
        select proname, argument from pg_proc
        cross join unnest(proargnames[:pronargs]) as argument
        where pronamespace = 'kodiai'::regnamespace and argument not like 'p\\_%'
    """,
    "arguments have the types that drivers send for numbers": """
        select proname, argument, format_type(t.type, null) from pg_proc
        cross join unnest(proargnames[:pronargs], proargtypes::oid[]) as t (argument, type)
        where pronamespace = 'kodiai'::regnamespace and (
          t.type = 'real'::regtype
          or proname not like '\\_%' and t.type in ('integer'::regtype, 'smallint'::regtype)
        )
    """,
    "every error that names an argument has its name in column": """
        select proname from pg_proc
        where pronamespace = 'kodiai'::regnamespace
          and prosrc ~ 'errcode = [^,]*(invalid_parameter_value|null_value|KB00[1-467]|22023|22004)'
          and prosrc !~ '\\mcolumn = '
    """,
    "functions that convert a time to text or JSON pin the time zone": """
        select proname from pg_proc
        where pronamespace = 'kodiai'::regnamespace and proname not like '\\_%'
          and 'timestamptz'::regtype = any (proargtypes) and prosrc ~ 'jsonb_build_|p_(created|merged)_\\w+::text'
          and 'TimeZone=UTC' <> all (proconfig)
    """,
    "functions are not overloaded": """
        select proname from pg_proc
        where pronamespace = 'kodiai'::regnamespace group by proname having count(*) > 1
    """,
    "no argument has the row type of a table": """
        select proname, c.relname from pg_proc
        inner join pg_type as t on t.oid = any (proargtypes)
        inner join pg_type as e on e.oid in (t.oid, t.typelem)
        inner join pg_class as c on c.oid = e.typrelid
        where pronamespace = 'kodiai'::regnamespace and c.relkind <> 'c'
    """,
    "function bodies have at most 90 lines": """
        select proname, lines from pg_proc
        cross join lateral regexp_count(btrim(prosrc, e'\\n'), '\\n') as lines
        where pronamespace = 'kodiai'::regnamespace and lines >= 90
    """,
    # Whose meaning depends on standard_conforming_strings.
    "no function has a backslash in a literal other than e'...'": """
        select proname, line from pg_proc
        cross join regexp_split_to_table(
          regexp_replace(prosrc, $$\\m[eE]'([^'\\\\]|''|\\\\.)*'$$, '', 'g'), '\\n'
        ) as line
        where pronamespace = 'kodiai'::regnamespace and strpos(line, chr(92)) > 0
    """,
    "every table but the inverted index has a primary key on id": """
        select c.oid::regclass from pg_class as c
        where relnamespace = 'kodiai'::regnamespace and relkind = 'r'
          and relname <> 'postings' and not exists (
          select from pg_constraint
          inner join pg_attribute as a on attrelid = conrelid and conkey = array[attnum]
          where conrelid = c.oid and contype = 'p' and attname = 'id'
        )
    """,
    "constraints and indexes are named after their table": """
        select conrelid::regclass, conname from pg_constraint
        where connamespace = 'kodiai'::regnamespace and conrelid <> 0
          and not starts_with(conname, conrelid::regclass::text || '_')
        union all
        select indrelid::regclass, c.relname from pg_index
        inner join pg_class as c on c.oid = indexrelid
        where relnamespace = 'kodiai'::regnamespace
          and not starts_with(c.relname, indrelid::regclass::text || '_')
    """,
    "every foreign key has an index and stays in the schema": """
        select conrelid::regclass, conname from pg_constraint as f
        where connamespace = 'kodiai'::regnamespace and contype = 'f' and not (
          confrelid in (
            select oid from pg_class where relnamespace = 'kodiai'::regnamespace
          )
          and exists (
            select from pg_index
            where indrelid = conrelid and indkey[0] = conkey[1]
          )
        )
    """,
    "no index or index predicate contains stale": """
        select indexrelid::regclass from pg_index
        where indrelid = 'kodiai.learning_memories'::regclass
          and pg_get_indexdef(indexrelid) ~ '\\mstale\\M'
    """,
    "relations are of kinds that schemas on Citus support": """
        select oid::regclass from pg_class
        where relnamespace = 'kodiai'::regnamespace and relkind not in ('r', 'i', 'S', 'c')
        union all
        select inhrelid::regclass from pg_inherits
        inner join pg_class as c on c.oid = inhrelid
        where relnamespace = 'kodiai'::regnamespace
    """,
}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_convention(database: psycopg.Connection, convention: str) -> None:
    assert database.execute(CONVENTIONS[convention].encode()).fetchall() == []


def test_all_fourteen_tables_exist(database: psycopg.Connection) -> None:
    rows = database.execute(
        "select relname from pg_class"
        " where relnamespace = 'kodiai'::regnamespace and relkind = 'r'"
    )
    assert {name for (name,) in rows} >= TABLES


@pytest.mark.parametrize(
    ("role", "may_execute"),
    [
        ("kodiai_app", "proname !~ '^_' and proname <> 'rebuild_postings'"),
        ("kodiai_reader", "proname !~ '^_' and provolatile = 's'"),
        ("pg_read_all_data", "false"),
    ],
)
def test_roles_may_execute_exactly_their_functions(
    database: psycopg.Connection, role: str, may_execute: str
) -> None:
    wrong = database.execute(
        f"""
        select proname, {may_execute} from pg_proc
        where pronamespace = 'kodiai'::regnamespace
          and has_function_privilege(%s, oid, 'execute') is distinct from ({may_execute})
        """.encode(),
        (role,),
    )
    assert wrong.fetchall() == []


@pytest.mark.parametrize("role", ["kodiai_app", "kodiai_reader"])
def test_roles_have_no_access_to_tables(
    database: psycopg.Connection, role: str
) -> None:
    tables = database.execute(
        "select c.oid::regclass::text, relkind, attname from pg_class as c"
        " left join pg_attribute on attrelid = c.oid and attnum = 1"
        " where relnamespace = 'kodiai'::regnamespace and relkind in ('r', 'S')"
    ).fetchall()
    assert tables
    database.execute(f"set role {role}".encode())
    for name, kind, column in tables:
        commands = [f"select from {name}"]
        if kind == "r":
            commands += [
                f"delete from {name}",
                f"truncate {name}",
                f"insert into {name} default values",
                f"update {name} set {column} = default",
            ]
        for command in commands:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                database.execute(command.encode())
