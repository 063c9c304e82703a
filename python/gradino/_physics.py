"""Parameters, widths, cross sections and covariances."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _gradino
from ._config import Config, resolve


@dataclass(frozen=True)
class Parameter:
    """A named parameter of the physics."""

    name: str
    value: float
    unit: str
    bounds: tuple[float, float]
    sigma: float
    """Standard deviation of the prior; 0 where none is known."""
    source: str
    meaning: str


def parameters(config: Config = None) -> dict[str, Parameter]:
    """All parameters of the models that a configuration chooses, with the values that it sets."""
    return {row[0]: Parameter(*row) for row in _gradino.parameters(resolve(config))}


@dataclass(frozen=True)
class Width:
    """A partial width [MeV]."""

    emitted: str
    residue: str
    levels: float
    """To discrete levels."""
    continuum: float
    """To the continuum."""

    @property
    def total(self) -> float:
        """To all states."""
        return self.levels + self.continuum


@dataclass(frozen=True)
class Widths:
    """Widths of a nuclear state."""

    density: float
    """Density of the levels of its spin and parity [1/MeV]."""
    partial: tuple[Width, ...]
    gradient_names: tuple[str, ...]
    gradient: NDArray[np.float64]
    """Derivatives of the total width [MeV per unit of the parameter]."""

    @property
    def total(self) -> float:
        """The total width [MeV]."""
        return sum(width.total for width in self.partial)

    @property
    def branching(self) -> dict[str, float]:
        """Share of each emitted particle."""
        return {width.emitted: width.total / self.total for width in self.partial}


def widths(
    nuclide: str,
    excitation: float | str,
    spin: float | str | Fraction,
    parity: int | str,
    *,
    config: Config = None,
    gradients: str | Sequence[str] | None = None,
    parameters: Mapping[str, float] | None = None,
) -> Widths:
    """Hauser-Feshbach widths of a state in the continuum.

    ``widths("40K", 12.5, 1, "+")``: the excitation energy is in MeV, or a text with its unit; a spin may
    be 0.5 or "1/2"; a parity "+" or "-", 1 or -1.
    """
    energy = excitation if isinstance(excitation, str) else f"{float(excitation)!r} MeV"
    sign = parity if isinstance(parity, str) else {1: "+", -1: "-"}.get(parity, str(parity))
    state = {"nuclide": nuclide, "excitation": energy, "spin": str(spin), "parity": sign}
    text = resolve(config, state=state, gradients=gradients, parameters=parameters)
    density, partial, names, gradient = _gradino.widths(text)
    return Widths(density, tuple(Width(*row) for row in partial), tuple(names), gradient)


def cross_section(
    energies: ArrayLike,
    config: Config = None,
    *,
    parameters: Mapping[str, float] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Total cross section [cm2 per target atom] of each process at the neutrino energies [MeV]."""
    grid = np.asarray(energies, dtype=np.float64)
    rows = _gradino.cross_section(resolve(config, parameters=parameters), grid.ravel().tolist())
    return {name: values.reshape(grid.shape) for name, values in rows}


def covariance(names: Iterable[str] | None = None, config: Config = None) -> NDArray[np.float64]:
    """Prior covariance of parameters, of all where no names are given, in the order of the names.

    Among the optical parameters it is that of KDUQ (pruitt2023); all others are independent. A zero on
    the diagonal means that no uncertainty is known, not that there is none.
    """
    text = resolve(config)
    wanted = [row[0] for row in _gradino.parameters(text)] if names is None else list(names)
    return _gradino.covariance(text, wanted).reshape(len(wanted), len(wanted))
