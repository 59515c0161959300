"""Whether assess_finding() suppresses what people do not want, and only that.

Writes part of the findings of review_verdicts, with the verdicts of people, to a
temporary embedded Postgres, and assesses the others. Compares with simpler rules on the
same embeddings, lets attackers dismiss what the team wants, checks the estimate of
get_suppression_quality(), and plants wrong dismissals. Prints the measures and, unless
something is left out, writes docs/explanation/assessment-quality.md.

Usage: make eval-assessment [OPTIONS="--splits 2"]
"""

from __future__ import annotations

import inspect
import json
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import psycopg
from matplotlib import pyplot as plt
from numpy.typing import NDArray
from psycopg_pool import ConnectionPool
from tqdm import tqdm

from eval import database, plots, report
from eval.collection import Text, options, read_collections
from eval.database import MODEL, ROOT, WORKERS
from kodiai import Client, FindingToAssess, NewMemory, Verdict, embedded

PATH = ROOT / "docs" / "explanation" / "assessment-quality.md"
RATIO: float = inspect.signature(Client.assess_finding).parameters["ratio"].default
VERDICTS, MARTIAN = "review_verdicts", "review_findings_martian"
KNOWN = 0.6
CHECKS = 0.05
SHARES = (0.02, 0.05, 0.096, 0.15, 0.2)
RATIOS = (2, 3, RATIO, 6, 10, 20)
ATTACKS = ((1, 1), (1, 3), (1, 10), (3, 10))
PLANTED = 20
#: Findings in one review.
REVIEW = 5
Task = TypeVar("Task")
Result = TypeVar("Result")
ASSESSED = "assess_finding"
RULES = {
    "nearest neighbor": "what the nearest memory says, nearest first",
    "3 dismissals": "at least 3 dismissals among the memories that are near",
    "3 down, < 3 up": "the same, and fewer than 3 assents (Greptile's published rule)",
}
COLORS = ("#D55E00", "#0072B2", "#009E73", "#000000")

