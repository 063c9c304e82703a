"""The mean field of nuclei."""

import gradino
import numpy as np
import pytest


@pytest.fixture(scope="module")
def oxygen():
    return gradino.meanfield("16O", gradients=["skyrme.t0", "skyrme.w0"])


def test_oxygen_has_the_energy_and_radius_of_the_force(oxygen):
    # chabanat1998, table 5: 128.5 MeV and 2.80 fm.
    assert oxygen.energy["total"] == pytest.approx(-128.5, abs=0.1)
    assert oxygen.radii["charge"] == pytest.approx(2.80, abs=0.01)
    assert [f"{l.nucleon} {l.shell}" for l in oxygen.levels if l.nucleons][:3] == ["n 1s1/2", "n 1p3/2", "n 1p1/2"]
    assert oxygen.level("n", "1p3/2").energy == pytest.approx(-20.565, abs=0.01)
    with pytest.raises(KeyError, match="not bound"):
        oxygen.level("n", "3s1/2")
    assert sum(value for name, value in oxygen.energy.items() if name != "total") == pytest.approx(oxygen.energy["total"])
    assert oxygen.matter.density == pytest.approx(0.1595, abs=1e-4)


def test_densities_hold_all_nucleons(oxygen):
    # The trapezoidal rule from 0, where the integrand vanishes, is exact on this mesh.
    r, step = oxygen.radius, oxygen.radius[0]
    np.testing.assert_allclose(np.diff(r), step)
    for nucleon in "np":
        assert step * (4 * np.pi * r**2 * oxygen.density[nucleon]).sum() == pytest.approx(8, abs=1e-6)
        assert oxygen.potential[nucleon].shape == oxygen.effective_mass[nucleon].shape == r.shape
    square = step * (4 * np.pi * r**4 * oxygen.density["n"]).sum() / 8
    assert np.sqrt(square) == pytest.approx(oxygen.radii["neutrons"], rel=1e-6)


@pytest.mark.parametrize("name", ["skyrme.t0", "skyrme.w0"])
def test_gradients_are_those_of_differences(oxygen, name):
    step = {"skyrme.t0": 1.0, "skyrme.w0": 0.5}[name]
    middle = {"skyrme.t0": -2488.91, "skyrme.w0": 123.0}[name]
    low, high = (gradino.meanfield("16O", parameters={name: middle + s}) for s in (-step, step))
    slot = oxygen.gradient_names.index(name)
    difference = (high.level("p", "1p1/2").energy - low.level("p", "1p1/2").energy) / (2 * step)
    assert oxygen.level("p", "1p1/2").gradient[slot] == pytest.approx(difference, rel=1e-4) and difference != 0
    difference = (high.radii["charge"] - low.radii["charge"]) / (2 * step)
    assert oxygen.radii_gradient["charge"][slot] == pytest.approx(difference, rel=1e-4)
    difference = (high.energy["total"] - low.energy["total"]) / (2 * step)
    assert oxygen.energy_gradient["total"][slot] == pytest.approx(difference, rel=1e-4)


def test_a_field_can_be_that_of_another_nucleus_and_a_force_that_of_a_file(tmp_path):
    choice = {"force": "SkE2", "exchange": "none", "field": "16O", "empty": ["1p1/2"]}
    carbon = gradino.meanfield("12C", **choice)
    assert carbon.nuclide == "12C" and carbon.gradient_names == ()
    assert carbon.level("n", "1p1/2").nucleons == 0
    with pytest.raises(gradino.PhysicsError, match="hint"):
        gradino.meanfield("12C", force="SkE2", exchange="none")
    path = tmp_path / "mine.toml"
    keys = "t0 = -2488.91\nt1 = 486.82\nt2 = -546.39\nt3 = 13777.0\nx0 = 0.834\nx1 = -0.344\nx2 = -1.0\nx3 = 1.354\n"
    path.write_text(keys + "sigma = 0.166666666667\nw0 = 123.0\n")
    assert gradino.meanfield("16O", force=path).energy["total"] == pytest.approx(-128.5, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"nuclide": "16X"}, "16X"),
        ({"nuclide": "16O", "force": "SLy"}, "SLy4"),
        ({"nuclide": "16O", "exchange": "Slater"}, "slater or none"),
        ({"nuclide": "16O", "parameters": {"skyrme.t9": 1.0}}, "skyrme.t"),
        ({"nuclide": "16O", "gradients": "skyrme.t9"}, "skyrme.t"),
        ({"nuclide": "12C", "field": "16O"}, "both field= and empty="),
        ({"nuclide": "12C", "field": "16O", "empty": ["1p5/2"]}, "1p5/2"),
    ],
)
def test_mistakes_are_named(arguments, match):
    with pytest.raises(gradino.GradinoError, match=match):
        gradino.meanfield(**arguments)
