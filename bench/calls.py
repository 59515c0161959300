"""Random calls of both searches, covering every argument; deterministic per seed."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from textwrap import fill, indent
from typing import NamedTuple

import numpy as np

from bench.corpus import (
    CATEGORIES,
    FOLDERS,
    NOW,
    OUTCOMES,
    SEVERITIES,
    STOP_WORDS,
    unit,
)
from bench.variety import (
    FOREIGN,
    IDENTIFIERS,
    LANGUAGES,
    MODEL,
    ODD_PATHS,
    ODD_REPOS,
    OTHER_MODEL,
    OTHER_REPOS,
    OWNER,
    REPOS,
    Material,
    zipf,
)

#: Syntax of other languages, and text without any terms.
ODD_TEXTS = [
    *("a & b | !c", "foo:* <-> bar", "--verbose -i -1 -ms-align", "<b>stored XSS</b>"),
    *("'; drop table x; --", '"unfinished phrase', "-", "- -", '-"" x', '""'),
    *("\\ backslash \\n", "% _ %s %(x)s", "x" * 3000, "\t tab\nnewline\r\n", "?!"),
    '-password = "x"\n+password = os.environ["P"]',
]
#: Arguments that are invalid, or nearly so.
BAD = [
    *({"p_limit": value} for value in ("0", "1001", "-1", "2147483648", "null")),
    *({"p_repo": value} for value in ("'nope'", "'a/b/c'", "''", "'a /b'")),
    {"p_repo": "null", "p_owner": "null"},
    {"p_repo": "'acme/repo1'", "p_owner": "'globex'"},
    {"p_owner": "'a/b'"},
    {"p_owner": "''"},
    {"p_query_text": "null", "p_query_embedding": "null"},
    {"p_query_text": "' '", "p_query_embedding": "null"},
    {"p_query_text": "repeat('x ', 50001)"},
    {"p_query_embedding": "'[1, 2, 3]'::public.vector"},
    *({"p_outcomes": f"array[{value}]::text[]"} for value in ("'bad'", "null")),
    {"p_severities": "array['minor', 'blocker']"},
    {"p_categories": "array['Style']"},
    *({"p_vector_weight": value} for value in ("-1", "1001", "'NaN'", "null")),
    *({"p_text_weight": value} for value in ("-0.1", "'infinity'", "null")),
    *({"p_rrf_k": value} for value in ("0", "1000001", "null")),
    *({"p_recency_half_life": f"interval '{value}'"} for value in ("0", "-1 day")),
    *({"p_recency_floor": value} for value in ("-0.1", "1.1", "null")),
    *({"p_max_distance": value} for value in ("-1", "2.1", "'NaN'")),
    *({"p_diversity": value} for value in ("-1", "1.5", "null")),
    *({"p_fusion": value} for value in ("'sum'", "''", "null")),
    *({"p_min_gap": value} for value in ("-1", "2")),
    *({"p_duplicate_distance": value} for value in ("-1", "3")),
    *({"p_query_syntax": value} for value in ("'web'", "''", "null")),
]
BAD_FINDINGS = [
    *({"p_limit": value} for value in ("0", "1001", "null")),
    *({"p_repo": value} for value in ("'nope'", "null")),
    *({"p_query_text": value} for value in ("' '", "''", "null")),
    *({"p_query_syntax": value} for value in ("'web'", "''", "null")),
]


class Call(NamedTuple):
    """A call: its arguments as SQL, and the kinds that the report counts it under."""

    function: str
    arguments: dict[str, str]
    kinds: list[str]

    def sql(self, schema: str) -> str:
        given = ",\n".join(f"{name} => {sql}" for name, sql in self.arguments.items())
        return f"select *\nfrom {schema}.{self.function}(\n{indent(given, '  ')}\n);"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def array(words: Iterable[str]) -> str:
    return f"array[{', '.join(map(quoted, words))}]::text[]"


def vector(values: np.ndarray) -> str:
    """Write a vector as SQL, wrapped into readable lines."""
    text = fill(f"[{', '.join(map(str, values.astype('float32')))}]", 76)
    return f"{quoted(text)}::public.vector"


class Calls:
    """Makes random calls that match memories and findings made from the material."""

    def __init__(self, material: Material, rng: random.Random) -> None:
        self.material = material
        self.rng = rng
        counts = Counter(
            word for text in material.texts for word in re.findall(r"\w+", text.lower())
        )
        ranked = [word for word, _ in counts.most_common()]
        self.common = ranked[:60]
        self.medium = ranked[60:5000]
        self.rare = [word for word in ranked if counts[word] <= 3]  # noqa: PLR2004
        self.opposite = -unit(material.embeddings.mean(axis=0, keepdims=True))[0]
        self.text_kinds: dict[str, Callable[[str], str]] = {
            "one word": lambda _: self.rng.choice(self.medium),
            "common words": lambda _: self.words(self.common, 5),
            "rare words": lambda _: self.words(self.rare, 4),
            "mixed words": lambda _: self.mixed(),
            "part of a text": lambda text: self.part(text, 3, 12),
            "whole text": lambda text: text,
            "long text": lambda text: " ".join(
                [text, *self.rng.choices(self.material.texts, k=6)]
            ),
            "phrase": lambda text: f'{self.mixed()} "{self.part(text, 1, 3)}"',
            "common phrase": lambda _: f"“{self.common_phrase()}” {self.mixed()}",
            "phrases": lambda text: (
                f'"{self.part(text, 1, 2)}" "{self.part(text, 1, 2)}" {self.mixed()}'
            ),
            "-word": lambda text: (
                f"{self.part(text, 3, 8)} -{self.rng.choice(self.common)}"
            ),
            '-"phrase"': lambda text: (
                f'{self.mixed()} -"{self.common_phrase()}" -“{self.part(text, 1, 2)}”'
            ),
            "phrase, -word": lambda text: (
                f'-{self.rng.choice(self.common)} "{self.part(text, 1, 2)}"'
            ),
            "only -word": lambda _: f"-{self.rng.choice(self.medium)}",
            "identifiers": lambda _: self.identifiers(),
            "stop words": lambda _: self.words(STOP_WORDS.tolist(), 4),
            "other scripts": lambda _: self.foreign(),
            "unknown words": lambda _: "qqzzy " + self.words(["wxyzzy", "vvvwq"], 2),
            "punctuation": lambda _: self.rng.choice(ODD_TEXTS),
        }
        self.vector_kinds: dict[str, Callable[[np.ndarray], np.ndarray]] = {
            "stored": lambda stored: stored,
            "near a stored one": lambda stored: self.near(stored, 0.4),
            "far from stored ones": lambda stored: self.near(stored, 1.5),
            "mix of two": lambda stored: stored + self.stored(self.index()),
            "random": lambda _: self.noise(),
            "opposite of all": lambda _: self.near(self.opposite, 0.1),
            "all values equal": np.ones_like,
            "one value": lambda stored: np.where(stored == stored.max(), 1, 0),
            "long": lambda stored: stored * 1e6,
            "short": lambda stored: stored * 1e-6,
        }

    def flip(self, probability: float) -> bool:
        return self.rng.random() < probability

    def index(self) -> int:
        return self.rng.randrange(len(self.material.texts))

    def stored(self, index: int) -> np.ndarray:
        embedding: np.ndarray = self.material.embeddings[index]
        return embedding

    def noise(self) -> np.ndarray:
        width = self.material.embeddings.shape[1]
        values = [self.rng.gauss(0, 1) for _ in range(width)]
        noise: np.ndarray = unit(np.array([values], "float32"))[0]
        return noise

    def near(self, embedding: np.ndarray, distance: float) -> np.ndarray:
        moved: np.ndarray = embedding + distance * self.noise()
        return moved

    def words(self, words: list[str], most: int) -> str:
        return " ".join(self.rng.choices(words, k=self.rng.randint(1, most)))

    def mixed(self) -> str:
        """Mix common and rare words the way queries do."""
        kinds: list[list[str]] = [self.medium, self.common, self.rare]
        return " ".join(
            self.rng.choice(zipf(self.rng, kinds))
            for _ in range(self.rng.randint(1, 6))
        )

    def part(self, text: str, low: int, high: int) -> str:
        words = re.sub(r"[\"“”]", " ", text).split() or ["?"]
        first = self.rng.randrange(len(words))
        return " ".join(words[first : first + self.rng.randint(low, high)])

    def common_phrase(self) -> str:
        return self.words(self.common, 2)

    def identifiers(self) -> str:
        found = re.findall(r"\w+[_./:]\w[\w./:]*", self.material.texts[self.index()])
        known = self.rng.sample(IDENTIFIERS, 2) + self.material.paths[:1]
        return " ".join([self.rng.choice(found + known), *known[: len(found) % 2]])

    def foreign(self) -> str:
        text = self.rng.choice(FOREIGN)
        return text.upper() if self.flip(0.3) else text

    def random_call(self) -> Call:
        """Make a call of search_memories."""
        arguments: dict[str, str] = {}
        kinds: list[str] = []
        self.add_scope(arguments, kinds)
        self.add_query(arguments, kinds)
        self.add_limit(arguments, kinds)
        if self.flip(0.5):
            self.add_filters(arguments, kinds)
        self.add_preferences(arguments, kinds)
        if self.flip(0.04):
            arguments |= self.rng.choice(BAD)
            kinds = ["bad argument"]
        return Call("search_memories", arguments, kinds)

    def random_findings_call(self) -> Call:
        """Make a call of search_findings."""
        kind, write = self.rng.choice(list(self.text_kinds.items()))
        text = write(self.material.texts[self.index()])
        repos = [*REPOS[:40], *OTHER_REPOS[:5], *ODD_REPOS, "nobody/nothing"]
        arguments = {
            "p_repo": quoted(zipf(self.rng, repos)),
            "p_query_text": quoted(text),
        }
        kinds = ["findings", f"text: {kind}"]
        self.add_syntax(kind, arguments, kinds)
        self.add_limit(arguments, kinds)
        if self.flip(0.04):
            arguments |= self.rng.choice(BAD_FINDINGS)
            kinds = ["bad argument"]
        return Call("search_findings", arguments, kinds)

    def add_scope(self, arguments: dict[str, str], kinds: list[str]) -> None:
        owners = ["globex", "globex", "solo", "Umbrella", "пример", "nobody"]
        scopes: dict[str, tuple[int, list[str], list[str]]] = {
            "owner": (30, [], [OWNER]),
            "owner and repo": (6, REPOS, [OWNER]),
            "another owner": (8, [], owners),
            "large repo": (15, REPOS[:1], []),
            "middle repo": (15, REPOS[1:10], []),
            "small repo": (10, REPOS[10:80], []),
            "tiny repo": (8, REPOS[150:], []),
            "repo of another": (6, [*OTHER_REPOS[:4], *ODD_REPOS], []),
            "unknown repo": (2, ["acme/none", "acme/repo", "acme/repo1/x", "x/y"], []),
        }
        (kind,) = self.rng.choices(list(scopes), [w for w, _, _ in scopes.values()])
        _, repos, names = scopes[kind]
        kinds.append(f"scope: {kind}")
        arguments["p_repo"] = quoted(self.rng.choice(repos)) if repos else "null"
        if names:
            arguments["p_owner"] = quoted(self.rng.choice(names))

    def add_query(self, arguments: dict[str, str], kinds: list[str]) -> None:
        """Add a text, an embedding or both, taken from one memory or from two."""
        index = self.index()
        arms = self.rng.choices(["both", "text", "vector"], [60, 20, 20])[0]
        kinds.append(f"arms: {arms}")
        if self.flip(0.15):
            text, embedding = self.rng.choice(self.material.queries)
            text_kind = vector_kind = "query"
        else:
            text_kind, write = self.rng.choice(list(self.text_kinds.items()))
            text = write(self.material.texts[index])
            weights = [4, 6, 3, 3, 2, 1, 0.5, 0.5, 0.5, 0.5]
            ((vector_kind, embed),) = self.rng.choices(
                list(self.vector_kinds.items()), weights
            )
            embedding = embed(self.stored(index if self.flip(0.7) else self.index()))
        if arms != "vector":
            arguments["p_query_text"] = quoted(text)
            kinds.append(f"text: {text_kind}")
            self.add_syntax(text_kind, arguments, kinds)
        elif self.flip(0.1):
            arguments["p_query_text"] = quoted("")
        if arms != "text":
            arguments["p_query_embedding"] = vector(embedding)
            kinds.append(f"vector: {vector_kind}")

    def add_syntax(
        self, text_kind: str, arguments: dict[str, str], kinds: list[str]
    ) -> None:
        """Let operators mean something; without this argument they are plain text."""
        if self.flip(0.8 if re.search("phrase|-word", text_kind) else 0.2):
            arguments["p_query_syntax"] = quoted("websearch")
            kinds.append("query_syntax: websearch")

    def add_limit(self, arguments: dict[str, str], kinds: list[str]) -> None:
        kind = self.rng.choices(
            ["10", "1 to 9", "11 to 100", "101 to 1000"], [50, 25, 15, 10]
        )[0]
        ends = [int(end) for end in kind.split(" to ")]
        kinds.append(f"limit: {kind}")
        if len(ends) > 1:
            limit = self.rng.randint(*ends)
            arguments["p_limit"] = str(1000 if limit > 950 else limit)  # noqa: PLR2004

    def add_filters(self, arguments: dict[str, str], kinds: list[str]) -> None:
        filters: dict[str, Callable[[], str]] = {
            "outcomes": lambda: self.some(OUTCOMES),
            "severities": lambda: self.some(SEVERITIES),
            "categories": lambda: self.some(CATEGORIES),
            "path_prefix": lambda: quoted(self.path_prefix()),
            "created_after": lambda: quoted(self.time()),
        }
        for name in self.rng.sample(
            list(filters), self.rng.choices(range(1, 6), [50, 25, 15, 5, 5])[0]
        ):
            arguments[f"p_{name}"] = filters[name]()
            kinds.append(f"filter: {name}")

    def some(self, words: Sequence[str]) -> str:
        if self.flip(0.04):
            return array([])
        few = self.rng.sample(words, self.rng.choice((1, 1, 2, 2, 3, len(words))))
        return array(few + few[:1] * self.flip(0.1))

    def path_prefix(self) -> str:
        if self.flip(0.5):
            folder = zipf(self.rng, FOLDERS)
            return folder + self.rng.choice(("/", "/", "", f"/module{len(folder)}"))
        if self.flip(0.2):
            return self.rng.choice(("", "nowhere/", "%", "_", "SRC/", "src\\"))
        path = self.rng.choice(self.material.paths[:500] + ODD_PATHS * 5)
        return path[: self.rng.choice((1, 2, 4, 10, 100))]

    def time(self) -> str:
        if self.flip(0.05):
            return self.rng.choice(("infinity", "-infinity", "2100-01-01"))
        days = self.rng.choice((0, 1, 7, 30, 30, 180, 180, 360, 600, 800))
        return (NOW - timedelta(days=days)).isoformat()

    def add_preferences(self, arguments: dict[str, str], kinds: list[str]) -> None:
        choose = self.rng.choice
        preferences: dict[str, tuple[float, Callable[[], str]]] = {
            "embedding_model": (
                0.07,
                lambda: quoted(choose((MODEL, OTHER_MODEL, OTHER_MODEL, "unknown"))),
            ),
            "languages": (0.15, self.languages),
            "vector_weight": (
                0.12,
                lambda: choose(("0", "0.3", "2.5", "1000", "1e-9")),
            ),
            "text_weight": (0.12, lambda: choose(("0", "0.3", "2.5", "1000", "1e-9"))),
            "fusion": (0.3, lambda: choose(("'rrf'", "'rrf'", "'rrf'", "'zscore'"))),
            "rrf_k": (0.1, lambda: choose(("1", "10", "60", "1000000"))),
            "recency_half_life": (0.15, self.half_life),
            "recency_floor": (0.1, lambda: choose(("0", "0.2", "0.9", "1"))),
            "max_distance": (0.12, self.distance),
            "diversity": (0.12, lambda: choose(("0", "0.1", "0.3", "0.7", "1"))),
            "min_gap": (0.1, lambda: choose(("0", "0.02", "0.1", "0.3", "1"))),
            "duplicate_distance": (0.12, self.duplicate_distance),
        }
        for name, (probability, choose_value) in preferences.items():
            if self.flip(probability):
                arguments[f"p_{name}"] = choose_value()
                value = ": rrf" if arguments[f"p_{name}"] == "'rrf'" else ""
                kinds.append(f"{name}{value}")

    def languages(self) -> str:
        few = self.rng.sample([*LANGUAGES, "PYTHON", "scala", "klingon"], 3)
        return array(few[: self.rng.choice((0, 1, 1, 2, 3))])

    def half_life(self) -> str:
        lives = ("1 second", "7 days", "90 days", "1 month", "1 year", "1000 years")
        return f"interval '{self.rng.choice(lives)}'"

    def distance(self) -> str:
        return self.rng.choice(
            ("0", "0.1", "0.3", "0.5", "0.7", "0.9", "1", "1.5", "2")
        )

    def duplicate_distance(self) -> str:
        return self.rng.choice(("0", "1e-6", "0.05", "0.2", "0.5", "1", "2"))
