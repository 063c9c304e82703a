"""Differentiable simulation of low-energy neutrino interactions on nuclei.

    run = gradino.run({"events": 10_000, "gradients": {"parameters": ["level_density.*"]}})
    mean, error, gradient = run.expectation()      # of the visible energy [MeV]

Energies are in MeV, cross sections in cm2 per target atom.
"""

from ._bands import Bands, Contribution, propagate
from ._density import Assessment, Axis, Condition, Density, Points, Quantities, Sampler
from ._errors import ConfigError, DerivativeError, FileError, GradinoError, PhysicsError
from ._estimators import Expectation, Histogram
from ._fit import Fit, Fitted, Profile, example_fit, fit
from ._flow import Flow, Round
from ._gradino import VERSION as __version__
from ._gradino import default_config
from ._knockout import Knockout, Shell, Values
from ._meanfield import Level, Matter, MeanField, meanfield
from ._physics import Parameter, Width, Widths, covariance, cross_section, parameters, widths
from ._responses import Five, Responses, ShellResponses, responses
from ._run import Citation, CrossSection, Run, read, run
from ._simulator import Bank, Sample, Simulator, toy

__all__ = [
    "Assessment",
    "Axis",
    "Bands",
    "Bank",
    "Citation",
    "Condition",
    "ConfigError",
    "Contribution",
    "CrossSection",
    "Density",
    "DerivativeError",
    "Expectation",
    "FileError",
    "Fit",
    "Fitted",
    "Five",
    "Flow",
    "GradinoError",
    "Histogram",
    "Knockout",
    "Level",
    "Matter",
    "MeanField",
    "Parameter",
    "PhysicsError",
    "Points",
    "Profile",
    "Quantities",
    "Responses",
    "Round",
    "Run",
    "Sample",
    "Sampler",
    "Shell",
    "ShellResponses",
    "Simulator",
    "Values",
    "Width",
    "Widths",
    "__version__",
    "covariance",
    "cross_section",
    "default_config",
    "example_fit",
    "fit",
    "meanfield",
    "parameters",
    "propagate",
    "read",
    "responses",
    "run",
    "toy",
    "widths",
]