PAGE = """
# Assessment quality

`assess_finding` suppresses findings that the team does not want. {summary}

![Precision by share suppressed](assessment-quality.svg)

## Measured

{points}

- **suppressed**: share of the findings asked about, those with the best odds first
- **precision**: share of these that people judged invalid
- **lost**: share of all valid findings that are among them

At fixed odds (`p_ratio`), with the other conditions of a verdict:

{ratios}

By code base, at the default odds:

{repos}

## Attacks

{attacks}

An attacker dismisses findings that the team wanted: texts that equal the findings asked
about, and have their embeddings. One person decides nothing, however often they speak:
whoever speaks loudest for a verdict is left out. What still changes are verdicts near
the limit, because the attacker's texts make the words in them more frequent. Colluding
people who are trusted are a majority of a small team; `audit_teachers` shows them.

## The estimate

{estimate}

## Wrong dismissals

{planted}

## How it was chosen

Rules were compared on 25 random splits of the same findings, so expect less elsewhere;
nothing was chosen by code base. At 9.6 % suppressed, precision was .917 with the vector
arm alone and .931 with both. Alone, the text arm is much worse, but its errors are
others: a regression on the log odds of vector arm, text arm and base rate, tested on
code bases left out, fitted .88, .99 and -1.12, which is naive Bayes, and so the odds
are multiplied and divided. The width of the kernel, in calibrated deviations, was
compared with five models (all-MiniLM-L6-v2, two by latent semantic analysis, a random
projection and one with all similarities near .8): 1.5 to 2.5 was best for each. Not
better by more than .005: 15 to 40 neighbors, hubness correction, smoothing the verdicts
of memories by those of their neighbors, weight for the same file or severity.

## What was measured

{data}

The severity of all findings is medium, so that none is protected. Every memory has one
voice, an event, so each counts as a speaker of its own. `make eval-assessment` writes
this page; its option `--data` names the folder. The embeddings are those of {model}.
Measured on {date} with {versions}.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    text: Text
    file_path: str
    is_wanted: bool

    @property
    def place(self) -> str:
        return self.text.repo.split("/")[1]

    def memory(self, owner: str, outcome: str | None = None) -> NewMemory:
        own = "accepted" if self.is_wanted else "suppressed"
        return {
            "repo": f"{owner}/{self.place}",
            "finding_text": self.text.text,
            "severity": "medium",
            "category": "correctness",
            "file_path": self.file_path,
            "outcome": outcome or own,  # type: ignore[typeddict-item]
            "embedding_model": MODEL,
        }

    def to_assess(self) -> FindingToAssess:
        return {
            "finding_text": self.text.text,
            "severity": "medium",
            "category": "correctness",
            "file_path": self.file_path,
        }


@dataclass(frozen=True)
class Answer:
    finding: Finding
    verdict: Verdict
    #: 0 if the verdict is unknown.
    odds: float
    confidence: float
    reason: str


@dataclass(frozen=True)
class Split:
    owner: str
    known: dict[str, list[Finding]]
    asked: dict[str, list[Finding]]


def main() -> None:
    parser = options("Measure what assess_finding suppresses.", PATH.name)
    parser.add_argument("--splits", type=int, default=8, help="random splits (8)")
    arguments = parser.parse_args()
    findings = read_verdicts(arguments.data / VERDICTS)
    if not findings:
        print(f"No {VERDICTS} in {arguments.data}: nothing to measure.")
        return
    others = read_martian(arguments.data)
    splits = [split(f"split{n}", findings, n) for n in range(arguments.splits)]
    with (
        tempfile.TemporaryDirectory(prefix="kodiai-eval-") as folder,
        embedded.running(folder + "/data", "assessment") as url,
    ):
        database.deploy(url)
        with ConnectionPool(url, min_size=WORKERS) as pool:
            client = Client(pool)
            answers = assess_splits(client, splits)
            martian = (
                assess_splits(
                    client,
                    [
                        split(f"martian{n}", others, n)
                        for n in range(min(5, arguments.splits))
                    ],
                )
                if others
                else []
            )
            near = client.calibrate_similarity(MODEL).min_similarity
            by_rule = curves(splits, answers)
            sections = {
                "points": points(by_rule, near),
                "ratios": by_ratio(answers, martian),
                "repos": by_repo(answers),
                "attacks": attack(client, splits[: max(len(splits) // 4, 1)]),
                "estimate": estimate(client, findings, max(arguments.splits // 2, 1)),
                "planted": plant(client, findings, max(arguments.splits // 4, 1)),
                "data": describe(findings, others, arguments.splits),
            }
        with psycopg.connect(url) as connection:
            versions = database.read_versions(connection)
    summary = summarize(answers)
    print("\n" + report.prose(summary))
    for name in ("points", "ratios", "attacks", "estimate", "planted"):
        print(f"\n{sections[name]}")
    is_whole = arguments.splits == parser.get_default("splits")
    if output := arguments.output or (PATH if is_whole else None):
        plot(output.with_suffix(".svg"), by_rule)
        report.write_page(
            output,
            PAGE.strip().format(
                summary=summary,
                model=MODEL,
                date=datetime.now(UTC).date(),
                versions=", ".join(versions),
                **sections,
            ),
        )
        print(f"\nWrote {output.name} and its plot.")


def read_verdicts(folder: Path) -> list[Finding]:
    if not (folder / "corpus.jsonl").is_file():
        return []
    with (folder / "corpus.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    embeddings = np.load(folder / "docs.npy").astype(np.float32)
    return [
        Finding(
            Text(row["id"], row["repo"], row["words"], embedding),
            row["file_path"] or "unknown",
            row["verdict"] != "invalid",
        )
        for row, embedding in zip(rows, embeddings, strict=True)
    ]


def read_martian(data: Path) -> list[Finding]:
    """Return findings of review tools: those that people commented on were wanted."""
    for collection in read_collections(data):
        if collection.name == MARTIAN:
            matched = {finding for _, finding, grade in collection.qrels if grade}
            return [
                Finding(
                    Text(
                        text.id,
                        re.sub(r"-\d+$", "", text.repo),
                        text.text,
                        text.embedding,
                    ),
                    "unknown",
                    text.id in matched,
                )
                for text in collection.documents
            ]
    return []


def split(owner: str, findings: Iterable[Finding], seed: int) -> Split:
    """Divide the findings of each code base into known and asked ones."""
    rng = random.Random(seed)  # noqa: S311
    places = defaultdict(list)
    for finding in findings:
        places[finding.place].append(finding)
    known, asked = {}, {}
    for place, found in places.items():
        rng.shuffle(found)
        count = round(KNOWN * len(found))
        known[place], asked[place] = found[:count], found[count:]
    return Split(owner, known, asked)


def write(client: Client, owner: str, findings: Sequence[Finding]) -> None:
    client.write_memories(
        [finding.memory(owner) for finding in findings],
        [finding.text.embedding for finding in findings],
    )


def assess(client: Client, owner: str, findings: Sequence[Finding]) -> list[Answer]:
    """Assess findings of one code base."""
    if not findings:
        return []
    rows = client.assess_findings(
        f"{owner}/{findings[0].place}",
        [finding.to_assess() for finding in findings],
        [finding.text.embedding for finding in findings],
    )
    return [
        Answer(
            finding,
            row.verdict,
            0 if row.verdict == "unknown" else row.odds or 1,
            row.confidence,
            row.reason,
        )
        for finding, row in zip(findings, rows, strict=True)
    ]


def in_parallel(
    name: str, work: Callable[[Task], Result], tasks: Sequence[Task]
) -> list[Result]:
    """Do the tasks with progress."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(
            tqdm(
                pool.map(work, tasks),
                total=len(tasks),
                desc=name.ljust(32),
                unit="",
                ncols=report.WIDTH,
            )
        )


