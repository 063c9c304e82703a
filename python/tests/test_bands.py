"""Propagated uncertainties: matrices, covariances that are given, and what other programs make of them."""

import gradino
import numpy as np
import pytest

EDGES = np.arange(0.0, 41.0, 5.0)
NAMES = ["strength.gt_2.730", "strength.gt_11.591", "optical.v1_0", "optical.rv_0"]


@pytest.fixture(scope="module")
def big() -> gradino.Run:
    return gradino.run(events=10_000, seed=4, gradients=[*NAMES, "level_density.a"])


@pytest.fixture(scope="module")
def bands(big) -> gradino.Bands:
    return gradino.propagate(big, bins=EDGES)


def test_the_systematic_covariance_is_that_of_straight_lines(big, bands):
    assert set(bands.names) == set(NAMES) and bands.without_uncertainty == ["level_density.a"]
    np.testing.assert_allclose(bands.parameter_covariance, gradino.covariance(bands.names), rtol=1e-12)
    assert list(bands.parameter_values) == [big.parameters[name] for name in bands.names]
    lines = bands.jacobian @ bands.parameter_covariance @ bands.jacobian.T
    np.testing.assert_allclose(bands.systematic, lines, rtol=1e-9, atol=1e-9 * lines.max())
    np.testing.assert_allclose(bands.values.sum(), np.histogram(big.visible_energy, EDGES)[0].sum(), rtol=0.01)
    assert (bands.covariance == bands.systematic + bands.statistical).all() and bands.events == 10_000
    assert bands.parameters[0].name.startswith("strength") and {f.name for f in bands.families} == {"strength", "optical"}
    assert bands.parameters[0].share >= bands.parameters[1].share and "optical.v1_a" in bands.missing
    sigma = np.sqrt(bands.parameter_covariance[0, 0])
    (first,) = (c for c in bands.parameters if c.name == bands.names[0])
    np.testing.assert_allclose(first.effect, bands.jacobian[:, 0] * sigma)


def test_a_file_gives_the_same_as_the_run(big, bands, tmp_path):
    path = tmp_path / "run.parquet"
    big.write(path)
    of_file = gradino.propagate(path, bins=EDGES)
    np.testing.assert_array_equal(of_file.systematic, bands.systematic)
    assert of_file.warnings == bands.warnings
    np.testing.assert_array_equal(gradino.propagate(big, "neutron_multiplicity", "0:4:1").edges, [0, 1, 2, 3, 4])


def test_second_order_and_draws_go_beyond_straight_lines(big, bands):
    wide = {"covariance": {"level_density.a": 0.15}, "only": "level_density.a", "bins": EDGES, "bank": 5000}
    first, second, drawn = (gradino.propagate(big, **wide, **how) for how in ({}, {"order": 2}, {"draws": 60}))
    assert [b.method for b in (first, second, drawn)] == ["first order", "second order", "60 draws of the parameters"]
    assert np.linalg.matrix_rank(first.systematic, rtol=1e-9) == 1 and (first.shift == 0).all()
    more = second.systematic - first.systematic
    assert np.linalg.eigvalsh(more).min() > -1e-9 * first.systematic.max() and np.abs(second.shift).max() > 0
    assert np.isnan(second.band_errors).all() and (drawn.band_errors > 0).any()
    np.testing.assert_allclose(drawn.systematic_errors.sum(), second.systematic_errors.sum(), rtol=0.3)
    assert second.cost(second.values)(1.0) == pytest.approx(0.0, abs=1e-12)
    for wrong in ({"order": 3}, {"draws": 1}, {"order": 2, "draws": 5}):
        with pytest.raises(gradino.ConfigError, match="order=1, order=2, or at least two draws"):
            gradino.propagate(big, **wrong)
    line, parabola = (gradino.propagate(big, **wide, rate=True, order=order) for order in (1, 2))
    np.testing.assert_allclose(parabola.systematic_errors.sum(), line.systematic_errors.sum(), rtol=0.3)


def test_independent_directions_make_up_the_covariance(bands):
    effects = np.array([c.effect for c in bands.directions(0.0)])
    np.testing.assert_allclose(effects.T @ effects, bands.systematic, atol=1e-9 * bands.systematic.max())
    assert sum(c.share for c in bands.directions(0.0)) == pytest.approx(1.0)
    assert len(bands.directions(0.5)) < len(bands.directions(1e-6))


