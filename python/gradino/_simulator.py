"""Simulations as functions of their parameters: a bank of events, seen at any point near the one where it was drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from . import _gradino
from ._config import Config, resolve
from ._errors import mistake
from ._estimators import Floats, Histogram
from ._physics import Parameter

Theta: TypeAlias = ArrayLike | Mapping[str, float]


@dataclass(frozen=True)
class Sample:
    """Weighted events at a point of parameter space, with their derivatives there."""

    values: Floats
    """What is observed, (events, observables)."""
    weights: Floats
    """1 on average; means are ``weights @ f(values) / len(weights)``."""
    value_gradient: Floats
    """Derivatives of the values, (events, observables, parameters)."""
    weight_gradient: Floats
    """Derivatives of the weights (not of their logarithms), (events, parameters)."""
    effective_size: float
    """Number of unweighted events with the same statistical power."""
    names: tuple[str, ...]
    observables: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.weights)


class Bank:
    """Events that were drawn once and are seen at other points. ``Simulator.draw`` makes it.

    At a point the events get the ratio of their probabilities as weights, and energies move where the
    simulation moves them: a smooth function of the point, with exact derivatives. Look at
    ``effective_size``: far from the origin few events carry the sample, and it is time to draw a new bank.
    """

    def __init__(self, simulator: "Simulator", native: _gradino.Bank, events: range) -> None:
        self.simulator, self.events, self._native = simulator, events, native

    @property
    def origin(self) -> Floats:
        """The point at which the events were drawn."""
        return self._native.origin

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in the order of theta."""
        return self.simulator.names

    def at(self, theta: Theta) -> Sample:
        """The events at ``theta``: values in the order of ``names``, or a mapping from names."""
        n, d, p = len(self), len(self.simulator.observables), len(self.names)
        values, weights, moved, slopes, effective = self._native.at(self.simulator.theta(theta))
        return Sample(
            values.reshape(n, d),
            weights,
            moved.reshape(n, d, p),
            slopes.reshape(n, p),
            effective,
            self.names,
            tuple(self.simulator.observables),
        )

    def effective_size(self, theta: Theta) -> float:
        """Number of unweighted events with the same statistical power as those at ``theta``."""
        return self._native.values(self.simulator.theta(theta))[2]

    def histogram(
        self, theta: Theta, bins: ArrayLike, observable: str | None = None, *, total: float | None = None
    ) -> Histogram:
        """Expected counts between the edges ``bins``, with their statistical errors and exact derivatives.

        They are those of ``total`` events, of all in the bank if it is not given; of the first observable if
        no other is named. Where values move (those of the toy), an event is shared between the two nearest
        centres of bins, so that the counts have derivatives.
        """
        feature = self.simulator.position(observable)
        scale = 1.0 if total is None else total / len(self)
        edges = np.asarray(bins, dtype=np.float64).ravel().tolist()
        point = self.simulator.theta(theta)
        mean, variance, jacobian = self._native.histogram(point, feature, edges, scale)
        return Histogram(mean, np.sqrt(variance), jacobian.reshape(len(mean), len(self.names)))

    def __len__(self) -> int:
        return len(self.events)

    def __repr__(self) -> str:
        return f"<gradino.Bank: {len(self)} events, {len(self.names)} parameters>"


class Simulator:
    """A simulation as a function of some of its parameters.

        simulator = gradino.Simulator(parameters=["level_density.a"], observables=["visible_energy"])
        bank = simulator.draw(events=20_000)
        sample = bank.at([1.05])       # or {"level_density.a": 1.05}

    ``config`` is a path, a TOML text or a mapping, as in ``gradino.run``; ``parameters`` has names or patterns
    like "optical.*". All other parameters stay at the values of the configuration.
    """

    def __init__(
        self,
        config: Config = None,
        *,
        parameters: str | Sequence[str],
        observables: Sequence[str] = ("visible_energy",),
        seed: int | None = None,
    ) -> None:
        text = resolve(config, seed=seed, gradients=parameters)
        self._native = _gradino.chain_simulator(text, _names(observables))

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters that move, in the order of theta."""
        return {row[0]: Parameter(*row) for row in self._native.parameters}

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in the order of ``gradino.parameters()``."""
        return tuple(self.parameters)

    @property
    def values(self) -> Floats:
        """Their values in the configuration."""
        return self._native.point([])

    @property
    def observables(self) -> dict[str, str]:
        """What is observed, with its unit."""
        return dict(self._native.observables)

    @property
    def seed(self) -> int:
        """Seed of the random numbers."""
        return self._native.seed

    def theta(self, theta: Theta | None = None) -> Floats:
        """A point as an array: from values in order, or from names; what is not named stays as it is."""
        if theta is None:
            return self.values
        if isinstance(theta, Mapping):
            return self._native.point([(str(name), float(value)) for name, value in theta.items()])
        point = np.ascontiguousarray(np.atleast_1d(theta), dtype=np.float64)
        if point.ndim != 1:
            raise mistake(f"theta of shape {point.shape}", f"give a value for each of {', '.join(self.names)}")
        return point

    def position(self, observable: str | None) -> int:
        """Number of an observable, the first if none is named."""
        known = list(self.observables)
        if observable is None:
            return 0
        if observable not in known:
            raise mistake(f"{observable!r} is not observed", f"there is {', '.join(known)}")
        return known.index(observable)

    def draw(self, theta: Theta | None = None, events: int | range = 10_000) -> Bank:
        """Draws events at ``theta``, at the values of the configuration if it is not given.

        ``events`` is their number, or a range of event numbers. Event n depends on the seed, on theta and on
        n alone: two points have common random numbers.
        """
        numbers = range(events) if isinstance(events, int) else events
        if numbers.step != 1 or len(numbers) == 0 or numbers.start < 0:
            raise mistake(f"events = {events!r}", "give a number from 1, or a range of event numbers")
        native = self._native.draw(self.theta(theta), numbers.start, numbers.stop)
        return Bank(self, native, numbers)

    def __repr__(self) -> str:
        names = ", ".join(self.names[:4]) + (", ..." if len(self.names) > 4 else "")
        return f"<gradino.Simulator: {', '.join(self.observables)} at {names}; seed {self.seed}>"


class Toy(Simulator):
    """The differentiable toy of arXiv:2404.00180 as a simulation; see ``gradino.toy``."""

    def __init__(self, native: _gradino.Simulator) -> None:
        self._native = native


def toy(
    *,
    observables: Sequence[str] = ("first_gamma",),
    start: float = 8.0,
    spread: float = 0.0,
    seed: int = 0,
) -> Toy:
    """The toy: gamma decays from ``start`` +- ``spread`` MeV, with ``toy.alpha`` and ``toy.lambda``.

    Observables are first_gamma, largest_gamma, mean_gamma, sum_of_squares, multiplicity, and excitation_1,
    excitation_2 and so on. The energies move with the parameters.
    """
    return Toy(_gradino.toy_simulator(_names(observables), float(start), float(spread), seed))


def _names(observables: str | Sequence[str]) -> list[str]:
    return [observables] if isinstance(observables, str) else list(observables)
