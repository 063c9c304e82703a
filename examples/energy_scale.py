"""Which parameter limits the energy scale of supernova neutrinos: a ranked table, and a picture."""

# %%
import numpy as np

import gradino

# %% The default job, a supernova burst on argon, with the derivatives for everything.
run = gradino.run(events=20_000, seed=1, gradients="all")
mean, error, gradient = run.expectation()
noise = run.gradient_error()
known = run.gradient_parameters
print(f"mean visible energy {mean:.3f} +- {error:.3f} MeV (statistics of the sample)")

# %% One standard deviation of each parameter, in % of the scale. The source of the neutrinos is not at fault.
own = np.array([not p.name.startswith("flux.") for p in known])
sigma = own * np.array([p.sigma for p in known])
effect, spread = 100 * gradient * sigma / mean, 100 * noise * sigma / mean
order = np.argsort(-np.abs(effect))[:12]
for rank, k in enumerate(order, 1):
    print(f"{rank:2}  {known[k].name:22} {effect[k]:+.3f} +- {spread[k]:.3f} %   {known[k].meaning}")

# %% Family by family, and all together, with their correlations.
covariance = gradino.covariance(run.gradient_names)
family = np.array([p.name.split(".")[0] for p in known])
for label, chosen in [(name, family == name) for name in dict.fromkeys(family[sigma > 0])] + [("all", own)]:
    slopes = gradient * chosen
    print(f"{label:16} {100 * np.sqrt(slopes @ covariance @ slopes) / mean:.3f} % of the energy scale")

# %% A picture, where matplotlib is there.
try:
    import matplotlib.pyplot as plt
except ImportError:
    print("matplotlib is not installed: no picture")
else:
    figure, axes = plt.subplots(layout="constrained")
    axes.barh([known[k].name for k in order[::-1]], effect[order[::-1]], xerr=spread[order[::-1]])
    axes.set_xlabel("shift of the mean visible energy for one standard deviation [%]")
    plt.show()
