"""Deploy a memory on an embedded Postgres, fill it, and search it.

The embeddings are WordLlama's: its weights lie inside the wheel, so that nothing is
downloaded while the demo runs.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import wordllama
from numpy.typing import NDArray
from tqdm import tqdm
from wordllama import WordLlama

from kodiai import Client, FoundMemory, embedded

logging.getLogger().setLevel(logging.WARNING)  # WordLlama turns on INFO for all

ROOT = Path(__file__).resolve().parent.parent
MODEL = "wordllama-256"
BATCH = 200
WIDTH = 80
QUESTIONS = (
    "possible null pointer dereference",
    "missing error handling",
    "user input ends up in a SQL query",
)

Memory = dict[str, Any]


def main() -> None:
    arguments = parse_arguments()
    memories = read_memories(arguments.data)
    model = WordLlama.load(
        cache_dir=Path(wordllama.__file__).parent, disable_download=True
    )
    with embedded.running(ROOT / ".postgres", "kodiai_demo") as url:
        print("Deploying the database by Sqitch ...", flush=True)
        subprocess.run(
            ["sqitch", "deploy", "--quiet", "--set", "embedding_dim=256", f"db:{url}"],
            cwd=ROOT,
            check=True,
        )
        with Client.connect(url) as client:
            load(client, model, memories)
            owner = (
                arguments.owner
                or Counter(m["owner"] for m in memories).most_common(1)[0][0]
            )
            for question in arguments.question or QUESTIONS:
                (embedding,) = embed(model, [question])
                found = client.search_memories(
                    None, question, embedding, owner=owner, limit=arguments.limit
                )
                show(question, owner, found)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A first look at kodiai.")
    parser.add_argument(
        "data",
        nargs="?",
        type=Path,
        default=ROOT / "demo" / "memories.jsonl",
        help="JSON Lines, one memory with the columns of learning_memories each",
    )
    parser.add_argument("--owner", help="whose repositories to search (the largest)")
    parser.add_argument("--question", action="append", help="instead of the three")
    parser.add_argument("--limit", type=int, default=3, help="hits for each (3)")
    return parser.parse_args()


def read_memories(path: Path) -> list[Memory]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) | {"embedding_model": MODEL} for line in lines]


def embed(model: WordLlama, texts: list[str]) -> list[NDArray[np.float32] | None]:
    """Return a vector for each text; none for one without a word that it knows."""
    return [vector if vector.any() else None for vector in model.embed(texts)]


def load(client: Client, model: WordLlama, memories: list[Memory]) -> None:
    inserted = 0
    with tqdm(
        total=len(memories), desc="Writing memories", unit="", ncols=WIDTH
    ) as progress:
        for first in range(0, len(memories), BATCH):
            batch = memories[first : first + BATCH]
            texts = [memory["finding_text"] for memory in batch]
            written = client.write_memories(batch, embed(model, texts))
            inserted += sum(row.inserted for row in written)
            progress.update(len(batch))
    print(f"{inserted} new, {len(memories) - inserted} had been there before.")


def show(question: str, owner: str, found: list[FoundMemory]) -> None:
    print(f'\n"{question}" in the repositories of {owner}\n{"=" * WIDTH}')
    for hit in found:
        vector = arm("vector", hit.vector_rank, hit.distance)
        text = arm("text", hit.text_rank, hit.text_score)
        print(f"{hit.score:.4f}  {vector}  {text}  {hit.severity}, {hit.outcome}")
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
    place = "-" if rank is None else f"#{rank} ({value:.2f})"
    return f"{name} {place:<11}"


if __name__ == "__main__":
    main()
