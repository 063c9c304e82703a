"""Parameters, widths, cross sections, covariances."""

import gradino
import numpy as np
import pytest


def test_parameters_have_value_unit_bounds_and_source():
    known = gradino.parameters()
    depth = known["optical.v1_0"]
    assert depth.unit == "MeV" and depth.sigma > 0 and depth.source and depth.meaning
    assert depth.bounds[0] < depth.value < depth.bounds[1]
    assert gradino.parameters({"parameters": {"optical.v1_0": 60.0}})["optical.v1_0"].value == 60.0
    assert "flux.alpha" in known
    assert "flux.alpha" not in gradino.parameters({"flux": {"kind": "mono", "energy": "20 MeV"}})


def test_widths_share_one_total_and_neutrons_win_above_their_threshold():
    above = gradino.widths("40K", 12.0, 1, "+", gradients=["level_density.a", "optical.v1_0"])
    assert above.total == pytest.approx(sum(w.total for w in above.partial))
    assert sum(above.branching.values()) == pytest.approx(1.0)
    assert max(above.branching, key=above.branching.__getitem__) in ("n", "p")
    below = gradino.widths("40K", "5 MeV", "1", 1, gradients=[])
    assert below.branching["gamma"] == pytest.approx(1.0) and below.gradient.shape == (0,)
    assert below.partial[0].residue == "40K" and below.density > 0


def test_the_gradient_of_a_width_is_that_of_finite_differences():
    name = "level_density.a"

    def total(value):
        return gradino.widths("40K", 12.0, 1, "+", parameters={name: value}).total

    gradient = gradino.widths("40K", 12.0, 1, "+", gradients=name).gradient[0]
    h = 1e-4
    assert gradient == pytest.approx((total(1 + h) - total(1 - h)) / (2 * h), rel=1e-4)


def test_a_state_that_cannot_be_is_an_error():
    with pytest.raises(gradino.GradinoError):
        gradino.widths("40K", 500.0, 1, "+")
    with pytest.raises(gradino.ConfigError):
        gradino.widths("40Kx", 12.0, 1, "+")
    with pytest.raises(gradino.ConfigError):
        gradino.widths("40K", 12.0, 1, 0)


def test_cross_sections_have_the_shape_of_the_energies_and_the_average_of_the_run():
    processes = {"reaction": {"processes": ["cc", "es", "cevns"]}}
    table = gradino.cross_section([[1.0, 20.0, 30.0]], processes)
    assert len(table) == 3 and all(values.shape == (1, 3) for values in table.values())
    charged = table["nu_e charged current"][0]
    assert charged[0] == 0.0 and 0 < charged[1] < charged[2]
    mono = gradino.run({"flux": {"kind": "mono", "energy": "20 MeV"}}, events=1, seed=1)
    assert mono.cross_section.value == pytest.approx(charged[1], rel=1e-12)
    with pytest.raises(gradino.ConfigError):
        state = {"nuclide": "40K", "excitation": "15 MeV", "spin": "1", "parity": "+"}
        gradino.cross_section([10.0], {"state": state})


def test_the_covariance_is_symmetric_and_has_the_sigmas_on_its_diagonal():
    known = gradino.parameters()
    names = [name for name, p in known.items() if p.sigma > 0]
    matrix = gradino.covariance(names)
    np.testing.assert_array_equal(matrix, matrix.T)
    sigma = np.array([known[name].sigma for name in names])
    np.testing.assert_allclose(np.sqrt(np.diag(matrix)), sigma, rtol=1e-9)
    assert np.linalg.eigvalsh(matrix / np.outer(sigma, sigma)).min() > 0
    assert np.abs(matrix - np.diag(np.diag(matrix))).max() > 0, "optical parameters are correlated"
    assert gradino.covariance().shape == (len(known), len(known))
    with pytest.raises(gradino.ConfigError, match="no_such"):
        gradino.covariance(["no_such"])
