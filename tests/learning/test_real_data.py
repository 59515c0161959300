"""Real review comments and real embeddings, where the folder with them is there."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from pytest_postgresql import factories

from kodiai import Client
from tests import server

from .corpus import cosine_distances, memory, write


def read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


wide = factories.postgresql_noproc(
    user="postgres", dbname="wide", load=[partial(server.deploy, embedding_dim=384)]
)
wide_clone = factories.postgresql("wide")


def test_a_question_finds_its_words_in_18803_real_comments(
    client: Client, shared_data: Path
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


def test_real_embeddings_are_compared_exactly_within_a_repo(
    wide_clone: psycopg.Connection, shared_data: Path
) -> None:
    folder = shared_data / "review_findings_martian"
    documents = read(folder / "corpus.jsonl")
    vectors = np.load(folder / "docs.npy").astype("float32")
    # A group is a pull request; the memory calls it a repository.
    groups = [row["meta"]["group"].replace("/", "-") for row in documents]
    client = Client(wide_clone)
    numbers = write(
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
        expected = [numbers[n] for n in inside[np.argsort(distances, kind="stable")]]
        found = client.search_memories(f"martian/{group}", None, embedding)
        assert [row.memory_id for row in found] == expected[:10]
        both = client.search_memories(f"martian/{group}", query["text"], embedding)
        assert len(both) == min(10, len(inside))
        assert {row.repo for row in both} == {f"martian/{group}"}
