"""Deploy kodiai on an embedded Postgres, load memories, search and change them.

WordLlama makes the embeddings. Its wheel contains the weights, so the demo downloads
nothing while it runs.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any, cast

import numpy as np
import wordllama
from numpy.typing import NDArray
from psycopg.errors import InvalidParameterValue, NullValueNotAllowed
from tqdm import tqdm
from wordllama import WordLlama

from kodiai import Client, FoundMemory, NewMemory, Voice, embedded

logging.getLogger().setLevel(logging.WARNING)  # WordLlama sets INFO for every logger

ROOT = Path(__file__).resolve().parent.parent
MODEL = "wordllama-256"
LINE = "line"  # line number in the file, removed before writing
MIN_RELEVANCE = 0.15  # with this model, questions without an answer find less
BATCH = 200
WIDTH = 80
QUERIES = (
    "possible null pointer dereference",
    "missing error handling",
    "user input ends up in a SQL query",
    "how long to bake sourdough bread",
)

LEGEND = """
Each hit: its relevance, from 0 to 1, then its rank in each arm of the search, with
the cosine distance of its embedding (0 is identical) and the score of its text."""

CLAIM = "Log the whole request of a failed payment, or support cannot reproduce it"
CORRECTION = (
    "Log a failed payment by its id and error code, never the card of the customer"
)
CLAIM_QUERY = "what to log when a payment fails"

Memory = dict[str, Any]


def main() -> None:
    arguments = parse_arguments()
    memories = read_memories(arguments.data)
    owners = Counter(memory["owner"] for memory in memories)
    owner = arguments.owner or owners.most_common(1)[0][0]
    model = WordLlama.load(
        cache_dir=Path(wordllama.__file__).parent, disable_download=True
    )
    with embedded.running(ROOT / ".postgres", "kodiai_demo") as url:
        print("Deploying the database with Sqitch ...", flush=True)
        subprocess.run(
            ["sqitch", "deploy", "--quiet", "--set", "embedding_dim=256", f"db:{url}"],
            cwd=ROOT,
            check=True,
        )
        with Client.connect(url) as client:
            load(client, model, memories, arguments.data)
            print(LEGEND)
            for query in arguments.question or QUERIES:
                (embedding,) = embed(model, [query])
                found = client.search_memories(
                    None,
                    query,
                    embedding,
                    owner=owner,
                    limit=arguments.limit,
                    min_relevance=MIN_RELEVANCE,
                )
                show(query, owner, found)
            if not arguments.question:
                change_mind(client, model, owner)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A first look at kodiai.")
    parser.add_argument(
        "data",
        nargs="?",
        type=Path,
        default=ROOT / "demo" / "memories.jsonl",
        help="JSON Lines: one memory per line, with the columns of learning_memories; "
        "memories with a finding_id can be loaded again",
    )
    parser.add_argument(
        "--owner",
        help="search the repositories of this owner (the one with the most memories)",
    )
    parser.add_argument(
        "--question", action="append", help="a query to run instead; repeatable"
    )
    parser.add_argument("--limit", type=int, default=3, help="hits per query (3)")
    arguments = parser.parse_args()
    if not arguments.data.is_file():
        parser.error(f"{arguments.data} is not a file")
    return arguments


def read_memories(path: Path) -> list[Memory]:
    memories = []
    with path.open(encoding="utf-8") as lines:
        for n, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                memory = json.loads(line)
                memory.setdefault("owner", memory["repo"].split("/")[0])
                memory["finding_text"] += ""
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                sys.exit(f"{path}, line {n}: expected a memory ({error!r})")
            memories.append(memory | {"embedding_model": MODEL, LINE: n})
    if not memories:
        sys.exit(f"{path} has no memories")
    return memories


def embed(model: WordLlama, texts: list[str]) -> list[NDArray[np.float32] | None]:
    """Return one vector per text, or None if the model knows none of its words."""
    return [vector if vector.any() else None for vector in model.embed(texts)]


def load(client: Client, model: WordLlama, memories: list[Memory], path: Path) -> None:
    inserted = 0
    with tqdm(
        total=len(memories), desc="Writing memories", unit="", ncols=WIDTH
    ) as progress:
        for first in range(0, len(memories), BATCH):
            batch = memories[first : first + BATCH]
            vectors = embed(model, [memory["finding_text"] for memory in batch])
            try:
                written = client.write_memories(map(without_line, batch), vectors)
            except (InvalidParameterValue, NullValueNotAllowed) as error:
                # Report the line of the file instead of the position in the batch.
                message = error.diag.message_primary or str(error)
                position = re.match(r"p_memories\[(\d+)\]", message)
                line = f", line {batch[int(position[1]) - 1][LINE]}" if position else ""
                sys.exit(f"\n{path}{line}: {message}")
            inserted += sum(row.inserted for row in written)
            progress.update(len(batch))
    print(f"{inserted} new, {len(memories) - inserted} already existed.")


def without_line(memory: Memory) -> NewMemory:
    return cast("NewMemory", {name: memory[name] for name in memory if name != LINE})


def change_mind(client: Client, model: WordLlama, owner: str) -> None:
    """Teach, contradict and correct a memory, and ask the same each time."""
    repo = f"{owner}/kodiai-demo"  # separate, so that no memory of the file is joined
    claim, correction, query = embed(model, [CLAIM, CORRECTION, CLAIM_QUERY])
    print(f'\n"{CLAIM_QUERY}" while a memory changes its mind\n{"=" * WIDTH}')

    def teach(login: str, voice: Voice) -> None:
        client.teach_memory(
            repo,
            CLAIM,
            "major",
            "security",
            "app/payments.py",
            voice,
            claim,
            finding_id=1,
            login=login,
            embedding_model=MODEL,
        )

    def ask(after: str) -> None:
        for hit in client.search_memories(None, CLAIM_QUERY, query, 1, owner):
            print(f"{after}: {hit.outcome}\n    {hit.finding_text}")

    teach("ann", "thumbs_up")
    ask("Ann teaches it")
    teach("ben", "thumbs_down")
    ask("Ben contradicts her")
    teach("cleo", "accepted")
    (memory,) = client.list_memories(repo)
    client.correct_memory(repo, memory.memory_id, CORRECTION, correction, by="cleo")
    ask("Cleo, a maintainer, corrects it")
    client.delete_memories(repo, [memory.memory_id])  # for the next demo


def show(query: str, owner: str, found: list[FoundMemory]) -> None:
    print(f'\n"{query}" in the repositories of {owner}\n{"=" * WIDTH}')
    if not found:
        print("Nothing relevant found.")
    for hit in found:
        vector = arm("vector", hit.vector_rank, hit.distance)
        text = arm("text", hit.text_rank, hit.text_score)
        print(f"{hit.relevance:.2f}  {vector}  {text}  {hit.severity}, {hit.outcome}")
        print(textwrap.shorten(f"{hit.repo} {hit.file_path}", WIDTH, placeholder="..."))
        print(
            textwrap.fill(
                textwrap.shorten(hit.finding_text, 300, placeholder=" ..."),
                WIDTH,
                initial_indent="    ",
                subsequent_indent="    ",
            )
        )


def arm(name: str, rank: int | None, value: float | None) -> str:
    shown = "-" if rank is None else f"#{rank} ({value:.3f})"
    return f"{name} {shown:<12}"


if __name__ == "__main__":
    main()
