"""First-order reweighting to another level density, compared with a fresh run."""

# %%
import numpy as np

import gradino

# %% One run with the derivatives for the scale of the level-density parameter.
name = "level_density.a"
config = {"flux": {"kind": "mono", "energy": "30 MeV"}, "events": 40_000, "seed": 3}
run = gradino.run(config, gradients=[name])
value = run.parameters[name]

# %% Move the parameter: each weight changes by its score.
step = 0.05 * value
weight = 1.0 + step * run.weight_gradient[:, 0]

# %% A fresh run at the new value, with the same random numbers.
fresh = gradino.run(config, parameters={name: value + step}, gradients=[])

# %% Compare the shifts. Counts do not move; the visible energy also changes by its own derivative.
print(f"{name}: {value:g} -> {value + step:g}, {len(run)} events")
still = np.zeros_like(run.visible_energy_gradient)
for label, before, motion, after in [
    ("protons per event", run.count(2212), still, fresh.count(2212)),
    ("neutrons per event", run.count(2112), still, fresh.count(2112)),
    ("alphas per event", run.count(1000020040), still, fresh.count(1000020040)),
    ("visible energy [MeV]", run.visible_energy, run.visible_energy_gradient, fresh.visible_energy),
]:
    mean = before.mean()
    reweighted = np.average(before + step * motion[:, 0], weights=weight) - mean
    error = step * run.gradient_error(before, motion)[0]
    repeated, noise = after.mean() - mean, np.std(after - before) / np.sqrt(len(run))
    print(f"{label:21} {mean:8.4f}, reweighted {reweighted:+.5f} +- {error:.5f}, fresh {repeated:+.5f} +- {noise:.5f}")
