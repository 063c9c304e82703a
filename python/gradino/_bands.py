"""Histograms with the uncertainties that the parameters of the physics bring."""

import os
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from . import _gradino
from ._estimators import Floats
from ._fit import Fit
from ._run import Path, Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ._cost import Cost

Known: TypeAlias = Path | Fit | Mapping[str, float] | tuple[Sequence[str], ArrayLike]


class Contribution(NamedTuple):
    """What a parameter or a family of them does to the counts."""

    name: str
    effect: Floats
    """Change of the counts by one standard deviation, with its sign; for a family its band."""
    share: float
    """Sum of its squares by that of the bands. With correlations shares do not sum to one."""


class Bands:
    """Expected counts with their uncertainties. ``gradino.propagate`` makes it."""

    def __init__(self, native: _gradino.Bands) -> None:
        n, names = len(native.content), native.names
        self._native = native
        self.observable, self.unit = native.observable
        self.edges: Floats = native.edges
        self.values: Floats = native.content
        """Expected counts: sums of the weights of the events."""
        self.systematic: Floats = native.systematic.reshape(n, n)
        """Covariance from the parameters."""
        self.statistical: Floats = native.statistical.reshape(n, n)
        """Covariance from the limited number of simulated events."""
        self.names = tuple(names)
        """Parameters with derivatives and an uncertainty."""
        self.parameter_values: Floats = native.values
        self.parameter_covariance: Floats = native.covariance.reshape(len(names), len(names))
        self.jacobian: Floats = native.jacobian.reshape(n, len(names))
        """Derivatives of the counts, (bins, parameters)."""
        self.band_errors: Floats = _or(native.band_errors, np.full(n, np.nan))
        """Statistical errors of ``systematic_errors``; NaN to second order."""
        self.shift: Floats = _or(native.shift, np.zeros(n))
        """Mean counts over the parameters less ``values``; 0 to first order."""
        self.method = native.method
        """How the bands were made: first order, second order, or draws of the parameters."""
        self.noise: Floats = native.noise
        """Part of the systematic variances that is noise of the derivatives."""
        self.parameters = [Contribution(*row) for row in native.parameters]
        """Parameters, the strongest first."""
        self.families = [Contribution(*row) for row in native.families]
        """Families of parameters, the strongest first, with their correlations."""
        self.events, self.weight = native.events
        """Number of simulated events, and the sum of their weights."""

    @property
    def systematic_errors(self) -> Floats:
        """Systematic standard deviations: the bands."""
        return np.sqrt(np.diag(self.systematic))

    @property
    def statistical_errors(self) -> Floats:
        """Statistical standard deviations of the simulated sample."""
        return np.sqrt(np.diag(self.statistical))

    @property
    def covariance(self) -> Floats:
        """Both covariances together."""
        return self.systematic + self.statistical

    @property
    def warnings(self) -> list[str]:
        """What should be known before the bands are believed."""
        return self._native.warnings

    @property
    def missing(self) -> list[str]:
        """Parameters with an uncertainty but without gradients in the run: their share is missing."""
        return self._native.missing

    @property
    def without_uncertainty(self) -> list[str]:
        """Parameters with gradients of which no uncertainty is known."""
        return self._native.without_uncertainty

    def directions(self, least: float = 1e-6) -> list[Contribution]:
        """Independent directions of the systematic covariance, the strongest first: the sum of the squares of
        their effects gives it back. Those with less than the share ``least`` of the variance are left out."""
        variances, vectors = np.linalg.eigh(self.systematic)
        shares = variances / max(variances.sum(), np.finfo(float).tiny)
        order = [k for k in np.argsort(-variances) if shares[k] > least]
        effects = (np.sqrt(variances[k]) * vectors[:, k] for k in order)
        return [
            Contribution(f"direction_{i}", effect * np.sign(effect[np.abs(effect).argmax()]), float(shares[k]))
            for i, (k, effect) in enumerate(zip(order, effects), 1)
        ]

    def cost(
        self,
        data: ArrayLike,
        free: Sequence[str] = (),
        *,
        norm: bool = True,
        variance: ArrayLike | None = None,
        total: float | None = None,
    ) -> "Cost":
        """What iminuit minimises: a chi-square of ``data`` with these bands as its uncertainty.

        The parameters ``free`` are fitted, with what is known of them as a prior; all others are profiled,
        which for straight lines is the same as their covariance. ``norm`` frees the number of events as well.
        ``total`` is the number of events that the values stand for (all in the bins), the sum of the data if
        it is not given; ``variance`` that of the data, the expected counts if it is not given.
        """
        from ._cost import Cost

        return Cost(self, data, free, norm, variance, total)

    def to_pyhf(
        self,
        data: ArrayLike | None = None,
        *,
        by: str = "direction",
        total: float | None = None,
        sample: str = "signal",
        channel: str | None = None,
    ) -> dict[str, object]:
        """A workspace of pyhf: one sample with its strength ``mu``, a ``histosys`` for each uncertainty, and a
        ``staterror`` for the simulated events.

        ``by`` is "direction", independent ones that make up the whole covariance, or "parameter", for
        parameters without correlations. Without data the expected counts stand for them.
        """
        from ._pyhf import workspace

        return workspace(self, data, by, total, sample, channel or self.observable)

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Writes the bins with their covariances: .parquet as ``gradino propagate -o``, or .h5 (needs h5py)."""
        name = os.fspath(path)
        if name.endswith((".h5", ".hdf5")):
            from ._hdf5 import write

            write(self, name, overwrite)
        else:
            self._native.write_parquet(name, overwrite)

    def plot(self) -> "Figure":
        """The counts with their bands, and below the relative bands of the families. Needs matplotlib."""
        from ._plot import bands

        return bands(self)

    def __repr__(self) -> str:
        return f"<gradino.Bands: {self.observable} in {len(self.values)} bins, {len(self.names)} parameters>"

    def _repr_html_(self) -> str:
        rows = zip(self.edges[:-1], self.edges[1:], self.values, self.statistical_errors, self.systematic_errors)
        body = "".join(
            f"<tr><td>{low:g}..{high:g}</td>" + "".join(f"<td>{x:.4g}</td>" for x in numbers) + "</tr>"
            for low, high, *numbers in rows
        )
        head = f"<tr><th>{escape(self.observable)} [{self.unit}]</th><th>counts</th><th>stat</th><th>syst</th></tr>"
        ranked = "".join(f"<li>{escape(c.name)}: {100 * c.share:.1f} %</li>" for c in self.parameters[:8])
        doubts = "".join(f"<p>warning: {escape(text)}</p>" for text in self.warnings)
        return f"<table>{head}{body}</table>Share of the variance<ol>{ranked}</ol>{doubts}"


def propagate(
    run: Run | Path,
    observable: str = "visible_energy",
    bins: str | ArrayLike | None = None,
    *,
    covariance: Known | None = None,
    only: str | Sequence[str] = (),
    rate: bool = False,
    order: int = 1,
    draws: int | None = None,
    check: int = 20,
    bank: int = 20_000,
) -> Bands:
    """Propagates the uncertainties of the parameters to a histogram of a run with gradients, or of its file.

    ``bins`` has the edges, or "first:last:width". ``covariance`` replaces what is known of some parameters:
    standard deviations by name, names with a matrix, a fit, or a TOML or CSV file. ``only`` has patterns of
    those that are uncertain. With ``rate`` the histogram counts at a fixed exposure.

    Bands are those of straight lines, with ``order=2`` of parabolas, with ``draws`` of that many points drawn
    from the covariance; the latter two look at the first ``bank`` events at other values of the parameters.
    At ``check`` points the expansion is held against these events; 0 switches it off.
    """
    file = os.fspath(covariance) if isinstance(covariance, (str, os.PathLike)) else None
    matrix, method = _matrix(covariance), (order, draws, check, bank)
    question = _gradino.question(observable, _bins(bins), rate, _patterns(only), file, matrix, method)
    if isinstance(run, Run):
        return Bands(_gradino.propagate_run(run._columns, run._record, question))
    return Bands(_gradino.propagate_file(os.fspath(run), question))


def _or(array: Floats | None, otherwise: Floats) -> Floats:
    return otherwise if array is None else array


def _bins(bins: str | ArrayLike | None) -> tuple[str | None, list[float] | None]:
    if bins is None or isinstance(bins, str):
        return bins, None
    return None, np.asarray(bins, dtype=np.float64).ravel().tolist()


def _patterns(only: str | Sequence[str]) -> list[str]:
    return [only] if isinstance(only, str) else list(only)


def _matrix(covariance: Known | None) -> tuple[list[str], Floats] | None:
    if covariance is None or isinstance(covariance, (str, os.PathLike)):
        return None
    if isinstance(covariance, Fit):
        return list(covariance.names), covariance.covariance.ravel()
    if isinstance(covariance, Mapping):
        sigmas = np.array(list(covariance.values()), dtype=np.float64)
        return list(covariance), np.diag(sigmas**2).ravel()
    names, matrix = covariance
    return list(names), np.ascontiguousarray(matrix, dtype=np.float64).ravel()
