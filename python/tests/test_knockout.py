"""Cross sections of the knockout of a nucleon, and the density of its events."""

import gradino
import numpy as np
import pytest

# Fewer shells and a low energy make the table small; it is kept in the cache.
LIGHT = {"target": "12C", "highest": "300 MeV"}


@pytest.fixture(scope="module")
def knockout(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADINO_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield gradino.Knockout(**LIGHT, knockout={"axial": "dipole"}, gradients=["axial.mass", "vector.*", "skyrme.t0"])


def gauss(low, high, count):
    x, w = np.polynomial.legendre.leggauss(count)
    return 0.5 * (high - low) * x + 0.5 * (high + low), 0.5 * (high - low) * w


def test_the_shells_of_carbon_are_there(knockout):
    assert [(s.name, s.nucleons) for s in knockout.shells] == [("1s1/2", 2), ("1p3/2", 4)]
    lowest = min(s.separation for s in knockout.shells)
    assert knockout.energies == (pytest.approx(105.66 + lowest, abs=0.01), 300.0)
    assert "1s1/2, 1p3/2" in repr(knockout)


def test_the_exclusive_cross_section_adds_up_to_the_inclusive_and_that_to_the_total(knockout):
    energy, omega, cos_l = 260.0, 60.0, 0.3
    x, wx = gauss(-1, 1, 40)
    phi = 2 * np.pi * (np.arange(16) + 0.5) / 16
    value, _ = knockout.exclusive("1p3/2", energy, omega, cos_l, x[:, None], phi)
    over_nucleon = (value.mean(axis=1) * 2 * np.pi) @ wx
    assert value.shape == (40, 16) and over_nucleon > 0
    assert knockout.inclusive("1p3/2", energy, omega, cos_l).value == pytest.approx(over_nucleon, rel=1e-4)
    separation = knockout.shells[1].separation
    w, ww = gauss(separation, energy - 105.66, 300)
    c, wc = gauss(-1, 1, 60)
    both = ww @ knockout.inclusive("1p3/2", energy, w[:, None], c).value @ wc
    sigma = knockout.cross_section([energy, 290.0])
    assert sigma["1p3/2"][0] == pytest.approx(both, rel=5e-3)
    assert sigma["total"] == pytest.approx(sigma["1s1/2"] + sigma["1p3/2"]) and (np.diff(sigma["total"]) > 0).all()


def test_gradients_are_those_of_differences(knockout):
    at = (280.0, 50.0, 0.5, [0.8, 0.9], 0.4)
    _, gradient = knockout.exclusive("1p3/2", *at)
    total = knockout.total(280.0)
    slot = knockout.gradient_names.index("axial.mass")
    mass = gradino.parameters({"reaction": {"processes": ["1p1h"]}, "target": {"nuclide": "12C"}, "knockout": {"axial": "dipole"}, "flux": {"neutrino": "nu_mu", "kind": "mono", "energy": "300 MeV"}})["axial.mass"].value  # fmt: skip
    step = 1e-3 * mass
    low, high = (
        gradino.Knockout(**LIGHT, knockout={"axial": "dipole"}, parameters={"axial.mass": mass + s}) for s in (-step, step)
    )
    difference = (high.exclusive("1p3/2", *at).value - low.exclusive("1p3/2", *at).value) / (2 * step)
    np.testing.assert_allclose(gradient[:, slot], difference, rtol=1e-5)
    assert (difference != 0).all()
    found = knockout.inclusive("1p3/2", 280.0, [50.0, 60.0], 0.3).gradient[:, slot]
    ends = [model.inclusive("1p3/2", 280.0, [50.0, 60.0], 0.3).value for model in (low, high)]
    np.testing.assert_allclose(found, (ends[1] - ends[0]) / (2 * step), rtol=1e-5)
    difference = (high.total(280.0).value - low.total(280.0).value) / (2 * step)
    assert total.gradient[slot] == pytest.approx(difference, rel=1e-5) and total.gradient.shape == (len(knockout.gradient_names),)


def test_responses_make_the_inclusive_cross_section_of_backward_leptons(knockout):
    found = knockout.responses("1p3/2", 60.0, [250.0, 350.0])
    assert set(found) == {"CC", "CL", "LL", "T", "T'"} and all(value.shape == (2,) for value, _ in found.values())
    values = {name: value for name, (value, _) in found.items()}
    assert (values["T"] > 0).all() and (values["CC"] > 0).all() and (np.abs(values["T'"]) < values["T"]).all()


def test_structures_add_up_to_the_responses_and_have_the_gradients_of_differences(knockout):
    omega, momentum = 60.0, np.array([250.0, 350.0])
    x, weights = gauss(-1, 1, 60)
    found = knockout.structures("1p3/2", omega, momentum[:, None], x)
    assert len(found) == 15 and found["TL sin"].value.shape == (2, 60)
    responses = knockout.responses("1p3/2", omega, momentum)
    for name, response in responses.items():
        np.testing.assert_allclose(2 * np.pi * found[name].value @ weights, response.value, rtol=1e-5)
        integral = 2 * np.pi * np.einsum("qxp,x->qp", found[name].gradient, weights)
        force = knockout.gradient_names.index("skyrme.t0")
        assert (response.gradient[:, force] != 0).all(), name
        for parameter, expected in enumerate(response.gradient.T):
            # Derivatives of elements with respect to the force are kept in 16 bits.
            rtol = 1e-4 if parameter == force else 1e-5
            np.testing.assert_allclose(integral[:, parameter], expected, rtol=rtol, atol=1e-5 * np.abs(expected).max())
    # Distorted waves are not even under time reversal of the structures alone.
    assert np.abs(found["TT sin 2"].value).max() > 1e-3 * found["T"].value.max()
    # A positive tensor: |TL'| and |TL| below the geometric means of their ends.
    bound = np.sqrt(2 * found["T"].value * found["LL"].value)
    assert (np.hypot(found["TL cos"].value, found["TL sin"].value) <= 1.001 * bound).all()
    slot, mass = knockout.gradient_names.index("axial.mass"), 1026.0
    step = 1e-3 * mass
    low, high = (
        gradino.Knockout(**LIGHT, knockout={"axial": "dipole"}, parameters={"axial.mass": mass + s}) for s in (-step, step)
    )
    for name, (values, gradient) in found.items():
        ends = [model.structures("1p3/2", omega, momentum[:, None], x)[name].value for model in (low, high)]
        difference = (ends[1] - ends[0]) / (2 * step)
        size = np.abs(values).max() / mass
        np.testing.assert_allclose(gradient[..., slot], difference, rtol=1e-5, atol=1e-5 * size)
        assert name in ("CC", "CL") or np.abs(difference).max() > 1e-4 * size, name


def test_the_density_is_the_cross_section_and_its_exact_sampler_follows_it(knockout):
    density = knockout.density(200.0, 300.0)
    assert [c.name for c in density.conditions] == ["E_nu", "shell"]
    exact = density.sampler("exact")
    drawn = exact.draw(20_000, {"E_nu": 260.0, "shell": "1p3/2"}, seed=3)
    ratio = density(drawn.points, drawn.conditions) / drawn.densities
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-9)
    assert ratio[0] == pytest.approx(knockout.cross_section(260.0)["1p3/2"], rel=1e-3)
    even = density.sampler("uniform").draw(200_000, {"E_nu": 260.0, "shell": "1p3/2"})
    weights = density(even.points, even.conditions)
    effective = weights.sum() ** 2 / (weights**2).sum()
    for axis, name in enumerate(a.name for a in density.axes[:3]):
        wanted, found = np.average(even.points[:, axis], weights=weights), drawn.points[:, axis].mean()
        error = drawn.points[:, axis].std() * np.sqrt(1 / 20_000 + 1 / effective)
        assert found == pytest.approx(wanted, abs=4 * error), name
    with pytest.raises(gradino.ConfigError, match="grid-unweighted"):
        gradino.Density.named("lobes").sampler("exact")