def assess_splits(client: Client, splits: Sequence[Split]) -> list[list[Answer]]:
    for part in splits:
        for known in part.known.values():
            write(client, part.owner, known)
    client.calibrate_similarity(MODEL)

    def ask(part: Split) -> list[Answer]:
        return [
            answer
            for asked in part.asked.values()
            for answer in assess(client, part.owner, asked)
        ]

    return in_parallel("Assessing", ask, splits)


def curve(ranked: Sequence[tuple[float, bool]]) -> NDArray[np.float64]:
    """Return share suppressed, precision and share of wanted lost, at each rank."""
    order = sorted(ranked, key=lambda each: -each[0])
    wanted = np.array([is_wanted for _, is_wanted in order])
    ranks = np.arange(1, len(order) + 1)
    lost = np.cumsum(wanted)
    return np.stack([ranks / len(order), 1 - lost / ranks, lost / max(wanted.sum(), 1)])


def rule_scores(part: Split) -> dict[str, list[tuple[float, bool]]]:
    """Rank the asked findings of a split by each of the simpler rules."""
    scores: dict[str, list[tuple[float, bool]]] = {rule: [] for rule in RULES}
    for place, asked in part.asked.items():
        known = part.known[place]
        if not known or not asked:
            continue
        wanted = np.array([finding.is_wanted for finding in known])
        similar = (
            np.stack([f.text.embedding for f in asked])
            @ np.stack([f.text.embedding for f in known]).T
        )
        for finding, row in zip(asked, similar, strict=True):
            nearest = int(row.argmax())
            down, up = np.sort(row[~wanted])[::-1], np.sort(row[wanted])[::-1]
            third_down = float(down[2]) if len(down) > 2 else -1  # noqa: PLR2004
            third_up = float(up[2]) if len(up) > 2 else -1  # noqa: PLR2004
            sign = -1 if wanted[nearest] else 1
            values = (
                sign * float(row[nearest]),
                third_down,
                # Suppressed at similarities between the third assent and dismissal.
                third_down if third_down > third_up else third_down - 2,
            )
            for rule, value in zip(RULES, values, strict=True):
                scores[rule].append((value, finding.is_wanted))
    return scores


def curves(
    splits: Sequence[Split], answers: Sequence[Sequence[Answer]]
) -> dict[str, NDArray[np.float64]]:
    """Return the mean curve of each rule over the splits."""
    ranked: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    grid = np.linspace(0.005, 0.4, 80)
    for part, answered in zip(splits, answers, strict=True):
        scores = {
            ASSESSED: [(a.odds, a.finding.is_wanted) for a in answered]
        } | rule_scores(part)
        for rule, ranks in scores.items():
            share, precision, lost = curve(ranks)
            at = np.searchsorted(share, grid)
            ranked[rule].append(np.stack([grid, precision[at], lost[at]]))
    return {rule: np.mean(found, axis=0) for rule, found in ranked.items()}


