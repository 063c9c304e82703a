"""Densities from functions."""

import numpy as np
import pytest

import gradino
from gradino import Axis, Condition

SMALL = {"events": 50_000, "set": 20_000, "sets": 2, "reference": 500_000, "training": 200_000}


def ramp(points, conditions):
    """E x^E (1 + cos(phi) / 2): a power that is the condition."""
    energy = conditions[:, 0]
    return energy * points[:, 0] ** energy * (1 + 0.5 * np.cos(points[:, 1]))


def density(function=ramp):
    axes = [Axis("x", 0, 1), Axis("phi", 0, 2 * np.pi, "rad", circle=True)]
    return gradino.Density(function, axes, [Condition("E", 1, 3, "MeV"), Condition("kind", labels=("a", "b"))])


def test_points_of_a_function_follow_it():
    sampler = density().sampler("grid-unweighted", seed=3)
    drawn = sampler.draw(100_000, {"E": 2.0, "kind": "b"}, seed=1)
    assert drawn.points.shape == (100_000, 2) and drawn.conditions.shape == (100_000, 2)
    # The mean of x is (E + 1) / (E + 2) and its variance (E + 1) / (E + 3) less the square; that of cos phi is 1/4.
    assert drawn.points[:, 0].mean() == pytest.approx(0.75, abs=4 * np.sqrt((0.6 - 0.75**2) / 1e5))
    assert np.cos(drawn.points[:, 1]).mean() == pytest.approx(0.25, abs=4 * np.sqrt(0.5 / 1e5))
    again = sampler.draw(100, {"E": 2.0, "kind": "b"}, seed=1, first=500)
    assert np.array_equal(again.points, drawn.points[500:600])
    # The density that is told is normalised: the mean of 1 / q is the volume.
    plain = density().sampler("grid").draw(100_000, {"E": 2.0, "kind": 0})
    assert (1 / plain.densities).mean() == pytest.approx(2 * np.pi, rel=0.03)


def test_samplers_of_a_function_are_assessed():
    found = density().sampler("uniform").assess(energies=[2.0], **SMALL)
    # RESS of uniform points: (2 E + 1) / (E + 1)^2 / (1 + 1/8).
    assert found.figures["places"][0]["weights"]["ress"]["value"] == pytest.approx(5 / 9 / 1.125, rel=0.02)
    assert all(z > 10 for z in found.likelihood_z.values()) and set(found.likelihood_z) == {(2.0, "a"), (2.0, "b")}
    assert "uniform on ramp" in repr(found) and 0 < found.efficiency < found.ress < 1
    kept = density().sampler("grid-unweighted").assess(energies=[2.0], **SMALL)
    assert all(abs(z) < 5 for z in kept.likelihood_z.values())


def test_built_in_densities_have_names():
    lobes = gradino.Density.named("lobes")
    assert [a.name for a in lobes.axes] == ["cos_theta", "phi"] and lobes.axes[1].circle
    assert lobes.conditions[1].labels == ("two", "three")
    assert lobes([[0.5, 1.0]], [[1.0, 0.0]])[0] > 0
    with pytest.raises(gradino.ConfigError, match='did you mean "lobes"'):
        gradino.Density.named("lobe")


def test_what_is_no_density_is_refused_with_its_point():
    nan = density(lambda points, conditions: np.where(points[:, 0] > 0.5, np.nan, 1.0))
    with pytest.raises(gradino.ConfigError, match="the density is NaN at x = 0.[5-9].*phi = .*E = .*kind = "):
        nan.sampler("grid")
    with pytest.raises(gradino.ConfigError, match="the density is -1 at x = 0.25, phi = 1, E = 2, kind = 1"):
        density(lambda points, conditions: -np.ones(len(points)))([[0.25, 1.0]], [[2.0, 1.0]])
    with pytest.raises(gradino.ConfigError, match=r"shape \[\d+, 2\] for \d+ points"):
        density(lambda points, conditions: points).sampler("grid")
    with pytest.raises(gradino.ConfigError, match="zero at all"):
        density(lambda points, conditions: np.zeros(len(points))).sampler("grid-unweighted")


def test_exceptions_of_the_function_come_through():
    def broken(points, conditions):
        raise ZeroDivisionError("in the middle of it")

    function = density(broken)
    with pytest.raises(ZeroDivisionError, match="in the middle of it"):
        function.sampler("grid")
    with pytest.raises(ZeroDivisionError):
        function([[0.5, 1.0]], [[2.0, 0.0]])
    with pytest.raises((TypeError, ValueError)):
        density(lambda points, conditions: ["a"] * len(points)).sampler("grid")


def test_mistakes_in_the_space_and_the_conditions_are_named():
    with pytest.raises(gradino.ConfigError, match="nothing between"):
        gradino.Density(ramp, [Axis("x", 1, 1)])
    with pytest.raises(gradino.ConfigError, match="a function"):
        gradino.Density(3.0, [Axis("x", 0, 1)])  # type: ignore[arg-type]
    sampler = density().sampler("uniform")
    for conditions, match in [
        ({"e": 2.0}, "unknown condition 'e'"),
        ({"E": 2.0}, "'kind' is missing"),
        ({"E": 2.0, "kind": "c"}, "choose of a, b"),
        ({"E": 9.0, "kind": "a"}, "outside"),
    ]:
        with pytest.raises(gradino.ConfigError, match=match):
            sampler.draw(10, conditions)
    with pytest.raises(gradino.ConfigError, match="rows of 2 numbers"):
        density()([[1.0, 2.0, 3.0]], [[2.0, 0.0]])
