"""Whether teach_memory() joins texts that say the same, and only those.

Teaches two collections to a temporary embedded Postgres, text by text in their order,
at several values of same_distance, and compares what joined with what people judged to
be the same. Prints the measures and, unless something is left out, writes
docs/explanation/joining.md.

Usage: make eval-joining [OPTIONS="--collection review_findings_martian"]
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from matplotlib import pyplot as plt
from psycopg_pool import ConnectionPool
from tqdm import tqdm

from eval import database, plots, report
from eval.collection import DATA, Collection, Text, read_collections
from eval.database import MODEL, ROOT, WORKERS
from kodiai import Client, embedded

PATH = ROOT / "docs" / "explanation" / "joining.md"
DEFAULT: float = (
    inspect.signature(Client.teach_memory).parameters["same_distance"].default
)
DISTANCES = (DEFAULT / 2, DEFAULT, 2 * DEFAULT, 3 * DEFAULT)
COUNTS = ("right", "wrong", "doubtful", "unjudged")
BUGS, FINDINGS = "bugdup_mozilla_eclipse", "review_findings_martian"

PAGE = """
# Joining

`teach_memory` joins a text to the memory that it repeats. {summary}

![Precision and recall at each same_distance](joining.svg)

{table}

- **precision**: right / (right + wrong), of the joined texts that people compared
- **strict**: the same if all doubtful ones were wrong: a lower bound
- **recall**: right / texts that repeat an earlier text of their repo
- **doubtful**: people matched one of the two texts to something, but did not compare it
  with the other ([below](#what-was-measured))
- **unjudged**: people matched neither text to anything

Precision comes first: what joins wrongly speaks for a memory that says something else,
whereas a repeat that does not join becomes a memory of its own, and a search finds
both. A text is compared with the text that a memory began with, so memories do not
drift.

## The rule

An equal text always joins, also one that the memory had before a correction. Otherwise,
a text joins the nearest of the ten nearest memories of its repo that is at most
`same_distance` away and shares enough words with it: half of the words of the shorter
text and three more, or all words of both. So a finding of twenty words needs thirteen
in common, and of texts with fewer than six words
only those with the same words join: "disallow thai" and "disallow tibetan" stay apart.

The words make the rule less dependent on the model. Without them, a larger distance
soon joins whatever has the same topic; with them, precision falls more slowly, though
texts made from one template still join. To choose a distance for your model, teach
texts whose repeats you know.

## How it was chosen

{choice}

{choices}

{limits}

## What was measured

{studies}

{truth}

`make eval-joining` teaches them to a temporary database and writes this page; its
option `--data` names their folder. The embeddings are those of {model}. Measured on
{date} with {versions}.
"""

CHOICE = """
A simulation on the same texts compared rules, each with three models in this order:
all-MiniLM-L6-v2, wordllama (256 dimensions, the model of the demo), and latent semantic
analysis of the texts (256 dimensions). Each cell is precision / recall. The last column
has the titles of the bug reports alone, which are more like what people teach; the
first leaves out pairs between two pull requests that contain the same change. Doubtful
ones are not counted.
"""

CHOICES = [
    ("words in common, same_distance", "findings by project", "bug reports", "titles"),
    (
        "any, 0.2",
        ".96/.39 .94/.25 .98/.35",
        ".85/.10 .75/.07 .41/.08",
        ".83/.18 .80/.15 .40/.14",
    ),
    (
        "Dice 0.5, 0.2",
        ".97/.31 .94/.22 .97/.28",
        ".86/.08 .76/.06 .64/.07",
        ".85/.17 .83/.15 .71/.16",
    ),
    (
        "**half + 3, 0.2**",
        ".97/.26 .94/.18 .96/.23",
        ".95/.07 .90/.05 .86/.05",
        ".93/.13 .91/.12 .91/.13",
    ),
    (
        "half + 3, 0.4",
        ".98/.35 .97/.34 .97/.34",
        ".89/.11 .88/.09 .89/.09",
        ".89/.14 .89/.14 .88/.13",
    ),
    (
        "two thirds + 2, 0.2",
        ".96/.13 .94/.11 .95/.12",
        ".95/.06 .92/.05 .91/.05",
        ".95/.12 .93/.11 .94/.12",
    ),
]

LIMITS = """
**These collections also chose the rule**, its two constants and the distance, out of
about sixty rules at several distances, so expect less elsewhere. In two halves (sentry
and keycloak with Eclipse; grafana, cal.com and discourse with Mozilla), none of 48
settings of the rule had a precision of 0.9 with both embedding models on all texts of
either half. The setting with the best minimum on the first half was this one; on the
second half it then had 0.90 to 0.97 with all-MiniLM-L6-v2 and 0.85 to 0.90 with
wordllama. On the second half it was another (0.7 of the words + 3, 0.25), which had
0.78 to 0.98 on the first, where findings had only 25 joins.

The order of the texts matters little: shuffled, precision differs by up to 0.04 and
recall by up to 0.02. The rule is weakest on texts made from one template: reports that
a machine files share a hundred words of a log and differ in the name of a test. A
reading of the doubtful joins at 0.2, not blind, found the same defect in about 40 of
the 43 of findings by pull request, mostly in another place, such as lines 522 and 527,
but in about 5 of the 33 of bug reports, of which two thirds are such reports.
"""

TRUTH = """
Texts are taught in the order of the collection, documents before queries. Words are
lexemes, as searches use them.

**Bug reports** say the same if one was closed as a duplicate of the other, or both as
duplicates of a third. A document is one of each group of duplicates, with title and
description; a query is a duplicate, with its summary alone, which is why few repeats
share enough words. Only what duplicates join is judged, because the other documents
have no duplicate among the documents; what they join is doubtful. Documents without
duplicates are left out.

**Findings** of review tools say the same if they matched the same comment of a person;
the comments are taught as well. A finding that matched none is judged only against one
that did, and is doubtful if its tool has another finding with that match, because the
collection records one per tool. Findings on different pull requests of a project count
as different, although two of those pull requests contain the same change.
"""

#: What a text says: texts that share an element say the same.
Says = dict[str, frozenset[str]]


@dataclass(frozen=True, eq=False)
class Study:
    """Texts to teach, and what people judged about them."""

    name: str
    collection: Collection
    texts: list[Text]
    says: Says
    #: Whether people compared two texts, of which the first is the newer.
    were_compared: Callable[[Text, Text], bool]
    #: The repository of a text, without its owner.
    place: Callable[[Text], str] = lambda text: text.repo.split("/")[1]


@dataclass
class Joins:
    """What joined at one same_distance."""

    right: int = 0
    wrong: int = 0
    #: Not compared by people, and one of the two may repeat something else.
    doubtful: int = 0
    unjudged: int = 0
    #: The texts that an earlier text of their repository already said.
    repeats: int = 0
    memories: dict[int | None, Text] = field(default_factory=dict)

    @property
    def precision(self) -> float:
        return self.right / max(self.right + self.wrong, 1)

    @property
    def strict_precision(self) -> float:
        return self.right / max(self.right + self.wrong + self.doubtful, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.repeats, 1)


#: What joined in each study, at each distance.
Results = dict[str, dict[float, Joins]]


def main() -> None:
    arguments = parse_arguments()
    known = {BUGS: study_reports, FINDINGS: study_findings}
    collections = {
        collection.name: collection
        for collection in read_collections(arguments.data)
        if collection.name in known
    }
    if not collections:
        print(f"No {' or '.join(known)} in {arguments.data}: nothing to measure.")
        return
    names = arguments.collection or list(collections)
    if unknown := set(names) - set(collections):
        sys.exit(f"--collection: expected one of {', '.join(collections)}: {unknown}")
    studies = [study for name in names for study in known[name](collections[name])]

    with (
        tempfile.TemporaryDirectory(prefix="kodiai-eval-") as folder,
        embedded.running(folder + "/data", "joining") as url,
    ):
        database.deploy(url)
        with ConnectionPool(url, min_size=WORKERS) as pool:
            results = measure(Client(pool), studies)
        with psycopg.connect(url) as connection:
            versions = database.read_versions(connection)
    for row in table(results):
        print(f"{row[0]:<25}" + "".join(f"{cell:>14}" for cell in row[1:]))
    print("\n" + report.prose(summary(results)))
    is_whole = set(names) == set(known)
    if output := arguments.output or (PATH if is_whole else None):
        write(output, studies, results, versions)
        print(f"\nWrote {output.name} and its plot.")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what teach_memory joins.")
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA,
        help="a folder of collections ($KODIAI_TEST_DATA, or ../shared/data)",
    )
    parser.add_argument(
        "--collection", action="append", help="its name; repeatable (both)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="the report to write (docs/explanation/joining.md, unless something is"
        " left out)",
    )
    return parser.parse_args()


def study_reports(collection: Collection) -> Iterator[Study]:
    """Judge bug reports: a query is a duplicate of its document.

    A report may be both. Documents without a duplicate are left out.
    """
    originals = {
        query.removeprefix("q"): document
        for query, document, grade in collection.qrels
        if grade
    }

    def number(text: Text) -> str:
        return text.id.removeprefix("q")

    def original(report: str) -> str:
        passed = {report}
        while (report := originals.get(report, report)) not in passed:
            passed.add(report)
        return report

    judged = {*originals, *originals.values()}
    texts = [text for text in taught(collection) if number(text) in judged]
    yield Study(
        "bug reports",
        collection,
        texts,
        {text.id: frozenset({original(number(text))}) for text in texts},
        lambda new, _: number(new) in originals,
    )


def study_findings(collection: Collection) -> Iterator[Study]:
    """Judge findings of review tools, with a repository per pull request or project."""
    matches: dict[str, set[str]] = defaultdict(set)
    for comment, finding, grade in collection.qrels:
        if grade:
            matches[finding].add(comment)
    says = {text.id: frozenset(matches[text.id]) for text in collection.documents}
    says |= {text.id: frozenset({text.id}) for text in collection.queries}
    recorded = {
        (comment, tool(finding))
        for finding, comments in matches.items()
        for comment in comments
    }

    def were_compared(new: Text, old: Text) -> bool:
        if says[new.id] and says[old.id]:
            return True
        unmatched = old if says[new.id] else new
        comments = says[new.id] or says[old.id]
        return bool(comments) and not any(
            (comment, tool(unmatched.id)) in recorded for comment in comments
        )

    texts = taught(collection)
    yield Study("findings by pull request", collection, texts, says, were_compared)
    yield Study(
        "findings by project",
        collection,
        texts,
        says,
        were_compared,
        lambda text: re.sub(r"-\d+$", "", text.repo.split("/")[1]),
    )


def taught(collection: Collection) -> list[Text]:
    return [*collection.documents, *collection.queries]


def tool(finding: str) -> str:
    """Return the pull request and the tool that an id names."""
    return finding.rpartition(":")[0]


def measure(client: Client, studies: list[Study]) -> Results:
    """Teach every study at every distance, each to repositories of their own."""
    tasks = [
        (study, distance, f"teacher{n}")
        for n, (study, distance) in enumerate(
            (study, distance) for study in studies for distance in DISTANCES
        )
    ]
    total = sum(len(study.texts) for study, _, _ in tasks)
    results: Results = defaultdict(dict)
    with (
        tqdm(
            total=total, desc="Teaching".ljust(32), unit="", ncols=report.WIDTH
        ) as progress,
        ThreadPoolExecutor(WORKERS) as pool,
    ):
        found = pool.map(partial(teach, client, progress), tasks)
        for (study, distance, _), joins in zip(tasks, found, strict=True):
            results[study.name][distance] = joins
    return results


def teach(client: Client, progress: Any, task: tuple[Study, float, str]) -> Joins:
    """Teach the texts of a study at a distance, to the repositories of an owner."""
    study, distance, owner = task
    joins = Joins()
    said: dict[str, set[str]] = defaultdict(set)
    for text in study.texts:
        repo = f"{owner}/{study.place(text)}"
        says = study.says[text.id]
        joins.repeats += bool(says & said[repo])
        said[repo] |= says
        result = client.teach_memory(
            repo,
            text.text,
            "minor",
            "correctness",
            "documents",
            "published",
            embedding=text.embedding,
            embedding_model=MODEL,
            same_distance=distance,
        )
        progress.update()
        if not result.joined:
            joins.memories[result.memory_id] = text
            continue
        joined = joins.memories[result.memory_id]
        is_same = bool(says & study.says[joined.id])
        if study.were_compared(text, joined):
            joins.right += is_same
            joins.wrong += not is_same
        elif (says or study.says[joined.id]) and not is_same:
            joins.doubtful += 1
        else:
            joins.unjudged += 1
    return joins


def summary(results: Results) -> str:
    values = [
        f"{joins[DEFAULT].precision:.3f}, {joins[DEFAULT].strict_precision:.3f} and"
        f" {joins[DEFAULT].recall:.3f} on {name}"
        for name, joins in results.items()
    ]
    return (
        f"At its default distance, {DEFAULT}, precision, its lower bound and recall"
        " are " + "; ".join(values) + "."
    )


def table(results: Results) -> list[list[str]]:
    return [
        ["", "same_distance", "precision", "strict", "recall", *COUNTS],
        *(
            [
                name,
                f"{distance:.2f}",
                f"{joins.precision:.3f}",
                f"{joins.strict_precision:.3f}",
                f"{joins.recall:.3f}",
                *(str(getattr(joins, count)) for count in COUNTS),
            ]
            for name, of_distances in results.items()
            for distance, joins in of_distances.items()
        ),
    ]


def write(
    path: Path, studies: list[Study], results: Results, versions: list[str]
) -> None:
    """Write the page and its plot."""
    plot(path.with_suffix(".svg"), results)
    rows = [
        (
            study.name,
            study.collection.name,
            len(study.texts),
            len({study.place(text) for text in study.texts}),
            results[study.name][DEFAULT].repeats,
        )
        for study in studies
    ]
    header = ("study", "collection", "texts", "repos", "repeats")
    page = PAGE.strip().format(
        summary=summary(results),
        table=report.markdown(table(results)),
        choice=CHOICE.strip(),
        choices=report.markdown(CHOICES),
        limits=LIMITS.strip(),
        studies=report.markdown([header, *rows]),
        truth=TRUTH.strip(),
        model=MODEL,
        date=datetime.now(UTC).date(),
        versions=", ".join(versions),
    )
    report.write_page(path, page)


def plot(path: Path, results: Results) -> None:
    figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
    for (name, joins), color in zip(
        results.items(), ("#0072B2", "#D55E00", "#009E73"), strict=False
    ):
        for measure_name, style in (("precision", "-"), ("recall", "--")):
            axes.plot(
                list(joins),
                [getattr(joined, measure_name) for joined in joins.values()],
                style,
                color=color,
                marker="o",
                markersize=4,
                label=f"{name}: {measure_name}",
            )
    axes.axvline(DEFAULT, color="#999999", linewidth=0.8)
    axes.set_xlabel("same_distance")
    axes.set_xlim(0, max(DISTANCES) + 0.02)
    axes.set_ylim(0, 1.02)
    axes.grid(color="#e5e5e5", linewidth=0.8)
    figure.legend(loc="outside right upper", frameon=False)
    plots.save(figure, axes, path)


if __name__ == "__main__":
    main()
