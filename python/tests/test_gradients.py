"""Estimators of means and histograms, held against exact values and finite differences."""

import gradino
import numpy as np
import pytest
from gradino import _estimators


@pytest.mark.parametrize(("name", "step"), [("flux.mean_energy", 0.05), ("level_density.a", 0.1)])
def test_the_gradient_of_the_mean_visible_energy_is_that_of_finite_differences(name, step):
    config = {"flux": {"mean_energy": "12 MeV"}, "seed": 7, "events": 40_000}
    run = gradino.run(config, gradients=[name])
    value = run.parameters[name]
    ends = [gradino.run(config, parameters={name: value + sign * step}) for sign in (1, -1)]
    difference = (ends[0].expectation().mean - ends[1].expectation().mean) / (2 * step)
    # With the same seed most events move together; what they do not share is what changed its channel.
    pairs = (ends[0].visible_energy - ends[1].visible_energy) / (2 * step)
    noise = np.hypot(pairs.std() / np.sqrt(len(pairs)), run.gradient_error()[0])
    gradient = run.expectation().gradient[0]
    assert abs(gradient - difference) < 4 * noise
    assert name != "flux.mean_energy" or abs(gradient) > 5 * noise


def test_the_gradient_of_the_cross_section_is_that_of_finite_differences():
    def average(value):
        run = gradino.run(events=1, seed=1, parameters={"flux.mean_energy": value}, gradients="flux.mean_energy")
        return run.cross_section

    h = 1e-3
    difference = (average(9.5 + h).value - average(9.5 - h).value) / (2 * h)
    assert average(9.5).gradient[0] == pytest.approx(difference, rel=1e-5)


def sample(theta: float, n: int, seed: int = 3):
    """x = theta u, or with probability exp(-theta) a line at 1: weights, scores, values and motion."""
    random = np.random.default_rng(seed)
    u, line = random.uniform(size=n), random.uniform(size=n) < np.exp(-theta)
    score = np.where(line, -1.0, np.exp(-theta) / -np.expm1(-theta))[:, None]
    return np.ones(n), score, np.where(line, 1.0, theta * u), np.where(line, 0.0, u)[:, None]


def test_means_have_their_exact_derivatives_within_the_stated_errors():
    theta, n = 1.7, 400_000
    weight, score, x, motion = sample(theta, n)
    mean, error, gradient = _estimators.expectation(weight, score, x, motion)
    p = np.exp(-theta)
    assert abs(mean - (p + (1 - p) * theta / 2)) < 4 * error
    exact = -p + p * theta / 2 + (1 - p) / 2
    spread = _estimators.gradient_error(weight, score, x, motion)
    assert abs(gradient[0] - exact) < 4 * spread[0] < 0.01
    plain = (x[:, None] * score + motion).std() / np.sqrt(n)
    assert spread[0] < plain, "the baseline lowers the variance"


def test_gradient_errors_are_the_spread_of_gradients():
    gradients, errors = [], []
    for seed in range(200):
        arguments = sample(1.2, 500, seed)
        gradients.append(_estimators.expectation(*arguments).gradient[0])
        errors.append(_estimators.gradient_error(*arguments)[0])
    assert np.mean(errors) == pytest.approx(np.std(gradients), rel=0.15)
    bias = np.mean(gradients) - (-np.exp(-1.2) + np.exp(-1.2) * 0.6 + (1 - np.exp(-1.2)) / 2)
    assert abs(bias) < 4 * np.std(gradients) / np.sqrt(200)


def test_bins_have_their_exact_derivatives_also_over_their_edges():
    theta, n = 1.7, 400_000
    weight, score, x, motion = sample(theta, n)
    edges = np.array([0.0, 0.3, 0.6, 0.9, 1.2, 1.5])
    counts, errors, jacobian = _estimators.histogram(weight, score, x, edges, motion)
    p = np.exp(-theta)
    density = (1 - p) / theta
    slope = p / theta - (1 - p) / theta**2
    line = (edges[:-1] <= 1) & (edges[1:] > 1)
    assert (np.abs(counts - n * (0.3 * density + p * line)) < 5 * errors).all()
    exact = 0.3 * slope - p * line
    inner = slice(1, 4)  # The kernel is biased at the sharp ends of the spectrum, 0 and 1.7.
    np.testing.assert_allclose(jacobian[inner, 0] / n, exact[inner], atol=0.006)
    np.testing.assert_allclose(jacobian[:, 0] / n, exact, atol=0.02)


def test_a_histogram_keeps_all_weight_and_shares_the_edges_of_numpy(run):
    edges = np.array([0.0, 5.0, 10.0, 20.0, 40.0, 200.0])
    counts, errors, jacobian = run.histogram(None, edges)
    np.testing.assert_array_equal(counts, np.histogram(run.visible_energy, edges)[0])
    np.testing.assert_allclose(errors, np.sqrt(counts))
    assert jacobian.shape == (5, 3)
    assert np.abs(jacobian.sum(axis=0)).max() < 0.01 * np.abs(jacobian).max()


def test_counts_do_not_move_and_shapes_are_checked(run):
    neutrons = run.count(2112)
    assert neutrons.sum() == np.sum((run.pdg == 2112) & (run.status == 1)) > 0
    mean, error, gradient = run.expectation(neutrons)
    centred = (neutrons - neutrons.mean())[:, None] * run.weight_gradient
    np.testing.assert_allclose(gradient, centred.sum(axis=0) / (len(run) - 1), rtol=1e-9, atol=1e-15)
    assert mean == pytest.approx(neutrons.mean()) and error == pytest.approx(neutrons.std(ddof=1) / np.sqrt(len(run)))
    for wrong in ({"values": [1.0]}, {"values": neutrons, "gradient": np.zeros((2, 2))}):
        with pytest.raises(ValueError, match="shape"):
            run.expectation(**wrong)
    for edges in ([1.0], [2.0, 1.0], [[1.0, 2.0]]):
        with pytest.raises(ValueError, match="edges"):
            run.histogram(None, edges)


def test_flux_weighting_gives_the_same_means(run):
    weighted = gradino.run(
        {"flux": {"weighting": "flux"}}, events=40_000, seed=5, gradients=run.gradient_names
    )
    assert weighted.weight.std() > 0.1
    mean, error, gradient = weighted.expectation()
    other = run.expectation()
    assert abs(mean - other.mean) < 4 * np.hypot(error, other.error)
    spread = np.hypot(weighted.gradient_error(), run.gradient_error())
    assert (np.abs(gradient - other.gradient) < 4 * spread + 1e-12).all()
