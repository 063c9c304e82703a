"""Exclusive hadron tensor of one-nucleon knockout by brute force, written from docs/src/physics alone, to check the
Rust code.

Another route than that of the multipoles: the outgoing nucleon is a spinor on a mesh in r, theta and phi, its partial
waves summed by projectors on j = l +- 1/2, and the currents act in coordinate space under the whole exp(iqz). z along
q, leptons in the plane xz with transverse momentum along +x, right-handed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin, sqrt

import numpy as np
from scipy.special import eval_legendre, loggamma, sph_harm_y, spherical_jn
from sympy import Rational
from sympy.physics.quantum.cg import CG

from field import E2, FREE_MASS, HBARC, MASS
from responses import coulomb_functions, form_factors, plane_waves, waves

SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
STRIDE, END = 2, 16.0  # every second point of the mesh, up to 16 fm


@lru_cache(None)
def clebsch(j1, m1, j2, m2, j, m):
    """<j1 m1 j2 m2|j m>, arguments doubled."""
    return float(CG(*(Rational(x, 2) for x in (j1, m1, j2, m2, j, m))).doit())


@dataclass
class Choices:
    """`middle`: the axial charge of middle rank; `convection`: the longitudinal current of free nucleons. The form
    factors are G_E, G_M, G_A, G_P at q and omega."""

    middle: bool = False
    monopole_from_s: bool = True
    convection: bool = False
    plane: bool = False
    form_factors: Callable = form_factors


TABLES = Choices(middle=True, monopole_from_s=False)  # those of dolan2022


class Quadrature:
    """Points in r and on the sphere, weights of d^3r; Gauss in cos(theta), equal steps in phi."""

    def __init__(self, mesh, n_theta=64, n_phi=36):
        self.pick = np.arange(STRIDE, round(END / mesh.h), STRIDE)
        self.r = mesh.r[self.pick]
        x, w = np.polynomial.legendre.leggauss(n_theta)
        angles = np.meshgrid(np.arccos(x), 2 * pi / n_phi * np.arange(n_phi), indexing="ij")
        self.theta, self.phi = (a.ravel() for a in angles)
        s, c, cp, sp = np.sin(self.theta), np.cos(self.theta), np.cos(self.phi), np.sin(self.phi)
        self.axes = np.array([[s * cp, s * sp, c], [c * cp, c * sp, -s], [-sp, cp, 0 * s]])  # r, theta, phi
        self.weight = (STRIDE * mesh.h * self.r**2)[:, None] * np.repeat(w * 2 * pi / n_phi, n_phi)


def hole_spinors(quad, mesh, hole):
    """phi and its gradient (x, y, z) of all m: [m, spin, 4, r, angle]."""
    l, r = hole.l, quad.r
    slope = mesh.derivative(hole.u, (-1) ** (l + 1))[quad.pick]
    radial, over_r = hole.u[quad.pick] / r, hole.u[quad.pick] / r**2
    out = np.zeros((hole.jj + 1, 2, 4, r.size, quad.theta.size), complex)
    for a, m in enumerate(range(-hole.jj, hole.jj + 1, 2)):
        for b, s in enumerate((1, -1)):
            ml = (m - s) // 2
            if abs(ml) > l:
                continue
            c = clebsch(2 * l, 2 * ml, 1, s, hole.jj, m)
            y, dy = (c * f for f in sph_harm_y(l, ml, quad.theta, quad.phi, diff_n=1))
            tangent = dy[..., 0] * quad.axes[1] + dy[..., 1] / np.sin(quad.theta) * quad.axes[2]
            out[a, b, 0] = np.outer(radial, y)
            for i in range(3):
                out[a, b, 1 + i] = np.outer(slope / r - over_r, y * quad.axes[0, i]) + np.outer(over_r, tangent[i])
    return out


def middle_weights(quad, q, lmax):
    """W_mk of sum_J i^J sqrt(4 pi (2J+1)) [[j_J Y_J nabla]_J sigma]_J0 = sum W_mk nabla_k sigma_{-m}, m = +-1, k
    Cartesian."""
    spherical = {1: np.array([-1, -1j, 0]) / sqrt(2), 0: np.array([0, 0, 1]), -1: np.array([1, -1j, 0]) / sqrt(2)}
    out = np.zeros((2, 3, quad.r.size, quad.theta.size), complex)
    for J in range(1, lmax + 1):
        radial = 1j**J * sqrt(4 * pi * (2 * J + 1)) * spherical_jn(J, q / HBARC * quad.r)
        for a, m in enumerate((1, -1)):
            outer = clebsch(2 * J, 2 * m, 2, -2 * m, 2 * J, 0)
            for n in (1, 0, -1):
                if abs(m - n) <= J:
                    y = clebsch(2 * J, 2 * (m - n), 2, 2 * n, 2 * J, 2 * m) * sph_harm_y(J, m - n, quad.theta, quad.phi)
                    for k in range(3):
                        if spherical[n][k]:
                            out[a, k] += np.outer(outer * radial, y * spherical[n][k])
    return out


def phases(field, kind, channels, T, u, mass):
    """sigma_l + delta_lj of waves u that `waves` has normalised."""
    mesh, b = field.mesh, field.B[kind]
    at = mesh.n - 6
    k = sqrt(T * (1 + T / (2 * mass)) / b[-1])
    eta = kind * field.charge * E2 / (2 * b[-1] * k)
    F, dF, G, dG = coulomb_functions(max(l for l, _ in channels), eta, k * mesh.r[at])
    out = []
    for (l, _), wave in zip(channels, u):
        v = wave * np.sqrt(b)
        slope = mesh.derivative(v, 1)[at] / k
        delta = np.arctan2(v[at] * dF[l] - slope * F[l], slope * G[l] - v[at] * dG[l])
        out.append(delta + loggamma(l + 1 + 1j * eta).imag)
    return np.array(out)


class Knockout:
    """Amplitudes of one shell at one energy and momentum transfer [MeV]; `leaves` is the kind of the free nucleon."""

    def __init__(self, field, hole, omega, q, leaves, choices=TABLES, lmax=24, quad=None):
        self.quad = quad = quad or Quadrature(field.mesh)
        self.hole, self.q, self.omega, self.choices = hole, q, omega, choices
        T, mass = omega + hole.energy, FREE_MASS[leaves]
        self.channels = [(l, jj) for l in range(lmax + 1) for jj in (2 * l + 1, 2 * l - 1) if jj > 0]
        if choices.plane:
            u = plane_waves(field.mesh, self.channels, np.array([T]), mass)[0]
            angle = np.zeros(len(u))
        else:
            u = waves(field, leaves, self.channels, np.array([T]), mass)[0]
            angle = phases(field, leaves, self.channels, T, u, mass)
        self.lmax, self.waves = lmax, np.exp(-1j * angle)[:, None] * u[:, quad.pick] / quad.r
        spinors = hole_spinors(quad, field.mesh, hole)
        boson = quad.weight * np.exp(1j * q / HBARC * np.outer(quad.r, quad.axes[0, 2]))
        kernel = spinors * boson
        if choices.middle:
            weights = quad.weight * middle_weights(quad, q, lmax + 2)
            kernel = np.concatenate((kernel, np.einsum("akrw,mskrw->msarw", weights, spinors[:, :, 1:])), axis=2)
        self.kernel = kernel.reshape(*kernel.shape[:3], -1)
        kept = 0.0 if choices.monopole_from_s or hole.l else field.mesh.h / sqrt(4 * pi)
        self.monopole = kept * np.sum(u[0] * hole.u * spherical_jn(0, q / HBARC * field.mesh.r)) * np.exp(1j * angle[0])

    def wave(self, direction):
        """psi^(-)_{p s}, an energy-normalised matrix in spin: [component, s, point].

        Partial wave j = l +- 1/2 summed over m: i^l e^{-i phase} u/r (projector on j) (2l + 1)/4 pi P_l(x), with
        l.sigma P_l = -i (r^ x p^).sigma P_l'.
        """
        quad, x = self.quad, direction @ self.quad.axes[0]
        cross = np.cross(quad.axes[0].T, direction).T
        ells = np.arange(self.lmax + 1)
        p = np.array([eval_legendre(l, x) for l in ells])
        dp = np.zeros_like(p)
        for l in ells[1:]:
            dp[l] = l * p[l - 1] + x * dp[l - 1]
        plain, flip = np.zeros((2, self.lmax + 1, quad.r.size), complex)
        for (l, jj), f in zip(self.channels, self.waves):
            stretched = jj > 2 * l
            plain[l] += 1j**l / (4 * pi) * f * (l + 1 if stretched else l)
            flip[l] += 1j**l / (4 * pi) * f * (-1j if stretched else 1j)
        plain, flip = plain.T @ p, flip.T @ dp
        one = np.eye(2)[:, :, None, None] * plain
        return (one + np.einsum("iab,iw,rw->abrw", SIGMA, cross, flip)).reshape(2, 2, -1)

    def amplitudes(self, theta, phi=0.0):
        """<psi^(-)_{p s}|V - A|h m>: [0xyz, s, m]."""
        direction = np.array([sin(theta) * cos(phi), sin(theta) * sin(phi), cos(theta)])
        # b[d, s, m, c', c]: component c' of psi, d of (1, nabla) of component c of phi
        b = np.einsum("psx,mcdx->dsmpc", self.wave(direction).conj(), self.kernel, optimize=True)
        ge, gm, ga, gp = self.choices.form_factors(self.q, self.omega)
        q, M, omega = self.q, MASS, self.omega
        one = np.einsum("dsmcc->dsm", b[:4])
        spin = np.einsum("ipc,dsmpc->idsm", SIGMA, b)
        charge = one[0] - self.monopole * np.eye(2)[::-1] if self.monopole else one[0]
        momentum = -1j * HBARC * one[1:4]  # of the hole; p + p' = 2p + q under exp(iqz)
        v = ge / M * momentum
        v[2] = (ge * (momentum[2] + q / 2 * one[0]) / M) if self.choices.convection else omega / q * ge * charge
        v[0] += 1j * gm * q / (2 * M) * spin[1, 0]  # i sigma x q
        v[1] -= 1j * gm * q / (2 * M) * spin[0, 0]
        if self.choices.middle:
            lower, raise_ = (spin[0, 4] - 1j * spin[1, 4]) / sqrt(2), -(spin[0, 5] + 1j * spin[1, 5]) / sqrt(2)
            a0 = 1j * HBARC * ga / M * (lower + raise_)  # minus the share of rank J in -i sigma.nabla
        else:
            a0 = ga / M * (-1j * HBARC * (spin[0, 1] + spin[1, 2] + spin[2, 3]) + q / 2 * spin[2, 0])
        a0 = a0 - omega * gp * q / (4 * M**2) * spin[2, 0]
        a = ga * spin[:, 0]
        a[2] = a[2] - q**2 * gp / (4 * M**2) * spin[2, 0]
        return np.array([ge * charge - a0, *(v - a)])

    def tensor(self, theta, phi=0.0):
        """W^{mu nu} = sum J^mu J^nu* of the whole shell [1/(MeV sr)], indices 0xyz."""
        j = self.amplitudes(theta, phi)
        return self.hole.number / (self.hole.jj + 1) * np.einsum("asm,bsm->ab", j, j.conj())


R2 = sqrt(2)
STRUCTURES = {  # names of gradino, what they are of W at phi = 0 with indices 0xyz
    "CC": lambda w: w[0, 0].real,
    "CL": lambda w: w[0, 3].real,
    "LL": lambda w: w[3, 3].real,
    "T": lambda w: (w[1, 1] + w[2, 2]).real,
    "T'": lambda w: -2 * w[1, 2].imag,
    "TL cos": lambda w: R2 * w[1, 3].real,
    "TC cos": lambda w: R2 * w[1, 0].real,
    "TL' cos": lambda w: R2 * w[2, 3].imag,
    "TC' cos": lambda w: R2 * w[2, 0].imag,
    "TL sin": lambda w: -R2 * w[2, 3].real,
    "TC sin": lambda w: -R2 * w[2, 0].real,
    "TL' sin": lambda w: R2 * w[1, 3].imag,
    "TC' sin": lambda w: R2 * w[1, 0].imag,
    "TT cos 2": lambda w: (w[2, 2] - w[1, 1]).real / 2,
    "TT sin 2": lambda w: w[1, 2].real,
}


def structures(w):
    """All structures of a tensor at phi = 0."""
    return np.array([f(w) for f in STRUCTURES.values()])
