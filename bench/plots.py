"""Draws what the benchmarks measured, as SVG for docs/benchmarks.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from systems import Scenario

# Okabe and Ito's colours, which colour-blind people can tell apart, and shapes.
MARKS = {
    "kodiai": ("#D55E00", "D"),
    "floor by hand": ("#000000", "x"),
    "application side": ("#E69F00", "^"),
    "SQL function": ("#56B4E9", "o"),
    "LangChain": ("#009E73", "v"),
    "LlamaIndex": ("#CC79A7", "P"),
}


def draw_comparison(
    lines: list[dict[str, Any]], scenarios: list[Scenario], folder: Path
) -> None:
    """Time against recall: left is fast, up is complete."""
    mpl.rcParams.update({"svg.hashsalt": "kodiai", "svg.fonttype": "none"})
    figure, rows = plt.subplots(3, 3, figsize=(8, 7), sharex=True, sharey=True)
    for axes, scenario in zip(rows.flat, scenarios, strict=True):
        for system, (colour, mark) in MARKS.items():
            for line in lines:
                if (line["system"], line.get("scenario")) == (system, scenario.name):
                    axes.plot(
                        line["p50"], line["recall"], mark, color=colour, label=system
                    )
        axes.set_title(f"{scenario.name} ({scenario.share:g} %)", fontsize=9)
        axes.set_xscale("log")
        axes.set_ylim(-0.05, 1.05)
        axes.grid(alpha=0.3)
    figure.supxlabel("p50 of a hybrid search, ms")
    figure.supylabel("recall@10 of its vector arm")
    handles, labels = rows.flat[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="upper center", ncols=6, fontsize=8, frameon=False
    )
    figure.tight_layout(rect=(0, 0, 1, 0.96))
    figure.savefig(folder / "search.svg", metadata={"Date": None})


def draw_growth(lines: list[dict[str, Any]], folder: Path) -> None:
    """Time by the number of memories, both on logarithmic scales."""
    mpl.rcParams.update({"svg.hashsalt": "kodiai", "svg.fonttype": "none"})
    figure, axes = plt.subplots(figsize=(6, 3.5))
    rows = [line["rows"] for line in lines]
    for name, label, colour, mark in (
        ("all", "all memories of the owner", "#0072B2", "s"),
        ("same", "a repository of 2,000", "#D55E00", "D"),
    ):
        axes.plot(
            rows,
            [line[f"{name} p50"] for line in lines],
            mark + "-",
            color=colour,
            label=label + ", p50",
        )
        axes.plot(
            rows,
            [line[f"{name} p95"] for line in lines],
            mark + ":",
            color=colour,
            label=label + ", p95",
            fillstyle="none",
        )
    axes.set(xscale="log", yscale="log", xlabel="memories in the table", ylabel="ms")
    axes.grid(alpha=0.3, which="both")
    axes.legend(fontsize=8, frameon=False)
    figure.tight_layout()
    figure.savefig(folder / "growth.svg", metadata={"Date": None})
