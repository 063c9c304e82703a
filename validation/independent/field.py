"""Spherical Skyrme Hartree-Fock, written from docs/src/physics/mean-field.md alone, to check the Rust code.

Units MeV and fm. Radial functions are u = r R = v / sqrt(B) on a uniform mesh; v'' = w v by Numerov's method.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt
from pathlib import Path

import numpy as np
import sympy
from numba import njit
from scipy.interpolate import CubicSpline

HBARC, ALPHA = 197.3269804, 1 / 137.035999  # MeV fm, 1; CODATA 2018
MASS = 938.918754  # MeV, mean of proton and neutron
FREE_MASS = (939.56542, 938.27209)  # MeV, neutron, proton
E2, HB2M = ALPHA * HBARC, tuple(HBARC**2 / (2 * m) for m in FREE_MASS)
FORCES = Path(__file__).parents[2] / "crates/gradino-nuclear/data/SkyrmeForces.toml"
STANDARD_ORDER = [(0, 0, 1), (0, 1, 3), (0, 1, 1), (0, 2, 5), (1, 0, 1), (0, 2, 3), (0, 3, 7), (1, 1, 3)]  # (n, l, 2j)


class Mesh:
    """r_i = i h; functions of known parity are continued to negative r, constant beyond the end."""

    def __init__(self, step=0.05, end=20.0):
        self.h, self.n = step, round(end / step) + 1
        self.r = step * np.arange(self.n)
        self.inv = np.concatenate(([0.0], 1 / self.r[1:]))

    def derivative(self, f, parity):
        """f' by the central difference of eighth order."""
        g = np.concatenate((parity * f[4:0:-1], f, np.full(4, f[-1])))
        c = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
        n = self.n
        return sum(c[k - 1] * (g[4 + k : 4 + k + n] - g[4 - k : 4 - k + n]) for k in (1, 2, 3, 4)) / self.h

    @staticmethod
    def fill_origin(f):
        """f(0) of an even function from the next points."""
        f[0] = 1.5 * f[1] - 0.6 * f[2] + 0.1 * f[3]
        return f


@njit(cache=True)
def outward(w, h, l):
    """Regular solution of v'' = w v.  Ranks l <= 3 start at r = 0, higher ones inside the barrier at r = h l / 2."""
    n = w.size
    v = np.zeros(n)
    c = h * h / 12
    if l <= 3:
        i, v[1] = 1, 1.0
        before, f = (-1 / 6 if l == 1 else 0.0), 1 - c * w[1]
    else:
        i = l // 2
        kappa = w[i] - l * (l + 1) / (i * h) ** 2
        s = (1 + kappa * ((i + 1) * h) ** 2 / (4 * l + 6)) / (1 + kappa * (i * h) ** 2 / (4 * l + 6))
        v[i], v[i + 1] = 1.0, ((i + 1) / i) ** (l + 1) * s
        before, f = (1 - c * w[i]) * v[i], (1 - c * w[i + 1]) * v[i + 1]
        i += 1
    while i < n - 1:
        before, f = f, 2 * f - before + 12 * c * w[i] * v[i]
        i += 1
        v[i] = f / (1 - c * w[i])
    return v


@njit(cache=True)
def inward(w, h, stop):
    """Solution of v'' = w v that vanishes at the end of the mesh."""
    n = w.size
    v = np.zeros(n)
    c = h * h / 12
    v[n - 2] = 1e-30
    before, f = 0.0, (1 - c * w[n - 2]) * v[n - 2]
    for i in range(n - 2, stop, -1):
        before, f = f, 2 * f - before + 12 * c * w[i] * v[i]
        v[i - 1] = f / (1 - c * w[i - 1])
    return v


@njit(cache=True)
def bound(w0, inv_b, h, l, nodes):
    """Energy and v of -(Bu')' + ... = e u with w = w0 - e / B, by counting the nodes; v is not normalised."""
    low, high = -150.0, 0.0
    for _ in range(60):
        e = (low + high) / 2
        v = outward(w0 - e * inv_b, h, l)
        if np.sum(v[2:] * v[1:-1] < 0) > nodes:
            high = e
        else:
            low = e
    w = w0 - e * inv_b
    turn = w.size // 4
    for i in range(w.size - 2, 2, -1):
        if w[i] < 0:
            turn = i
            break
    inner, outer = outward(w, h, l), inward(w, h, turn)
    outer *= inner[turn] / outer[turn]
    return e, np.concatenate((inner[:turn], outer[turn:]))


