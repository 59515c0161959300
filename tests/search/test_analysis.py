"""From texts to terms: no word is lost, and spelling and script do not matter."""

# ruff: noqa: RUF001

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path

import psycopg
import pytest

from kodiai import Client
from tests.knowledge.calls import finding
from tests.learning.corpus import memory, write
from tests.search.test_real_data import read

REPO = "acme/api"


def write_texts(client: Client, *texts: str, repo: str = REPO) -> list[int]:
    rows = [
        memory(repo=repo, finding_text=text, file_path="Makefile") for text in texts
    ]
    return write(client, rows, [None] * len(rows))


def found(client: Client, query: str, syntax: str = "plain") -> list[str]:
    web = "websearch" if syntax == "websearch" else "plain"
    rows = client.search_memories(REPO, query, query_syntax=web)  # type: ignore[arg-type]
    return [row.finding_text for row in rows]


#: A text, and queries that must each find it.
FINDS = {
    "what follows a tag": (
        "Unescaped <script> tags in the comment body allow stored XSS",
        ["stored XSS", "script", "<script> body", "allow"],
    ),
    "an attribute": ('<img src="logo.png" onerror="steal()">', ["onerror", "steal"]),
    "an unclosed tag": ("List<String entries are never freed", ["string", "freed"]),
    "generics": (
        "Map<String, List<UserId>> leaks",
        ["string", "UserId", "userid", "leak"],
    ),
    "an entity": ("a &amp; b &copy; &#8364; &lt;secret", ["amp", "copy", "8364"]),
    "a comment": ("<!-- todo: rotate the key --> x", ["rotate", "key", "todo"]),
    "a URL in brackets": (
        "see <https://user:pw@example.com:8080/a/b?token=abc#frag> first",
        ["https", "user", "pw", "example", "8080", "token", "abc", "frag", "first"],
    ),
    "an address": ("mail to root@db.example.com", ["root", "db", "example", "com"]),
    "numbers": (
        "1.2.3 -5 1e5 0x1F 3,000 9e0a 00e9a1a 2nd",
        ["2", "5", "1e5", "0x1f", "000", "9e0a", "00e9a1a", "2nd", "1.2.3"],
    ),
    "a doctype": ("<!DOCTYPE html><html><body onload=x9>", ["doctype", "onload", "x9"]),
    "names": ("B. F. Skinner and C", ["B", "F", "Skinner", "c"]),
    "a letter alone": ("the d and m of ll, ve and re", ["d", "m", "ll", "ve", "re"]),
    "an identifier": (
        "IndexingOperation fails in src/getUserById.ts and app_v2/HTTPServer",
        ["indexingoperation", "getuserbyid", "httpserver", "v2", "HttpServer"],
    ),
    "dunder": ("edit pkg/__init__.py first", ["pkg/__init__.py", "init", "pkg"]),
    "a long word": ("x" * 3000 + " " + "é" * 2500, ["x" * 3000, "É" * 2500]),
    "Chinese": ("连接池leak了", ["leak", "连接池", "接池", "池", "了"]),
    "Chinese with digits": ("第404页面错误HTTP服务器", ["404", "页面", "HTTP", "服务"]),
    "Japanese": ("APIの接続プールがleakする", ["API", "接続", "プール", "leak"]),
    "Korean": ("연결풀이 leak됩니다", ["연결풀", "leak", "연결"]),
    "Thai": ("การเชื่อมต่อAPIรั่วไหล", ["API", "การเชื่อมต่อ", "รั่วไหล"]),
    "half-width Kana": ("ﾊﾞｯﾌｧ size", ["バッファ", "size"]),
    "full-width": ("ＮＵＬＬ ｐｏｉｎｔｅｒ１２", ["null", "pointer12", "12"]),
    "composed": ("cafe\u0301 leaks", ["café", "CAFÉ", "cafe\u0301"]),
    "zero width": ("pass\u200bword re\u00adset \ufefftoken", ["password", "reset"]),
    "Hindi": ("मुंबई server", ["मुंबई", "server"]),
    "Arabic": ("الخادم، قاعدة", ["الخادم", "قاعدة"]),
    "Cyrillic": ("Утечка памяти—leak", ["утечка", "ПАМЯТИ", "leak"]),
    "typography": (
        "foo—bar…baz “quux” naïve’s",
        ["foo", "bar", "baz", "quux", "naïve"],
    ),
    "stop words": ("What is it?", ["what is it", "What is it?"]),
    "symbols": ("👍", ["👍"]),
    "punctuation": ("???", ["???"]),
}


@pytest.mark.parametrize("name", FINDS)
def test_every_part_of_a_text_finds_it(client: Client, name: str) -> None:
    text, queries = FINDS[name]
    write_texts(client, text, "other words altogether")
    title = finding(title=text[:500])
    client.record_review(REPO, 1, findings=[title, finding(title="other words")])
    for query in [text, *queries]:
        assert found(client, query) == [text], query
        if len(text) <= 500:
            titles = [row.title for row in client.search_findings(REPO, query)]
            assert titles == [text], query


def test_a_query_loses_nothing_to_its_tags(client: Client) -> None:
    text = "Escape the comment body, stored XSS is possible"
    write_texts(client, text)
    for query in ("<script> stored XSS", "<p>XSS</p>", "&lt;b&gt;xss&lt;/b&gt;"):
        assert found(client, query) == [text]


def test_an_identifier_and_its_lower_case_find_each_other(client: Client) -> None:
    names = "IndexingOperation getUserById HTTPServer parseJSON2 PoolManagers".split()
    for n, name in enumerate(names):
        for written, asked in ((name, name.lower()), (name.lower(), name)):
            repo = f"acme/{n}-{written.islower()}"
            write_texts(client, f"{written} fails", repo=repo)
            rows = client.search_memories(repo, asked)
            assert [row.finding_text for row in rows] == [f"{written} fails"]


