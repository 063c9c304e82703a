r"""Structures and four-fold cross sections of gradino beside those of the brute force of exclusive.py.

    .venv/bin/python validation/independent/compare_exclusive.py nodes nodes.json    # with the package gradino
    python validation/independent/compare_exclusive.py compare nodes.json            # NumPy, SciPy, SymPy and Numba

gradino is linear between the nodes of its table: it is asked at nodes, found by their kinks. Differences of a structure
are over its largest value at the ten angles; "bound" are those over what positivity allows, as sqrt(CC T) for TC.
Waves with less than 3e-8 of the strength at a node are not in the table: structures miss up to 2e-3 at their peak.
"""

import json
import sys

import numpy as np

ANGLES = np.radians([0, 10, 20, 35, 50, 65, 80, 100, 130, 160])
AZIMUTHS = (0.4, 1.9, 3.3, 5.1)
ENERGIES = (450.0, 850.0)  # MeV, of the lepton
PLACES = [(200, 8), (300, 20), (300, 60), (300, 100), (500, 40), (500, 120)]  # q and T [MeV], nodes near them
TABLES = {"convention": "dolan2022", "coulomb": "none"}
CONVECTION = {"axial_charge": "full", "monopole": "full", "longitudinal": "convection"}
P, S, HALF = "1p3/2", "1s1/2", "1p1/2"
NAMES = [
    "16O dolan2022 nu",
    "16O dolan2022 antinu",
    "12C dolan2022 nu",
    "12C dolan2022 antinu",
    "16O plane nu",
    "16O plane antinu",
    "16O full nu",
    "16O full antinu",
    "16O default nu",
    "16O default antinu",
    "16O default-convection nu",
    "16O electron p",
    "16O neutral p",
    "16O neutral n",
    "16O anti-neutral p",
]


def request(name):
    """Shells, places and the arguments of gradino.Knockout of a case."""
    nuclide, kind, beam = name.split()
    choices = {
        "full": TABLES | CONVECTION,
        "plane": TABLES | {"waves": "plane"},
        "default": {"coulomb": "none"},
        "default-convection": {"coulomb": "none", "longitudinal": "convection"},
    }.get(kind, TABLES)
    args = {"target": nuclide, "neutrino": "anti-nu_mu" if "anti" in name else "nu_mu", "knockout": choices}
    if kind in ("electron", "neutral", "anti-neutral"):
        args["struck"] = {"p": "proton", "n": "neutron"}[beam]
        args["knockout"] = choices | ({"current": "neutral"} if "neutral" in kind else {"lepton": "e-"})
        return [P, S], [(300, 60), (500, 120)], args
    return [P, S] if nuclide == "12C" else [P, S, HALF], PLACES, args


def knockout(args):
    import gradino

    choices = dict(args["knockout"])
    if lepton := choices.pop("lepton", None):
        flux = {"lepton": lepton, "kind": "mono", "energy": "1000 MeV"}
        config = {"flux": flux, "target": {"nuclide": args["target"]}, "reaction": {"processes": ["1p1h"]}}
        return gradino.Knockout(config | {"knockout": choices}, struck=args["struck"])
    return gradino.Knockout(**args | {"knockout": choices}, highest="1000 MeV")


def kink(f, near, half, count):
    """The kink of a function of straight lines that is nearest to a place."""
    x = np.linspace(near - half, near + half, count)
    y = f(x) / np.abs(f(x)).max()
    bend = np.abs(np.diff(y, 2))
    least = max(30 * np.median(bend), 1e-9)
    found = []
    for i in range(5, count - 6):
        if bend[i - 1] > least and bend[i - 1] >= bend[i - 2] and bend[i - 1] > bend[i]:
            left, right = (y[i - 2] - y[i - 5]) / (x[3] - x[0]), (y[i + 5] - y[i + 2]) / (x[3] - x[0])
            at = (y[i - 2] - left * x[i - 2] - y[i + 2] + right * x[i + 2]) / (right - left)
            if abs(at - x[i]) < 2 * (x[1] - x[0]):
                found.append(at)
    return min(found, key=lambda at: abs(at - near), default=None)


