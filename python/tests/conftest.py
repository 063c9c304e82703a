"""A small run with gradients, and banks of the chain and the toy, that tests share."""

import gradino
import pytest

GRADIENTS = ["level_density.a", "optical.v1_0", "flux.mean_energy"]


@pytest.fixture(scope="session")
def run() -> gradino.Run:
    return gradino.run(events=4000, seed=11, gradients=GRADIENTS)


@pytest.fixture(scope="module")
def chain() -> gradino.Bank:
    names = ["level_density.a", "flux.mean_energy"]
    observables = ["visible_energy", "neutron_multiplicity"]
    return gradino.Simulator(parameters=names, observables=observables, seed=3).draw(events=2000)


@pytest.fixture(scope="module")
def toy() -> gradino.Bank:
    return gradino.toy(observables=["first_gamma", "multiplicity"], spread=0.3).draw(events=2000)


@pytest.fixture(params=["chain", "toy"])
def bank(request) -> gradino.Bank:
    return request.getfixturevalue(request.param)
