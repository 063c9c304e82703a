r"""Charged-current cross sections from the responses of the independent program.

    python validation/independent/cross_section.py 16O nu_mu 200 400 800 --coulomb none

prints sigma(E) by shell and in total [cm^2]. The lepton tensor is contracted as it stands, with the mass of the
lepton, q along z and the leptons in the plane xz. Integrals: Gauss panels in the kinetic energy T of the nucleon,
halved until they hold every resonance, and in the momentum transfer q at each T. Transitions to bound states of the
nucleon that is struck are left out. Needs NumPy, SciPy, SymPy and Numba.
"""

import argparse
from itertools import permutations
from math import pi, sqrt

import numpy as np
from scipy.interpolate import CubicSpline

from compare import NUCLEI
from field import ALPHA, HBARC
from responses import FREE_MASS, PION, shell_responses, waves

GF, VUD = 1.16637e-11, 0.97427  # 1/MeV^2, 1; Particle Data Group, 2012
LEPTONS = {"e": 0.51099895, "mu": 105.6583755}  # MeV
METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
EPSILON = np.zeros((4, 4, 4, 4))  # of upper indices 0123
for p in permutations(range(4)):
    EPSILON[p] = np.linalg.det(np.eye(4)[list(p)])
GAUSS, WEIGHT = np.polynomial.legendre.leggauss(8)
GAUSS_Q, WEIGHT_Q = np.polynomial.legendre.leggauss(48)


def lepton_factors(energy, energy2, mass, q, sign):
    """L_{mu nu} W^{mu nu} / R of R_CC, R_CL, R_LL, R_T, R_T' with the lepton's energy2 and the transfer q of the
    nucleus; sign + for neutrinos. W^00 = R_CC, W^0z = -R_CL, W^zz = R_LL, W^xx = W^yy = R_T/2, W^xy = -i R_T'
    (V - A of a free nucleon at rest: R_T' = 2 G_A G_M q/2M of each spin). Arrays of points."""
    e2, q = np.broadcast_arrays(np.asarray(energy2, float), q)
    k2 = np.sqrt(e2**2 - mass**2)
    kz = (energy**2 - k2**2 + q**2) / (2 * q)
    kx = np.sqrt(np.maximum(energy**2 - kz**2, 0.0))
    zero = np.zeros_like(q)
    k = np.stack([zero + energy, kx, zero, kz])
    kk = np.stack([e2, kx, zero, kz - q])
    low, low2 = (np.einsum("ab,b...->a...", METRIC, x) for x in (k, kk))
    product = np.einsum("a...,a...->...", low, kk)
    tensor = np.einsum("a...,b...->ab...", low, low2) + np.einsum("a...,b...->ab...", low2, low)
    tensor = tensor - np.multiply.outer(METRIC, product)
    # i sign odd is the part of the trace with gamma_5, L_xy W^xy + L_yx W^yx = 2 (i sign odd_xy)(-i R_T')
    odd = np.einsum("mnab,a...,b...->mn...", EPSILON, k, kk)
    t_prime = -2 * sign * odd[1, 2]
    return np.stack([tensor[0, 0], -2 * tensor[0, 3], tensor[3, 3], (tensor[1, 1] + tensor[2, 2]) / 2, t_prime])


def pole(q, omega):
    """Square of the pion pole's denominator over m^2, without which the responses are smooth in q."""
    return (1 + (q**2 - omega**2) / PION**2) ** 2


def panels(field, kind, edges, tolerance=2e-4):
    """Edges of panels in T that hold the probability inside the nucleus of every wave with l <= 7."""
    channels = [(l, jj) for l in range(8) for jj in (2 * l - 1, 2 * l + 1) if jj > 0]
    inside = int(8 / field.mesh.h)

    def integral(a, b):
        T = (a + b) / 2 + (b - a) / 2 * GAUSS
        probability = np.sum(waves(field, kind, channels, T)[:, :, :inside] ** 2, axis=2)
        return (b - a) / 2 * WEIGHT @ probability

    def split(a, b, whole):
        middle = (a + b) / 2
        left, right = integral(a, middle), integral(middle, b)
        if b - a < 1e-6 or np.all(np.abs(left + right - whole) < tolerance * whole):
            return [a]
        return split(a, middle, left) + split(middle, b, right)

    starts = [t for a, b in zip(edges[:-1], edges[1:]) for t in split(a, b, integral(a, b))]
    return np.array(starts + [edges[-1]])


