"""Tunes the level density to a gamma spectrum: the hardest gamma of each event."""

# %%
import numpy as np

import gradino

# %% Data: gammas of a nature whose levels are denser than ours, by 30 % in the parameter a.
name, truth = "level_density.a", 1.3
data = gradino.run(events=20_000, seed=1, parameters={name: truth}, gradients=[])

# %% Fit their spectrum.
config = {
    "model": "chain",
    "chain": {"observables": ["largest_gamma_energy"]},
    "loss": {"kind": "poisson-light", "range": [0.0, 12.0], "bins": 24},
    "fit": {"events": 10_000, "most_events": 20_000},
    "parameters": {name: {"start": 1.0}},
}
fit = gradino.fit(config, data=data)
tuned = fit.parameters[name]
print(f"{name} = {tuned.value:.3f} +- {tuned.error:.3f} (simulation {tuned.simulation:.3f}), truth {truth}")
print("\n".join(fit.diagnosis) or "nothing to complain about")

# %% The spectrum before and after, from one bank of events.
edges = np.linspace(0.0, 12.0, 25)
bank = gradino.Simulator(parameters=[name], observables=["largest_gamma_energy"], seed=2).draw(events=40_000)
counts = np.histogram(data.observed("largest_gamma_energy"), edges)[0]
values = {"before": 1.0, "after": tuned.value}
spectra = {label: bank.histogram({name: value}, edges, total=len(data)) for label, value in values.items()}
for label, spectrum in spectra.items():
    some = counts + spectrum.counts >= 10
    pulls = (counts - spectrum.counts)[some] / np.hypot(np.sqrt(spectrum.counts), spectrum.errors)[some]
    print(f"{label:7} chi2 = {pulls @ pulls:5.1f} in {some.sum()} bins")

# %% A picture, where matplotlib is there.
try:
    import matplotlib.pyplot as plt
except ImportError:
    print("matplotlib is not installed: no picture")
else:
    plt.stairs(counts, edges, label="data", color="black")
    for label, spectrum in spectra.items():
        plt.stairs(spectrum.counts, edges, label=label)
    plt.xlabel("hardest gamma [MeV]")
    plt.legend()
    plt.show()
