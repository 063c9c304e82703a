"""Fits from Python: the numbers of the command line, data in memory, checkpoints, and what is wrong."""

import json

import gradino
import numpy as np
import pytest

TOY = {
    "toy": {"features": ["first_gamma"]},
    "loss": {"kind": "poisson-light", "range": [0.0, 8.0], "bins": 16},
    "fit": {"events": 2000, "most_events": 8000},
    "parameters": {"toy.alpha": {"start": 5.0}, "toy.lambda": {"start": 3.0}},
}
TRUTH = {"toy.alpha": 4.5, "toy.lambda": 2.7}


def toy_data(events: int = 4000) -> np.ndarray:
    return gradino.toy(seed=77).draw(TRUTH, events).at(TRUTH).values


@pytest.fixture(scope="module")
def fitted() -> gradino.Fit:
    return gradino.fit(TOY, data=toy_data())


def test_a_fit_finds_the_parameters_behind_its_data_within_its_errors(fitted):
    assert fitted.names == ("toy.alpha", "toy.lambda") and fitted.converged and fitted.n_data == 4000
    pulls = (fitted.values - list(TRUTH.values())) / np.sqrt(np.diag(fitted.sandwich))
    assert np.abs(pulls).max() < 3.5
    np.testing.assert_allclose(np.sqrt(np.diag(fitted.covariance)), fitted.errors)
    assert (np.diag(fitted.simulation) < np.diag(fitted.sandwich)).all()
    assert np.linalg.eigvalsh(fitted.covariance).min() > 0 and abs(fitted.correlation[0, 1]) < 1
    assert fitted.parameters["toy.alpha"].value == fitted.values[0]


def test_the_result_is_the_json_of_the_command_line(fitted, tmp_path):
    path = tmp_path / "fit.json"
    fitted.write(path)
    record = json.loads(path.read_text())
    assert record == fitted.to_dict() and record["version"] == gradino.__version__
    assert record["parameters"][0]["name"] == "toy.alpha" and record["covariance"][0][0] > 0
    with pytest.raises(FileExistsError):
        fitted.write(path)
    fitted.write(path, overwrite=True)


def test_a_profile_has_its_minimum_at_the_fit_and_rises_by_one_at_one_error():
    # Closer to the minimum than a fit usually ends, where the gradient is half noise.
    strict = {**TOY, "fit": {**TOY["fit"], "least_signal": 0.02}}
    fitted = gradino.fit(strict, data=toy_data())
    value, error = fitted.parameters["toy.lambda"][:2]
    grid = value + error * np.array([-1.0, 0.0, 1.0])
    scan = fitted.profile("toy.lambda", grid)
    assert scan.objective.argmin() == 1 and scan.others.shape == (3, 1)
    np.testing.assert_allclose(scan.objective - scan.objective[1], [1, 0, 1], atol=0.25)
    with pytest.raises(gradino.ConfigError, match='did you mean "toy.lambda"'):
        fitted.profile("toy.lamda", grid)


def test_a_stopped_fit_goes_on_to_the_same_bits(fitted, tmp_path):
    checkpoint = tmp_path / "state.json"
    short = {**TOY, "fit": {**TOY["fit"], "rounds": 2}}
    early = gradino.fit(short, data=toy_data(), checkpoint=checkpoint)
    assert not early.converged and any("not converged after 2 rounds" in line for line in early.diagnosis)
    state = json.loads(checkpoint.read_text())
    state["config"] = fitted.config
    checkpoint.write_text(json.dumps(state))
    late = gradino.fit(TOY, data=toy_data(), checkpoint=checkpoint, resume=True)
    assert late.to_dict() == fitted.to_dict()


def test_an_exception_of_the_progress_ends_a_fit():
    def stop(rounds):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        gradino.fit({**TOY, "fit": {"events": 20_000, "most_events": 80_000}}, data=toy_data(), progress=stop)