class Model:
    """Responses of all struck shells at the points of the panels, up to what the highest energy reaches."""

    def __init__(self, nuclide, antineutrino, energies, masses, step=8.0, reach=900.0, more=0):
        self.orbitals, self.field = NUCLEI[nuclide]()
        self.struck = int(antineutrino)
        self.holes = [o for o in self.orbitals if o.kind == self.struck]
        self.charge = sum(o.number for o in self.orbitals if o.kind == 1) - self.struck  # of the residue
        self.nucleons = sum(o.number for o in self.orbitals) - 1
        ends = {e - m + o.energy for e in energies for m in masses for o in self.holes}
        ends = [t for t in ends if t > 1]
        top = max(ends)
        first = [0.1] if self.struck == 0 else [0.005, 0.02, 0.05, 0.1]  # slow protons do not pass the barrier
        grid = [*first, *np.arange(0.25, 10, 0.25), *np.arange(10, 30, 2), *np.arange(30, top, 10)]
        edges = np.unique(np.round([t for t in grid if t < top] + ends, 9))
        self.edges = panels(self.field, 1 - self.struck, edges)
        half = np.diff(self.edges)[:, None] / 2
        self.T = (self.edges[:-1, None] + half * (1 + GAUSS)).ravel()
        self.weight = (half * WEIGHT).ravel()
        self.q = np.arange(step, 2 * max(energies) + step, step)
        self.tables = np.zeros((len(self.holes), 5, self.T.size, self.q.size))
        self.mass = FREE_MASS[1 - self.struck]
        p = np.sqrt(self.T * (self.T + 2 * self.mass))
        for block in np.array_split(np.arange(self.T.size), max(1, self.T.size // 32)):
            lmax = 10 * int(np.ceil((14 + more + 5.5 * p[block].max() / HBARC) / 10))
            channels = tuple((l, jj) for l in range(lmax + 1) for jj in (2 * l - 1, 2 * l + 1) if jj > 0)
            u = waves(self.field, 1 - self.struck, channels, self.T[block], self.mass)
            for h, hole in enumerate(self.holes):
                omega = self.T[block] - hole.energy
                low = max(p[block].min() - reach, np.sqrt(np.maximum(omega.min() ** 2 - 60.0**2, 0)))
                for i in np.flatnonzero((self.q > low) & (self.q < p[block].max() + reach)):
                    ok = self.q[i] ** 2 > omega**2 - 80.0**2  # a little beyond Q^2 = 0, far from the pion's pole
                    values = shell_responses(
                        self.field.mesh, hole, u[ok], channels, self.q[i], omega[ok], lmax + 1, "middle"
                    )
                    self.tables[h][:, block[ok], i] = values

    def double_differential(self, h, T, smooth, energy, mass, q, shift):
        """d2 sigma/(d omega dcos theta) [cm^2/MeV] of a shell at momentum transfers q."""
        omega = T - self.holes[h].energy
        energy2 = energy - omega + shift
        lepton = lepton_factors(energy, energy2, mass, q, 1 - 2 * self.struck)
        front = GF**2 * VUD**2 / (2 * pi) * sqrt(energy2**2 - mass**2) / energy
        return front * np.sum(lepton * smooth(q) / pole(q, omega), axis=0) * (HBARC * 1e-13) ** 2

    def total(self, energy, mass, coulomb="none"):
        """sigma by shell [cm^2]."""
        radius = 1.2 * self.nucleons ** (1 / 3)
        shift = 1.5 * self.charge * ALPHA * HBARC / radius * (1 - 2 * self.struck) if coulomb == "mema" else 0.0
        out = np.zeros(len(self.holes))
        for h, hole in enumerate(self.holes):
            for i, T in enumerate(self.T):
                omega = T - hole.energy
                if energy - omega <= mass or energy - omega + shift <= mass:
                    continue
                k2 = sqrt((energy - omega + shift) ** 2 - mass**2)
                some = self.tables[h][0, i] > 0
                if some.sum() < 4:
                    continue
                smooth = CubicSpline(q := self.q[some], self.tables[h][:, i, some] * pole(q, omega), axis=1)
                low = max(abs(energy - k2), omega, self.q[some][0])
                high = min(energy + k2, self.q[some][-1])
                if low < high:
                    q = (low + high) / 2 + (high - low) / 2 * GAUSS_Q
                    values = self.double_differential(h, T, smooth, energy, mass, q, shift)
                    out[h] += self.weight[i] * np.sum((high - low) / 2 * WEIGHT_Q * values * q / (energy * k2))
        return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nuclide", choices=NUCLEI)
    parser.add_argument("neutrino", choices=["nu_e", "anti-nu_e", "nu_mu", "anti-nu_mu"])
    parser.add_argument("energies", type=float, nargs="+", help="MeV")
    parser.add_argument("--coulomb", choices=["none", "mema"], default="none")
    args = parser.parse_args()
    mass = LEPTONS[args.neutrino.rsplit("_")[-1]]
    model = Model(args.nuclide, args.neutrino.startswith("anti"), args.energies, [mass])
    print("E [MeV]  " + "  ".join(f"{o.name():>12}" for o in model.holes) + f"  {'total':>12}")
    for energy in args.energies:
        sigma = model.total(energy, mass, args.coulomb)
        print(f"{energy:7g}  " + "  ".join(f"{s:12.6e}" for s in [*sigma, sigma.sum()]))


if __name__ == "__main__":
    main()
