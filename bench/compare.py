"""Compare the search of the working tree with that of a commit.

Deploys both side by side, as two schemas of one database on a temporary embedded
Postgres, and fills them with the same memories (sides.py).

equal  makes random calls on both sides and compares every column of the results
cpu    measures the server's CPU time per call on both, in the scopes of `make bench`

Usage: make compare OPTIONS="equal [--base HEAD^] [--calls 5000] [--postgres 16]"
       make compare OPTIONS="cpu [--base HEAD^] [--rows 20000]"
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench import cpu, equal
from bench.sides import default_revision
from eval.collection import DATA


def main() -> None:
    arguments = parse_arguments()
    start = time.monotonic()
    is_equal = arguments.compare(arguments)
    print(f"{(time.monotonic() - start) / 60:.1f} minutes")
    sys.exit(not is_equal)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compare the search of the working tree with that of a commit."
    )
    commands = parser.add_subparsers(required=True, metavar="equal | cpu")

    results = commands.add_parser("equal", help="compare the results of random calls")
    results.set_defaults(compare=equal.compare_results)
    add_common(results, rows=50_000, dimensions=64)
    results.add_argument(
        "--calls", type=int, default=2500, help="calls of search_memories (2500)"
    )
    results.add_argument(
        "--seed", type=int, default=1, help="seed of data and calls (1)"
    )
    results.add_argument(
        "--data",
        type=Path,
        default=DATA,
        help="folder of real collections ($KODIAI_TEST_DATA, or ../shared/data)",
    )
    results.add_argument(
        "--allow-tie-order",
        action="store_true",
        help="ignore the order of rows whose scores differ by less than 1e-9",
    )
    results.add_argument(
        "--show", type=int, default=5, help="print this many differences (5)"
    )

    times = commands.add_parser("cpu", help="compare the CPU time per call")
    times.set_defaults(compare=cpu.compare_times)
    add_common(times, rows=100_000, dimensions=1024)
    times.add_argument(
        "--queries", type=int, default=100, help="queries per scope (100)"
    )
    times.add_argument(
        "--rounds", type=int, default=4, help="repetitions of each query (4)"
    )
    return parser.parse_args()


def add_common(command: argparse.ArgumentParser, *, rows: int, dimensions: int) -> None:
    command.add_argument(
        "--base",
        default=default_revision(),
        help="commit (HEAD if deploy/ has uncommitted changes, otherwise HEAD^)",
    )
    command.add_argument(
        "--edit",
        action="append",
        default=[],
        metavar="SED",
        help="sed -E script to apply to the deploy scripts of base; repeatable",
    )
    command.add_argument("--postgres", type=int, choices=(16, 18), default=18)
    command.add_argument("--rows", type=int, default=rows, help=f"memories ({rows})")
    command.add_argument("--dimensions", type=int, default=dimensions)
    command.add_argument(
        "--wait",
        action="store_true",
        help="keep the server running until Enter is pressed",
    )


if __name__ == "__main__":
    main()
