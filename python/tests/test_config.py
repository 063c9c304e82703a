"""Configurations as paths, texts and dictionaries, and what is wrong with them."""

from pathlib import Path

import gradino
import numpy as np
import pytest

MONO = {"seed": 3, "events": 300, "flux": {"kind": "mono", "energy": "20 MeV"}}
MONO_TOML = 'seed = 3\nevents = 300\n[flux]\nkind = "mono"\nenergy = "20 MeV"\n'


def test_dict_text_and_file_mean_the_same(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(MONO_TOML)
    runs = [gradino.run(config) for config in (MONO, MONO_TOML, path, str(path))]
    for run in runs:
        assert run.config == runs[0].config
        np.testing.assert_array_equal(run.e, runs[0].e)


def test_numpy_numbers_paths_and_tuples_may_stand_in_a_dict():
    config = {
        "events": np.int64(5),
        "seed": np.uint32(2),
        "parameters": {"level_density.a": np.float64(1.1)},
        "gradients": {"parameters": ("level_density.a",)},
        "cascade": {"levels": "builtin", "l_max": 4},
        "output": {"files": [Path("a.parquet")], "overwrite": np.True_},
    }
    run = gradino.run(config)
    assert (len(run), run.seed, run.parameters["level_density.a"]) == (5, 2, 1.1)
    assert run.gradient_names == ["level_density.a"]


def test_arguments_replace_what_the_configuration_says():
    config = {**MONO, "parameters": {"level_density.a": 1.1}}
    run = gradino.run(config, events=10, seed=4, gradients="level_density.a", parameters={"level_density.delta": 0.1})
    assert (len(run), run.seed, run.gradient_names) == (10, 4, ["level_density.a"])
    assert (run.parameters["level_density.a"], run.parameters["level_density.delta"]) == (1.1, 0.1)


def test_the_default_configuration_is_the_default():
    assert gradino.run(gradino.default_config(), events=1, seed=1).config == gradino.run(events=1, seed=1).config


def complaint(error: type[Exception], call, *arguments, **keywords) -> tuple[str, str]:
    with pytest.raises(error) as caught:
        call(*arguments, **keywords)
    hint = getattr(caught.value, "hint", None) or ""
    message = str(caught.value)
    assert message.endswith(f"\nhint: {hint}") or not hint
    return message, hint


def test_mistakes_in_a_configuration_name_the_key_and_the_way_out():
    message, hint = complaint(gradino.ConfigError, gradino.run, {"cascade": {"levle_density": "bsfg"}})
    assert message.startswith('unknown key "levle_density" in [cascade]\n')
    assert hint == 'did you mean "level_density"?'
    message, _ = complaint(gradino.ConfigError, gradino.run, MONO_TOML + "[cascade]\nlmax = 4\n")
    assert "line 7" in message
    message, hint = complaint(gradino.ConfigError, gradino.run, events=5, gradients=["level_density.b"])
    assert "level_density.b" in message and "level_density.a" in hint
    message, hint = complaint(gradino.ConfigError, gradino.run, parameters={"level_density.a": 1e9})
    assert "outside its bounds" in message and "between" in hint
    assert complaint(gradino.ConfigError, gradino.run, {"flux": {"eta": None}})[0].startswith("flux.eta is None")
    assert complaint(gradino.ConfigError, gradino.run, {"seed": 2**70})[0].startswith("seed = ")
    complaint(gradino.ConfigError, gradino.run, 7)
    complaint(gradino.ConfigError, gradino.run, {1: 2})
    complaint(gradino.ConfigError, gradino.run, "a = = b")


@pytest.mark.parametrize("events", [0, -1, range(5, 5), range(0, 10, 2)])
def test_an_empty_number_of_events_is_refused(events):
    with pytest.raises(ValueError):
        gradino.run(events=events)


def test_exceptions_are_those_of_python_too():
    assert issubclass(gradino.ConfigError, ValueError) and issubclass(gradino.FileError, OSError)
    for error in (gradino.ConfigError, gradino.FileError, gradino.PhysicsError):
        assert issubclass(error, gradino.GradinoError) and error.__module__ == "gradino"
    message, hint = complaint(gradino.FileError, gradino.run, "nowhere/run.toml")
    assert "nowhere/run.toml" in message and hint
    low = {"flux": {"kind": "mono", "energy": "0.5 MeV"}}
    assert "below the threshold" in complaint(gradino.PhysicsError, gradino.run, low)[0]