@lru_cache(None)
def energy_density(force):
    """dH/dx of the energy density of the page "Mean field" (without Coulomb), x = rho, tau, J, rho' of n and p."""
    with open(FORCES, "rb") as f:
        p = {"t4": 0.0, "j2": 0.0} | tomllib.load(f)[force]
    t0, t1, t2, t3, t4 = (p[f"t{i}"] for i in range(5))
    x0, x1, x2, x3 = (p[f"x{i}"] for i in range(4))
    x = sympy.symbols("rn rp tn tp jn jp dn dp kn kp")
    rn, rp, tn, tp, jn, jp, dn, dp, kn, kp = x
    r, t, j, d = rn + rp, tn + tp, jn + jp, dn + dp
    h = kn * tn + kp * tp + t0 / 2 * ((1 + x0 / 2) * r**2 - (x0 + 0.5) * (rn**2 + rp**2))
    h += t3 / 12 * r ** p["sigma"] * ((1 + x3 / 2) * r**2 - (x3 + 0.5) * (rn**2 + rp**2))
    h += (t1 * (1 + x1 / 2) + t2 * (1 + x2 / 2)) / 4 * t * r
    h += (t2 * (x2 + 0.5) - t1 * (x1 + 0.5)) / 4 * (tn * rn + tp * rp)
    h += (3 * t1 * (1 + x1 / 2) - t2 * (1 + x2 / 2)) / 16 * d**2
    h -= (3 * t1 * (x1 + 0.5) + t2 * (x2 + 0.5)) / 16 * (dn**2 + dp**2) - p["w0"] / 2 * (j * d + jn * dn + jp * dp)
    h += p["j2"] / 16 * ((t1 - t2) * (jn**2 + jp**2) - (t1 * x1 + t2 * x2) * j**2)
    h += (
        t4
        / 6
        * (
            tn * (rn * rp / 2 + rp**2 / 4)
            + tp * (rn * rp / 2 + rn**2 / 4)
            + sympy.Rational(5, 16) * (dn**2 * rp + dp**2 * rn + 2 * r * dn * dp)
            + p["j2"] / 8 * (jn**2 * rp + jp**2 * rn)
        )
    )
    return sympy.lambdify(x, [sympy.diff(h, y) for y in x[:8]])


@dataclass
class Orbital:
    kind: int  # 0 neutron, 1 proton
    n: int
    l: int
    jj: int  # 2j
    number: float
    energy: float = 0.0
    u: np.ndarray = None

    def name(self):
        return f"{'np'[self.kind]} {self.n + 1}{'spdfg'[self.l]}{self.jj}/2"


def ls(l, jj):
    """<l.sigma> = j(j+1) - l(l+1) - 3/4."""
    return jj / 2 * (jj / 2 + 1) - l * (l + 1) - 0.75


def densities(mesh, orbitals):
    """rho = sum n R^2/4pi, tau = sum n (R'^2 + l(l+1) R^2/r^2)/4pi, J = sum n <l.sigma> R^2/(4 pi r), of n and p."""
    rho, tau, spin = np.zeros((3, 2, mesh.n))
    for o in orbitals:
        radial = o.u * mesh.inv
        if o.l == 0:
            mesh.fill_origin(radial)
        slope = mesh.derivative(radial, (-1) ** o.l)
        rho[o.kind] += o.number / (4 * pi) * radial**2
        tau[o.kind] += o.number / (4 * pi) * mesh.fill_origin(slope**2 + o.l * (o.l + 1) * (radial * mesh.inv) ** 2)
        spin[o.kind] += o.number / (4 * pi) * ls(o.l, o.jj) * radial**2 * mesh.inv
    return rho, tau, spin


