"""Whether relevance tells questions that have an answer from those that have none.

Asks questions of each collection in their own repo and, because nothing there answers
them, in a repo of every other collection.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

from eval import plots
from eval.collection import Collection, Text
from kodiai import Client, FoundMemory

QUESTIONS = 200  # of each collection
ROWS = 10
SEED = 1
#: The value that docs and examples recommend for the model of the evaluation.
RECOMMENDED = 0.35
THRESHOLDS = (0.2, 0.25, 0.3, RECOMMENDED, 0.4, 0.45, 0.5)


@dataclass
class Relevances:
    """The relevance of what questions found."""

    #: Of the best row of each question, in its own repo.
    answered: list[float] = field(default_factory=list)
    #: Of the best row of each question, in repos of other collections.
    unanswered: list[float] = field(default_factory=list)
    #: Of each row that people judged relevant.
    judged: list[float] = field(default_factory=list)

    def shares(self, threshold: float) -> list[float]:
        """Return the share of each that is at least the threshold."""
        each = (self.answered, self.judged, self.unanswered)
        return [float(np.mean(np.array(values) >= threshold)) for values in each]


def measure(client: Client, collections: list[Collection], workers: int) -> Relevances:
    found = Relevances()
    rng = random.Random(SEED)  # noqa: S311
    for collection in collections:
        relevant = {
            (query, document) for query, document, grade in collection.qrels if grade
        }
        answerable = {query for query, _ in relevant}
        queries = [query for query in collection.queries if query.id in answerable]
        queries = rng.sample(queries, min(QUESTIONS, len(queries)))
        asked = [(query, query.repo) for query in queries]
        for other in collections:
            if other is not collection:
                asked += [(query, rng.choice(other.repos)) for query in queries]

        def search(question: tuple[Text, str]) -> list[FoundMemory]:
            query, repo = question
            return client.search_memories(repo, query.text, query.embedding, ROWS)

        with ThreadPoolExecutor(workers) as pool:
            results = pool.map(search, asked)
            for (query, repo), rows in zip(asked, results, strict=True):
                best = max((row.relevance for row in rows), default=0.0)
                if repo != query.repo:
                    found.unanswered.append(best)
                    continue
                found.answered.append(best)
                found.judged += [
                    row.relevance
                    for row in rows
                    if row.finding_id
                    and (query.id, collection.documents[row.finding_id - 1].id)
                    in relevant
                ]
    return found


def table(relevances: Relevances) -> list[list[str]]:
    header = ["min_relevance", "with an answer", "relevant rows", "without an answer"]
    return [
        header,
        *(
            [f"{threshold:.2f}", *(f"{share:.3f}" for share in shares)]
            for threshold in THRESHOLDS
            if (shares := relevances.shares(threshold))
        ),
    ]


def plot(path: Path, relevances: Relevances) -> None:
    figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
    thresholds = np.linspace(0, 1, 101)
    shares = np.array([relevances.shares(threshold) for threshold in thresholds])
    labels = ("questions with an answer", "relevant rows", "questions without one")
    for values, label, color, style in zip(
        shares.T,
        labels,
        ("#0072B2", "#009E73", "#D55E00"),
        ("-", "--", ":"),
        strict=True,
    ):
        axes.plot(thresholds, values, style, color=color, label=label, linewidth=2)
    axes.axvline(RECOMMENDED, color="#999999", linewidth=0.8)
    axes.set_xlabel("min_relevance")
    axes.set_ylabel("share that still finds a row")
    axes.set_xlim(0, 1)
    axes.grid(color="#e5e5e5", linewidth=0.8)
    axes.legend(frameon=False)
    plots.save(figure, axes, path)
