"""Inclusive 1p1h responses, written from docs/src/physics/responses.md alone, to check the Rust code.

The choices are those of the tables of dolan2022. Reduced matrix elements in the convention of Edmonds,
<j'm'|T_kq|jm> = (-1)^(j'-m') 3j(j' k j; -m' q m) <j'||T_k||j>.
"""

from functools import lru_cache
from math import exp, lgamma, pi, sqrt

import numpy as np
from numba import njit
from scipy.sparse import coo_matrix
from scipy.special import spherical_jn

from field import E2, FREE_MASS, HBARC, MASS, outward

PION = 139.57039  # MeV, masses of the Particle Data Group, 2022
MU_P, MU_N = 2.792847, -1.913043  # CODATA 2018


@njit(cache=True)
def coulomb_functions(lmax, eta, rho):
    """F, F', G, G' (derivatives in rho) of l = 0..lmax by Steed's continued fractions (up to one common sign)."""
    F, dF, G, dG = np.zeros(lmax + 1), np.zeros(lmax + 1), np.zeros(lmax + 1), np.zeros(lmax + 1)
    top = lmax + int(rho) + 60
    f = 0.0
    for l in range(top, lmax, -1):  # F'/F at lmax, evaluated backwards
        s = l / rho + eta / l
        f = s - (1 + (eta / l) ** 2) / (s + f)
    F[lmax], dF[lmax] = 1e-200, f * 1e-200
    for l in range(lmax, 0, -1):
        s, c = l / rho + eta / l, sqrt(1 + (eta / l) ** 2)
        F[l - 1] = (s * F[l] + dF[l]) / c
        dF[l - 1] = s * F[l - 1] - c * F[l]
    k = 0j
    for n in range(4000, 0, -1):  # p + iq = H'/H of l = 0
        a = (n + 1j * eta) * (n - 1 + 1j * eta)
        k = a / (2 * (rho - eta + 1j * n) + k)
    pq = 1j / rho * (rho - eta + k)
    p, q, f = pq.real, pq.imag, dF[0] / F[0]
    size = 1 / sqrt((f - p) ** 2 / q + q)
    scale = size / F[0]
    F *= scale
    dF *= scale
    G[0] = F[0] * (f - p) / q
    dG[0] = p * G[0] - q * F[0]
    for l in range(1, lmax + 1):
        s, c = l / rho + eta / l, sqrt(1 + (eta / l) ** 2)
        G[l] = (s * G[l - 1] - dG[l - 1]) / c
        dG[l] = c * G[l - 1] - s * G[l]
    return F, dF, G, dG


@njit(cache=True)
def distorted(w0, inv_b, ells, energies, eta, k, h, match):
    """v of all channels and energies, with the amplitude 1/sqrt(pi k) of v at large r: [energy, channel, r]."""
    out = np.zeros((energies.size, ells.size, inv_b.size))
    c = np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280]) / h
    for e in range(energies.size):
        F, dF, G, dG = coulomb_functions(ells.max(), eta[e], k[e] * match * h)
        for a in range(ells.size):
            l = ells[a]
            v = outward(w0[a] - energies[e] * inv_b, h, l)
            slope = 0.0
            for d in range(4):
                slope += c[d] * (v[match + d + 1] - v[match - d - 1])
            slope /= k[e]
            x, y = slope * G[l] - v[match] * dG[l], v[match] * dF[l] - slope * F[l]
            out[e, a] = v / sqrt(pi * k[e]) / sqrt(x * x + y * y)
    return out


def waves(field, kind, channels, T, mass=MASS):
    """Energy-normalised u of the continuum, u -> sin(...)/sqrt(pi B k), at T (1 + T/2m)."""
    mesh, b = field.mesh, field.B[kind]
    energies = T * (1 + T / (2 * mass))
    k = np.sqrt(energies / b[-1])
    eta = kind * field.charge * E2 / (2 * b[-1] * k)
    w0 = np.array([field.w0(kind, l, jj) for l, jj in channels])
    ells = np.array([l for l, _ in channels])
    return distorted(w0, 1 / b, ells, energies, eta, k, mesh.h, mesh.n - 6) / np.sqrt(b)


