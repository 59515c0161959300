"""Write measurements and plots into docs/explanation/benchmarks.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from bench.deployed import ROOT
from bench.systems import Scenario
from rivals import PG_TEXTSEARCH as RIVAL

PATH = ROOT / "docs" / "explanation" / "benchmarks.md"
PLOTS = PATH.with_suffix("")

# Okabe and Ito's palette, which color-blind readers can tell apart, plus shapes.
MARKS = {
    "kodiai": ("#D55E00", "D"),
    "floor by hand": ("#000000", "x"),
    RIVAL: ("#0072B2", "s"),
    "application side": ("#E69F00", "^"),
    "SQL function": ("#56B4E9", "o"),
    "LangChain": ("#009E73", "v"),
    "LlamaIndex": ("#CC79A7", "P"),
}


def write_part(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write the date and a table between the markers with this name."""
    lines = [list(header), ["---"] * len(header), *map(list, rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    page, count = re.subn(
        rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
        lambda marks: f"{marks[1]}Measured on {today}.\n\n{table}\n{marks[2]}",
        PATH.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    if not count:
        raise ValueError(f"{PATH} has no markers named {name}")
    PATH.write_text(page, encoding="utf-8")


def save(figure: Any, name: str) -> None:
    PLOTS.mkdir(exist_ok=True)
    figure.tight_layout(rect=(0, 0, 1, 0.96) if figure.legends else None)
    figure.savefig(PLOTS / f"{name}.svg", metadata={"Date": None})


def write_comparison(lines: list[dict[str, Any]], scenarios: list[Scenario]) -> None:
    """Write times relative to kodiai's, recall, and the row count if it falls short."""
    measured = {(line["system"], line.get("scenario")): line for line in lines}
    systems = [system for system in MARKS if (system, scenarios[0].name) in measured]
    rows = []
    for scenario in scenarios:
        ours = measured["kodiai", scenario.name]
        cells = [f"{scenario.name} ({scenario.share:g}%)"]
        cells.append(f"{ours['p50']:.1f} / {ours['p95']:.1f} ms")
        for system in systems:
            line = measured[system, scenario.name]
            ratio = f"{line['p50'] / ours['p50']:.2f} x " * (system != "kodiai")
            short = f", {line['rows']:.1f} rows" * (line["rows"] < ours["rows"] - 0.05)
            cells.append(f"{ratio}({line['recall']:.3f}{short})")
        rows.append(cells)
    write_part("search", ["scope", "kodiai p50 / p95", *systems], rows)
    our_rates = {
        line["clients"]: line["calls/s"]
        for line in lines
        if line["system"] == "kodiai" and "clients" in line
    }
    write_part(
        "throughput",
        ["clients", *systems],
        [
            [
                str(clients),
                *(
                    f"{line['calls/s']:.0f}/s ({line['calls/s'] / calls:.2f}x),"
                    f" p95 {line['p95']:.0f} ms"
                    for system in systems
                    for line in lines
                    if (line["system"], line.get("clients")) == (system, clients)
                ),
            ]
            for clients, calls in our_rates.items()
        ],
    )

    mpl.rcParams.update({"svg.hashsalt": "kodiai", "svg.fonttype": "none"})
    figure, grid = plt.subplots(3, 3, figsize=(8, 7), sharex=True, sharey=True)
    for axes, scenario in zip(grid.flat, scenarios, strict=True):
        for system in systems:
            color, mark = MARKS[system]
            line = measured[system, scenario.name]
            axes.plot(line["p50"], line["recall"], mark, color=color, label=system)
        axes.set_title(f"{scenario.name} ({scenario.share:g}%)", fontsize=9)
        axes.set_xscale("log")
        axes.set_ylim(-0.05, 1.05)
        axes.grid(alpha=0.3)
    figure.supxlabel("p50 of a hybrid search, ms")
    figure.supylabel("recall@10 of its vector arm")
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="upper center",
        ncols=7,
        columnspacing=1,
        fontsize=7,
        frameon=False,
    )
    save(figure, "search")


def write_rival(lines: list[dict[str, Any]], scenarios: list[Scenario]) -> None:
    """Write kodiai's times relative to those of the strongest rival."""
    measured = {(line["system"], line.get("scenario")): line for line in lines}
    rows = []
    for scenario in scenarios:
        ours, theirs = (measured[name, scenario.name] for name in ("kodiai", RIVAL))
        cells = [f"{scenario.name} ({scenario.share:g}%)"]
        cells += [
            f"{line['cpu']:.1f} ms ({line['recall']:.3f})" for line in (ours, theirs)
        ]
        cells += [f"{ours[time] / theirs[time]:.2f}" for time in ("cpu", "p50")]
        rows.append(cells)
    header = [
        "scope",
        "kodiai, CPU",
        f"{RIVAL}, CPU",
        "kodiai : rival",
        "by p50",
    ]
    write_part("rival", header, rows)


def write_growth(lines: list[dict[str, Any]]) -> None:
    """Write times and bytes per number of memories, and plot the times."""
    names = [name for name in lines[0] if name != "rows"]
    write_part(
        "growth",
        ["memories", *(f"{line['rows']:,}" for line in lines)],
        [
            [name, *(f"{line[name]:.{0 if 'bytes' in name else 1}f}" for line in lines)]
            for name in names
        ],
    )
    mpl.rcParams.update({"svg.hashsalt": "kodiai", "svg.fonttype": "none"})
    figure, axes = plt.subplots(figsize=(6, 3.5))
    rows = [line["rows"] for line in lines]
    for scope, label, color, mark in (
        ("all", "all memories of the owner", "#0072B2", "s"),
        ("same", "a repository of 2,000", "#D55E00", "D"),
    ):
        for measure, style, fill in (("p50", "-", "full"), ("p95", ":", "none")):
            axes.plot(
                rows,
                [line[f"{scope} {measure}, ms"] for line in lines],
                mark + style,
                color=color,
                fillstyle=fill,
                label=f"{label}, {measure}",
            )
    axes.set(xscale="log", yscale="log", xlabel="memories in the table", ylabel="ms")
    axes.grid(alpha=0.3, which="both")
    axes.legend(fontsize=8, frameon=False)
    save(figure, "growth")