class Field:
    """B, U (with Coulomb), W of each kind from densities: B = dH/dtau, W = dH/dJ, U = dH/drho - div dH/d(grad rho)."""

    def __init__(self, mesh, rho, tau, spin, force, recoil):
        self.mesh = mesh
        slope = np.array([mesh.derivative(f, 1) for f in rho])
        parts = energy_density(force)(*rho, *tau, *spin, *slope, *(b * recoil for b in HB2M))
        parts = [np.broadcast_to(np.asarray(p, float), mesh.n) for p in parts]
        self.B, self.W, self.U = parts[2:4], parts[4:6], []
        for kind in (0, 1):
            g = parts[6 + kind]
            self.U.append(parts[kind] - mesh.fill_origin(mesh.derivative(g, -1) + 2 * g * mesh.inv))
        self.charge = 4 * pi * CubicSpline(mesh.r, mesh.r**2 * rho[1]).antiderivative()(mesh.r)[-1]
        self.U[1] = self.U[1] + self.coulomb(rho[1])

    def coulomb(self, rho):
        """V_C = e^2 [(1/r) int_0^r 4 pi s^2 rho ds + int_r^inf 4 pi s rho ds]."""
        r = self.mesh.r
        inner = 4 * pi * CubicSpline(r, r**2 * rho).antiderivative()(r)
        outer = 4 * pi * CubicSpline(r, r * rho).antiderivative()(r)
        return E2 * (inner * self.mesh.inv + outer[-1] - outer)

    def w0(self, kind, l, jj):
        """w + e/B of v'' = w v, w = [B l(l+1)/r^2 + B'/r + U + W <l.sigma>/r - e]/B + B''/2B - (B'/B)^2/4."""
        m, b = self.mesh, self.B[kind]
        d = m.derivative(b, 1)
        dd = m.derivative(d, -1)
        w = (
            l * (l + 1) * m.inv**2
            + (d * m.inv + self.U[kind] + self.W[kind] * ls(l, jj) * m.inv) / b
            + dd / (2 * b)
            - (d / b) ** 2 / 4
        )
        w[0] = 0.0
        return w


def filling(number):
    """(n, l, 2j, nucleons) of the standard order, the last shell with what is left."""
    out = []
    for n, l, jj in STANDARD_ORDER:
        if number > 0:
            out.append((n, l, jj, min(number, jj + 1)))
            number -= jj + 1
    return out


def hartree_fock(Z, N, force="SkE2", mesh=None, mix=0.3, recoil=None):
    """Orbitals and field, by iteration of the densities until no level moves by 1e-10 MeV."""
    mesh = mesh or Mesh()
    recoil = 1 - 1 / (Z + N) if recoil is None else recoil
    orbitals = [Orbital(k, *s) for k, c in ((0, N), (1, Z)) for s in filling(c)]
    shape = 1 / (1 + np.exp((mesh.r - 1.12 * (Z + N) ** (1 / 3)) / 0.5))
    norm = np.sum(4 * pi * mesh.r**2 * shape) * mesh.h
    rho = np.array([N, Z])[:, None] * shape / norm
    tau = 0.6 * (3 * pi**2) ** (2 / 3) * rho ** (5 / 3)
    spin = np.zeros_like(rho)
    last = np.zeros(len(orbitals))
    for _ in range(600):
        field = Field(mesh, rho, tau, spin, force, recoil)
        for o in orbitals:
            b = field.B[o.kind]
            o.energy, v = bound(field.w0(o.kind, o.l, o.jj), 1 / b, mesh.h, o.l, o.n)
            o.u = v / np.sqrt(b)
            o.u /= sqrt(np.sum(o.u**2) * mesh.h)
        new = np.array([o.energy for o in orbitals])
        if np.abs(new - last).max() < 1e-10:
            return orbitals, field
        last = new
        fresh = densities(mesh, orbitals)
        rho, tau, spin = (a + mix * (b - a) for a, b in zip((rho, tau, spin), fresh))
    raise RuntimeError("no convergence")


def carbon(force="SkE2", mesh=None, recoil=15 / 16):
    """16O with 1p1/2 emptied, the field evaluated once from the rest."""
    orbitals, _ = hartree_fock(8, 8, force, mesh, recoil=recoil)
    mesh = mesh or Mesh()
    orbitals = [o for o in orbitals if (o.l, o.jj) != (1, 1)]
    return orbitals, Field(mesh, *densities(mesh, orbitals), force, recoil)
