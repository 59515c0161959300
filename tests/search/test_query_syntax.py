"""The syntax of queries: text that machines write loses nothing."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest

from kodiai import Client
from tests.knowledge.calls import finding
from tests.learning.corpus import ids, memory, vector, write

REPO = "acme/api"

#: Texts with characters that are operators elsewhere.
MACHINE_TEXTS = {
    "shell command": "Never run rm -rf on a path that comes from user input",
    "command line": 'git log -Spassword --all -p -- "src/auth" | grep -iv "test"',
    "short flags": "tar -xzf archive.tgz -C /srv -password -root",
    "compiler flags": "gcc -Wall -Werror -DDEBUG -lcrypto -o server main.c",
    "environment flag": "java -Xmx512m -Dfile.encoding=UTF-8 -jar app.jar",
    "removed line": '-password = "x"\n+password = os.environ["P"]',
    "diff": (
        "--- a/src/pool.py\n+++ b/src/pool.py\n@@ -1,4 +1,4 @@\n import socket\n"
        '-connection.close()\n-logger.info("closed")\n+connection.release()\n'
    ),
    "removed block": "-import pickle\n-import yaml\n-eval(rule)\n",
    "stack trace": (
        "Traceback (most recent call last):\n"
        '  File "/srv/app/worker.py", line 12, in run\n'
        '    raise ValueError("unexpected token")\n'
        'ValueError: "unexpected token" -- in handler -run'
    ),
    "list of options": "-verbose\n-quiet\n-strict",
    "markdown list": "-cache\n-lock\n-retry",
    "CSS prefix": ".a { -webkit-transform: none; -transform: none }",
    "negated query": 'is:open -label:bug -author:"dependabot"',
    "quoted words": '"session" "token" "never" expires',
    "curly quotes": "“session token” never expires -“reset”",
    "only an exclusion": "-redis",
    "only a quoted exclusion": '-"redis cache"',
    "unbalanced quote": 'the "pool is -exhausted',
    "lisp": '(defun -main (&rest "args") (-> x -inc))',
}


def test_a_text_finds_itself(client: Client) -> None:
    others = ["other words altogether", "password", "redis alone"]
    for n, (name, text) in enumerate(MACHINE_TEXTS.items()):
        repo = f"acme/repo{n}"
        rows = [memory(repo=repo, finding_text=t) for t in (*others, text)]
        *_, itself = write(client, rows, [vector(0, 1)] * 3 + [vector(1)])
        titles = [finding(title=t) for t in (*others, text)]
        client.record_review(repo, 1, findings=titles)
        for query in (None, vector(1)):
            assert ids(client.search_memories(repo, text, query))[0] == itself, name
        assert client.search_findings(repo, text)[0].title == text, name


def test_every_word_of_a_plain_query_finds_the_rows_that_contain_it(
    client: Client,
) -> None:
    """In particular the words of removed lines, flags and quotations."""
    for n, (name, text) in enumerate(MACHINE_TEXTS.items()):
        repo = f"acme/repo{n}"
        words = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", text)}
        words -= STOP_WORDS
        rows = [memory(repo=repo, finding_text=word) for word in words]
        write(client, rows, [None] * len(rows))
        titles = [finding(title=word) for word in words]
        client.record_review(repo, 1, findings=titles)
        found = client.search_memories(repo, text, limit=1000)
        assert {row.finding_text for row in found} == words, name
        found_titles = client.search_findings(repo, text, limit=1000)
        assert {row.title for row in found_titles} == words, name


STOP_WORDS = {"all", "from", "most", "that", "the"}


def test_quotes_and_minus_mean_nothing_in_a_plain_query(client: Client) -> None:
    texts = ["pool of connections", "connection pool", "redis cache", "leak"]
    rows = [memory(finding_text=text) for text in texts]
    write(client, rows, [vector(1, n) for n in range(len(rows))])
    titles = [finding(title=text) for text in texts]
    client.record_review(REPO, 1, findings=titles)

    marked = '"connection pool" -leak -"redis cache"'
    unmarked = "connection pool leak redis cache"
    for query in (None, vector(1)):
        found = client.search_memories(REPO, marked, query)
        assert found == client.search_memories(REPO, unmarked, query)
        assert len(found) == len(texts)
        explicit = client.search_memories(REPO, marked, query, query_syntax="plain")
        assert explicit == found
    found_titles = client.search_findings(REPO, marked)
    assert found_titles == client.search_findings(REPO, unmarked)
    assert found_titles == client.search_findings(REPO, marked, query_syntax="plain")
    assert len(found_titles) == len(texts)

    searched = client.search_memories(REPO, marked, query_syntax="websearch")
    assert [row.finding_text for row in searched] == texts[1:2] + texts[:1]
    (first, second) = client.search_findings(REPO, marked, query_syntax="websearch")
    assert [first.title, second.title] == texts[1:2] + texts[:1]


def test_the_removed_lines_of_a_diff_find_what_they_remove(client: Client) -> None:
    write(
        client, [memory(finding_text="password is read from the environment")], [None]
    )
    diff = '-password = "x"\n+password = os.environ["P"]'
    (found,) = client.search_memories(REPO, diff)
    assert found.text_rank == 1
    assert client.search_memories(REPO, diff, query_syntax="websearch") == []


@pytest.mark.parametrize("syntax", ["", "PLAIN", "phrase", "simple", "web"])
def test_an_unknown_syntax_is_refused(client: Client, syntax: Any) -> None:
    message = "^query_syntax: expected plain or websearch"
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=message):
        client.search_memories(REPO, "cache", query_syntax=syntax)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=message):
        client.search_findings(REPO, "cache", query_syntax=syntax)


def test_a_missing_syntax_is_refused(client: Client) -> None:
    nothing: Any = None
    message = "^query_syntax is missing: expected plain or websearch"
    with pytest.raises(psycopg.errors.NullValueNotAllowed, match=message):
        client.search_memories(REPO, "cache", query_syntax=nothing)
    with pytest.raises(psycopg.errors.NullValueNotAllowed, match=message):
        client.search_findings(REPO, "cache", query_syntax=nothing)