def test_what_an_apostrophe_leaves_is_a_stop_word(client: Client) -> None:
    write_texts(client, "m d ll ve re s t e g i")
    for query in (
        "I'm he'd we'll they've you're",
        "I’M HE’D",
        "e.g. i.e.",
        "it's can't",
    ):
        assert found(client, query) == [], query
    assert found(client, "d") == found(client, "m") == found(client, "re")


def test_a_single_quoted_word_is_just_a_term(client: Client) -> None:
    often, once = "pool pool pool", "the pool of connections that is shared by all"
    write_texts(client, often, once)
    query = 'connections "pool" shared'
    assert found(client, query, "websearch") == found(client, query)
    write_texts(client, "pool shared")
    assert found(client, '"pool shared"', "websearch")[0] == "pool shared"


def test_a_phrase_in_chinese_ranks_first(client: Client) -> None:
    phrase, apart = "我们的连接池泄漏", "连接 接池 连接 接池 泄漏 漏泄"
    write_texts(client, apart, phrase)
    assert found(client, '"连接池泄漏"', "websearch")[0] == phrase


def test_letters_in_another_order_are_not_found(client: Client) -> None:
    """A query of several letters matches pairs, not letters."""
    write_texts(client, "池塘接近")
    assert found(client, "连接池") == []
    assert found(client, "池") == ["池塘接近"]


def test_a_long_text_in_any_script_is_stored(client: Client) -> None:
    rng = random.Random(1)  # noqa: S311
    for first, last in ((0x4E00, 0x9FFF), (0x20000, 0x2A6D0), (0xAC00, 0xD7A3)):
        text = "".join(chr(rng.randint(first, last)) for _ in range(100_000))
        (written,) = write_texts(client, text)
        (row,) = client.search_memories(REPO, text[50:60])
        assert row.memory_id == written


def test_a_text_that_is_too_long_is_refused_with_what_to_do(client: Client) -> None:
    long = "x" * 100_001
    advice = r"100000 characters.*(split|first 100000|beginning)"
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=advice):
        write_texts(client, long)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=advice):
        client.search_memories(REPO, long)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=advice):
        client.search_memories(REPO, long, [1.0] * 8)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match=advice):
        client.search_findings(REPO, long)


# Real texts


def real_memories(folder: Path) -> list[dict[str, str]]:
    names = ("code_review_comments", "security_advisories")
    return [
        memory(repo=row["repo"], finding_text=row["finding_text"])
        for name in names
        for row in read(folder / f"{name}.jsonl")
    ]


LEFT_BY_APOSTROPHE = re.compile(r"(?i)(?<=[^\W\d_])['’](m|d|ll|ve|re|s|t)(?![\w'’])")
ABBREVIATION = re.compile(r"(?i)(?<![^\W_])(e\.g|i\.e)(?![^\W_])")


def words(text: str) -> set[str]:
    """Every run of letters and digits, split by Unicode categories."""
    text = ABBREVIATION.sub(" ", LEFT_BY_APOSTROPHE.sub(" ", text))
    text = re.sub("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]", "", text)
    kept = (
        character if unicodedata.category(character)[0] in "LMN" else " "
        for character in unicodedata.normalize("NFC", text)
    )
    return {word for word in "".join(kept).split() if len(word) <= 2000}


@pytest.mark.slow
def test_every_word_of_6000_real_texts_is_a_term(
    client: Client, database: psycopg.Connection, shared_data: Path
) -> None:
    rows = random.Random(1).sample(real_memories(shared_data), 6000)  # noqa: S311
    memory_ids = write(client, rows, [None] * len(rows))
    pairs = [
        (memory_id, word)
        for memory_id, row in zip(memory_ids, rows, strict=True)
        for word in words(row["finding_text"])
    ]
    lost = database.execute(
        """
        select w.word, left(m.finding_text, 200)
        from unnest(%s::bigint[], %s::text[]) as w (id, word)
        join learning_memories as m using (id)
        -- A number such as 9e0a confuses the parser.
        cross join lateral unnest(
          case
            when w.word ~ '[0-9]' then array[lower(w.word)]
            else tsvector_to_array(to_tsvector('english', w.word))
          end
        ) as l (lexeme)
        where not l.lexeme = any (tsvector_to_array(m.search_tsv))
        limit 20
        """,
        ([pair[0] for pair in pairs], [pair[1] for pair in pairs]),
    ).fetchall()
    assert lost == []


@pytest.mark.slow
def test_1000_real_texts_find_themselves(client: Client, shared_data: Path) -> None:
    """They are in the first 10 of their repository."""
    rows = real_memories(shared_data)
    write(client, rows, [None] * len(rows))
    lost = []
    for row in random.Random(1).sample(rows, 1000):  # noqa: S311
        text = row["finding_text"]
        results = client.search_memories(row["repo"], text)
        if text not in {each.finding_text for each in results}:
            lost.append(text)
    assert lost == []


def test_a_text_is_found_among_many_of_the_same_words(client: Client) -> None:
    marks = ["", "!", ".", "?", ",", ";", ":", "...", "!!", "??", "-", "--", "#", "'"]
    texts = [f"please fix {word}{mark}" for mark in marks for word in ("this", "that")]
    write_texts(client, *texts)
    for text in texts:
        assert text in found(client, text)[:10]


def test_a_text_of_one_term_is_found_among_texts_that_repeat_it(client: Client) -> None:
    write_texts(client, *[f"die die die {'die ' * n}" for n in range(12)])
    own = "should die here"
    write_texts(client, own)
    assert found(client, own)[0] == own
    assert found(client, "Die!")[0] == own
