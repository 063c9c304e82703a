"""The mean field of a nucleus."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import _gradino
from ._estimators import Floats


@dataclass(frozen=True)
class Level:
    """A bound level."""

    nucleon: str
    """"n" or "p"."""
    shell: str
    nucleons: float
    energy: float
    """[MeV]"""
    gradient: Floats
    """Derivatives of the energy."""


@dataclass(frozen=True)
class Matter:
    """Symmetric nuclear matter of a force."""

    density: float
    """[1/fm3]"""
    energy: float
    """Of a nucleon [MeV]."""
    incompressibility: float
    """[MeV]"""
    symmetry_energy: float
    """[MeV]"""
    effective_mass: float
    """Over the mass."""


@dataclass(frozen=True)
class MeanField:
    """The Hartree-Fock ground state of a nucleus. Gradients are in the order of ``gradient_names``."""

    nuclide: str
    force: str
    steps: int
    """To self-consistency."""
    energy: dict[str, float]
    """Terms of the energy [MeV], the sum as "total"."""
    radii: dict[str, float]
    """Root mean squares [fm] of neutrons, protons and charge."""
    levels: tuple[Level, ...]
    matter: Matter | None
    """None where the force does not saturate."""
    radius: Floats
    """The mesh [fm]."""
    density: dict[str, Floats]
    """Of neutrons "n" and protons "p" on the mesh [1/fm3]."""
    potential: dict[str, Floats]
    """Central potential with that of Coulomb [MeV]."""
    spin_orbit: dict[str, Floats]
    """The factor of <l.sigma> [MeV]."""
    effective_mass: dict[str, Floats]
    """Over the mass."""
    gradient_names: tuple[str, ...]
    energy_gradient: dict[str, Floats]
    """Derivatives of the terms of the energy."""
    radii_gradient: dict[str, Floats]
    """Derivatives of the radii."""

    def level(self, nucleon: str, shell: str) -> Level:
        """The level of a shell, as ``level("n", "1p3/2")``."""
        for level in self.levels:
            if (level.nucleon, level.shell) == (nucleon, shell):
                return level
        raise KeyError(f"{nucleon} {shell} is not bound")


def meanfield(
    nuclide: str,
    *,
    force: str | os.PathLike[str] = "SLy4",
    parameters: Mapping[str, float] | None = None,
    exchange: str = "slater",
    masses: str = "mean",
    centre_of_mass: bool = True,
    field: str | None = None,
    empty: Sequence[str] = (),
    rest: str = "evaluated",
    gradients: str | Sequence[str] = (),
) -> MeanField:
    """The Hartree-Fock ground state, as ``gradino meanfield``.

    ``force`` is SLy4, SkM*, SIII, SkE2 or the path of a TOML file; ``exchange`` slater or none;
    ``masses`` mean or physical, those of the neutron and of the proton. ``field`` and ``empty`` take the field of another
    nuclide, some shells of which are emptied, and ``rest`` (evaluated, kept) says what it becomes.
    ``gradients`` names parameters of the force, as "skyrme.t0", "all" or "skyrme.x*".
    """
    path = Path(force) if not isinstance(force, str) or force.endswith(".toml") else None
    patterns = [gradients] if isinstance(gradients, str) else list(gradients)
    values = [(name, float(value)) for name, value in (parameters or {}).items()]
    choice = (nuclide, field, list(empty), rest)
    texts = _gradino.mean_field(choice, (str(force), path, values), (exchange, masses, centre_of_mass), patterns)
    return _read([json.loads(text) for text in texts])


def _read(records: list[dict[str, Any]]) -> MeanField:
    """The record without derivatives, then one for each parameter."""
    first, slopes = records[0], records[1:]

    def gradient(key: str, row: int) -> Floats:
        return np.array([record[key][row]["derivative"] for record in slopes], dtype=np.float64)

    def terms(key: str) -> tuple[dict[str, float], dict[str, Floats]]:
        rows = list(enumerate(first[key]))
        return {term["name"]: term["value"] for _, term in rows}, {term["name"]: gradient(key, i) for i, term in rows}

    def both(key: str) -> dict[str, Floats]:
        return {nucleon: np.array(column) for nucleon, column in zip("np", columns[key], strict=True)}

    def level(row: int, found: dict[str, Any]) -> Level:
        slope = gradient("levels", row)
        return Level(found["nucleon"], found["shell"], found["nucleons"], found["energy_MeV"], slope)

    columns, matter = first["columns"], first["matter"]
    (energy, energy_gradient), (radii, radii_gradient) = terms("energy_MeV"), terms("radii_fm")
    return MeanField(
        nuclide=first["nuclide"],
        force=first["force"],
        steps=first["steps"],
        energy=energy,
        radii=radii,
        levels=tuple(level(row, found) for row, found in enumerate(first["levels"])),
        matter=None if matter is None else Matter(*matter.values()),
        radius=np.array(columns["radius_fm"]),
        density=both("density_per_fm3"),
        potential=both("potential_MeV"),
        spin_orbit=both("spin_orbit_MeV"),
        effective_mass=both("effective_mass"),
        gradient_names=tuple(record["gradient"]["name"] for record in slopes),
        energy_gradient=energy_gradient,
        radii_gradient=radii_gradient,
    )
