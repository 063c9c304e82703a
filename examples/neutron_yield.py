"""How far the optical model lets the neutron yield of supernova neutrinos go: KDUQ, carried through the chain."""

# %%
import numpy as np

import gradino

# %% A run with the derivatives for all 46 optical parameters.
run = gradino.run(events=20_000, seed=1, gradients="optical.*")
neutrons = run.count(2112)
mean, error, gradient = run.expectation(neutrons)
print(f"{mean:.5f} +- {error:.5f} neutrons per event (statistics of the sample)")

# %% A straight line: the gradient of the mean, and the posterior of KDUQ with its correlations.
line = np.sqrt(gradient @ gradino.covariance(run.gradient_names) @ gradient)
print(f"straight line              {1e5 * line:6.1f} e-5 neutrons per event")

# %% The same from the histogram of neutron numbers; then with parabolas, then at drawn parameters, over a bank.
number = np.arange(4)
edges = np.arange(5.0)
for order, draws in [(1, None), (2, None), (1, 60)]:
    bands = gradino.propagate(
        run, "neutron_multiplicity", edges, only="optical.*", order=order, draws=draws, bank=2000
    )
    band = np.sqrt(number @ bands.systematic @ number) / bands.weight
    shift = number @ bands.shift / bands.weight
    print(f"{bands.method:26} {1e5 * band:6.1f} e-5, mean moved by {1e5 * shift:+6.1f} e-5")
    for warning in bands.warnings[:2]:
        print("    note:", warning)

# %% The parameters that do it.
for parameter in bands.parameters[:5]:
    effect = number @ parameter.effect / bands.weight
    print(f"{parameter.name:20} {1e5 * effect:+6.1f} e-5 for one standard deviation, alone")
