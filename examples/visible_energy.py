"""The spectrum of visible energy from supernova neutrinos on argon, and how one parameter moves it."""

# %%
import numpy as np

import gradino

# %% A run of 20,000 events with the derivatives for the level density.
run = gradino.run(events=20_000, seed=1, gradients="level_density.*")
mean, error, gradient = run.expectation()
print(run)
print(f"mean visible energy {mean:.3f} +- {error:.3f} MeV")

# %% The spectrum in bins of 1 MeV, its errors, and its derivatives.
edges = np.arange(0.0, 51.0)
counts, errors, jacobian = run.histogram(None, edges)
name = "level_density.a"
slope = jacobian[:, run.gradient_names.index(name)]
strongest = int(np.argmax(np.abs(slope)))
print(f"highest bin {edges[counts.argmax()]:.0f} MeV, {counts.max():.0f} events")
print(f"{name} moves the bin at {edges[strongest]:.0f} MeV most: {slope[strongest] / 100:+.2f} events per %")

# %% A picture, where matplotlib is there.
try:
    import matplotlib.pyplot as plt
except ImportError:
    print("matplotlib is not installed: no picture")
else:
    centres = 0.5 * (edges[1:] + edges[:-1])
    figure, (top, bottom) = plt.subplots(2, sharex=True)
    top.errorbar(centres, counts, errors, drawstyle="steps-mid")
    top.set_ylabel("events per MeV")
    bottom.step(centres, slope, where="mid")
    bottom.set_ylabel(f"d counts / d {name}")
    bottom.set_xlabel("visible energy [MeV]")
    plt.show()
