"""Simulators and banks: events drawn once and seen at other points, with exact derivatives."""

import threading
import time

import gradino
import numpy as np
import pytest

NAMES = ["optical.v1_0", "level_density.a", "flux.mean_energy"]


@pytest.fixture(scope="module")
def bank() -> gradino.Bank:
    observables = ["visible_energy", "neutron_multiplicity"]
    simulator = gradino.Simulator({"cascade": {"l_max": 4}}, parameters=NAMES, observables=observables, seed=5)
    return simulator.draw(events=3000)


@pytest.fixture(scope="module")
def toy() -> gradino.Bank:
    return gradino.toy(observables=["first_gamma", "multiplicity"], spread=0.5, seed=5).draw(events=3000)


def shifted(bank, sizes=(0.01, -0.02, 0.015)):
    return bank.origin * (1 + np.array(sizes[: len(bank.origin)]))


def test_events_at_the_origin_are_those_of_a_run_with_weight_one(bank):
    sample = bank.at(bank.origin)
    run = gradino.run({"cascade": {"l_max": 4}}, events=3000, seed=5, gradients=NAMES)
    np.testing.assert_array_equal(sample.values[:, 0], run.visible_energy)
    np.testing.assert_array_equal(sample.values[:, 1], run.count(2112))
    np.testing.assert_allclose(sample.weights, 1.0, rtol=1e-12)
    assert sample.names == bank.names == tuple(run.gradient_names)
    assert sample.effective_size == pytest.approx(3000) and len(sample) == len(bank) == 3000
    assert sample.value_gradient.shape == (3000, 2, 3) and sample.weight_gradient.shape == (3000, 3)


@pytest.mark.parametrize("which", ["bank", "toy"])
def test_derivatives_of_weights_and_values_are_those_of_finite_differences(which, request):
    bank = request.getfixturevalue(which)
    theta = shifted(bank)
    sample = bank.at(theta)
    for k in range(len(theta)):
        step = np.zeros_like(theta)
        step[k] = 1e-5 * theta[k]
        up, down = bank.at(theta + step), bank.at(theta - step)
        slope = (up.weights - down.weights) / (2 * step[k])
        np.testing.assert_allclose(sample.weight_gradient[:, k], slope, rtol=2e-5, atol=2e-6 * np.abs(slope).max())
        # The first gamma of a toy decay may end in another level; almost all move smoothly.
        motion = (up.values - down.values) / (2 * step[k])
        assert np.mean(np.abs(motion - sample.value_gradient[..., k]) < 1e-5 * (1 + np.abs(motion))) > 0.999
    assert np.any(sample.value_gradient != 0) == (which == "toy")


@pytest.mark.parametrize(("which", "edges"), [("bank", np.arange(0.0, 41.0, 5.0)), ("toy", np.arange(0.0, 8.1, 1.0))])
def test_histograms_have_the_derivatives_of_finite_differences(which, edges, request):
    bank = request.getfixturevalue(which)
    theta = shifted(bank)
    counts, errors, jacobian = bank.histogram(theta, edges, total=100.0)
    assert counts.sum() == pytest.approx(100, abs=3) and (errors > 0).any()
    for k in range(len(theta)):
        step = np.zeros_like(theta)
        step[k] = 1e-6 * theta[k]
        ends = [bank.histogram(theta + sign * step, edges, total=100.0).counts for sign in (1, -1)]
        slope = (ends[0] - ends[1]) / (2 * step[k])
        np.testing.assert_allclose(jacobian[:, k], slope, rtol=1e-3, atol=1e-3 * np.abs(slope).max())


def test_a_bank_agrees_with_a_fresh_draw(bank):
    theta = bank.origin * np.array([1.0, 1.1, 1.0])
    here, fresh = bank.at(theta), bank.simulator.draw(theta, range(3000, 9000)).at(theta)
    for k in range(2):
        means = [np.average(s.values[:, k], weights=s.weights) for s in (here, fresh)]
        errors = [s.values[:, k].std() / np.sqrt(s.effective_size) for s in (here, fresh)]
        assert abs(means[0] - means[1]) < 4 * np.hypot(*errors)


def test_a_point_may_be_given_by_names_and_banks_by_numbers_of_events(bank):
    origin = dict(zip(bank.names, bank.origin))
    by_name = bank.at({"level_density.a": 1.02})
    np.testing.assert_array_equal(by_name.weights, bank.at([origin["optical.v1_0"], 1.02, 9.5]).weights)
    later = bank.simulator.draw(events=range(1000, 1100))
    np.testing.assert_array_equal(later.at({}).values, bank.at({}).values[1000:1100])
    assert bank.effective_size({"level_density.a": 1.3}) < 2990
    assert "3000 events" in repr(bank) and "level_density.a" in repr(bank.simulator)


def test_a_missing_seed_is_drawn_and_kept():
    first = gradino.Simulator(parameters="level_density.a")
    again = gradino.Simulator(parameters="level_density.a", seed=first.seed)
    np.testing.assert_array_equal(first.draw(events=50).at({}).values, again.draw(events=50).at({}).values)
    assert gradino.Simulator(parameters="level_density.a").seed != first.seed


@pytest.mark.parametrize(
    ("theta", "error", "words"),
    [
        ({"level_density.b": 1.0}, gradino.ConfigError, 'unknown parameter "level_density.b"\nhint: did you mean "level_density.a"'),
        ([1.0], gradino.ConfigError, "theta has 1 values, but 3 parameters move\nhint: give values of optical.v1_0,"),
        ([59.0, np.nan, 9.5], gradino.ConfigError, "level_density.a = NaN is outside its bounds"),
        ([59.0, 1e9, 9.5], gradino.ConfigError, "level_density.a = 1000000000 is outside its bounds"),
        (np.ones((2, 3)), gradino.ConfigError, r"theta of shape \(2, 3\)"),
    ],
)  # fmt: skip
def test_a_point_that_cannot_be_is_named(bank, theta, error, words):
    for call in (bank.at, bank.simulator.draw, bank.effective_size):
        with pytest.raises(error, match=words):
            call(theta)


def test_what_cannot_be_simulated_or_observed_is_named(bank):
    with pytest.raises(gradino.ConfigError, match="did you mean \"level_density.a\""):
        gradino.Simulator(parameters=["level_density.b"])
    with pytest.raises(gradino.ConfigError, match="no parameter is chosen to move"):
        gradino.Simulator(parameters=[])
    with pytest.raises(gradino.ConfigError, match="did you mean \"visible_energy\""):
        gradino.Simulator(parameters="level_density.a", observables=["visible_enrgy"])
    with pytest.raises(gradino.ConfigError, match="did you mean \"first_gamma\""):
        gradino.toy(observables=["first_gama"])
    with pytest.raises(gradino.ConfigError, match="'proton_multiplicity' is not observed"):
        bank.histogram({}, [0.0, 1.0], "proton_multiplicity")
    with pytest.raises(gradino.ConfigError, match="edge"):
        bank.histogram({}, [1.0, 0.0])
    for events in (0, range(3, 3), range(0, 10, 2)):
        with pytest.raises(gradino.ConfigError, match="events"):
            bank.simulator.draw(events=events)


def test_other_threads_go_on_while_events_are_drawn(bank):
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=tick)
    thread.start()
    started = time.monotonic()
    bank.simulator.draw(events=60_000)
    seconds = time.monotonic() - started
    done.set()
    thread.join()
    assert seconds > 0.05 and np.diff(ticks).max() < 0.5 * seconds
