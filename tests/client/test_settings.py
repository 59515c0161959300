"""A client returns the same rows whatever the settings of the session are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool

from kodiai import Client
from tests.learning.corpus import memory, vector

#: What psycopg or Postgres reads or writes differently, or looks up elsewhere.
SETTINGS = [
    *(("datestyle", style) for style in ("German", "SQL, MDY", "Postgres, DMY")),
    *(("intervalstyle", s) for s in ("sql_standard", "iso_8601", "postgres_verbose")),
    # 12 hours before and 14 after UTC, and a zone that ISO 8601 cannot express.
    *(("timezone", zone) for zone in ("Etc/GMT+12", "Pacific/Kiritimati", "<x>-20")),
    ("extra_float_digits", "-15"),
    ("bytea_output", "escape"),
    ("standard_conforming_strings", "off"),
    ("search_path", ""),
    ("search_path", "decoy, public"),
]

#: The first and the last moment that can be recorded.
TIMES = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]
TEXT = "Straße: 连接池 leak, naïve retry"


def with_options(conninfo: str, name: str, value: str) -> str:
    """Add a setting to the options of a conninfo."""
    escaped = value.replace("\\", "\\\\").replace(" ", "\\ ")
    options = f"-c role=kodiai_app -c {name}={escaped}"
    return make_conninfo(conninfo, options=options)


@contextmanager
def database_default(
    database: psycopg.Connection, name: str, value: str
) -> Iterator[None]:
    """Let sessions begin with a setting, as alter role ... set does."""
    # A search_path is a list, in which quotes would make one name of it.
    quoted = sql.SQL(value or "''") if name == "search_path" else sql.Literal(value)
    where = sql.Identifier(database.info.dbname), sql.Identifier(name)
    change = sql.SQL("alter database {} set {} to {}").format(*where, quoted)
    database.execute(change)
    yield
    database.execute(sql.SQL("alter database {} reset {}").format(*where))


@contextmanager
def clients(
    conninfo: str, database: psycopg.Connection, name: str, value: str
) -> Iterator[list[Client]]:
    """Yield clients of sessions with a setting: own ones, of a pool and borrowed."""
    odd = with_options(conninfo, name, value)
    with (
        psycopg.connect(conninfo, autocommit=True) as borrowed,
        ConnectionPool(odd, min_size=1, max_size=1) as pool,
        Client.connect(odd) as own,
        database_default(database, name, value),
        Client.connect(conninfo) as inherited,
    ):
        borrowed.execute("select set_config(%s, %s, false)", (name, value))
        yield [own, inherited, Client(pool), Client(borrowed)]


def write(client: Client, repo: str) -> list[int]:
    """Write rows of every kind of column; return the ids of the memories."""
    texts: list[Any] = [
        memory(repo=repo, finding_text=TEXT, created_at=time, severity="minor")
        for time in TIMES
    ]
    written = client.write_memories(texts, [vector(1, 0.1), vector(0.3, 1)])
    for n, time in enumerate([None, TIMES[0]]):
        client.record_telemetry_event(
            repo, "review", TEXT, "success", f"d{n}", cost_usd=0.1, created_at=time
        )
        client.record_review(repo, n + 1, "a", f"d{n}", created_at=time)
    client.upsert_author(repo, "Zoë", "core", "MEMBER")
    client.record_dep_bump_merge(repo, 7, TIMES[0])
    assert client.mark_stale_memories(repo, created_before=TIMES[0]) == 0
    one = client.write_memory(**texts[0])
    return [*(row.memory_id for row in written), one.memory_id]


def read(client: Client, repo: str, ids: list[int]) -> str:
    """Return what calls of every kind return, as JSON."""
    results: list[Any] = [
        *client.get_memories(repo, ids),
        *client.search_memories(
            repo, "连接池 leak", vector(1), recency_half_life=timedelta(days=3)
        ),
        *client.search_memories(repo, "leak", created_after=TIMES[0]),
        client.get_author(repo, "Zoë", max_age=timedelta(days=2)),
        *client.list_cost_by_model(repo),
        client.get_repo_stats(repo),
        *client.list_repo_trends(repo, days=2),
    ]
    return json.dumps([row and row.to_dict() for row in results], ensure_ascii=False)


@pytest.fixture
def decoy(database: psycopg.Connection) -> None:
    """A schema with what a call could take for kodiai's or pgvector's."""
    database.execute("create schema decoy")
    database.execute("grant usage on schema decoy to public")
    database.execute("create type decoy.vector as (x integer)")
    database.execute("create type decoy.timestamptz as (x integer)")
    database.execute(
        "create function decoy.lower(text) returns text language sql"
        " as $$ select 'decoy' $$"
    )


@pytest.mark.usefixtures("decoy")
def test_settings_of_the_session_change_no_result(
    conninfo: str, database: psycopg.Connection, client: Client
) -> None:
    ids = write(client, "acme/api")
    expected = read(client, "acme/api", ids)
    assert TEXT in expected
    assert all(time.isoformat() in expected for time in TIMES)
    for n, (name, value) in enumerate(SETTINGS):
        with clients(conninfo, database, name, value) as odd:
            for m, other in enumerate(odd):
                assert read(other, "acme/api", ids) == expected, (name, value, m)
                repo = f"odd{n}/repo{m}"
                theirs = write(other, repo)
                rows = client.get_memories(repo, theirs)
                assert [row.created_at for row in rows] == [*TIMES, TIMES[0]]
                assert {row.finding_text for row in rows} == {TEXT}


@pytest.mark.usefixtures("decoy")
def test_a_borrowed_connection_keeps_its_settings(
    conninfo: str, client: Client
) -> None:
    ids = write(client, "acme/api")
    with closing(psycopg.connect(conninfo)) as connection:
        read(Client(connection), "acme/api", ids)  # loads pgvector, which has settings
        for name, value in SETTINGS:
            connection.execute("select set_config(%s, %s, false)", (name, value))
        query = "select name, setting from pg_settings order by name"
        before = connection.execute(query).fetchall()
        formats = connection.adapters.get_loader(1184, psycopg.pq.Format.BINARY)
        read(Client(connection), "acme/api", ids)
        assert connection.execute(query).fetchall() == before
        after = connection.adapters.get_loader(1184, psycopg.pq.Format.BINARY)
        assert after is formats


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "SJIS"])
def test_a_session_of_another_encoding_is_right_or_refused(
    conninfo: str,
    database: psycopg.Connection,
    client: Client,
    encoding: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = write(client, "acme/api")
    expected = read(client, "acme/api", ids)
    odd = with_options(conninfo, "client_encoding", encoding)
    for given in (odd, make_conninfo(conninfo, client_encoding=encoding)):
        with Client.connect(given) as own:
            assert read(own, "acme/api", ids) == expected
    with Client.connect(conninfo, client_encoding=encoding) as own:
        assert read(own, "acme/api", ids) == expected
    with database_default(database, "client_encoding", encoding):
        monkeypatch.setenv("PGCLIENTENCODING", encoding)
        with Client.connect(conninfo) as own:
            assert read(own, "acme/api", ids) == expected
        monkeypatch.undo()

    refused = pytest.raises(psycopg.NotSupportedError, match=encoding)
    with psycopg.connect(conninfo) as connection:
        connection.execute(
            "select set_config('client_encoding', %s, false)", (encoding,)
        )
        with refused:
            Client(connection).write_memory(**memory())
        connection.execute("reset client_encoding")
        assert read(Client(connection), "acme/api", ids) == expected
    with ConnectionPool(odd, min_size=1, max_size=1) as pool, refused:
        Client(pool).has_memory("acme/api", 1, "accepted")
