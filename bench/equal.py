"""Compare the results of random calls on both sides."""

from __future__ import annotations

import argparse
import math
import random
import textwrap
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import dict_row
from tqdm import tqdm

from bench import variety
from bench.calls import Call, Calls
from bench.corpus import NOW
from bench.filling import WIDTH
from bench.sides import BASE, HEAD, SIDES, Side, both_sides

TOLERANCE = 1e-9
FINDINGS_SHARE = 0.2
TIMEOUT = "120s"
# search_memories lists the rows that pass its filters if there are at most this many.
MAX_LISTED = 10_000
HEADER = (
    f"{'':<5}{'row':>4}{'id':>8}{'score':>18}{'vrank':>6}{'distance':>16}{'trank':>6}"
    f"{'text_score':>16}"
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a call returned, rows or an error, and its access paths."""

    rows: list[Row]
    error: str | None = None
    message: str | None = None
    paths: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Difference:
    """The first difference between two answers."""

    kind: str
    row: int = 0


@dataclass
class Tally:
    """Counts calls of one kind."""

    calls: int = 0
    with_rows: int = 0
    rows: int = 0
    different: int = 0

    def add(self, answer: Answer, difference: Difference | None) -> None:
        self.calls += 1
        self.with_rows += bool(answer.rows)
        self.rows += len(answer.rows)
        self.different += difference is not None


class Session:
    """A connection that calls the functions of one side."""

    def __init__(self, url: str, side: Side) -> None:
        self.side = side
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute(
            "select set_config('kodiai.now', %s, false),"
            " set_config('statement_timeout', %s, false)",
            (str(NOW), TIMEOUT),
        )
        # Access paths come from index statistics: the helper functions may differ.
        self.indexes: dict[str, int] = dict(
            self.connection.execute(
                "select case when a.amname = 'btree' then i.relname else a.amname end,"
                " i.oid from pg_class as i inner join pg_am as a on a.oid = i.relam"
                " where i.relkind = 'i' and i.relnamespace = %s::regnamespace"
                " and (a.amname in ('hnsw', 'gin') and i.relname like 'learning%%'"
                " or i.relname = 'learning_memories_scope_idx')",
                (side.schema,),
            ).fetchall()
        )
        self.usage = "select " + ", ".join(
            f'pg_stat_get_xact_numscans({oid}) as "{name} scans",'
            f' pg_stat_get_xact_tuples_returned({oid}) as "{name} rows"'
            for name, oid in self.indexes.items()
        )

    def count_usage(self) -> Counter[str]:
        """Return index scans and rows since this session last reported statistics."""
        return Counter(self.fetch(self.usage)[0])

    def fetch(self, statement: str) -> list[Row]:
        cursor = self.connection.cursor(row_factory=dict_row)
        return cursor.execute(statement.encode()).fetchall()

    def run(self, call: Call) -> Answer:
        try:
            with self.connection.transaction():
                before = self.count_usage()
                rows = self.fetch(call.sql(self.side.schema))
                after = self.count_usage()
        except psycopg.Error as error:
            if error.sqlstate is None:
                raise
            return Answer([], error.sqlstate, str(error).splitlines()[0])
        return Answer(rows, paths=name_paths(call, after - before))


def name_paths(call: Call, used: Counter[str]) -> frozenset[str]:
    """Derive the access paths of a call from the indexes that it scanned."""
    paths = set()
    if used["hnsw scans"]:
        paths.add("graph of codes")
    if used["learning_memories_scope_idx scans"]:
        is_few = used["learning_memories_scope_idx rows"] <= MAX_LISTED
        is_filtered = any(kind.startswith("filter") for kind in call.kinds)
        paths.add("rows listed" if is_few and is_filtered else "codes scanned")
    if used["gin scans"]:
        paths.add("full-text index (phrases)")
    return frozenset(paths)


def is_close(base: float, head: float, column: str) -> bool:
    """Compare with a relative tolerance, and distances with an absolute one too.

    A distance near 0 is the difference of larger numbers.
    """
    floor = TOLERANCE if column == "distance" else 0.0
    return math.isclose(base, head, rel_tol=TOLERANCE, abs_tol=floor) or (
        math.isnan(base) and math.isnan(head)
    )


def are_equal(base: object, head: object, column: str) -> bool:
    if isinstance(base, float) and isinstance(head, float):
        return is_close(base, head, column)
    return base == head


def compare(call: Call, base: Answer, head: Answer) -> Difference | None:
    """Return the first difference, or None."""
    if base.error != head.error or base.error == "57014":
        return Difference("error")
    id_column = "memory_id" if call.function == "search_memories" else "finding_id"
    ids = [[row[id_column] for row in answer.rows] for answer in (base, head)]
    order = None
    if ids[0] != ids[1]:
        pairs = zip(*ids, strict=False)
        row = next((n for n, (b, h) in enumerate(pairs) if b != h), min(map(len, ids)))
        if not is_tie_order(call, base.rows, head.rows, *ids):
            kind = "ids" if len(ids[0]) == len(ids[1]) else "number of rows"
            return Difference(kind, row)
        order = Difference("order of ties", row)
    positions = {found: n for n, found in enumerate(ids[1])}
    for n, base_row in enumerate(base.rows):
        if (position := positions.get(ids[0][n])) is None:
            continue
        head_row = head.rows[position]
        for column in base_row.keys() & head_row.keys():
            if order and position != n and column.endswith("_rank"):
                continue
            if not are_equal(base_row[column], head_row[column], column):
                return Difference(column, n)
    return order


def is_tie_order(
    call: Call,
    base: list[Row],
    head: list[Row],
    base_ids: list[int],
    head_ids: list[int],
) -> bool:
    """Return whether only rows with equal scores are in another order."""
    if len(base) != len(head) or "p_diversity" in call.arguments:
        return False
    if not all(
        is_close(b["score"], h["score"], "score")
        for b, h in zip(base, head, strict=True)
    ):
        return False
    first = 0
    for n in range(1, len(base) + 1):
        is_last = n == len(base)
        if is_last or not is_close(base[n - 1]["score"], base[n]["score"], "score"):
            # The last rows may be tied with rows beyond the limit.
            if not is_last and set(base_ids[first:n]) != set(head_ids[first:n]):
                return False
            first = n
    return True


@dataclass
class Comparison:
    """Counts of what was compared."""

    all: Tally = field(default_factory=Tally)
    findings: Tally = field(default_factory=Tally)
    by_kind: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_difference: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    paths: dict[Side, Counter[str]] = field(
        default_factory=lambda: {side: Counter() for side in SIDES}
    )
    only: dict[Side, set[str]] = field(
        default_factory=lambda: {side: set() for side in SIDES}
    )

    def add(
        self, call: Call, base: Answer, head: Answer, difference: Difference | None
    ) -> None:
        whole = self.all if call.function == "search_memories" else self.findings
        whole.add(base, difference)
        for kind in call.kinds:
            self.by_kind[kind].add(base, difference)
        if difference:
            self.by_difference[difference.kind] += 1
        if base.error:
            self.errors[base.error] += 1
            self.messages += base.message != head.message
        for side, answer, other in ((BASE, base, head), (HEAD, head, base)):
            self.paths[side].update(answer.paths)
            if answer.rows and other.rows:
                self.only[side] |= answer.rows[0].keys() - other.rows[0].keys()


def compare_results(arguments: argparse.Namespace) -> bool:
    rng = random.Random(arguments.seed)  # noqa: S311
    data = arguments.data if arguments.data.is_dir() else None
    if data is None:
        print(f"{arguments.data} does not exist: using only synthetic material.")
    material = variety.gather(arguments.rows, arguments.dimensions, data, rng)

    tables = (
        variety.memories(material, rng),
        variety.reviews(rng),
        variety.findings(material, rng),
    )
    with both_sides(arguments, tables, variety.MODEL) as url:
        comparison = compare_calls(url, Calls(material, rng), arguments)
        report(comparison, arguments)
    different = comparison.by_difference.copy()
    if arguments.allow_tie_order:
        del different["order of ties"]
    return not different


def compare_calls(url: str, calls: Calls, arguments: argparse.Namespace) -> Comparison:
    comparison = Comparison()
    base, head = (Session(url, side) for side in SIDES)
    shown = 0
    count = arguments.calls + int(FINDINGS_SHARE * arguments.calls)
    for n in tqdm(range(count), "Comparing", ncols=WIDTH, unit=""):
        make = calls.random_call if n < arguments.calls else calls.random_findings_call
        call = make()
        answers = base.run(call), head.run(call)
        difference = compare(call, *answers)
        comparison.add(call, *answers, difference)
        if difference and shown < arguments.show:
            shown += 1
            tqdm.write(describe(call, *answers, difference))
    return comparison


def describe(call: Call, base: Answer, head: Answer, difference: Difference) -> str:
    """Format a call, and both results around the first difference."""
    lines = [
        "-" * WIDTH,
        *textwrap.wrap(f"{difference.kind} ({', '.join(call.kinds)})", WIDTH),
        f"set kodiai.now = '{NOW}';",
        call.sql(HEAD.schema),
        HEADER,
    ]
    for side, answer in ((BASE, base), (HEAD, head)):
        if answer.error:
            lines.append(f"{side.name:<5} {answer.error} {answer.message}")
            continue
        lines.append(f"{side.name:<5} {len(answer.rows)} rows")
        first = max(0, difference.row - 2)
        for n, row in enumerate(answer.rows[first : difference.row + 3], first):
            mark = ">" if n == difference.row else ""
            found = row.get("memory_id", row.get("finding_id"))
            lines.append(
                f"{mark:>5}{n + 1:>4}{found:>8}{number(row, 'score', 18)}"
                f"{number(row, 'vector_rank', 6)}{number(row, 'distance', 16)}"
                f"{number(row, 'text_rank', 6)}{number(row, 'text_score', 16)}"
            )
            if n == difference.row and difference.kind in row:
                lines.append(f"{'':>9}{difference.kind} = {row[difference.kind]!r}")
    return "\n".join(lines)


def number(row: Row, column: str, width: int) -> str:
    value = row.get(column)
    if isinstance(value, float):
        return f"{value:>{width}.{width - 6}g}"
    return f"{'-' if value is None else value:>{width}}"


def report(comparison: Comparison, arguments: argparse.Namespace) -> None:
    print(f"\n{'calls':<44}{'calls':>8}{'with rows':>10}{'rows':>10}{'differ':>8}")
    tallies = {
        "search_memories": comparison.all,
        "search_findings": comparison.findings,
        **dict(sorted(comparison.by_kind.items())),
    }
    for name, tally in tallies.items():
        print(
            f"{name:<44}{tally.calls:>8,}{tally.with_rows:>10,}{tally.rows:>10,}"
            f"{tally.different:>8,}"
        )
    total = comparison.all.calls
    print(
        f"\n{'access paths of search_memories, % of calls':<52}{'base':>14}{'head':>14}"
    )
    for path in sorted({path for used in comparison.paths.values() for path in used}):
        shares = [100 * comparison.paths[side][path] / total for side in SIDES]
        print(f"{path:<52}{shares[0]:>14.1f}{shares[1]:>14.1f}")
    for side in SIDES:
        if columns := comparison.only[side]:
            print(f"Not compared, only in {side.name}: {', '.join(sorted(columns))}")
    rejected = ", ".join(f"{n} x {code}" for code, n in comparison.errors.most_common())
    print(
        f"\nErrors in base: {rejected or 'none'}; {comparison.messages} of these have"
        " a different message in head."
    )
    differences = sum(comparison.by_difference.values())
    by_kind = ", ".join(
        f"{kind} {n}" for kind, n in comparison.by_difference.most_common()
    )
    both = comparison.all, comparison.findings
    calls, with_rows, rows = (
        sum(getattr(tally, name) for tally in both)
        for name in ("calls", "with_rows", "rows")
    )
    print(
        f"{calls:,} calls (seed {arguments.seed}), {with_rows:,} with rows"
        f" ({with_rows / calls:.0%}), {rows:,} rows compared:"
        f"\n{differences} calls differ{f' ({by_kind})' if by_kind else ''}"
    )
