"""A commit and the working tree, deployed side by side with the same memories.

They are two schemas of one database: kodiai_base is deployed from the commit, kodiai
from the working tree. The same statements insert the same rows with the same ids into
both; each schema's own triggers make its postings.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from typing import NamedTuple

import psycopg
from tqdm import tqdm

from bench.deployed import ROOT, SETTINGS, configure, deploy, running
from bench.filling import WIDTH, connect

BATCH = 10_000
GRAPH = "learning_memories_embedding_idx"


class Side(NamedTuple):
    """The commit or the working tree."""

    name: str
    schema: str
    registry: str


BASE = Side("base", "kodiai_base", "sqitch_base")
HEAD = Side("head", "kodiai", "sqitch")
SIDES = (BASE, HEAD)


class Table(NamedTuple):
    """Rows for a table, and the names and types of its columns. The first is id."""

    name: str
    columns: dict[str, str]
    rows: Iterable[Sequence[object]]
    total: int


@contextmanager
def both_sides(
    arguments: argparse.Namespace, tables: Iterable[Table], model: str
) -> Iterator[str]:
    """Yield the URL of a filled database on a temporary server."""
    postgres = arguments.postgres
    settings = SETTINGS | {
        # Autovacuum could reach only one of the sides.
        "autovacuum": "off",
        "fsync": "off",
        "max_parallel_workers_per_gather": "0",
    }
    with tempfile.TemporaryDirectory(prefix="kodiai-compare-") as folder:
        data = folder + "/data"
        configure(data, postgres, settings)
        with running(data, postgres) as url:
            with checked_out(arguments.base, arguments.edit) as tree:
                for side, root in ((BASE, tree), (HEAD, ROOT)):
                    print(f"Deploying {side.name} with Sqitch ...", flush=True)
                    deploy(
                        url,
                        embedding_dim=arguments.dimensions,
                        schema=side.schema,
                        registry=side.registry,
                        tree=root,
                    )
            with connect(url) as admin:
                definitions = {side: take_graph(admin, side) for side in SIDES}
                for table in tables:
                    load(admin, table)
                for side in SIDES:
                    admin.execute(
                        f"select {side.schema}.set_embedding_model(%s)".encode(),
                        (model,),
                    )
                for side, definition in definitions.items():
                    print(f"Building the graph of {side.name} ...", flush=True)
                    admin.execute(definition.encode())
                admin.execute("vacuum analyze")
                files = graph_files(admin, definitions)
        if files:
            copy_graph(Path(data), *files)
        with running(data, postgres) as url:
            yield url
            if arguments.wait:
                input(f'psql "{url}" -- until Enter is pressed')


@contextmanager
def checked_out(revision: str, edits: Sequence[str]) -> Iterator[Path]:
    """Yield a worktree of the commit, with the sed edits applied to deploy/."""

    def git(*arguments: str, cwd: Path = ROOT) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True
        ).stdout

    with tempfile.TemporaryDirectory(prefix="kodiai-base-") as folder:
        tree = Path(folder) / "base"
        git("worktree", "add", "--detach", str(tree), revision)
        try:
            print("base:", git("log", "-1", "--format=%h %s", cwd=tree).strip())
            scripts = list(map(str, (tree / "deploy").rglob("*.sql")))
            for edit in edits:
                before = git("diff", cwd=tree)
                done = subprocess.run(["sed", "-E", "-i", edit, *scripts], check=False)
                if done.returncode or git("diff", cwd=tree) == before:
                    sys.exit(f"error: --edit {edit!r} changes nothing in base")
            for line in git("diff", "-U0", cwd=tree).splitlines():
                if line[:3] != "---" and line[0] in "+-":
                    print(f"  {line}"[:WIDTH])
            yield tree
        finally:
            git("worktree", "remove", "--force", str(tree))


def default_revision() -> str:
    """Return HEAD, or HEAD^ if deploy/ has no uncommitted changes."""
    changed = subprocess.run(
        ["git", "status", "--porcelain", "deploy", "sqitch.plan", "sqitch.conf"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    return "HEAD" if changed else "HEAD^"


def take_graph(admin: psycopg.Connection, side: Side) -> str:
    """Drop the graph, which is built faster once all rows exist; return its SQL."""
    row = admin.execute(
        "select indexdef from pg_indexes where schemaname = %s and indexname = %s",
        (side.schema, GRAPH),
    ).fetchone()
    if not row:
        sys.exit(f"error: {side.name} has no index {GRAPH}")
    admin.execute(f"drop index {side.schema}.{GRAPH}".encode())
    return str(row[0])


def load(admin: psycopg.Connection, table: Table) -> None:
    """Insert the rows into the table of both sides, in the same order and batches.

    Both copy from a staging table, so that every row has the same ctid on both sides.
    """
    staged = f"public.staged_{table.name}"
    names = ", ".join(table.columns)
    definitions = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    admin.execute(
        f"create unlogged table {staged} (ord bigserial, {definitions})".encode()
    )
    description = f"Staging {table.name}"[:25]
    with (
        admin.cursor() as cursor,
        cursor.copy(
            f"copy {staged} ({names}) from stdin with (format binary)".encode()
        ) as stream,
    ):
        stream.set_types(list(table.columns.values()))
        for row in tqdm(table.rows, description, table.total, ncols=WIDTH, unit=""):
            stream.write_row(row)
    admin.execute(f"create index on {staged} (ord)".encode())
    firsts = range(1, table.total + 1, BATCH)
    description = f"Filling {table.name}"[:25]
    with tqdm(None, description, 2 * table.total, ncols=WIDTH, unit="") as progress:
        for first in firsts:
            for side in SIDES:
                done = admin.execute(
                    f"insert into {side.schema}.{table.name} ({names})"
                    f" overriding system value select {names} from {staged}"
                    f" where ord between {first} and {first + BATCH - 1}"
                    " order by ord".encode()
                )
                progress.update(done.rowcount)
    admin.execute(f"drop table {staged}".encode())


def graph_files(
    admin: psycopg.Connection, definitions: dict[Side, str]
) -> tuple[str, str] | None:
    """Return the files of both graphs if one can replace the other."""
    base, head = (
        definitions[side].replace(f"{side.schema}.", "") for side in (BASE, HEAD)
    )
    moved = admin.execute(
        f"select count(*) from {BASE.schema}.learning_memories as b"
        f" full join {HEAD.schema}.learning_memories as h on b.id = h.id"
        " where b.ctid is distinct from h.ctid"
        " or b.embedding_code is distinct from h.embedding_code".encode()
    ).fetchone()
    if base != head or moved != (0,):
        print(
            "The graphs of base and head cannot be made identical, so searches of them"
            "\nmay differ by chance."
        )
        return None
    row = admin.execute(
        "select pg_relation_filepath(%s::regclass), pg_relation_filepath(%s::regclass)",
        tuple(f"{side.schema}.{GRAPH}" for side in SIDES),
    ).fetchone()
    return row and (str(row[0]), str(row[1]))


def copy_graph(data: Path, base: str, head: str) -> None:
    """Make both sides search the same graph. The server must be stopped.

    HNSW assigns random levels to its nodes, so two graphs of the same rows differ. The
    file contains only ctids and node positions, no names, so it works for any table
    with the same rows at the same ctids.
    """
    for source in [data / base, *(data / base).parent.glob(f"{Path(base).name}.*")]:
        suffix = source.name.removeprefix(Path(base).name)
        copyfile(source, data / (head + suffix))
