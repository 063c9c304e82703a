"""Inclusive responses of nuclei."""

import gradino
import numpy as np
import pytest

Q, OMEGA = [296.27, 503.75], np.array([5.0, 20.0, 60.0, 100.0, 320.0])
NAMES = ("cc", "cl", "ll", "t", "t_prime")


@pytest.fixture(scope="module")
def oxygen():
    return gradino.responses("16O", Q, OMEGA, gradients=["axial.mass", "skyrme.t3"])


def test_responses_have_their_axes_and_shells_add_up(oxygen):
    assert oxygen.cc.shape == oxygen.shells[0].t_prime.shape == (2, 5) and repr(oxygen).count("2 q x 5 omega")
    assert [f"{s.nucleon} {s.name}" for s in oxygen.shells] == ["n 1s1/2", "n 1p3/2", "n 1p1/2"]
    assert oxygen.gradient_names == ("axial.mass", "skyrme.t3") and oxygen.gradient.t.shape == (2, 5, 2)
    for name in NAMES:
        np.testing.assert_allclose(sum(getattr(s, name) for s in oxygen.shells), getattr(oxygen, name), rtol=1e-12)
        parts = sum(getattr(s.gradient, name) for s in oxygen.shells)
        np.testing.assert_allclose(parts, getattr(oxygen.gradient, name), rtol=1e-12)
    with pytest.raises(KeyError, match="there are n 1s1/2"):
        oxygen.shell("p", "1s1/2")


def test_nothing_comes_below_the_threshold_or_beyond_the_light_cone(oxygen):
    assert (oxygen.cc[:, 0] == 0).all() and oxygen.cc[0, 4] == 0 and oxygen.cc[1, 4] > 0
    assert (oxygen.shell("n", "1s1/2").t[:, :2] == 0).all() and (oxygen.t[:, 1:4] > 0).all()
    assert "below 14.54 MeV" in oxygen.notes[0] and "q or more" in oxygen.notes[1]


@pytest.mark.parametrize(("name", "value", "tolerance"), [("axial.mass", 1026.0, 1e-6), ("skyrme.t3", 13777.0, 1e-4)])
def test_gradients_are_those_of_differences(oxygen, name, value, tolerance):
    step = 1e-3 * value if name == "axial.mass" else 2e-4 * value
    low, high = (gradino.responses("16O", Q, OMEGA, parameters={name: value + s}) for s in (-step, step))
    slot = oxygen.gradient_names.index(name)
    for which in NAMES:
        difference = (getattr(high, which) - getattr(low, which)) / (2 * step)
        found = getattr(oxygen.gradient, which)[..., slot]
        # Away from the threshold: at 20 MeV a resonance passes by.
        size = np.abs(getattr(oxygen, which)[:, 2:]) / value
        off = np.abs(found - difference)[:, 2:]
        assert (off <= tolerance * (np.abs(difference[:, 2:]) + 3 * size)).all(), which
        assert (found[1, 2:] != 0).all(), which


def test_probes_see_what_they_act_on():
    nu, antinu, both, charge = (gradino.responses("16O", 350.0, 70.0, probe=p) for p in ("nu", "antinu", "nc", "electron"))
    assert [len(r.shells) for r in (nu, antinu, both, charge)] == [3, 3, 6, 6]
    assert {s.nucleon for s in antinu.shells} == {"p"}
    assert (charge.t_prime == 0).all() and charge.cc[0, 0] > 0
    # A conserved current: R_LL = (omega/q)^2 R_CC.
    np.testing.assert_allclose(charge.ll, (70 / 350) ** 2 * charge.cc, rtol=1e-12)
    protons = gradino.responses("16O", 350.0, 70.0, probe="nc-nu", struck="proton")
    assert protons.cc[0, 0] == sum(s.cc[0, 0] for s in both.shells if s.nucleon == "p")


def test_a_convention_makes_all_choices_and_says_so(tmp_path):
    whole = gradino.responses("12C", 300.0, [60.0], convention="dolan2022")
    single = gradino.responses(
        "12C", 300.0, [60.0], force="SkE2", exchange="none", masses="physical", field="16O", empty=["1p1/2"], axial_charge="middle-rank",
        monopole="not-from-s", vector="galster", axial="dipole-dolan2022",
    )  # fmt: skip
    assert whole.cc == single.cc and whole.t_prime == single.t_prime
    assert whole.choices["field"] == "dolan2022" and whole.choices["relativistic"] is True
    assert whole.parameters["axial.g_a"] == 1.262 and "16O without 1p1/2" in whole.head
    plane = gradino.responses("12C", 300.0, [60.0], convention="dolan2022", waves="plane", relativistic=False)
    assert plane.cc != whole.cc and "non-relativistic" in plane.head
    path = tmp_path / "mine.toml"
    keys = "t0 = -2488.91\nt1 = 486.82\nt2 = -546.39\nt3 = 13777.0\nx0 = 0.834\nx1 = -0.344\nx2 = -1.0\nx3 = 1.354\n"
    path.write_text(keys + "sigma = 0.16666666666666666\nw0 = 123.0\n")
    mine, builtin = (gradino.responses("16O", 300.0, [60.0], force=f) for f in (path, "SLy4"))
    np.testing.assert_allclose(mine.cc, builtin.cc, rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"q": -300.0}, r"momentum transfer \[MeV\] = -300"),
        ({"q": []}, "momentum transfer"),
        ({"omega": [np.nan]}, "energy transfer"),
        ({"nuclide": "16X"}, "16X"),
        ({"nuclide": "12C", "force": "SkE2", "exchange": "none"}, "16O"),
        ({"probe": "muon"}, "nu, antinu, nc, electron"),
        ({"struck": "proton"}, "does not strike"),
        ({"exchange": "Slater"}, "slater"),
        ({"axial_charge": "middle"}, "middle-rank"),
        ({"empty": ["1p1/2"]}, "field = "),
        ({"field": "16O", "empty": ["1p7"]}, "1p7"),
        ({"gradients": "axial.mas"}, "axial.mass"),
        ({"parameters": {"axial.mass": 1.0}}, "bounds"),
        ({"convention": "ghent"}, "own, dolan2022"),
    ],
)
def test_mistakes_are_named(arguments, match):
    with pytest.raises(gradino.GradinoError, match=match):
        gradino.responses(**({"nuclide": "16O", "q": 300.0, "omega": 60.0} | arguments))
