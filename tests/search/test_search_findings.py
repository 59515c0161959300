"""search_findings returns the best rows: the same as a search by brute force."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from kodiai import Client, FoundFinding
from tests.knowledge.calls import finding
from tests.learning.corpus import WORDS

REPOS = ["acme/api", "acme/web", "corp/app"]
ROUNDS, QUERIES = 40, 13
K1, B = 1.2, 0.75

Words = tuple[str, ...]


@dataclass
class Query:
    """A query with operators, as text and as what it means."""

    words: list[str]
    phrases: list[Words] = field(default_factory=list)
    excluded: list[Words] = field(default_factory=list)

    def __str__(self) -> str:
        phrases = [f'"{" ".join(phrase)}"' for phrase in self.phrases]
        excluded = [f'-"{" ".join(phrase)}"' for phrase in self.excluded]
        return " ".join([*self.words, *phrases, *excluded])

    @property
    def terms(self) -> list[str]:
        return [*self.words, *(word for phrase in self.phrases for word in phrase)]


def contains(title: Words, phrase: Words) -> bool:
    width = len(phrase)
    return any(title[n : n + width] == phrase for n in range(len(title)))


def keys(titles: dict[int, Words], query: Query) -> dict[int, tuple[float, ...]]:
    """Return the sort key of each finding that matches, by its id."""
    mean = sum(map(len, titles.values())) / max(len(titles), 1)
    found_in = Counter(word for title in titles.values() for word in set(title))
    found: dict[int, tuple[float, ...]] = {}
    for finding_id, title in titles.items():
        score = 0.0
        for word, repeats in Counter(query.terms).items():
            n = found_in[word]
            idf = math.log(1 + (len(titles) - n + 0.5) / (n + 0.5))
            count = title.count(word)
            norm = K1 * (1 - B + B * len(title) / mean)
            score += repeats * idf * count / (count + norm)
        if score > 0 and not any(contains(title, each) for each in query.excluded):
            phrases = [each for each in query.phrases if len(each) > 1]
            has_phrases = all(contains(title, each) for each in phrases)
            has_terms = set(query.terms) <= set(title)
            found[finding_id] = (not has_phrases, not has_terms, -round(score, 9))
    return found


def random_query(rng: random.Random) -> Query:
    def some(most: int) -> Words:
        return tuple(rng.choices(WORDS[:10], k=rng.randint(1, most)))

    query = Query(list(some(4)))
    if rng.random() < 0.3:
        query.phrases = [some(2) for _ in range(rng.randint(1, 2))]
    if rng.random() < 0.3:
        query.excluded = [some(2) for _ in range(rng.randint(1, 2))]
    return query


def assert_best(
    rows: Sequence[FoundFinding],
    titles: dict[int, Words],
    expected: dict[int, tuple[float, ...]],
    limit: int,
) -> None:
    scores = [row.score for row in rows]
    assert scores == sorted(scores, reverse=True)
    found = [row.finding_id for row in rows]
    assert [expected[each] for each in found] == sorted(expected.values())[:limit]
    # Equal titles have exactly equal scores, so they are in the order of their ids.
    same: dict[Words, list[int]] = {}
    for each in found:
        same.setdefault(tuple(sorted(titles[each])), []).append(each)
    for title, in_order in same.items():
        if len({expected[each] for each in in_order}) == 1:
            every = sorted(
                each
                for each in expected
                if tuple(sorted(titles[each])) == title
                and expected[each] == expected[in_order[0]]
            )
            assert in_order == every[: len(in_order)]


def test_1000_searches_return_what_brute_force_does(
    client: Client, database: psycopg.Connection
) -> None:
    """On tables without planner statistics, which grow between the searches."""
    for table in ("findings", "reviews", "postings"):
        database.execute(f"alter table {table} set (autovacuum_enabled = off)".encode())
    rng = random.Random(1)  # noqa: S311
    titles: dict[str, dict[int, Words]] = {repo: {} for repo in REPOS}
    cases = 0
    for n in range(ROUNDS):
        repo = rng.choice(REPOS)
        new = [tuple(rng.choices(WORDS[:12], k=rng.randint(1, 8))) for _ in range(9)]
        review = client.record_review(
            repo, n + 1, findings=[finding(title=" ".join(title)) for title in new]
        )
        titles[repo] |= dict(zip(review.finding_ids, new, strict=True))
        for _ in range(QUERIES):
            repo = rng.choice(REPOS)
            query = random_query(rng)
            limit = rng.choice([1, 2, 3, 5, 10, 1000])
            found = client.search_findings(
                repo, str(query), limit, query_syntax="websearch"
            )
            expected = keys(titles[repo], query)
            assert_best(found, titles[repo], expected, limit)
            cases += 1

            plain = Query(str(query).replace('"', "").replace("-", "").split())
            found = client.search_findings(repo, str(query), limit)
            expected = keys(titles[repo], plain)
            assert_best(found, titles[repo], expected, limit)
            cases += 1
    assert cases >= 1000
