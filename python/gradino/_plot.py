"""Pictures, with matplotlib."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ._estimators import Floats

try:
    from matplotlib.figure import Figure
except ImportError as error:
    raise ImportError("pictures need matplotlib: pip install 'gradino[plot]'") from error

if TYPE_CHECKING:
    from ._bands import Bands
    from ._fit import Fit

# Families that a picture can tell apart.
_FAMILIES = 5

_TURN = np.linspace(0.0, 2 * np.pi, 181)


def bands(bands: "Bands") -> Figure:
    """Counts with their bands, and relative bands of the families of parameters."""
    figure = Figure(layout="constrained")
    top, bottom = figure.subplots(2, sharex=True, height_ratios=(2, 1))
    edges, values, band = bands.edges, bands.values, bands.systematic_errors
    top.stairs(values + band, edges, baseline=values - band, fill=True, alpha=0.4, label="parameters")
    centres = 0.5 * (edges[1:] + edges[:-1])
    top.stairs(values, edges, color="C0")
    top.errorbar(centres, values, bands.statistical_errors, fmt="none", color="C0", label="simulated events")
    top.set_ylabel("events in a bin")
    top.legend()
    percent = 100 / np.where(values > 0, values, np.nan)
    bottom.stairs(percent * band, edges, color="black", label="all parameters")
    for family in bands.families[:_FAMILIES]:
        bottom.stairs(percent * family.effect, edges, label=family.name)
    bottom.set(xlabel=f"{bands.observable} [{bands.unit}]".removesuffix(" []"), ylabel="uncertainty [%]")
    bottom.legend(fontsize="small")
    return figure


def corner(fit: "Fit", sigmas: Sequence[float]) -> Figure:
    """Ellipses for each pair of parameters, densities on the diagonal."""
    n = len(fit.names)
    figure = Figure(figsize=(2.2 * n + 1, 2.2 * n + 1), layout="constrained")
    axes = figure.subplots(n, n, squeeze=False, sharex="col")
    for matrix, style in ((fit.covariance, "-"), (fit.sandwich, "--")):
        for i in range(n):
            x = fit.values[i] + np.sqrt(matrix[i, i]) * np.linspace(-3, 3, 121)
            axes[i, i].plot(x, np.exp(-((x - fit.values[i]) ** 2) / (2 * matrix[i, i])), style, color="C0")
            axes[i, i].set(yticks=[], title=f"{fit.names[i]}\n{fit.values[i]:.4g} ± {fit.errors[i]:.2g}")
            for j in range(i):
                for sigma in sigmas:
                    axes[i, j].plot(*_ellipse(fit.values, matrix, j, i, sigma), style, color="C0")
                axes[j, i].set_visible(False)
    for k in range(n):
        axes[n - 1, k].set_xlabel(fit.names[k])
        if k:
            axes[k, 0].set_ylabel(fit.names[k])
    return figure


def _ellipse(centre: Floats, matrix: Floats, i: int, j: int, sigma: float) -> tuple[Floats, Floats]:
    """The points ``sigma`` standard errors away from the centre, in the plane of two parameters."""
    values, vectors = np.linalg.eigh(matrix[np.ix_([i, j], [i, j])])
    points = vectors @ (np.sqrt(np.maximum(values, 0.0))[:, None] * np.array([np.cos(_TURN), np.sin(_TURN)]))
    return centre[i] + sigma * points[0], centre[j] + sigma * points[1]