def test_a_given_covariance_replaces_what_is_known(big, bands, tmp_path):
    sigma = 0.1
    by_name = gradino.propagate(big, bins=EDGES, covariance={"level_density.a": sigma}, only="level_density.a")
    assert by_name.names == ("level_density.a",)
    slope = by_name.jacobian[:, 0]
    np.testing.assert_allclose(by_name.systematic, sigma**2 * np.outer(slope, slope), rtol=1e-12)
    file = tmp_path / "mine.toml"
    file.write_text('[parameters]\n"level_density.a" = 0.1\n')
    of_file = gradino.propagate(big, bins=EDGES, covariance=file)
    of_matrix = gradino.propagate(big, bins=EDGES, covariance=(["level_density.a"], [[0.01]]))
    np.testing.assert_allclose(of_file.systematic, of_matrix.systematic, rtol=1e-12)
    assert "level_density.a" in of_file.names and (np.diag(of_file.systematic) > np.diag(bands.systematic)).any()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"covariance": {"level_density.b": 0.1}}, 'unknown parameter "level_density.b"\nhint: did you mean "level_density.a"'),
        ({"covariance": (NAMES[:2], [[1.0, 2.0], [2.0, 1.0]])}, r"not positive definite.*-1.000 along .*strength.gt_2.730.*strength.gt_11.591"),
        ({"covariance": (NAMES[:2], [[1.0, np.nan], [0.0, 1.0]])}, "the covariance of strength.gt_11.591 and strength.gt_2.730 is 0, its mirror image NaN"),
        ({"covariance": (NAMES[:2], [1.0])}, "2 parameters have a covariance of 1 numbers"),
        ({"only": "optcal.*"}, '"optcal.*" fits no parameter'),
        ({"only": "level_density.a"}, "uncertain"),
        ({"bins": [3.0, 1.0]}, "edge"),
        ({"bins": "0:1"}, "three numbers are wanted"),
        ({"observable": "gama_energy"}, 'did you mean "gamma_energy"'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_propagation_is_named(big, arguments, words):
    with pytest.raises(gradino.ConfigError, match=words):
        gradino.propagate(big, **arguments)


def test_events_without_gradients_are_an_error_that_says_so(tmp_path):
    run = gradino.run(events=50, seed=1, gradients=[])
    with pytest.raises(gradino.ConfigError, match="the run has no gradients\nhint: make it with gradients=\"all\""):
        gradino.propagate(run)
    run.write(tmp_path / "plain.hepmc3")
    with pytest.raises(gradino.FileError, match="plain.hepmc3.*gradients"):
        gradino.propagate(tmp_path / "plain.hepmc3")


def test_pyhf_sees_the_counts_and_the_whole_covariance(bands):
    pyhf = pytest.importorskip("pyhf", reason="pyhf is not installed")
    workspace = pyhf.Workspace(bands.to_pyhf(total=500.0))  # checks the schema
    model = workspace.model()
    start = np.array(model.config.suggested_init())
    scale = 500.0 / bands.values.sum()
    expected = lambda at: np.array(model.expected_data(at, include_auxdata=False))  # noqa: E731
    np.testing.assert_allclose(expected(start), scale * bands.values)
    shifts = []
    for name in model.config.par_order:
        if name.startswith("direction_"):
            ends = [start.copy(), start.copy()]
            for end, sign in zip(ends, (1.0, -1.0)):
                end[model.config.par_slice(name)] = sign
            shifts.append((expected(ends[0]) - expected(ends[1])) / 2)
    np.testing.assert_allclose(np.transpose(shifts) @ shifts, scale**2 * bands.systematic, atol=1e-5 * scale**2 * bands.systematic.max())
    pyhf.set_backend("numpy", pyhf.optimize.scipy_optimizer())
    best = pyhf.infer.mle.fit(workspace.data(model), model)
    assert best[model.config.poi_index] == pytest.approx(1.0, abs=1e-3)


def test_pyhf_takes_parameters_only_where_they_are_independent(big, bands):
    with pytest.raises(gradino.ConfigError, match="the parameters are correlated"):
        bands.to_pyhf(by="parameter")
    with pytest.raises(gradino.ConfigError, match="data of shape"):
        bands.to_pyhf([1.0])
    alone = gradino.propagate(big, bins=EDGES, only="strength.*")
    spec = alone.to_pyhf(np.round(alone.values), by="parameter")
    names = [modifier["name"] for modifier in spec["channels"][0]["samples"][0]["modifiers"]]
    assert names == ["mu", *(c.name for c in alone.parameters), "staterror_visible_energy"]


def test_the_cost_has_its_gradient_and_profiles_what_is_not_free(bands):
    data = bands.values * np.linspace(0.98, 1.02, len(bands.values))
    cost = bands.cost(data, NAMES[1:3])
    assert cost.names == ("norm", *NAMES[1:3]) and cost.errordef == 1.0 and cost.ndata == len(data)
    x = cost.start * np.array([1.01, 0.98, 1.02])
    for k in range(3):
        step = np.zeros(3)
        step[k] = 1e-5 * x[k]
        slope = (cost(x + step) - cost(x - step)) / (2 * step[k])
        assert cost.grad(x)[k] == pytest.approx(slope, rel=1e-6)
    assert cost(*x) == cost(x)
    best = [_minimum(bands.cost(data, free)) for free in ([], NAMES[:1], NAMES)]
    np.testing.assert_allclose(best, best[0], rtol=1e-9)


def _minimum(cost):
    """A parabola has its minimum one Newton step away."""
    n = len(cost.start)
    curvature = np.array([cost.grad(cost.start + row) - cost.grad(cost.start) for row in np.eye(n)])
    return cost(cost.start - np.linalg.solve(curvature, cost.grad(cost.start)))


def test_iminuit_fits_the_cost(bands):
    iminuit = pytest.importorskip("iminuit", reason="iminuit is not installed")
    moved = bands.values + bands.jacobian[:, bands.names.index(NAMES[0])] * 0.1
    cost = bands.cost(moved, [NAMES[0]], norm=False)
    minuit = iminuit.Minuit(cost, cost.start, name=cost.names, grad=cost.grad)
    minuit.migrad()
    minuit.hesse()
    prior = np.sqrt(bands.parameter_covariance[bands.names.index(NAMES[0])].max())
    assert minuit.valid and minuit.ngrad > 0 and 0 < minuit.errors[0] <= prior
    assert cost.start[0] < minuit.values[0] < cost.start[0] + 0.1


def test_data_that_do_not_fit_the_bins_are_named(bands):
    with pytest.raises(gradino.ConfigError, match="data of shape"):
        bands.cost([1.0])
    with pytest.raises(gradino.ConfigError, match="data of bin 2 is nan"):
        bands.cost(np.where(np.arange(len(bands.values)) == 2, np.nan, bands.values))
    with pytest.raises(gradino.ConfigError, match="did you mean 'strength.gt_2.730'"):
        bands.cost(bands.values, ["strength.gt_2.73"])
    with pytest.raises(gradino.ConfigError, match="'strength.gt_2.730' is free twice"):
        bands.cost(bands.values, NAMES[:1] * 2)
    with pytest.raises(gradino.ConfigError, match="cannot stand for -3 events"):
        bands.cost(bands.values, total=-3)
    with pytest.raises(gradino.ConfigError, match="data of bin 0 is nan"):
        bands.to_pyhf(np.full(len(bands.values), np.nan))
    with pytest.raises(gradino.ConfigError, match="one for each of norm"):
        bands.cost(bands.values)(1.0, 2.0)


def test_an_observable_that_never_happens_leaves_its_bins_out(big):
    neutrons = gradino.propagate(big, "neutron_multiplicity", [0.0, 1.0, 2.0, 50.0, 60.0])
    assert neutrons.values[-1] == 0 and neutrons.cost(neutrons.values).ndata < 4
    with pytest.raises(gradino.ConfigError, match="bin 3 holds 2 events where none is expected"):
        neutrons.cost([9000.0, 100.0, 0.0, 2.0])


def test_files_hold_the_matrices(bands, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    bands.write(tmp_path / "bands.parquet")
    rows = parquet.read_table(tmp_path / "bands.parquet")["systematic_covariance"].to_pylist()
    np.testing.assert_array_equal(rows, bands.systematic)
    h5py = pytest.importorskip("h5py", reason="h5py is not installed")
    bands.write(tmp_path / "bands.h5")
    with h5py.File(tmp_path / "bands.h5") as file:
        np.testing.assert_array_equal(file["systematic_covariance"], bands.systematic)
        assert [name.decode() for name in file["parameters"]] == list(bands.names)
        assert file["content"].attrs["unit"] == "events" and file.attrs["observable"] == "visible_energy"
    for ending in ("parquet", "h5"):
        with pytest.raises(gradino.FileError, match="overwrite=True"):
            bands.write(tmp_path / f"bands.{ending}")
        bands.write(tmp_path / f"bands.{ending}", overwrite=True)


def test_bands_show_themselves(bands):
    page = bands._repr_html_()
    assert "visible_energy" in page and bands.parameters[0].name in page and "8 bins" in repr(bands)
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    assert len(bands.plot().axes) == 2
