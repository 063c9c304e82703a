"""Which parameters matter for the mean visible energy: gradient times prior, and their covariance."""

# %%
import numpy as np

import gradino

# %% Monochromatic neutrinos, well above the neutron threshold, and all parameters of the decay.
run = gradino.run(
    {"flux": {"kind": "mono", "energy": "25 MeV"}},
    events=20_000,
    seed=2,
    gradients=["optical.*", "level_density.*", "gamma_strength.*"],
)
mean, error, gradient = run.expectation()
noise = run.gradient_error()
print(f"mean visible energy {mean:.3f} +- {error:.3f} MeV (statistical)")

# %% The ten parameters that move it most by one standard deviation of their prior.
known = run.gradient_parameters
sigma = np.array([p.sigma for p in known])
effect = gradient * sigma
for k in np.argsort(-np.abs(effect))[:10]:
    print(f"{known[k].name:28} {effect[k]:+.4f} +- {noise[k] * sigma[k]:.4f} MeV   {known[k].meaning}")

# %% The uncertainty of the model: sqrt(g C g), with the correlations of the optical parameters.
covariance = gradino.covariance(run.gradient_names)
model = np.sqrt(gradient @ covariance @ gradient)
independent = np.sqrt(np.sum(effect**2))
print(f"uncertainty of the model {model:.4f} MeV; without correlations {independent:.4f} MeV")
unknown = [p.name for p in known if p.sigma == 0.0]
print(f"{len(unknown)} parameters have no prior and do not count: {', '.join(unknown) or 'none'}")