def points(by_rule: dict[str, NDArray[np.float64]], near: float | None) -> str:
    """Compare the rules at the same shares suppressed."""
    rows = [["", *(f"{share:.1%}" for share in SHARES)]]
    for rule, found in by_rule.items():
        cells = [
            f"{np.interp(share, found[0], found[1]):.3f} /"
            f" {np.interp(share, found[0], found[2]):.1%}"
            for share in SHARES
        ]
        rows.append([rule, *cells])
    notes = "\n".join(f"- {rule}: {text}" for rule, text in RULES.items())
    return (
        "Precision / share of the wanted findings lost, at each share suppressed:\n\n"
        + report.markdown(rows)
        + f"\n\nThe simpler rules use the same embeddings, and rank by similarity; the"
        f" calibrated `min_similarity` is {near or 0:.2f}.\n\n{notes}"
    )


def outcome(answers: Iterable[Answer], decides: Callable[[Answer], bool]) -> list[str]:
    """Return share suppressed, precision and share of wanted findings lost."""
    answers = list(answers)
    suppressed = [answer for answer in answers if decides(answer)]
    lost = sum(answer.finding.is_wanted for answer in suppressed)
    wanted = sum(answer.finding.is_wanted for answer in answers)
    return [
        f"{len(suppressed) / len(answers):.1%}",
        f"{1 - lost / len(suppressed):.3f}" if suppressed else "-",
        f"{lost / max(wanted, 1):.1%}",
    ]


def flat(answers: Iterable[Iterable[Answer]]) -> list[Answer]:
    return [answer for answered in answers for answer in answered]


def summarize(answers: Sequence[Sequence[Answer]]) -> str:
    share, precision, lost = outcome(flat(answers), lambda a: a.verdict == "suppress")
    return (
        f"With default settings it suppresses {share} of the findings of ten code"
        f" bases with a precision of {precision}, and {lost} of the findings that"
        " people judged valid are lost."
    )


def by_ratio(
    answers: Sequence[Sequence[Answer]], martian: Sequence[Sequence[Answer]]
) -> str:
    rows = [["", "p_ratio", "suppressed", "precision", "lost"]]
    for name, answered in ((VERDICTS, answers), (MARTIAN, martian)):
        if not answered:
            continue
        for ratio in RATIOS:

            def decides(answer: Answer, ratio: float = ratio) -> bool:
                if ratio == RATIO:
                    return answer.verdict == "suppress"
                return answer.odds >= ratio

            rows.append([name, f"{ratio:g}", *outcome(flat(answered), decides)])
    return report.markdown(rows)


def by_repo(answers: Sequence[Sequence[Answer]]) -> str:
    places = defaultdict(list)
    for answer in flat(answers):
        places[answer.finding.place].append(answer)
    rows = [["", "findings asked", "invalid", "suppressed", "precision", "lost"]]
    for place, found in sorted(places.items()):
        invalid = sum(not answer.finding.is_wanted for answer in found) / len(found)
        rows.append(
            [
                place,
                f"{len(found) / len(answers):.0f}",
                f"{invalid:.0%}",
                *outcome(found, lambda a: a.verdict == "suppress"),
            ]
        )
    return report.markdown(rows)


