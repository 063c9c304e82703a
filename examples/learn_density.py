"""Learn a density of your own: two nucleons knocked out together, six dimensions with a sharp ridge."""

# %% The density: rows of points, rows of conditions, one number for each. It need not be normalised.
import gradino
import numpy as np
from gradino import Axis, Condition
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NUCLEON, MUON, SEPARATION, PAIR = 938.9, 105.66, 30.0, 100.0  # MeV


def pair(points: Floats, conditions: Floats) -> Floats:
    share, cos_l, cos_1, phi_1, cos_2, phi_2 = points.T
    energy = conditions[:, 0]
    kinetic = share * (energy - MUON - SEPARATION)
    muon = energy - SEPARATION - kinetic
    k = np.sqrt(np.maximum(muon**2 - MUON**2, 0))
    q = np.sqrt(energy**2 + k**2 - 2 * energy * k * cos_l)
    p = np.sqrt(kinetic / 2 * (kinetic / 2 + 2 * NUCLEON))
    sines = np.sqrt((1 - cos_1**2) * (1 - cos_2**2))
    opening = cos_1 * cos_2 + sines * np.cos(phi_1 - phi_2)
    # The momentum that the pair had before: p1 + p2 - q.
    before = 2 * p**2 * (1 + opening) + q**2 - 2 * p * q * (cos_1 + cos_2)
    dipole = (1 + (q**2 - (energy - muon) ** 2) / 842.6**2) ** -4
    leptons = 1 - k / muon * cos_l
    density: Floats = k * p**2 * dipole * leptons * np.exp(-before / (2 * PAIR**2))
    return density


directions = [Axis("cos_1", -1, 1), Axis("phi_1", 0, 2 * np.pi, "rad", circle=True)]
directions += [Axis("cos_2", -1, 1), Axis("phi_2", 0, 2 * np.pi, "rad", circle=True)]
axes = [Axis("share", 0, 1), Axis("cos_l", -1, 1), *directions]
density = gradino.Density(pair, axes, [Condition("E_nu", 400, 1200, "MeV")])

# %% Train a flow for a few seconds, and draw from it. The page on flows has settings for ridges that reach 99 %.
short = {"bins": 8, "width": 32}
flow = gradino.Flow.train(density, flow=short, steps=150, batch=1024, pool=16384, round=15, warm_up=20, rate=0.01)
for row in flow.rounds[::3]:
    print(f"step {row.step:4}: RESS {row.ress:.3f}, efficiency {row.efficiency:.3f}")
drawn = flow.sample(100_000, {"E_nu": 700.0})

# %% The weights make a weighted sample exact: here the mean cosine between the nucleons.
weights = density(drawn.points, drawn.conditions) / drawn.densities
c1, phi1, c2, phi2 = drawn.points[:, 2:].T
opening = c1 * c2 + np.sqrt((1 - c1**2) * (1 - c2**2)) * np.cos(phi1 - phi2)
print(f"mean cosine {np.average(opening, weights=weights):.3f}, without weights {opening.mean():.3f}")
