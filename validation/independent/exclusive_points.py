"""Prints the numbers of validation/tests/exclusive.rs: structures [1/(GeV sr)], cross sections [1e-38 cm2/(MeV sr)]."""

import sys

import numpy as np

from compare_exclusive import case
from exclusive import Knockout, Quadrature, structures
from leptons import cross_section

POINTS = [  # case of compare_exclusive.py, shell, q and T [MeV]
    ("16O dolan2022 nu", "1p3/2", 300.0, 60.0),
    ("16O dolan2022 nu", "1s1/2", 400.0, 100.0),
    ("16O dolan2022 antinu", "1p1/2", 300.0, 30.0),
    ("12C dolan2022 nu", "1p3/2", 500.0, 120.0),
    ("16O plane nu", "1p3/2", 300.0, 60.0),
    ("16O default-convection nu", "1p1/2", 400.0, 80.0),
    ("16O default-convection antinu", "1s1/2", 350.0, 50.0),
]
ANGLES = np.radians([20, 60, 120])
ENERGY, AZIMUTHS = 700.0, (0.4, 1.9, 3.3, 5.1)  # MeV, at the first angle


def numbers(values):
    return ", ".join(f"{x:.6g}" if abs(x) > 1e-6 else "0.0" for x in values)


def point(name, shell, q, T, lmax, *mesh):
    """Structures at the angles and cross sections at the azimuths."""
    holes, field, leaves, choices, lepton = case(name)
    hole, quad = holes[shell], Quadrature(field.mesh, *mesh)
    knockout = Knockout(field, hole, T - hole.energy, q, leaves, choices, lmax=lmax, quad=quad)
    tensors = [knockout.tensor(ANGLES[0], phi) for phi in AZIMUTHS]
    sigma = [cross_section(knockout, lepton, ENERGY, w) for w in tensors]
    return np.array([structures(knockout.tensor(t)) for t in ANGLES]), np.array(sigma)


def report(name, shell, q, T):
    """Prints the numbers, and how far those of a coarser mesh and fewer waves are, to stderr."""
    found, sigma = point(name, shell, q, T, 34, 72, 48)
    rough, rough_sigma = point(name, shell, q, T, 28, 64, 40)
    off = np.abs(rough - found).max(0) / np.abs(found).max(0)[3]
    print(name, shell, f"of T: {off.max():.1e}, sigma: {np.abs(rough_sigma / sigma - 1).max():.1e}", file=sys.stderr)
    nuclide, kind, beam = name.split()
    choice = {"dolan2022": "Tables", "plane": "Plane"}.get(kind, "Own")
    lepton = -14 if "anti" in beam else 14
    print(f'    Reference {{ nuclide: "{nuclide}", choice: Choice::{choice}, lepton: {lepton}, shell: "{shell}",')
    print(f"        q: {q}, kinetic: {T}, structures: [")
    for row in found:
        print(f"            [{numbers(1e3 * row)}],")
    print(f"        ], cross_sections: [{numbers(1e38 * sigma)}] }},", flush=True)


if __name__ == "__main__":
    for p in POINTS:
        report(*p)