def attack(client: Client, splits: Sequence[Split]) -> str:
    """Count the verdicts that attackers change by dismissing what the team wants."""

    def change(task: tuple[Split, int, int]) -> tuple[int, int, int, int]:
        part, people, dismissals = task
        asked_about = silenced = wanted = freed = 0
        for place, asked in part.asked.items():
            victims = sorted(
                (finding for finding in asked if finding.is_wanted),
                key=lambda finding: finding.text.id,
            )[:dismissals]
            before = assess(client, part.owner, asked)
            taught = [
                client.teach_memory(
                    f"{part.owner}/{place}",
                    f"{victim.text.text} {n}",
                    "medium",
                    "correctness",
                    victim.file_path,
                    "suppressed",
                    victim.text.embedding,
                    login=f"mallory{n}",
                    association="MEMBER",
                    embedding_model=MODEL,
                    same_distance=None,
                ).memory_id
                for victim in victims
                for n in range(people)
            ]
            after = assess(client, part.owner, asked)
            client.delete_memories(
                f"{part.owner}/{place}", [row for row in taught if row]
            )
            for old, new in zip(before, after, strict=True):
                asked_about += 1
                if new.verdict == "suppress" != old.verdict:
                    silenced += 1
                    wanted += new.finding.is_wanted
                freed += old.verdict == "suppress" != new.verdict
        return asked_about, silenced, wanted, freed

    rows = [
        [
            "people",
            "dismissals of each",
            "asked",
            "newly suppressed",
            "of them wanted",
            "no longer suppressed",
        ]
    ]
    for people, dismissals in ATTACKS:
        counts = in_parallel(
            f"Attacking, {people} x {dismissals}",
            change,
            [(part, people, dismissals) for part in splits],
        )
        totals = [str(sum(each)) for each in zip(*counts, strict=True)]
        rows.append(
            [
                str(people),
                f"{dismissals} per code base",
                *totals,
            ]
        )
    return report.markdown(rows)


def stream(client: Client, owner: str, findings: Sequence[Finding]) -> list[Answer]:
    """Assess findings in a random order of time; the team then judges each."""
    found = sorted(findings, key=lambda finding: finding.text.id)
    random.Random(owner).shuffle(found)  # noqa: S311
    places = defaultdict(list)
    for finding in found:
        places[finding.place].append(finding)
    answers = []
    for known in places.values():
        for first in range(0, len(known), REVIEW):
            review = known[first : first + REVIEW]
            answers += assess(client, owner, review)
            write(client, owner, review)
    return answers


def estimate(client: Client, findings: Sequence[Finding], streams: int) -> str:
    """Compare the precision that checks estimate with the true one, in many runs."""
    repeats = 200 // streams
    answered = in_parallel(
        "Reviewing in order of time",
        lambda n: stream(client, f"stream{n}", findings),
        range(streams),
    )

    def run(task: tuple[int, int]) -> tuple[bool, float, int]:
        n, repeat = task
        repo = f"runs/{n}-{repeat}"
        suppressed = [a for a in answered[n] if a.verdict == "suppress"]
        for answer in suppressed:
            row = client.record_assessment(
                repo,
                f"{repeat}-{answer.finding.text.id}",
                answer.finding.text.text,
                "medium",
                "correctness",
                answer.verdict,
                answer.confidence,
                answer.reason,
                check_share=CHECKS,
            )
            if row.is_check:
                client.settle_assessment(
                    row.assessment_id,
                    "wanted" if answer.finding.is_wanted else "unwanted",
                )
        (quality, *_) = client.get_suppression_quality(repo)
        true = sum(not a.finding.is_wanted for a in suppressed) / len(suppressed)
        low, high = quality.precision_low, quality.precision_high
        within = low is None or high is None or low <= true <= high
        return within, true, quality.checked

    runs = in_parallel(
        "Checking a share",
        run,
        [(n, repeat) for n in range(streams) for repeat in range(repeats)],
    )
    within = sum(each for each, _, _ in runs)
    checked = sum(checked for _, _, checked in runs) / len(runs)
    true = sum(precision for _, precision, _ in runs) / len(runs)
    return (
        f"In {len(runs)} simulated runs, {len(findings):,} findings each were assessed"
        f" in a random order of time, {REVIEW} in a review, and then judged. The true"
        f" precision of suppression was {true:.3f} on average. {checked:.1f} findings"
        f" per run were shown for checking ({CHECKS:.0%}), and the true precision was"
        f" within the interval of `get_suppression_quality` in {within} runs"
        f" ({within / len(runs):.1%})."
    )


