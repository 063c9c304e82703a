r"""Responses of gradino beside those of the independent program.

    gradino responses 12C --q 200MeV --q 296.27MeV --q 504MeV --omega 15MeV:300MeV:1MeV \
        --convention dolan2022 --unit 1/GeV --csv > 12C.csv
    python validation/independent/compare.py 12C.csv

12C, 16O and 40Ar, probes nu and antinu. Needs NumPy, SciPy, SymPy and Numba.
"""

import sys

import numpy as np

from field import carbon, hartree_fock
from responses import FREE_MASS, responses

NAMES = ("R_CC", "R_CL", "R_LL", "R_T", "R_T'")
NUCLEI = {
    "12C": carbon,
    "16O": lambda: hartree_fock(8, 8),
    "40Ar": lambda: hartree_fock(18, 22),
}
STRUCK = {"nu": 0, "antinu": 1}
NEGLIGIBLE = 0.01  # of the largest value, as in the tables of docs/validation.md


def table(path):
    """Nuclide and probe of the head; energy transfers and responses by momentum transfer [MeV, 1/GeV]."""
    with open(path) as file:
        nuclide, probe = file.readline().removeprefix("# ").split(":")[0].split(", probe ")
    rows = np.loadtxt(path, delimiter=",", comments=["#", "q ["])
    return nuclide, probe, {q: rows[rows[:, 0] == q, 1:].T for q in np.unique(rows[:, 0])}


def differences(path):
    nuclide, probe, tables = table(path)
    orbitals, field = NUCLEI[nuclide]()
    struck = STRUCK[probe]
    omega = next(iter(tables.values()))[0]
    mass = FREE_MASS[1 - struck]
    found = responses(orbitals, field, list(tables), omega, struck=struck, lmax=40, mass=mass)
    print(f"\n{nuclide}, {probe}: |gradino/independent - 1|, median / 95 % / largest\n")
    print(f"| q [MeV] | {' | '.join(NAMES)} |\n|{' --- |' * 6}")
    for q, columns in tables.items():
        cells = []
        for ours, theirs in zip(columns[1:], found[q]):
            large = np.abs(ours) > NEGLIGIBLE * np.abs(ours).max()
            off = np.abs(ours[large] / theirs[large] - 1)
            cells.append(f"{np.median(off):.1e} / {np.quantile(off, 0.95):.1e} / {off.max():.1e}")
        print(f"| {q:g} | {' | '.join(cells)} |")


if __name__ == "__main__":
    for path in sys.argv[1:]:
        differences(path)
