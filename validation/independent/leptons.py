"""Cross sections of knockout from the hadron tensor of exclusive.py and the currents of Dirac spinors: no lepton tensor
enters."""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt

import numpy as np

from exclusive import R2, SIGMA
from field import ALPHA, HBARC

FERMI, V_UD = 1.16637e-11, 0.97427  # MeV^-2, 1; of gradino (Particle Data Group, 2012), not to see their change
ELECTRON, MUON = 0.51099895, 105.6583755  # MeV


def dirac(p, mass, helicity, negative=False):
    """u (or v) of momentum p in the chiral representation, normalised to 2E, spin along +-z at rest."""
    e = sqrt(mass**2 + p @ p)
    xi = np.eye(2)[helicity]
    along = np.einsum("i,iab,b->a", p, SIGMA, xi)
    upper, lower = ((e + mass) * xi + sign * along for sign in (-1, 1))  # sqrt(p.sigma), sqrt(p.sigma-bar)
    return np.concatenate((upper, -lower if negative else lower)) / sqrt(2 * (e + mass))


ZERO, ONE = np.zeros((2, 2)), np.eye(2)
GAMMA = [np.block([[ZERO, ONE], [ONE, ZERO]])] + [np.block([[ZERO, s], [-s, ZERO]]) for s in SIGMA]
LEFT = np.diag([2, 2, 0, 0])  # 1 - gamma5


@dataclass
class Lepton:
    """Masses of the incoming and the outgoing lepton [MeV]; coupling g of g l.J at Q^2; weak: with 1 - gamma5, else
    averaged over two spins."""

    masses: tuple
    coupling: Callable
    antilepton: bool = False
    weak: bool = True


CHARGED = {anti: Lepton((0.0, MUON), lambda Q2: FERMI * V_UD / R2, anti) for anti in (False, True)}
NEUTRAL = {anti: Lepton((0.0, 0.0), lambda Q2: FERMI / R2, anti) for anti in (False, True)}
ELECTRONS = Lepton((ELECTRON, ELECTRON), lambda Q2: 4 * pi * ALPHA / Q2, weak=False)


def lepton_momenta(lepton, energy, omega, q):
    """Momenta of the leptons (x, y, z) with q along z and x >= 0."""
    k, out = (sqrt(e**2 - m**2) for e, m in zip((energy, energy - omega), lepton.masses))
    kz = (k**2 - out**2 + q**2) / (2 * q)
    kx = sqrt(k**2 - kz**2)
    return np.array([kx, 0, kz]), np.array([kx, 0, kz - q])


def cross_section(knockout, lepton, energy, w):
    """d4 sigma/(d omega d cos(theta_l) d Omega_N) [cm^2/(MeV sr)] without Coulomb correction, of the tensor `w` at the
    angles of the nucleon: 2 pi |g l.J|^2/(4 E E') E E'/k k'^2/k' / (2 pi)^3 times 2 pi of the azimuth of the lepton."""
    first, last = lepton_momenta(lepton, energy, knockout.omega, knockout.q)
    metric, total = np.array([1, -1, -1, -1]), 0.0
    vertex, spins = (LEFT, 1) if lepton.weak else (np.eye(4), 2)
    for s in (0, 1):
        for t in (0, 1):
            a, b = (dirac(p, m, i, lepton.antilepton) for p, m, i in zip((first, last), lepton.masses, (s, t)))
            left, right = (a, b) if lepton.antilepton else (b, a)
            current = metric * np.array([left.conj() @ GAMMA[0] @ g @ vertex @ right for g in GAMMA])
            total += (current @ w @ current.conj()).real
    strength = lepton.coupling(knockout.q**2 - knockout.omega**2) ** 2 / (8 * pi * spins)
    return strength * sqrt(last @ last / (first @ first)) * total * (HBARC * 1e-13) ** 2
