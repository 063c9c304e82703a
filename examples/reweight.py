"""First-order reweighting to another level density, compared with a fresh run."""

# %%
import numpy as np

import gradino

# %% One run with the derivatives for the scale of the level-density parameter.
name = "level_density.a"
config = {"flux": {"kind": "mono", "energy": "30 MeV"}, "events": 40_000, "seed": 3}
run = gradino.run(config, gradients=[name])
value = run.parameters[name]

# %% Move the parameter: each weight changes by its score, each energy by its derivative.
step = 0.05 * value
weight = 1.0 + step * run.weight_gradient[:, 0]
energy = run.visible_energy + step * run.visible_energy_gradient[:, 0]

# %% A fresh run at the new value, with the same random numbers.
fresh = gradino.run(config, parameters={name: value + step})

# %% Compare the shifts.
print(f"{name}: {value:g} -> {value + step:g}, {len(run)} events")
for label, before, moved, after in [
    ("protons per event", run.count(2212), run.count(2212), fresh.count(2212)),
    ("neutrons per event", run.count(2112), run.count(2112), fresh.count(2112)),
    ("alphas per event", run.count(1000020040), run.count(1000020040), fresh.count(1000020040)),
    ("visible energy [MeV]", run.visible_energy, energy, fresh.visible_energy),
]:
    mean = before.mean()
    reweighted = np.average(moved, weights=weight) - mean
    error = step * run.gradient_error(before)[0]
    repeated = after.mean() - mean
    noise = np.std(after - before) / np.sqrt(len(run))
    print(f"{label:21} {mean:8.4f}, reweighted {reweighted:+.5f} +- {error:.5f}, fresh {repeated:+.5f} +- {noise:.5f}")
