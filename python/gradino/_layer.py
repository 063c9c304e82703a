"""What the layers of JAX and PyTorch have in common: functions of arrays of points, with any leading axes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ._errors import mistake
from ._estimators import Floats

if TYPE_CHECKING:
    from ._simulator import Bank, Simulator


def check_shape(bank: "Bank", shape: tuple[int, ...], more: str = "") -> None:
    """Refuses theta that is not one point."""
    if shape != (len(bank.names),):
        raise mistake(f"theta of shape {shape}", f"give a value for each of {', '.join(bank.names)}{more}")


def _points(theta: Floats) -> tuple[tuple[int, ...], Floats]:
    """The leading axes, and the points row by row."""
    return theta.shape[:-1], theta.reshape(-1, theta.shape[-1])


def events(bank: "Bank", theta: Floats) -> tuple[Floats, Floats]:
    """Values and weights."""
    axes, points = _points(theta)
    n, d = len(bank), len(bank.simulator.observables)
    values, weights = np.empty((len(points), n, d)), np.empty((len(points), n))
    for k, point in enumerate(points):
        flat, weights[k], _ = bank._native.values(point)
        values[k] = flat.reshape(n, d)
    return values.reshape(*axes, n, d), weights.reshape(*axes, n)


def pull_back(bank: "Bank", theta: Floats, by_value: Floats, by_weight: Floats) -> Floats:
    """Derivatives of something with respect to theta from those with respect to values and weights."""
    axes, points = _points(theta)
    rows = (np.ascontiguousarray(by).reshape(len(points), -1) for by in (by_value, by_weight))
    gradients = [bank._native.pull_back(point, *by) for point, *by in zip(points, *rows)]
    return np.array(gradients).reshape(*axes, -1)


class Binned:
    """A histogram of one observable."""

    def __init__(
        self, simulator: "Simulator", edges: ArrayLike, observable: str | None, total: float
    ) -> None:
        self.edges = np.asarray(edges, dtype=np.float64).ravel()
        self.feature, self.total = simulator.position(observable), total

    @property
    def bins(self) -> int:
        """Number of bins."""
        return len(self.edges) - 1

    def filled(self, bank: "Bank", theta: Floats) -> tuple[Floats, Floats]:
        """Counts and their derivatives."""
        axes, points = _points(theta)
        edges, scale = self.edges.tolist(), self.total / len(bank)
        filled = [bank._native.histogram(point, self.feature, edges, scale) for point in points]
        counts = np.array([row[0] for row in filled])
        jacobian = np.array([row[2] for row in filled])
        return counts.reshape(*axes, self.bins), jacobian.reshape(*axes, self.bins, len(bank.names))
