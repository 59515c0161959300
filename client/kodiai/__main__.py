"""Commands: python -m kodiai COMMAND --help."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import timedelta
from importlib import import_module

from psycopg import Error
from psycopg_pool import ConnectionPool

from ._sync.client import Client
from .learning import ReembeddingProgress
from .reembedding import Embed, reembed
from .tls import verify_azure


class _Bar:
    """Shows the progress on stderr: on a terminal in place, else a line a minute."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._next = 0.0

    def __call__(self, progress: ReembeddingProgress) -> None:
        if not self._is_terminal and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 60
        line = describe(progress)
        print(
            f"\r{line:<79}" if self._is_terminal else line,
            end="" if self._is_terminal else "\n",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        if self._is_terminal:
            print(file=sys.stderr)


def describe(progress: ReembeddingProgress) -> str:
    """Return the progress in at most 79 characters."""
    share = progress.embedded / progress.total if progress.total else 1
    bar = ("#" * round(20 * share)).ljust(20, ".")
    words = [f"[{bar}] {share:4.0%}  {progress.embedded:,} of {progress.total:,}"]
    if progress.per_second:
        words.append(f"{progress.per_second:.0f}/s")
    if progress.seconds_left:
        words.append(f"{timedelta(seconds=round(progress.seconds_left))} left")
    if progress.failed:
        words.append(f"{progress.failed:,} failed")
    return "  ".join(words)[:79]


def _reembed(options: argparse.Namespace) -> int:
    module, _, name = options.embed.partition(":")
    sys.path.insert(0, "")
    try:
        embed: Embed = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        print(f"{options.embed}: expected module:function: {error}", file=sys.stderr)
        return 2
    bar = _Bar()
    arguments = verify_azure(options.url, autocommit=True, client_encoding="UTF8")
    with ConnectionPool(
        options.url, min_size=1, max_size=options.workers + 1, kwargs=arguments
    ) as pool:
        client = Client(pool, schema=options.schema)
        try:
            progress = reembed(
                client,
                embed,
                embedding_model=options.model,
                batch=options.batch,
                workers=options.workers,
                report=bar,
            )
        finally:
            bar.close()
        for failure in progress.failures:
            print(f"{failure['memories']:>7,} {failure['reason']}"[:79])
        if options.activate:
            client.activate_embedding_model(options.model)
            print(f"{options.model} is active.")
    return 1 if progress.waiting else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m kodiai", description="Commands for operators of kodiai."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "reembed",
        help="embed the memories that wait for an embedding of a model",
        description="Embed the memories that wait for an embedding of a model. If "
        "another model is active, this begins or continues to re-embed all memories. "
        "It can be stopped and started again at any time, and run on several machines.",
    )
    command.add_argument("model", help="name of the embedding model")
    command.add_argument("embed", help="module:function that embeds a list of texts")
    command.add_argument("--activate", action="store_true", help="then activate it")
    command.add_argument("--workers", type=int, default=4, metavar="N")
    command.add_argument("--batch", type=int, default=100, metavar="N")
    command.set_defaults(run=_reembed)
    for each in commands.choices.values():
        each.add_argument("--url", help="instead of DATABASE_URL")
        each.add_argument("--schema", default="kodiai", metavar="NAME")
    return parser


def main() -> int:
    """Run a command; return its exit status."""
    parser = _parser()
    options = parser.parse_args()
    options.url = options.url or os.environ.get("DATABASE_URL")
    if not options.url:
        parser.error("no --url was given and DATABASE_URL is not set")
    try:
        status: int = options.run(options)
    except Error as error:
        hint = error.diag.message_hint
        print(*filter(None, [error, hint]), sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