def plant(client: Client, findings: Sequence[Finding], rounds: int) -> str:
    """Plant wrong dismissals, and see for how many reviews they cost findings."""
    every = 10

    def run(task: tuple[int, bool]) -> list[tuple[float, float]]:
        seed, is_planted = task
        owner = f"plant{seed}-{is_planted}"
        part = split(owner, findings, 1000 + seed)
        losses: dict[int, list[float]] = defaultdict(list)
        for place, known in part.known.items():
            probes = part.asked[place]
            half = len(known) // 2
            wanted = [finding for finding in probes if finding.is_wanted]
            victims = [f for f in known[:half] if f.is_wanted][:PLANTED]
            client.write_memories(
                [
                    f.memory(
                        owner, "suppressed" if is_planted and f in victims else None
                    )
                    for f in known[:half]
                ],
                [f.text.embedding for f in known[:half]],
            )
            reviews = [known[n : n + REVIEW] for n in range(half, len(known), REVIEW)]
            for number, review in enumerate([[], *reviews]):
                learn(client, owner, place, number, review)
                if number % every == 0:
                    answers = assess(client, owner, wanted)
                    lost = sum(a.verdict == "suppress" for a in answers)
                    losses[number].append(lost / len(wanted))
        return [(number, float(np.mean(each))) for number, each in losses.items()]

    tasks = [(seed, planted) for seed in range(rounds) for planted in (False, True)]
    found = dict(zip(tasks, in_parallel("Planting", run, tasks), strict=True))
    rows = [["reviews", "lost without", "lost with"]]
    numbers = [number for number, _ in found[0, True]]
    half = KNOWN * len(findings) / len({f.place for f in findings}) / 2
    for at, number in enumerate(numbers):
        cells = [
            f"{np.mean([found[seed, planted][at][1] for seed in range(rounds)]):.1%}"
            for planted in (False, True)
        ]
        rows.append([f"{number:g}", *cells])
    return (
        f"{PLANTED} of the valid findings that a code base remembers were dismissed"
        f" wrongly, of about {half:.0f}. Then reviews of {REVIEW} findings follow; what"
        " is shown is settled and remembered. The share of other valid findings that"
        " would be suppressed, without and with the wrong dismissals:\n\n"
        + report.markdown(rows)
    )


def learn(
    client: Client, owner: str, place: str, number: int, review: Sequence[Finding]
) -> None:
    """Assess a review, settle what is shown, and remember what the team judged."""
    if not review:
        return
    repo = f"{owner}/{place}"
    rows = client.assess_findings(
        repo,
        [finding.to_assess() for finding in review],
        [finding.text.embedding for finding in review],
    )
    shown = []
    for finding, row in zip(review, rows, strict=True):
        recorded = client.record_assessment(
            repo,
            f"{place}-{number}",
            finding.text.text,
            "medium",
            "correctness",
            row.verdict,
            row.confidence,
            row.reason,
            row.memory_ids,
            row.memory_weights,
            finding.file_path,
            check_share=CHECKS,
        )
        if recorded.act == "show":
            client.settle_assessment(
                recorded.assessment_id, "wanted" if finding.is_wanted else "unwanted"
            )
            shown.append(finding)
    if shown:
        write(client, owner, shown)


def describe(
    findings: Sequence[Finding], others: Sequence[Finding], splits: int
) -> str:
    rows = [["collection", "findings", "code bases", "not wanted", "splits"]]
    for name, found, count in (
        (VERDICTS, findings, splits),
        (MARTIAN, others, min(5, splits)),
    ):
        if found:
            unwanted = sum(not finding.is_wanted for finding in found) / len(found)
            places = len({finding.place for finding in found})
            rows.append(
                [name, f"{len(found):,}", str(places), f"{unwanted:.0%}", str(count)]
            )
    return (
        report.markdown(rows)
        + f"\n\nIn each split, {KNOWN:.0%} of the findings of each code base are"
        " memories: suppressed if the judges of an audit contest found them invalid,"
        " accepted otherwise. The others are asked about. Of review_findings_martian,"
        " a finding of a review tool counts as wanted if it matches a comment of a"
        " person; many others may be right as well, so its precision says little."
    )


def plot(path: Path, by_rule: dict[str, NDArray[np.float64]]) -> None:
    figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
    for (rule, found), color in zip(by_rule.items(), COLORS, strict=True):
        axes.plot(100 * found[0], found[1], color=color, label=rule)
    axes.set_xlabel("findings suppressed (%)")
    axes.set_ylabel("precision")
    axes.set_ylim(0.4, 1.01)
    axes.grid(color="#e5e5e5", linewidth=0.8)
    figure.legend(loc="outside right upper", frameon=False)
    plots.save(figure, axes, path)


if __name__ == "__main__":
    main()