def angle_of_lepton(lepton_masses, energy, omega, q):
    k, out = (np.sqrt(max(e * e - m * m, 1e-9)) for e, m in zip((energy, energy - omega), lepton_masses))
    return (k * k + out * out - q * q) / (2 * k * out)


def at_node(model, name, shell, q, T):
    """Structures and cross sections of gradino at the node near q and T; none if it is not space-like."""
    separation = {s.name: s.separation for s in model.shells}[shell]
    if T + separation > q - 10:
        return []

    def transverse(omega, q):
        return model.structures(shell, omega, q, np.cos(0.6))["T"].value

    q = kink(lambda q: transverse(T + separation, q), float(q), 12, 481)
    omega = kink(lambda w: transverse(w, q), T + separation, 3 if T > 10 else 1, 401)
    found = model.structures(shell, omega, q, np.cos(ANGLES))
    masses = (0.51099895, 0.51099895) if "electron" in name else (0, 0 if "neutral" in name else 105.6583755)
    four = []
    for energy in ENERGIES:
        c = angle_of_lepton(masses, energy, omega, q)
        for i in (2, 4, 7) if abs(c) < 1 else ():
            sigma = model.exclusive(shell, energy, omega, c, np.cos(ANGLES[i]), AZIMUTHS).value
            four += [(energy, i, p, float(x)) for p, x in zip(AZIMUTHS, sigma)]
    row = {"shell": shell, "q": q, "omega": omega, "separation": separation, "fourfold": four}
    return [row | {"structures": {n: v.value.tolist() for n, v in found.items()}}]


def nodes(name):
    """Rows of all shells and places of a case."""
    shells, places, args = request(name)
    model = knockout(args)
    return [row for shell in shells for q, T in places for row in at_node(model, name, shell, q, T)]


def allowed(tops):
    """The largest that each structure can be, of the largest of all structures."""
    from exclusive import STRUCTURES

    top = dict(zip("CLT", tops[[0, 2, 3]]))
    return np.array(
        [np.sqrt(top[n[0]] * top[n[1]] if len(n) > 1 and n[1] in top else top[n[0]] ** 2) for n in STRUCTURES]
    )


def sachs(Q2, bbba):
    """G_E and G_M of proton and neutron: dipole and Galster, or BBBA05."""
    from responses import MASS, MU_N, MU_P

    t = Q2 / (4 * MASS**2)
    if not bbba:
        d = (1 + Q2 / 0.71e6) ** -2
        return d, MU_P * d, -MU_N * t / (1 + 5.6 * t) * d, MU_N * d
    poly = lambda *c: np.polyval(c[::-1], t)
    return (
        poly(1, -0.0578) / poly(1, 11.1, 13.6, 33.0),
        MU_P * poly(1, 0.15) / poly(1, 11.1, 19.6, 7.54),
        poly(0, 1.25, 1.3) / poly(1, -9.86, 305, -758, 802),
        MU_N * poly(1, 1.81) / poly(1, 14.1, 20.7, 68.7),
    )


def form_factors(current, struck, default):
    """Of a current on a neutron (0) or proton (1), as a function of q and omega."""
    from responses import MASS, PION

    g_a, mass, pole = (1.2723, 1026.0, 1.0) if default else (1.262, 1032.0, 0.9992)

    def of(q, omega):
        Q2 = q * q - omega * omega
        ep, mp, en, mn = sachs(Q2, default)
        own, other = ((ep, mp), (en, mn)) if struck else ((en, mn), (ep, mp))
        axial = g_a * (1 + Q2 / mass**2) ** -2
        if current == "electron":
            return *own, 0.0, 0.0
        if current == "neutral":
            e, m = ((0.5 - 2 * 0.23122) * x - y / 2 for x, y in zip(own, other))
            axial *= ((1 if struck else -1) - 0.08 / g_a) / 2  # Delta_s = 0.08
            return e, m, axial, axial * 4 * MASS**2 / (Q2 + PION**2)  # axial.pole does not act here: q.l = 0
        else:
            e, m = ep - en, mp - mn
        return e, m, axial, pole * axial * 4 * MASS**2 / (Q2 + PION**2)

    return of


