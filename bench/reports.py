"""How long the reports and purges take on the database of a busy organization.

Fills a temporary embedded Postgres: 200 repositories with Zipf-distributed sizes (the
largest has 21 % of all reviews), a year of reviews, and 5 findings and 10 telemetry
events per review. Every report runs for the largest repository and, if it can, for all.

Usage: make bench-reports [OPTIONS="--reviews 10000 --repeat 20"]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

import psycopg
from tqdm import tqdm

from bench.deployed import deployed_database
from kodiai import Client

DAYS = (30, 90, 365)
WIDTH = 80

# One statement per table, in order. %(reviews)s is the number of reviews.
FILL = {
    "repositories": """
        create temporary table repo_share as
        select
          'acme/repo' || n as repo,
          sum(power(n, -1.1)) over (order by n) / sum(power(n, -1.1)) over () as upto
        from generate_series(1, 200) as n
    """,
    "reviews": """
        insert into reviews (
          repo, pr_number, head_sha, delivery_id, files_analyzed, lines_changed,
          duration_ms, model, conclusion, created_at
        )
        select
          (select repo from repo_share where upto >= r.x order by upto limit 1),
          1 + n / 3, md5(n::text), 'd' || n, n %% 40, n %% 900, n %% 90000, 'large',
          'success',
          now() - interval '365 days' * (1 - n / %(reviews)s::double precision)
        from (
          select n, random() as x from generate_series(1, %(reviews)s) as n
        ) as r
    """,
    "findings": """
        insert into findings (
          review_id, file_path, start_line, end_line, severity, category, confidence,
          title, comment_id, comment_surface, suppressed, created_at
        )
        select
          r.id, format('src/module%%s/file%%s.py', r.id %% 50, (r.id * n) %% 400),
          n, n + 3,
          (array['critical', 'major', 'medium', 'minor'])[1 + (r.id + n) %% 4],
          'correctness', (r.id * 7 + n) %% 101, 'Finding number ' || (r.id * n) %% 500,
          r.id * 10 + n, 'review', n = 5, r.created_at
        from reviews as r
        cross join generate_series(1, 5) as n
    """,
    "counts in reviews": """
        update reviews set
          findings_critical = 1, findings_major = 1, findings_medium = 2,
          findings_minor = 1, findings_total = 5, suppressions_applied = 1,
          confidence_total = 250
    """,
    "feedback_reactions": """
        insert into feedback_reactions (
          repo, pr_number, review_id, finding_id, comment_id, comment_surface,
          reaction_id, reaction_content, reactor_login, severity, category, file_path,
          title, created_at
        )
        select
          r.repo, r.pr_number, r.id, f.id, f.comment_id, 'review', f.id,
          case f.id %% 3 when 0 then '+1' else '-1' end, 'dev' || f.id %% 30,
          f.severity, f.category, f.file_path, f.title, f.created_at
        from findings as f
        inner join reviews as r on r.id = f.review_id
        where f.id %% 5 = 0
    """,
    "telemetry_events": """
        insert into telemetry_events (
          repo, delivery_id, session_id, pr_number, pr_author, event_type, model,
          input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens,
          duration_ms, cost_usd, conclusion, num_turns, created_at
        )
        select
          r.repo, r.delivery_id, 's' || n, r.pr_number, 'dev' || r.id %% 30, 'review',
          (array['large', 'medium', 'small'])[1 + n %% 3], r.id %% 90000, r.id %% 9000,
          r.id %% 70000, r.id %% 5000, r.id %% 60000, (r.id %% 999) / 1000.0,
          'success', n, r.created_at
        from reviews as r
        cross join generate_series(1, 10) as n
        order by r.id
    """,
    "retrieval_quality_events": """
        insert into retrieval_quality_events (
          repo, delivery_id, pr_number, event_type, top_k, distance_threshold,
          result_count, avg_distance, language_match_ratio, threshold_method, created_at
        )
        select
          r.repo, r.delivery_id, r.pr_number, 'review', 10, 0.7, r.id %% 11, 0.4, 0.5,
          'adaptive', r.created_at
        from reviews as r
    """,
    "resilience_events": """
        insert into resilience_events (
          repo, delivery_id, pr_number, pr_author, event_type, kind, created_at
        )
        select
          r.repo, r.delivery_id, r.pr_number, 'dev' || r.id %% 30, 'review', 'timeout',
          r.created_at
        from reviews as r
        where r.id %% 10 = 0
    """,
    "run_state": """
        insert into run_state (
          run_key, repo, pr_number, base_sha, head_sha, delivery_id, action, status,
          created_at
        )
        select
          r.delivery_id, r.repo, r.pr_number, 'base', r.head_sha, r.delivery_id,
          'opened', 'completed', r.created_at
        from reviews as r
    """,
}


def main() -> None:
    arguments = parse_arguments()
    with deployed_database() as url:
        fill(url, arguments.reviews)
        with Client.connect(url) as client:
            measure(client, arguments.repeat)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the reports and the purges.")
    parser.add_argument("--reviews", type=int, default=100_000, help="(100000)")
    parser.add_argument(
        "--repeat", type=int, default=50, help="calls of each function (50)"
    )
    return parser.parse_args()


def fill(url: str, reviews: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set search_path = kodiai, public")
        connection.execute("select setseed(0.5)")
        progress = tqdm(FILL.items(), unit="", ncols=WIDTH)
        for name, statement in progress:
            progress.set_description(f"Filling {name}".ljust(33))
            connection.execute(statement.encode(), {"reviews": reviews})
        print("Vacuuming, as autovacuum would ...", flush=True)
        connection.execute("vacuum analyze")


def measure(client: Client, repeat: int) -> None:
    largest = "acme/repo1"
    print(
        f"\n{'call':<26}{'for':<11}{'days':>6}{'rows':>7}{'p50 ms':>10}{'p95 ms':>10}"
    )
    for name in ("get_repo_stats", "list_repo_trends", "list_feedback_patterns"):
        for days in DAYS:
            arguments = {"repo": largest, "days": days}
            report(client, name, "largest", repeat, arguments)
    for name in ("list_cost_by_day", "list_cost_by_model", "get_retrieval_quality"):
        for scope, repo in (("largest", largest), ("all", None)):
            for days in DAYS:
                report(client, name, scope, repeat, {"days": days, "repo": repo})
    report(client, "list_finding_comments", "largest", repeat, {"repo": largest})
    report(
        client,
        "count_recent_timeouts",
        "largest",
        repeat,
        {"repo": largest, "pr_author": "dev10"},
    )
    for words in ("number 321", "finding"):
        report(
            client,
            "search_findings",
            words,
            repeat,
            {"repo": largest, "query_text": words},
        )
    for name in ("purge_runs", "purge_telemetry"):
        report(client, name, "batch", 20, {"older_than": timedelta(days=30)})


def report(
    client: Client, name: str, scope: str, repeat: int, arguments: dict[str, Any]
) -> None:
    call: Callable[..., Any] = getattr(client, name)
    times = []
    for _ in range(repeat + 6):  # generic plans start after the fifth
        start = time.perf_counter()
        result = call(**arguments)
        times.append((time.perf_counter() - start) * 1000)
    times = times[6:]
    days = arguments.get("days", "")
    rows = len(result) if isinstance(result, list) else 1
    if isinstance(result, int):
        rows = result
    print(
        f"{name:<26}{scope:<11}{days:>6}{rows:>7}"
        f"{median(times):>10.1f}{quantiles(times, n=20)[-1]:>10.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
