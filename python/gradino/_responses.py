"""Inclusive responses of a nucleus."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import _gradino
from ._estimators import Floats


class Five(NamedTuple):
    """Something of each response."""

    cc: Floats
    cl: Floats
    ll: Floats
    t: Floats
    t_prime: Floats


@dataclass(frozen=True)
class ShellResponses:
    """The responses of one shell [1/MeV], with the axes momentum transfer, energy transfer."""

    nucleon: str
    """"n" or "p"."""
    name: str
    nucleons: float
    energy: float
    """Of the orbital [MeV]."""
    cc: Floats
    cl: Floats
    ll: Floats
    t: Floats
    t_prime: Floats
    gradient: Five
    """Derivatives with respect to ``Responses.gradient_names``, which are the last axis."""


@dataclass(frozen=True)
class Responses:
    """Inclusive responses of a nucleus [1/MeV], with the axes momentum transfer, energy transfer.

    ``print(responses.head)`` says what they were made of, with every choice.
    """

    nuclide: str
    probe: str
    q: Floats
    """Momentum transfers [MeV]."""
    omega: Floats
    """Energy transfers [MeV]."""
    cc: Floats
    cl: Floats
    ll: Floats
    t: Floats
    t_prime: Floats
    gradient_names: tuple[str, ...]
    gradient: Five
    """Derivatives with respect to ``gradient_names``, which are the last axis."""
    shells: tuple[ShellResponses, ...]
    choices: dict[str, object]
    """Under the keys of [knockout]."""
    parameters: dict[str, float]
    head: str
    notes: tuple[str, ...]
    """Where responses are zero: below the threshold, and where no lepton gets."""

    def shell(self, nucleon: str, name: str) -> ShellResponses:
        """The responses of a shell, as ``shell("n", "1p3/2")``."""
        for shell in self.shells:
            if (shell.nucleon, shell.name) == (nucleon, name):
                return shell
        known = ", ".join(f"{shell.nucleon} {shell.name}" for shell in self.shells)
        raise KeyError(f"{nucleon} {name} is not struck; there are {known}")

    def __repr__(self) -> str:
        return f"<gradino.Responses of {self.nuclide} to {self.probe}: {self.q.size} q x {self.omega.size} omega>"


def responses(
    nuclide: str,
    q: ArrayLike,
    omega: ArrayLike,
    *,
    probe: Literal["nu", "antinu", "nc", "nc-nu", "nc-antinu", "electron"] = "nu",
    struck: Literal["neutron", "proton"] | None = None,
    convention: Literal["own", "dolan2022"] | None = None,
    force: str | os.PathLike[str] | None = None,
    exchange: Literal["slater", "none"] | None = None,
    masses: Literal["mean", "physical"] | None = None,
    field: str | None = None,
    empty: Sequence[str] | None = None,
    rest: Literal["evaluated", "kept"] | None = None,
    waves: Literal["distorted", "plane"] | None = None,
    relativistic: bool | None = None,
    longitudinal: Literal["conserved", "convection"] | None = None,
    axial_charge: Literal["full", "middle-rank"] | None = None,
    monopole: Literal["full", "not-from-s"] | None = None,
    vector: Literal["bbba05", "kelly", "galster"] | None = None,
    axial: Literal["dipole", "z-expansion", "dipole-dolan2022"] | None = None,
    parameters: Mapping[str, float] | None = None,
    gradients: str | Sequence[str] = (),
) -> Responses:
    """Inclusive responses at momentum transfers ``q`` and energy transfers ``omega`` [MeV], as ``gradino responses``.

        oxygen = gradino.responses("16O", [296.0, 504.0], np.arange(15.0, 200.0), gradients="axial.*")
        oxygen.t, oxygen.shell("n", "1p3/2").cc, oxygen.gradient.t_prime

    The choices are those of [knockout]; what is not chosen comes from ``convention``. ``force`` is a name or the path of a
    TOML file. ``gradients`` names parameters of form factors and force, like "axial.mass" or "skyrme.*".
    """
    made: dict[str, object] = {
        "convention": convention,
        "force": None if force is None else str(force),
        "exchange": exchange,
        "masses": masses,
        "field": field,
        "empty": None if empty is None else list(empty),
        "rest": rest,
        "waves": waves,
        "relativistic": relativistic,
        "longitudinal": longitudinal,
        "axial_charge": axial_charge,
        "monopole": monopole,
        "vector": vector,
        "axial": axial,
    }
    choices = {key: value for key, value in made.items() if value is not None}
    momenta, energies = (np.ascontiguousarray(np.atleast_1d(np.asarray(x, dtype=np.float64)).ravel()) for x in (q, omega))
    values = [(name, float(value)) for name, value in (parameters or {}).items()]
    patterns = [gradients] if isinstance(gradients, str) else list(gradients)
    subject = (nuclide, probe, struck)
    found = _gradino.responses(subject, choices, (momenta, energies), (values, patterns))
    return _read(found, momenta, energies)


def _read(found: tuple[Any, ...], q: Floats, omega: Floats) -> Responses:
    """The record, its head, and the columns of the total and of the shells."""
    text, head, total, shells = found
    record = json.loads(text)
    names = tuple(gradient["name"] for gradient in record["gradients"])

    def five(columns: tuple[Floats, Floats]) -> dict[str, Any]:
        values = columns[0].reshape(5, q.size, omega.size)
        slopes = np.moveaxis(columns[1].reshape(len(names), 5, q.size, omega.size), 0, -1)
        return dict(zip(Five._fields, values, strict=True)) | {"gradient": Five(*slopes)}

    def shell(about: dict[str, Any], columns: tuple[Floats, Floats]) -> ShellResponses:
        return ShellResponses(about["nucleon"], about["shell"], about["nucleons"], about["energy_MeV"], **five(columns))

    return Responses(
        nuclide=record["nuclide"],
        probe=record["probe"],
        q=q,
        omega=omega,
        gradient_names=names,
        shells=tuple(shell(about, columns) for about, columns in zip(record["shells"], shells, strict=True)),
        choices=record["choices"],
        parameters={parameter["name"]: parameter["value"] for parameter in record["parameters"]},
        head="\n".join(head),
        notes=tuple(record["notes"]),
        **five(total),
    )
