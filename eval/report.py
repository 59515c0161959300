"""Report what search_quality.py measured: printed tables, a page and its plot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from textwrap import fill

from ir_measures import RR, R, nDCG
from matplotlib import pyplot as plt

from eval import plots, relevance
from eval.collection import Collection
from eval.relevance import Relevances

ROOT = Path(__file__).resolve().parent.parent
PATH = ROOT / "docs" / "explanation" / "search-quality.md"
WIDTH = 80

K = 10
NDCG = f"NDCG@{K}"
MEASURES = {NDCG: nDCG @ K, f"Recall@{K}": R @ K, f"MRR@{K}": RR @ K}

BM25, VECTORS, RRF = "bm25s", "exact vectors", "bm25s + vectors, RRF"
TEXT, VECTOR = "kodiai, text alone", "kodiai, vector alone"
RANKS, ZSCORE = "kodiai, rrf", "kodiai, zscore"
LANGCHAIN, LLAMA_INDEX = "LangChain hybrid", "LlamaIndex fusion"
SQL_FUNCTION = "SQL function"
RATIO = "zscore : better arm"

ABOUT = {
    BM25: "BM25 (Lucene's, k1 1.2, b 0.75) with English stemming and stop words, an "
    "index per repo",
    VECTORS: "cosine similarity with every document of the repo",
    RRF: "reciprocal rank fusion of these two, k 60, first 100 of each",
    TEXT: "`search_memories` with `query_text` only",
    VECTOR: "with `query_embedding` only",
    RANKS: "with both, and `fusion` rrf",
    ZSCORE: "with both, and default settings",
    LANGCHAIN: "`PGVectorStore` of langchain-postgres with `HybridSearchConfig` and "
    "its `reciprocal_rank_fusion`, first 100 of each arm",
    LLAMA_INDEX: "`PGVectorStore` of llama-index with `hybrid_search`, its modes "
    "default and sparse fused by a `QueryFusionRetriever` with relative_score, first "
    "100 of each (in its mode hybrid the first ten are those of the vector arm)",
    SQL_FUNCTION: "`hybrid_search` after "
    "[Supabase's guide](https://supabase.com/docs/guides/ai/hybrid-search): "
    "`websearch_to_tsquery`, `ts_rank_cd` and RRF in one function",
}

# Okabe and Ito's palette, which color-blind readers can tell apart, plus shapes.
MARKS = {
    BM25: ("#000000", "|"),
    VECTORS: ("#000000", "x"),
    RRF: ("#0072B2", "s"),
    RANKS: ("#E69F00", "^"),
    ZSCORE: ("#D55E00", "D"),
    LANGCHAIN: ("#009E73", "v"),
    LLAMA_INDEX: ("#CC79A7", "P"),
    SQL_FUNCTION: ("#56B4E9", "o"),
}

PAGE = """
# Search quality

How well the search finds, compared with other hybrid searches. {summary}

![{ndcg} of each method on each collection]({plot})

{tables}

The last line of each table is the ratio of kodiai's default fusion, zscore, to the
better of its two arms alone: above 1, both together find more than either.

{relevance}

## How the constants of zscore were chosen

{constants}

## What was measured

{collections}

Each collection says which documents are relevant to each query. A document is a memory,
written by `write_memories`, and a query is a call of `search_memories` with `limit` {k}
in the repo of the query. All methods get the same texts and the same vectors, made by
all-MiniLM-L6-v2 (384 dimensions), and use the same settings for all collections. NDCG
rewards relevant documents near the top; recall is the share of relevant documents among
the first {k}; MRR considers only the rank of the first relevant document.

{methods}

{rivals}

The collections are not part of the project, because some licenses forbid it.
`make eval` runs them and writes this page; its option `--data` names their folder.
Measured on {date} with {versions}.
"""

RIVALS = """
The other hybrid searches ran on the same server, each with the filter by repo that its
interface offers, and without a vector index, so they compare vectors exactly. kodiai
compares short codes before vectors.
"""

RELEVANCE = """
## Relevance

`min_relevance` lets a question without an answer find nothing. Questions of each
collection were asked in their own repo, which has an answer, and in a repo of every
other collection, which has none. The table shows which share still finds a row, and
which share of the rows that people judged relevant is still found.

![The share that still finds a row at each min_relevance]({plot})

{table}

For this model, {recommended} separates the two well. Another model has other distances:
ask your own questions in repos that cannot answer them, and choose a value above most
of what they find.
"""

CONSTANTS = """
The exponent 0.5 and the text weight 0.6 are those that were best on seventeen
collections, of which eleven are not published here. There, zscore without the support
of neighbors scored 5.8% above RRF over all, 9% above on the six collections of this
page, on which its form was first chosen, and 3.9% above on the other eleven. With
neighbors (all candidates, weight 1), the mean rose from 0.571 to 0.581, 7.7% above
RRF; chosen on the six alone, the eleven rose from 0.544 to 0.555.