def default_field():
    """SLy4 with the exchange of Slater and the mean mass of the nucleons."""
    import field

    class Slater(field.Field):
        def coulomb(self, rho):
            return super().coulomb(rho) - field.E2 * np.cbrt(3 * np.abs(rho) / np.pi)

    old = field.Field, field.HB2M
    field.Field, field.HB2M = Slater, (field.HBARC**2 / (2 * field.MASS),) * 2
    try:
        return field.hartree_fock(8, 8, "SLy4")
    finally:
        field.Field, field.HB2M = old


def case(name):
    """Orbitals, field, struck and free kind, choices and lepton."""
    from exclusive import Choices
    from field import carbon, hartree_fock
    from leptons import CHARGED, ELECTRONS, NEUTRAL

    nuclide, kind, beam = name.split()
    anti, own = "anti" in name, "default" in kind
    current = kind.removeprefix("anti-") if kind in ("electron", "neutral", "anti-neutral") else "charged"
    struck = int(anti if current == "charged" else beam == "p")
    leaves = 1 - struck if current == "charged" else struck
    orbitals, field = default_field() if own else carbon() if nuclide == "12C" else hartree_fock(8, 8)
    whole = own or kind == "full"
    factors = form_factors(current, struck, own)
    choices = Choices(not whole, whole, "convection" in kind or kind == "full", kind == "plane", factors)
    lepton = ELECTRONS if current == "electron" else (NEUTRAL if current == "neutral" else CHARGED)[anti]
    return {o.name()[2:]: o for o in orbitals if o.kind == struck}, field, leaves, choices, lepton


def compare(name, rows):
    from exclusive import STRUCTURES, Knockout, Quadrature, structures
    from leptons import cross_section

    holes, field, leaves, choices, lepton = case(name)
    quad, own, bound, four, levels = Quadrature(field.mesh), [], [], [], []
    for row in rows:
        hole = holes[row["shell"]]
        levels.append(1e3 * (row["separation"] + hole.energy))
        mine = Knockout(field, hole, row["omega"], row["q"], leaves, choices, quad=quad)
        a = np.array([structures(mine.tensor(t)) for t in ANGLES]).T
        b = np.array([row["structures"][n] for n in STRUCTURES])
        off, top = np.abs(a - b).max(1), np.abs(a).max(1)
        own.append(off / np.maximum(top, 1e-12 * top[3]))
        bound.append(off / allowed(top))
        tensors = {(i, p): mine.tensor(ANGLES[i], p) for _, i, p, _ in row["fourfold"]}
        four += [cross_section(mine, lepton, e, tensors[i, p]) / v - 1 for e, i, p, v in row["fourfold"]]
    print(f"\n{name}: {len(rows)} nodes, levels off by at most {np.abs(levels).max():.2g} keV\n")
    print("| | median | largest | of the bound |\n| --- | --- | --- | --- |")
    for n, x, y in zip(STRUCTURES, np.transpose(own), np.transpose(bound)):
        print(f"| {n} | {np.median(x):.1e} | {x.max():.1e} | {y.max():.1e} |")
    size = np.abs(four)
    print(
        f"| d4 sigma ({len(four)}; mean {np.mean(four):.0e}) | {np.median(size):.1e} | {size.max():.1e} | |", flush=True
    )


if __name__ == "__main__":
    mode, *rest = sys.argv[1:]
    if mode == "nodes":
        with open(rest[0], "w") as file:
            json.dump({name: nodes(name) for name in rest[1:] or NAMES}, file)
    else:
        with open(rest[0]) as file:
            found = json.load(file)
        for name in rest[1:] or found:
            compare(name, found[name])
