"""What get_info returns."""

from __future__ import annotations

import psycopg

from kodiai import Client
from tests import server

from .corpus import memory, vector


def test_an_empty_database_has_no_models(client: Client) -> None:
    info = client.get_info()
    assert info.schema_version == server.changes()[-1]
    assert (info.embedding_dim, info.text_config) == (server.DIMENSIONS, "english")
    assert (info.active_model, info.memories, info.models) == (None, 0, [])


def test_models_are_listed_with_the_number_of_their_embeddings(client: Client) -> None:
    rows = [
        memory(embedding_model="few", embedding=vector(1)),
        memory(embedding_model="many", embedding=vector(1), repo="other/lib"),
        memory(embedding_model="many", embedding=vector(1), stale=True),
        memory(embedding_model="many"),
        memory(embedding_model="never"),
    ]
    client.write_memories(rows)
    info = client.get_info()
    assert (info.active_model, info.memories) == ("few", 5)
    assert info.models == [
        {"embedding_model": "many", "embeddings": 2},
        {"embedding_model": "few", "embeddings": 1},
    ]
    client.set_embedding_model("new")
    assert client.get_info().active_model == "new"
    assert client.get_info().models == info.models


def test_the_version_is_that_of_the_last_change_deployed(
    database: psycopg.Connection,
) -> None:
    connection = server.connection_of(database)
    server.sqitch("revert", connection, "-y", "--to", "@HEAD^")
    assert Client(database).get_info().schema_version == server.changes()[-2]
    database.execute("drop schema sqitch cascade")
    assert Client(database).get_info().schema_version is None


def test_the_reader_role_may_ask_for_the_version(database: psycopg.Connection) -> None:
    database.execute("set role kodiai_reader")
    assert Client(database).get_info().schema_version == server.changes()[-1]
