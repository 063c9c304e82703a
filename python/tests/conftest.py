"""A small run with gradients that many tests share."""

import gradino
import pytest

GRADIENTS = ["level_density.a", "optical.v1_0", "flux.mean_energy"]


@pytest.fixture(scope="session")
def run() -> gradino.Run:
    return gradino.run(events=4000, seed=11, gradients=GRADIENTS)
