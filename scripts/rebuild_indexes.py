"""Rebuild the indexes that searches read, concurrently with searches and writes.

Creates missing indexes, such as the graph after an initial load, and drops the invalid
indexes of an interrupted rebuild. Creates the index of cosine_index only if named. Can
be interrupted and run again. Connects to DATABASE_URL, as a superuser or a member of
the owner role.

Usage: python scripts/rebuild_indexes.py [--schema NAME] [--memory 1GB] [INDEX...]
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 80

#: The change that creates each index. Their tables create the last two.
INDEXES = {
    "learning_memories_embedding_idx": "search/indexes",
    "learning_memories_second_embedding_idx": "search/indexes",
    "learning_memories_scope_idx": "search/indexes",
    "learning_memories_search_tsv_idx": "search/indexes",
    "findings_search_tsv_idx": "search/indexes",
    "learning_memories_cosine_idx": "learning/indexes/learning_memories_cosine_idx",
    "learning_memories_pkey": None,
    "postings_pkey": None,
}
#: No search reads it: rebuilt if it exists, created only if named.
OPTIONAL = "learning_memories_cosine_idx"

LOCK = "select pg_try_advisory_lock(hashtextextended('rebuild_indexes ' || %s, 0))"
STATE = """
select i.indisvalid, pg_relation_size(c.oid)
from pg_index as i inner join pg_class as c on c.oid = i.indexrelid
where c.relname = %s and c.relnamespace = quote_ident(%s)::regnamespace
"""
LEFTOVERS = """
select c.relname
from pg_index as i inner join pg_class as c on c.oid = i.indexrelid
where
  c.relnamespace = quote_ident(%(schema)s)::regnamespace and not i.indisvalid
  and c.relname ~ ('^' || %(index)s || '_cc(new|old)[0-9]*$')
"""
PROGRESS = """
select phase, (100.0 * blocks_done / nullif(blocks_total, 0))::integer
from pg_stat_progress_create_index
where pid = %s
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "--schema", default="kodiai", help="schema of the indexes (kodiai)"
    )
    parser.add_argument(
        "--memory",
        default="1GB",
        help="maintenance_work_mem; the graph needs 700 bytes per memory with 1024"
        " dimensions, and builds far more slowly with less (1GB)",
    )
    parser.add_argument(
        "index",
        nargs="*",
        help=f"all by default, {OPTIONAL} only if it exists: " + ", ".join(INDEXES),
    )
    arguments = parser.parse_args()
    url = os.environ.get("DATABASE_URL", "")
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.add_notice_handler(
                lambda notice: print(f"  {notice.message_primary}", flush=True)
            )
            connection.execute(
                "select set_config('maintenance_work_mem', %s, false),"
                " set_config('search_path', quote_ident(%s) || ', public', false)",
                (arguments.memory, arguments.schema),
            )
            # The backend keeps the lock until it is done, even if this process exits.
            row = connection.execute(LOCK, (arguments.schema,)).fetchone()
            if row != (True,):
                sys.exit("error: another rebuild is still running")
            names = (OPTIONAL, arguments.schema)
            exists = connection.execute(STATE, names).fetchone()
            default = [name for name in INDEXES if exists or name != OPTIONAL]
            for index in arguments.index or default:
                rebuild(connection, url, arguments.schema, index)
    except psycopg.Error as error:
        sys.exit(f"error: {str(error).strip()}")


def rebuild(connection: psycopg.Connection, url: str, schema: str, index: str) -> None:
    if index not in INDEXES:
        sys.exit(f"error: index: expected one of {', '.join(INDEXES)}, got {index}")
    print(index, flush=True)
    names = {"schema": schema, "index": index}
    for (leftover,) in connection.execute(LEFTOVERS, names).fetchall():
        connection.execute(
            sql.SQL("drop index concurrently {}").format(
                sql.Identifier(schema, leftover)
            )
        )
    before = connection.execute(STATE, (index, schema)).fetchone()
    with progress(url, connection.info.backend_pid):
        if before and not before[0] and INDEXES[index]:
            # Its creation was interrupted.
            connection.execute(
                sql.SQL("drop index concurrently {}").format(
                    sql.Identifier(schema, index)
                )
            )
            before = None
        if before:
            connection.execute(
                sql.SQL("reindex index concurrently {}").format(
                    sql.Identifier(schema, index)
                )
            )
        else:
            connection.execute(creation(index).encode())
    after = connection.execute(STATE, (index, schema)).fetchone()
    sizes = [f"{row[1] / 2**20:.0f} MB" for row in (before, after) if row]
    print("  " + " -> ".join(sizes), flush=True)


def creation(index: str) -> str:
    """Return the statement that creates the index, with concurrently."""
    change = INDEXES[index]
    if change is None:
        sys.exit(f"error: {index} is missing; its table creates it")
    script = (ROOT / "deploy" / f"{change}.sql").read_text()
    statement = re.search(rf"(?ms)^create index {index} on .*?;", script)
    if not statement:
        sys.exit(f"error: {change}.sql does not create {index}")
    return statement[0].replace("create index", "create index concurrently", 1)


@contextmanager
def progress(url: str, pid: int) -> Iterator[None]:
    """Show the progress of another session on one line."""
    done = threading.Event()

    def watch() -> None:
        with psycopg.connect(url, autocommit=True) as other:
            while not done.wait(0.5):
                row = other.execute(PROGRESS, (pid,)).fetchone()
                if row:
                    line = f"{row[0]} {row[1] or 0} %"
                    print(f"\r  {line:<{WIDTH - 4}}", end="", flush=True)
        print(f"\r{'':<{WIDTH - 2}}\r", end="", flush=True)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


if __name__ == "__main__":
    main()
