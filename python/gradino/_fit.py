"""Fits of a simulation to data."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import _gradino
from ._config import Config
from ._errors import mistake
from ._estimators import Floats
from ._run import Path, Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Fitted(NamedTuple):
    """A fitted parameter."""

    value: float
    error: float
    """Standard error: of the likelihood, or of the sandwich for distances between samples."""
    sandwich: float
    """Standard error of the sandwich, which also holds where bins share events."""
    simulation: float
    """The part of it that more simulated events would take away."""


class Profile(NamedTuple):
    """The objective along one parameter, with all others at their best."""

    name: str
    values: Floats
    objective: Floats
    others: Floats
    """Values of the others, (values, others)."""


class Fit:
    """The result of ``gradino.fit``."""

    def __init__(self, native: _gradino.Fitted) -> None:
        self._native = native
        self._record = json.loads(native.record)

    @property
    def parameters(self) -> dict[str, Fitted]:
        """The fitted parameters, by name."""
        rows = self._record["parameters"]
        return {row["name"]: Fitted(*(_number(row[key]) for key in Fitted._fields)) for row in rows}

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in the order of the matrices."""
        return tuple(self.parameters)

    @property
    def values(self) -> Floats:
        """Their values."""
        return np.array([p.value for p in self.parameters.values()])

    @property
    def errors(self) -> Floats:
        """Their standard errors."""
        return np.array([p.error for p in self.parameters.values()])

    @property
    def covariance(self) -> Floats:
        """Covariance of the likelihood; of the sandwich for distances between samples, which have no other."""
        matrix = self._record["covariance"]
        return self.sandwich if matrix is None else np.array(matrix, dtype=np.float64)

    @property
    def sandwich(self) -> Floats:
        """Covariance from the scatter of the gradient over data and simulated events."""
        return np.array(self._record["sandwich"], dtype=np.float64)

    @property
    def simulation(self) -> Floats:
        """The part of the sandwich that comes from the simulated events."""
        return self._native.simulation.reshape(len(self.names), -1)

    @property
    def correlation(self) -> Floats:
        """Correlations of ``covariance``."""
        sigma = np.sqrt(np.diag(self.covariance))
        correlation: Floats = self.covariance / np.outer(sigma, sigma)
        return correlation

    @property
    def objective(self) -> float:
        """What was minimised, at the end."""
        return _number(self._record["objective"])

    @property
    def n_data(self) -> int:
        """Number of data."""
        return int(self._record["data"])

    @property
    def converged(self) -> bool:
        """Whether the gradient was noise at the end."""
        return bool(self._record["converged"])

    @property
    def diagnosis(self) -> list[str]:
        """What is not as it should be, in words; empty for a good fit."""
        return list(self._record["diagnosis"])

    @property
    def config(self) -> str:
        """The configuration with every default, as TOML."""
        return str(self._record["config"])

    @property
    def rounds(self) -> list[dict[str, object]]:
        """The way of the fit: events, values, objective, signal and effective share of each round."""
        return list(self._record["state"]["rounds"])

    def profile(self, name: str, values: ArrayLike) -> Profile:
        """The objective at ``values`` of one parameter, with all others at their best there."""
        grid = np.asarray(values, dtype=np.float64).ravel()
        objective, others = self._native.profile(name, grid.tolist())
        return Profile(name, grid, objective, others.reshape(len(grid), -1))

    def to_dict(self) -> dict[str, object]:
        """All of it as plain numbers, texts, lists and dictionaries: the content of the JSON file."""
        return dict(self._record)

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Writes the JSON file that ``gradino fit -o`` writes."""
        with open(path, "w" if overwrite else "x", encoding="utf-8") as file:
            file.write(self._native.record)

    def corner(self, sigmas: Sequence[float] = (1.0, 2.0)) -> "Figure":
        """Ellipses of ``sigmas`` standard errors for each pair of parameters, with those of the sandwich
        dashed. Needs matplotlib."""
        from ._plot import corner

        return corner(self, sigmas)

    def __repr__(self) -> str:
        values = ", ".join(f"{name} = {p.value:.4g} +- {p.error:.2g}" for name, p in self.parameters.items())
        return f"<gradino.Fit: {values}{'' if self.converged else '; not converged'}>"

    def _repr_html_(self) -> str:
        head = "<tr><th>parameter</th><th>value</th><th>error</th><th>sandwich</th><th>of it simulation</th></tr>"
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(name)}</td>" + "".join(f"<td>{x:.5g}</td>" for x in p) + "</tr>"
            for name, p in self.parameters.items()
        )
        state = "converged" if self.converged else "not converged"
        facts = f"<p>{state} after {len(self.rounds)} rounds; objective {self.objective:.6g}, {self.n_data} data</p>"
        doubts = "".join(f"<li>{escape(line)}</li>" for line in self.diagnosis)
        return f"<table>{head}{rows}</table>{facts}<ul>{doubts}</ul>"


def fit(
    config: Config = None,
    *,
    data: ArrayLike | Run | None = None,
    weights: ArrayLike | None = None,
    seed: int | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
    progress: bool | Callable[[int], object] = False,
) -> Fit:
    """Fits parameters of a simulation to data.

    ``config`` is a path, a TOML text or a mapping with the keys of ``gradino fit --annotated``; without one it
    is that example. ``data`` replaces what the configuration says: an array with a row for each event and a
    column for each observable, or a run, with ``weights``. ``checkpoint`` keeps the state after each round, and
    ``resume`` goes on from there. ``progress`` prints the rounds, or is a function that hears their number.
    """
    given = None if data is None else _data(config, data, weights)
    path = None if checkpoint is None else os.fspath(checkpoint)
    listener = _print if progress is True else progress or None
    native = _gradino.fit(config, given, seed, path, resume, listener)
    if progress is True:
        print(file=sys.stderr)
    return Fit(native)


def example_fit() -> str:
    """The example of a fit with comments on every key, as TOML."""
    return _gradino.example_fit()


def _data(config: Config, data: ArrayLike | Run, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    model, names = _gradino.fit_observables(config)
    if isinstance(data, Run):
        if model != "chain":
            raise mistake('a run is no data for the toy', 'give an array, or set model = "chain"')
        values = data.observed(*names)
        weights = data.weight if weights is None else weights
    else:
        values = np.ascontiguousarray(data, dtype=np.float64)
        values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or values.shape[1] != len(names):
        raise mistake(f"data of shape {values.shape}", f"give columns of {', '.join(names)}")
    w = np.ones(len(values)) if weights is None else np.ascontiguousarray(weights, dtype=np.float64)
    if w.shape != values.shape[:1]:
        raise mistake(f"weights of shape {w.shape}", f"give one for each of {len(values)} data")
    return values.ravel(), w


def _number(value: float | None) -> float:
    """A number; JSON has none for what is infinite or undefined."""
    return float("nan") if value is None else float(value)


def _print(rounds: int) -> None:
    print(f"\rround {rounds}", end="", file=sys.stderr, flush=True)
