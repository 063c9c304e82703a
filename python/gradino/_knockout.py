"""Knockout of single nucleons: cross sections, responses, and the density of events."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import _gradino
from ._config import Config, resolve
from ._density import Density
from ._errors import mistake
from ._estimators import Floats


class Shell(NamedTuple):
    """A shell from which nucleons are knocked out."""

    name: str
    nucleons: float
    separation: float
    """Separation energy [MeV]."""


class Values(NamedTuple):
    """Values with their derivatives with respect to ``Knockout.gradient_names``, which are the last axis."""

    value: Floats
    gradient: Floats


class Knockout:
    """The cross section of the knockout of one nucleon, for a configuration with ``processes = ["1p1h"]``.

        knockout = gradino.Knockout(target="16O", highest="1000 MeV", gradients="axial.*")
        sigma = knockout.cross_section([300.0, 600.0, 900.0])          # cm2, by shell
        flow = gradino.Flow.train(knockout.density(200.0, 1000.0))

    The mean field is solved and its waves are tabulated for energies up to the highest of the flux, which takes about a
    minute, or read from the cache.
    """

    def __init__(
        self,
        config: Config = None,
        *,
        target: str = "16O",
        neutrino: str = "nu_mu",
        struck: Literal["neutron", "proton"] | None = None,
        highest: float | str = "1000 MeV",
        knockout: Mapping[str, object] | None = None,
        parameters: Mapping[str, float] | None = None,
        gradients: str | Sequence[str] = (),
    ) -> None:
        """Either a configuration as for ``gradino.run``, or target, neutrino, highest energy and the keys of [knockout].

        ``struck`` chooses the kind of nucleon where both can be knocked out, as in the neutral current.
        """
        if config is None:
            energy = highest if isinstance(highest, str) else f"{float(highest)!r} MeV"
            config = {
                "flux": {"neutrino": neutrino, "kind": "mono", "energy": energy},
                "target": {"nuclide": target},
                "reaction": {"processes": ["1p1h"]},
                "knockout": dict(knockout or {}),
            }
        patterns = [gradients] if isinstance(gradients, str) else list(gradients)
        self._native = _gradino.Knockout(resolve(config, parameters=parameters), struck, patterns)
        for warning in self._native.warnings:
            warnings.warn(warning, stacklevel=2)

    @property
    def shells(self) -> tuple[Shell, ...]:
        """The shells."""
        return tuple(Shell(*row) for row in self._native.shells)

    @property
    def energies(self) -> tuple[float, float]:
        """Threshold and highest energy of the lepton [MeV]."""
        return self._native.energies

    @property
    def gradient_names(self) -> tuple[str, ...]:
        """The parameters of the gradients."""
        return tuple(self._native.gradient_names)

    def cross_section(self, energies: ArrayLike) -> dict[str, Floats]:
        """Total cross section [cm2 per nucleus] at energies of the lepton [MeV], by shell and as "total"."""
        grid = np.asarray(energies, dtype=np.float64)
        values, _ = self._native.total(grid.ravel().tolist())
        columns = values.reshape(grid.size, len(self.shells))
        found = {shell.name: column.reshape(grid.shape) for shell, column in zip(self.shells, columns.T, strict=True)}
        return found | {"total": columns.sum(axis=1).reshape(grid.shape)}

    def total(self, energies: ArrayLike) -> Values:
        """Total cross section [cm2 per nucleus] of all shells at energies of the lepton [MeV], with its gradient."""
        grid = np.asarray(energies, dtype=np.float64)
        values, gradient = self._native.total(grid.ravel().tolist())
        sums = values.reshape(grid.size, len(self.shells)).sum(axis=1)
        return Values(sums.reshape(grid.shape), gradient.reshape(*grid.shape, len(self.gradient_names)))

    def responses(self, shell: str, omega: ArrayLike, momentum: ArrayLike) -> dict[str, Values]:
        """R_CC, R_CL, R_LL, R_T and R_T' [1/MeV] of a shell at energy and momentum transfers [MeV], with their gradients."""
        (w, q), shape = _columns(omega, momentum)
        return self._named(("CC", "CL", "LL", "T", "T'"), shape, self._native.responses(self._place(shell), w, q))

    def structures(self, shell: str, omega: ArrayLike, momentum: ArrayLike, cos_nucleon: ArrayLike) -> dict[str, Values]:
        """The structures of the hadron tensor of a shell [1/(MeV sr)] by name, with their gradients.

        Arguments are energy and momentum transfer [MeV], and the cosine of the nucleon's angle to the momentum transfer. CC,
        CL, LL, T and T' stand alone, and 2 pi times their integral over the cosine is what ``responses`` has; the others come
        with the cosine or sine of phi, or of 2 phi, in their names. Those with a sine are odd under time reversal and vanish for
        plane waves.
        """
        (w, q, x), shape = _columns(omega, momentum, cos_nucleon)
        return self._named(self._native.structure_names, shape, self._native.structures(self._place(shell), w, q, x))

    def inclusive(self, shell: str, energy: ArrayLike, omega: ArrayLike, cos_theta: ArrayLike) -> Values:
        """d2 sigma / (d omega d cos theta) [cm2/MeV] of a shell, with its gradient; energies in MeV."""
        (e, w, x), shape = _columns(energy, omega, cos_theta)
        return self._values(shape, self._native.inclusive(self._place(shell), e, w, x))

    def exclusive(
        self,
        shell: str,
        energy: ArrayLike,
        omega: ArrayLike,
        cos_theta: ArrayLike,
        cos_nucleon: ArrayLike,
        phi: ArrayLike,
    ) -> Values:
        """d4 sigma / (d omega d cos theta d Omega_N) [cm2/(MeV sr)] of a shell, with its gradient.

        Energies in MeV; the angles of the nucleon are seen from the momentum transfer, phi [rad] from the plane of the
        leptons.
        """
        (e, w, x, y, z), shape = _columns(energy, omega, cos_theta, cos_nucleon, phi)
        return self._values(shape, self._native.exclusive(self._place(shell), (e, w, x, y, z)))

    def density(self, low: float, high: float) -> Density:
        """Its events as a density under energy (from ``low`` to ``high`` [MeV]) and shell.

        ``density(...).sampler("exact")`` draws from it without a network.
        """
        return Density._of(self._native.density(float(low), float(high)))

    def _values(self, shape: tuple[int, ...], found: tuple[Floats, Floats]) -> Values:
        values, gradient = found
        return Values(values.reshape(shape), gradient.reshape(*shape, len(self.gradient_names)))

    def _named(self, names: Sequence[str], shape: tuple[int, ...], found: tuple[Floats, Floats]) -> dict[str, Values]:
        """Several quantities, side by side in the rows that were found."""
        values, gradient = self._values((*shape, len(names)), found)
        return {name: Values(values[..., k], gradient[..., k, :]) for k, name in enumerate(names)}

    def _place(self, shell: str) -> int:
        names = [known.name for known in self.shells]
        if shell not in names:
            raise mistake(f"unknown shell {shell!r}", f"choose of {', '.join(names)}")
        return names.index(shell)

    def __repr__(self) -> str:
        low, high = self.energies
        return f"<gradino.Knockout from {', '.join(s.name for s in self.shells)}: {low:.1f} to {high:.1f} MeV>"


def _columns(*values: ArrayLike) -> tuple[list[Floats], tuple[int, ...]]:
    """Arrays of one shape, flat, and their shape."""
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    return [np.ascontiguousarray(array.ravel()) for array in arrays], arrays[0].shape