Only the first 50 candidates support each other here, with weight 0.75, and their
nearest neighbors are found by code instead of by embedding. On the six collections,
this is as good as all candidates, weight 1 and embeddings (0.625 and 0.627, against
0.617 without neighbors, in a simulation on up to 600 queries of each), and takes
about 1 ms. The gain is largest where a question has many answers (cranfield: +6%), and
none where it has one (bugdup, cosqa). With poor embeddings (latent semantic analysis
of the same texts), neighbors still gained 0.3%, so no guard against them was needed.
"""

#: The value of every method for each collection.
Scores = dict[str, list[float]]


def show(
    scores: dict[str, Scores],
    collections: list[Collection],
    relevances: Relevances,
) -> None:
    for measure, of_methods in scores.items():
        print()
        for label, *cells in table(measure, of_methods, collections):
            print(f"{label:<20}" + "".join(f"{cell:>8.7}" for cell in cells).rstrip())
    print("\n" + fill(summary(scores[NDCG]), WIDTH) + "\n")
    for row in relevance.table(relevances):
        print("".join(f"{cell:<20}" for cell in row).rstrip())


def write(
    path: Path,
    scores: dict[str, Scores],
    collections: list[Collection],
    relevances: Relevances,
    versions: list[str],
) -> None:
    """Write the page and its plots."""
    plot_path = path.with_suffix(".svg")
    plot(plot_path, scores[NDCG], collections)
    relevance_path = path.with_name("relevance.svg")
    relevance.plot(relevance_path, relevances)
    sizes = [
        (c.name, len(c.documents), len(c.queries), len(c.repos)) for c in collections
    ]
    page = PAGE.strip().format(
        k=K,
        ndcg=NDCG,
        summary=summary(scores[NDCG]),
        plot=plot_path.name,
        tables="\n\n".join(
            f"## {measure}\n\n" + markdown(table(measure, of_methods, collections))
            for measure, of_methods in scores.items()
        ),
        relevance=RELEVANCE.strip().format(
            plot=relevance_path.name,
            table=markdown(relevance.table(relevances)),
            recommended=relevance.RECOMMENDED,
        ),
        constants=CONSTANTS.strip(),
        collections=markdown([("collection", "documents", "queries", "repos"), *sizes]),
        methods="\n".join(
            prose(f"- **{method}**: {ABOUT[method]}") for method in scores[NDCG]
        ),
        rivals=RIVALS.strip() if LANGCHAIN in scores[NDCG] else "",
        date=datetime.now(UTC).date(),
        versions=", ".join(versions),
    )
    write_page(path, page)


def write_page(path: Path, page: str) -> None:
    """Write Markdown, with its paragraphs wrapped."""
    blocks = [
        block if block[0] in "#|!-" else prose(block)
        for block in re.split("\n{2,}", page)
    ]
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def prose(text: str) -> str:
    indent = "  " if text.startswith("- ") else ""
    return fill(
        text,
        88,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(
    measure: str, scores: Scores, collections: list[Collection]
) -> Iterator[list[str]]:
    yield [measure, *(collection.short_name for collection in collections), "mean"]
    for method, values in (scores | {RATIO: ratios(scores)}).items():
        yield [method, *(f"{value:.3f}" for value in (*values, mean(values)))]


def markdown(rows: Iterable[Iterable[object]]) -> str:
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    columns = lines[0].count("|") - 1
    return "\n".join([lines[0], "|" + " --- |" * columns, *lines[1:]])


def ratios(scores: Scores) -> list[float]:
    """Return the ratio of the default fusion to the better arm, per collection."""
    arms = zip(scores[ZSCORE], scores[TEXT], scores[VECTOR], strict=True)
    return [fused / max(text, vector) for fused, text, vector in arms]


def summary(scores: Scores) -> str:
    return (
        f"The mean {NDCG} of {len(scores[ZSCORE])} collections is "
        f"{mean(scores[ZSCORE]):.3f} with kodiai's default fusion, zscore, and "
        f"{mean(scores[RRF]):.3f} with reciprocal rank fusion of BM25 and exact "
        f"vectors. Relative to the better of its two arms, zscore reaches "
        f"{min(ratios(scores)):.3f} in the worst case and "
        f"{mean(ratios(scores)):.3f} on average."
    )


def plot(path: Path, scores: Scores, collections: list[Collection]) -> None:
    """Plot one row of dots per collection, each method slightly below the last."""
    shown = [method for method in MARKS if method in scores]
    figure, axes = plt.subplots(
        figsize=(8, 1.2 + len(collections)), layout="constrained"
    )
    for n, method in enumerate(shown):
        color, shape = MARKS[method]
        axes.scatter(
            scores[method],
            [
                row + 0.7 * (n / (len(shown) - 1) - 0.5)
                for row in range(len(collections))
            ],
            s=70 if method == ZSCORE else 40,
            c=color,
            marker=shape,
            label=method,
            zorder=2,
        )
    for row in range(1, len(collections)):
        axes.axhline(row - 0.5, color="#cccccc", linewidth=0.8)
    axes.set_yticks(range(len(collections)), [c.short_name for c in collections])
    axes.set_ylim(len(collections) - 0.5, -0.5)
    axes.set_xlabel(NDCG)
    axes.grid(axis="x", color="#e5e5e5", linewidth=0.8)
    figure.legend(loc="outside upper center", ncols=4, frameon=False)
    plots.save(figure, axes, path)