def plane_waves(mesh, channels, T, mass):
    """u = sqrt(2 m k/pi) r j_l(kr)/hbar: free, without recoil, k at T (1 + T/2m)."""
    k = np.sqrt(2 * mass * T * (1 + T / (2 * mass))) / HBARC
    x = k[:, None] * mesh.r
    norm = np.sqrt(2 * mass * k / pi) / HBARC
    bessel = {l: spherical_jn(l, x) for l, _ in channels}
    return np.stack([norm[:, None] * mesh.r * bessel[l] for l, _ in channels], axis=1)


def lnf(n):
    """ln (n/2)!"""
    return lgamma(n / 2 + 1)


def triangle(a, b, c):
    return abs(a - b) <= c <= a + b and (a + b + c) % 2 == 0


def delta(a, b, c):
    return (lnf(a + b - c) + lnf(a - b + c) + lnf(b + c - a) - lnf(a + b + c + 2)) / 2


@lru_cache(None)
def six(a, b, c, d, e, f):
    """6j {a b c; d e f} by Racah's sum."""
    if not (triangle(a, b, c) and triangle(a, e, f) and triangle(d, b, f) and triangle(d, e, c)):
        return 0.0
    front = delta(a, b, c) + delta(a, e, f) + delta(d, b, f) + delta(d, e, c)
    low = max(a + b + c, a + e + f, d + b + f, d + e + c)
    high = min(a + b + d + e, b + c + e + f, a + c + d + f)
    return sum(
        (-1) ** (t // 2)
        * exp(
            front
            + lnf(t + 2)
            - lnf(t - a - b - c)
            - lnf(t - a - e - f)
            - lnf(t - d - b - f)
            - lnf(t - d - e - c)
            - lnf(a + b + d + e - t)
            - lnf(b + c + e + f - t)
            - lnf(a + c + d + f - t)
        )
        for t in range(low, high + 1, 2)
    )


@lru_cache(None)
def nine(a, b, c, d, e, f, g, h, i):
    """9j {a b c; d e f; g h i} as a sum of products of 6j."""
    low, high = max(abs(a - i), abs(d - h), abs(b - f)), min(a + i, d + h, b + f)
    return sum(
        (-1) ** x * (x + 1) * six(a, b, c, f, i, x) * six(d, e, f, b, x, h) * six(g, h, i, x, a, d)
        for x in range(low, high + 1)
    )


@lru_cache(None)
def three_zero(a, b, c):
    """3j(a b c; 0 0 0), arguments not doubled."""
    s = a + b + c
    if s % 2 or not triangle(2 * a, 2 * b, 2 * c):
        return 0.0
    g = s // 2
    return (-1) ** g * exp(
        delta(2 * a, 2 * b, 2 * c) + lnf(2 * g) - lnf(2 * (g - a)) - lnf(2 * (g - b)) - lnf(2 * (g - c))
    )


def harmonic(lo, L, li):
    """<l'||Y_L||l>."""
    return (-1) ** lo * sqrt((2 * lo + 1) * (2 * L + 1) * (2 * li + 1) / (4 * pi)) * three_zero(lo, L, li)


def y_grad(lo, L, K, li):
    """Factors of (d/dr - l/r) and (d/dr + (l+1)/r) in <l'||[Y_L nabla]_K||l>."""
    out = []
    for l1, grad in ((li + 1, sqrt(li + 1)), (li - 1, -sqrt(li))):
        ok = l1 >= 0
        out.append(
            (-1) ** (lo + li + K)
            * sqrt(2 * K + 1)
            * six(2 * L, 2, 2 * K, 2 * li, 2 * lo, 2 * l1)
            * harmonic(lo, L, l1)
            * grad
            if ok
            else 0.0
        )
    return out


def no_spin(lo, jf, li, ji, J):
    """<l'j'||O_J||lj> / <l'||O_J||l> of an operator without spin."""
    return (-1) ** ((2 * lo + 1 + ji + 2 * J) // 2) * sqrt((jf + 1) * (ji + 1)) * six(2 * lo, jf, 1, ji, 2 * li, 2 * J)


def with_spin(lo, jf, li, ji, K, J):
    """<l'j'||[O_K sigma]_J||lj> / <l'||O_K||l>."""
    return sqrt(6 * (jf + 1) * (ji + 1) * (2 * J + 1)) * nine(2 * lo, 2 * li, 2 * K, 1, 1, 2, jf, ji, 2 * J)


def multipole_terms(lo, jf, li, ji, J):
    """{operator: [(function, L, factor)]}: operator = sum of factor * int u_f j_L f u_h, function 0: u,
    1: u' - (l+1)u/r, 2: u' + l u/r. charge j_J Y_J; sigma, sigma1, sigma2 = Sigma, Sigma', Sigma'';
    delta, delta1 = q Delta, q Delta'; middle = [[j_J Y_J nabla]_J sigma]_J; omega = j_J Y_J sigma.nabla
    = sum_K (-1)^(J+K) sqrt((2K+1)/(2J+1)) [[..]_K sigma]_J
    """
    up, down = sqrt((J + 1) / (2 * J + 1)), sqrt(J / (2 * J + 1))
    spin = lambda L: with_spin(lo, jf, li, ji, L, J) * harmonic(lo, L, li) if L >= 0 else 0.0

    def grad(L, K, angular):
        return [(1 + i, L, angular * g) for i, g in enumerate(y_grad(lo, L, K, li))] if L >= 0 else []

    plain = no_spin(lo, jf, li, ji, J)
    ranks = [K for K in (J - 1, J, J + 1) if K >= 0]
    terms = {
        "charge": [(0, J, plain * harmonic(lo, J, li))],
        "sigma": [(0, J, spin(J))],
        "sigma1": [(0, J + 1, -down * spin(J + 1)), (0, J - 1, up * spin(J - 1))],
        "sigma2": [(0, J + 1, up * spin(J + 1)), (0, J - 1, down * spin(J - 1))],
        "delta": grad(J, J, plain),
        "delta1": grad(J + 1, J, -down * plain) + grad(J - 1, J, up * plain),
        "middle": grad(J, J, with_spin(lo, jf, li, ji, J, J)),
        "omega": [
            t
            for K in ranks
            for t in grad(J, K, (-1) ** (J + K) * sqrt((2 * K + 1) / (2 * J + 1)) * with_spin(lo, jf, li, ji, K, J))
        ],
    }
    if J == 0:  # there is no transverse multipole of rank 0
        for name in ("sigma", "sigma1", "delta", "delta1"):
            terms[name] = []
    return terms


@lru_cache(None)
def operators(lh, jh, channels, lmax):
    """Sparse matrices from the radial integrals [channel, function, L] to the multipoles (channel, J); their list."""
    pairs = [(c, J) for c, (l, jj) in enumerate(channels) for J in range(abs(jj - jh) // 2, (jj + jh) // 2 + 1)]
    data = {}
    for row, (c, J) in enumerate(pairs):
        for name, terms in multipole_terms(*channels[c], lh, jh, J).items():
            data.setdefault(name, []).extend(
                (f, row, (c * 3 + g) * (lmax + 1) + L) for g, L, f in terms if abs(f) > 1e-14 and L <= lmax
            )
    shape = (len(pairs), len(channels) * 3 * (lmax + 1))
    matrix = lambda d: coo_matrix(([x[0] for x in d], ([x[1] for x in d], [x[2] for x in d])), shape).tocsr()
    return pairs, {name: matrix(d) for name, d in data.items()}


def radial_integrals(mesh, hole, u, q, lmax):
    """int u_f(r) j_L(qr/hbar c) f(r) dr of the three functions of the hole: [(channel, function, L), energy]."""
    slope = mesh.derivative(hole.u, (-1) ** (hole.l + 1))
    f = np.stack([hole.u, slope - (hole.l + 1) * hole.u * mesh.inv, slope + hole.l * hole.u * mesh.inv])
    bessel = spherical_jn(np.arange(lmax + 1)[:, None], q / HBARC * mesh.r)
    kernel = (f[:, None] * bessel[None]).reshape(-1, mesh.n).T * mesh.h
    return (u @ kernel).reshape(u.shape[0], -1).T


def form_factors(q, omega, pole=0.9992):
    """G_E, G_M (isovector; dipole, Galster), G_A (1.262, 1.032 GeV), G_P = pole 4M^2 G_A/(Q^2 + m_pi^2)."""
    Q2 = q**2 - omega**2
    tau, dipole = Q2 / (4 * MASS**2), (1 + Q2 / 0.71e6) ** -2
    ge = dipole * (1 + MU_N * tau / (1 + 5.6 * tau))
    ga = 1.262 * (1 + Q2 / 1032.0**2) ** -2
    return ge, dipole * (MU_P - MU_N), ga, pole * 4 * MASS**2 * ga / (Q2 + PION**2)


def multipoles(ops, integrals, q, omega, axial_charge="middle"):
    """C, Z, T^el, T^mag of V (natural parity: C, Z, el) and A.  An i common
    to the parts of the other parity is left out.

    C_V = G_E M, Z_V = (omega/q) C_V, el_V = (G_E qDelta' + G_M q Sigma/2)/M,
    mag_V = -i (G_E qDelta - G_M q Sigma'/2)/M,
    C_A = i (G_A O/M - omega q G_P Sigma''/4M^2), Z_A = i Sigma'' (G_A - q^2 G_P/4M^2),
    el_A = -i G_A Sigma', mag_A = -G_A Sigma.
    """
    ge, gm, ga, gp = form_factors(q, omega)
    o = {name: m @ integrals for name, m in ops.items()}
    nabla = -o["middle"] * HBARC if axial_charge == "middle" else o["omega"] * HBARC + q * o["sigma2"] / 2
    cv, ca = ge * o["charge"], ga / MASS * nabla - omega * q * gp / (4 * MASS**2) * o["sigma2"]
    zv, za = omega / q * cv, o["sigma2"] * (ga - q**2 * gp / (4 * MASS**2))
    el_v, mag_a = (ge * HBARC * o["delta1"] + gm * q * o["sigma"] / 2) / MASS, -ga * o["sigma"]
    el_a, mag_v = -ga * o["sigma1"], -(ge * HBARC * o["delta"] - gm * q * o["sigma1"] / 2) / MASS
    return cv, ca, zv, za, el_v, el_a, mag_v, mag_a


def shell_responses(mesh, hole, u, channels, q, omega, lmax, axial_charge="middle", monopole_from_s=False):
    """R_CC, R_CL, R_LL, R_T, R_T' of one shell [1/MeV]: 4 pi sums over the multipoles, times n/(2j+1)."""
    pairs, ops = operators(hole.l, hole.jj, channels, lmax)
    integrals = radial_integrals(mesh, hole, u, q, lmax)
    cv, ca, zv, za, el_v, el_a, mag_v, mag_a = multipoles(ops, integrals, q, omega, axial_charge)
    if hole.l == 0 and not monopole_from_s:
        zero = [i for i, (c, J) in enumerate(pairs) if J == 0 and channels[c][0] == 0]
        cv[zero] = zv[zero] = 0.0

    def total(x):
        return np.sum(x, axis=0)

    front = 4 * pi * hole.number / (hole.jj + 1)
    return front * np.array(
        [
            total(cv**2 + ca**2),
            -total(cv * zv + ca * za),
            total(zv**2 + za**2),
            total(el_v**2 + el_a**2 + mag_v**2 + mag_a**2),
            -total(el_v * mag_a + el_a * mag_v),
        ]
    )


def responses(orbitals, field, qs, omegas, struck=0, lmax=36, plane=False, mass=MASS, **options):
    """Sum over the shells of the struck kind, {q: [5, omega]} in 1/GeV; the nucleon that leaves, of the mass in
    T (1 + T/2m), is of the other kind."""
    mesh = field.mesh
    channels = tuple((l, jj) for l in range(lmax + 1) for jj in (2 * l - 1, 2 * l + 1) if jj > 0)
    out = {q: np.zeros((5, omegas.size)) for q in qs}
    for hole in (o for o in orbitals if o.kind == struck):
        for block in np.array_split(np.arange(omegas.size), max(1, omegas.size // 60)):
            some = block[omegas[block] + hole.energy > 0.02]
            if some.size == 0:
                continue
            T = omegas[some] + hole.energy
            u = (
                plane_waves(mesh, channels, T, FREE_MASS[1 - struck])
                if plane
                else waves(field, 1 - struck, channels, T, mass)
            )
            for q in qs:
                out[q][:, some] += 1e3 * shell_responses(mesh, hole, u, channels, q, omegas[some], lmax + 1, **options)
    for q in qs:
        out[q][:, omegas >= q] = 0.0
    return out
