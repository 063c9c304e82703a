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
    from ._fit import Fit

_TURN = np.linspace(0.0, 2 * np.pi, 181)


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