def test_points_have_an_energy_transfer_and_go_back(knockout):
    density = knockout.density(200.0, 300.0)
    assert [(a.name, a.unit) for a in density.quantities][0] == ("omega", "MeV")
    drawn = density.sampler("exact").draw(1000, {"E_nu": 260.0, "shell": "1s1/2"}, seed=5)
    found = density.physical(drawn.points, drawn.conditions)
    np.testing.assert_allclose(density.points_at(found.columns, drawn.conditions), drawn.points, atol=1e-12)
    later = drawn.points.copy()
    later[:, 0] += 1e-6
    moved = density.physical(later, drawn.conditions).columns["omega"]
    np.testing.assert_allclose((moved - found.columns["omega"]) / 1e-6, found.volumes, rtol=0.02)
    assert (found.columns["phi_N"] == drawn.points[:, 3]).all()
    with pytest.raises(gradino.ConfigError, match="cos_theta_N"):
        density.points_at({"omega": [100.0], "cos_theta_l": [0.0]}, [[260.0, 0.0]])


def test_a_flow_learns_the_density(knockout):
    settings = {"steps": 60, "batch": 1024, "pool": 8192, "round": 10, "warm_up": 10, "rate": 0.01}
    flow = gradino.Flow.train(knockout.density(200.0, 300.0), flow={"bins": 8, "width": 16}, **settings)
    assert flow.rounds[-1].ress > 2 * flow.rounds[0].ress


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda k: k.cross_section(301.0), "raise it"),
        (lambda k: k.responses("1p1/2", 60.0, 300.0), "choose of 1s1/2, 1p3/2"),
        (lambda k: k.density(250.0, 200.0), "low < high"),
        (lambda k: k.density(200.0, 400.0), "raise it"),
        (lambda k: k.density(200.0, 300.0).sampler("exact").draw(1, {"E_nu": 350.0, "shell": "1p3/2"}), "outside"),
        (lambda k: gradino.Knockout(**LIGHT, knockout={"axial": "dipole"}, gradients="axial.t9"), "axial.t9"),
        (lambda k: gradino.Knockout(target="12C", knockout={"forc": "SLy4"}), 'did you mean "force"'),
        (lambda k: gradino.Knockout(target="12X"), "12X"),
        (lambda k: gradino.Knockout(target="12C", struck="proton"), "does not strike"),
        (lambda k: gradino.Knockout(target="12C", struck="muon"), "no kind of nucleon"),
        (lambda k: gradino.Knockout(target="12C", knockout={"current": "neutral"}), "both|can be struck"),
        (lambda k: gradino.Knockout({"events": 5}), "no knockout"),
    ],
)
def test_mistakes_are_named(knockout, call, match):
    with pytest.raises(gradino.GradinoError, match=match):
        call(knockout)
