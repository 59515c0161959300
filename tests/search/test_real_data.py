"""Searches of real review comments and embeddings, if the shared data folder exists."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from pytest_postgresql import factories

from kodiai import Client
from tests import server
from tests.learning.corpus import DAY, SEVERITIES, cosine_distances, memory, write


def read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


wide = factories.postgresql_noproc(
    user="postgres", dbname="wide", load=[partial(server.deploy, embedding_dim=384)]
)
wide_clone = factories.postgresql("wide")


def contents(database: psycopg.Connection) -> list[Any]:
    """Return the number of rows and a hash of each table that memories are in."""
    return [
        database.execute(
            "select count(*), md5(string_agg(t::text, ',' order by t::text))"
            f" from {table} as t".encode()
        ).fetchone()
        for table in (
            *("learning_memories", "memory_voices", "memory_history"),
            *("memory_findings", "postings"),
        )
    ]


def test_18803_real_comments_are_searched_and_loading_them_again_changes_nothing(
    client: Client, database: psycopg.Connection, shared_data: Path
) -> None:
    comments = read(shared_data / "code_review_comments.jsonl")
    rows = [row | {"embedding_model": "none"} for row in comments]
    write(client, rows, [None] * len(rows))
    found = client.search_memories(
        None, "possible null pointer dereference", owner="gerrit", limit=3
    )
    assert len(found) == 3
    for row in found:
        assert "null" in row.finding_text.lower()
        assert "pointer" in row.finding_text.lower()

    before = contents(database)
    write(client, rows, [None] * len(rows))
    assert contents(database) == before


@pytest.mark.slow
def test_recall_on_real_embeddings_holds_under_every_filter(
    wide_clone: psycopg.Connection, shared_data: Path
) -> None:
    """24,295 documents and the queries of six collections, each a repository."""
    folders = sorted(path.parent for path in shared_data.glob("*/queries.npy"))
    repos, parts, queries = [], [], []
    for folder in folders:
        parts.append(np.load(folder / "docs.npy").astype("float32"))
        repos += [repo_of_folder(folder)] * len(parts[-1])
        queries.append(np.load(folder / "queries.npy").astype("float32")[:10])
    vectors, repo_of = np.concatenate(parts), np.array(repos)
    ordinals = np.arange(len(vectors))
    severities = np.array(SEVERITIES)[ordinals * 7 % 40 // 10]
    # Searches do not use the graph for so few rows: save the time to build it.
    wide_clone.execute("drop index kodiai.learning_memories_embedding_idx")
    client = Client(wide_clone)
    memory_ids = np.array(
        write(
            client,
            [
                memory(
                    repo=repo,
                    severity=severities[n],
                    category="security" if n % 200 == 0 else "style",
                    file_path=f"{'src' if n % 20 < 3 else 'lib'}/{n}.py",
                    created_at=DAY + timedelta(days=n % 100),
                )
                for n, repo in enumerate(repos)
            ],
            vectors,
        )
    )

    everything = np.ones(len(vectors), bool)
    filters: list[tuple[dict[str, Any], np.ndarray]] = [
        ({}, everything),
        ({"severities": ["critical", "major"]}, np.isin(severities, SEVERITIES[:2])),
        ({"created_after": DAY + timedelta(days=79)}, ordinals % 100 > 79),
        (
            {"path_prefix": "src/", "severities": ["minor"]},
            (ordinals % 20 < 3) & (severities == "minor"),
        ),
        ({"categories": ["security"]}, ordinals % 200 == 0),
    ]
    recalls: dict[str, list[float]] = defaultdict(list)
    for arguments, matches in filters:
        for repo in [None, *sorted(set(repos))]:
            inside = ordinals[matches & ((repo_of == repo) if repo else everything)]
            for n, query in enumerate(np.concatenate(queries)):
                distances = cosine_distances(vectors[inside], query)
                expected = memory_ids[inside[np.argsort(distances, kind="stable")[:10]]]
                found = client.search_memories(
                    repo, None, query, owner=None if repo else "real", **arguments
                )
                assert len(found) == min(10, len(inside))
                near = {row.memory_id for row in found} & set(expected.tolist())
                kind = (
                    "own"
                    if repo in {None, repo_of_folder(folders[n // 10])}
                    else "other"
                )
                recalls[f"{sorted(arguments)} {kind}"].append(len(near) / len(found))
    worst = {name: float(np.mean(each)) for name, each in recalls.items()}
    assert {name: recall for name, recall in worst.items() if recall < 0.99} == {}


def repo_of_folder(folder: Path) -> str:
    return f"real/{folder.name.replace('_', '-')}"


def test_searches_of_real_embeddings_within_a_repo_are_exact(
    wide_clone: psycopg.Connection, shared_data: Path
) -> None:
    folder = shared_data / "review_findings_martian"
    documents = read(folder / "corpus.jsonl")
    vectors = np.load(folder / "docs.npy").astype("float32")
    # A group is a pull request; here each becomes a repository.
    groups = [row["meta"]["group"].replace("/", "-") for row in documents]
    client = Client(wide_clone)
    memory_ids = write(
        client,
        [
            memory(repo=f"martian/{group}", finding_text=row["text"])
            for row, group in zip(documents, groups, strict=True)
        ],
        vectors,
    )
    members = defaultdict(list)
    for n, group in enumerate(groups):
        members[group].append(n)

    queries = read(folder / "queries.jsonl")
    embeddings = np.load(folder / "queries.npy").astype("float32")
    for query, embedding in zip(queries, embeddings, strict=True):
        group = query["meta"]["group"].replace("/", "-")
        inside = np.array(members[group])
        distances = cosine_distances(vectors[inside], embedding)
        expected = [memory_ids[n] for n in inside[np.argsort(distances, kind="stable")]]
        found = client.search_memories(f"martian/{group}", None, embedding)
        assert [row.memory_id for row in found] == expected[:10]
        both = client.search_memories(f"martian/{group}", query["text"], embedding)
        assert len(both) == min(10, len(inside))
        assert {row.repo for row in both} == {f"martian/{group}"}
