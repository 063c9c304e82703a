"""Bands as the uncertainty of a chi-square."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ._errors import mistake
from ._estimators import Floats

if TYPE_CHECKING:
    from ._bands import Bands


class Cost:
    """A chi-square with its gradient, for ``iminuit.Minuit(cost, cost.start, name=cost.names)``.

    With the strength r, the shifts x of the free parameters from their values, and the counts m it is
    (d - r m - J x)^T V^-1 (d - r m - J x) + x^T C^-1 x. V has the variance of the data, the statistical
    covariance of m and what the other parameters leave, C is the prior of the free ones; J has also what the
    others do because of their correlations with the free ones.
    """

    errordef = 1.0
    """One standard deviation raises a chi-square by one."""

    def __init__(
        self,
        bands: "Bands",
        data: ArrayLike,
        free: Sequence[str],
        norm: bool,
        variance: ArrayLike | None,
        total: float | None,
    ) -> None:
        counts = np.asarray(data, dtype=np.float64)
        places = _places(bands, free)
        jacobian, prior, rest = _split(bands, places)
        factor = scale(bands, float(np.nansum(counts)) if total is None else total)
        expected = factor * bands.values
        spread = expected if variance is None else np.asarray(variance, dtype=np.float64)
        check(counts, spread, expected)
        matrix = np.diag(spread) + factor**2 * (bands.statistical + rest)
        seen = np.diag(matrix) > 0
        self._weight = _inverse(matrix[np.ix_(seen, seen)])
        self._prior = np.linalg.inv(prior)
        self._centre = bands.parameter_values[places]
        self._norm = int(norm)
        slopes = factor * jacobian
        self._design = np.column_stack([expected, slopes] if norm else [slopes])[seen]
        self._rest = counts[seen] if norm else (counts - expected)[seen]
        self.names = ("norm",) * self._norm + tuple(free)
        """Strength of the sample, if it is free, and the free parameters."""
        self.start: Floats = np.concatenate([np.ones(self._norm), self._centre])
        """Where a fit begins."""
        self.ndata = int(seen.sum())
        """Number of bins that count."""

    def __call__(self, *values: float | Floats) -> float:
        """The chi-square at values in the order of ``names``, in one array or one by one."""
        difference, shift = self._differences(values)
        return float(difference @ self._weight @ difference + shift @ self._prior @ shift)

    def grad(self, *values: float | Floats) -> Floats:
        """Its derivatives."""
        difference, shift = self._differences(values)
        gradient: Floats = -2.0 * self._design.T @ (self._weight @ difference)
        gradient[self._norm :] += 2.0 * self._prior @ shift
        return gradient

    def _differences(self, values: tuple[float | Floats, ...]) -> tuple[Floats, Floats]:
        x = np.concatenate([np.ravel(value) for value in values]) if values else np.empty(0)
        if len(x) != len(self.names):
            raise mistake(f"{len(x)} values are given", f"give one for each of {', '.join(self.names)}")
        shift = x[self._norm :] - self._centre
        return self._rest - self._design @ np.concatenate([x[: self._norm], shift]), shift


def _places(bands: "Bands", names: Sequence[str]) -> list[int]:
    for k, name in enumerate(names):
        if name in names[:k]:
            raise mistake(f"{name!r} is free twice")
        if name not in bands.names:
            near = get_close_matches(name, bands.names, 1)
            hint = f"did you mean {near[0]!r}?" if near else "bands.names has all that have"
            raise mistake(f"{name!r} has no uncertainty or no gradient in these bands", hint)
    return [bands.names.index(name) for name in names]


def _split(bands: "Bands", free: list[int]) -> tuple[Floats, Floats, Floats]:
    """Derivatives by the free parameters with all others at their best, the prior of the free ones, and the
    covariance of the counts that the others leave."""
    others = [k for k in range(len(bands.names)) if k not in free]
    prior = bands.parameter_covariance[np.ix_(free, free)]
    across = bands.parameter_covariance[np.ix_(others, free)]
    pull = np.linalg.solve(prior, across.T).T
    jacobian = bands.jacobian[:, free] + bands.jacobian[:, others] @ pull
    # With nothing free it is the whole covariance, to whatever order; the free ones explain straight lines of it.
    return jacobian, prior, bands.systematic - jacobian @ prior @ jacobian.T


def _inverse(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    if values[0] <= 0:
        bins = ", ".join(str(k) for k in np.argsort(-np.abs(vectors[:, 0]))[:3])
        raise mistake(
            f"the covariance is not positive definite: eigenvalue {values[0]:.3g} along the bins {bins}",
            "free fewer parameters, or draw more points",
        )
    inverse: Floats = vectors / values @ vectors.T
    return inverse


def scale(bands: "Bands", total: float) -> float:
    """Data by simulated events."""
    if not 0 < total < np.inf:
        raise mistake(f"the bands cannot stand for {total} events", "give a number above 0")
    return total / float(bands.values.sum())


def check(counts: Floats, variance: Floats, expected: Floats) -> None:
    for what, array in (("data", counts), ("variance", variance)):
        if array.shape != expected.shape:
            raise mistake(f"{what} of shape {array.shape}", f"give one number for each of {len(expected)} bins")
        if not np.isfinite(array).all():
            bin = int(np.argmin(np.isfinite(array)))
            raise mistake(f"{what} of bin {bin} is {array[bin]}")
    impossible = (expected == 0) & (variance == 0) & (counts != 0)
    if impossible.any():
        bin = int(impossible.argmax())
        raise mistake(
            f"bin {bin} holds {counts[bin]:g} events where none is expected", "simulate more, or merge bins"
        )