def test_the_chain_is_fitted_to_a_run_in_memory():
    run = gradino.run(events=4000, seed=9, parameters={"strength.gt_2.290": 1.8}, gradients=[])
    config = {
        "model": "chain",
        "chain": {"observables": ["gamma_energy"]},
        "loss": {"kind": "poisson-light", "range": [0.0, 12.0], "bins": 24},
        "fit": {"events": 4000, "most_events": 8000, "rounds": 6},
        "parameters": {"strength.gt_2.290": {}},
    }
    fit = gradino.fit(config, data=run)
    (value,), (error,) = fit.values, np.sqrt(np.diag(fit.sandwich))
    assert abs(value - 1.8) < 4 * error < 1.0
    np.testing.assert_array_equal(run.observed("visible_energy", "neutron_multiplicity").T, [run.visible_energy, run.count(2112)])


def test_the_run_of_a_chain_may_stand_in_the_fit():
    mono = {"flux": {"kind": "mono", "energy": "30 MeV"}}
    run = gradino.run(mono, events=1000, seed=9, gradients=[])
    config = {
        "model": "chain",
        "chain": {"observables": ["gamma_energy"], "run": mono},
        "loss": {"kind": "poisson-light", "range": [0.0, 12.0], "bins": 12},
        "fit": {"events": 1000, "most_events": 1000, "rounds": 1},
        "parameters": {"strength.gt_2.290": {}},
    }
    assert gradino.fit(config, data=run).n_data == 1000
    with pytest.raises(gradino.ConfigError, match='unknown key "fluxx".*\n?.*did you mean "flux"'):
        gradino.fit({**config, "chain": {"run": {"fluxx": {}}}}, data=[1.0])


def test_a_fit_shows_itself(fitted):
    page = fitted._repr_html_()
    assert "toy.alpha" in page and "converged after" in page and "<script" not in page
    assert "toy.alpha = " in repr(fitted)
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    figure = fitted.corner()
    assert len(figure.axes) == 4 and sum(axes.get_visible() for axes in figure.axes) == 3
    x, y = figure.axes[2].lines[0].get_data()
    distance = np.stack([x, y], axis=1) - fitted.values
    size = np.einsum("ni,ij,nj->n", distance, np.linalg.inv(fitted.covariance), distance)
    np.testing.assert_allclose(size, 1.0, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "data", "words"),
    [
        ({"parameters": {"toy.alfa": {}}}, None, 'unknown parameter "toy.alfa"\nhint: did you mean "toy.alpha"'),
        ({"fitt": {}}, None, 'unknown key "fitt"'),
        ({"loss": {"kind": "poison"}}, None, 'unknown loss "poison"'),
        ({"fit": {"radius": -1.0}}, None, "the radius of the fit is -1"),
        ({}, np.full(10, np.nan), "a feature in row 0 of the sample is NaN"),
        ({}, np.ones((10, 3)), r"data of shape \(10, 3\)\nhint: give columns of first_gamma"),
        ({}, np.ones((0, 1)), "the sample is empty"),
        ({"parameters": {}}, None, "no parameter of the fit is free"),
    ],
)
def test_what_is_wrong_with_a_fit_is_named(change, data, words):
    with pytest.raises(gradino.ConfigError, match=words):
        gradino.fit({**TOY, **change}, data=toy_data(100) if data is None else data)


def test_weights_and_models_of_data_are_checked(run):
    with pytest.raises(gradino.ConfigError, match="a weight in row 1 of the sample is NaN"):
        gradino.fit(TOY, data=[1.0, 2.0], weights=[1.0, np.nan])
    with pytest.raises(gradino.ConfigError, match="give one for each of 2 data"):
        gradino.fit(TOY, data=[1.0, 2.0], weights=[1.0])
    with pytest.raises(gradino.ConfigError, match="a run is no data for the toy"):
        gradino.fit(TOY, data=run)
    with pytest.raises(gradino.ConfigError, match="data"):
        gradino.fit(TOY)
    assert "toy.alpha" in gradino.example_fit()
