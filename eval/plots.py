"""What the plots of the evaluation have in common."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure


def save(figure: Figure, axes: Axes, path: Path) -> None:
    """Save a plot as SVG. Equal values give equal files."""
    mpl.rcParams["svg.hashsalt"] = "kodiai"
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})
