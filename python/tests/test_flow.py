"""Flows: files, points, densities, training."""

import os
import signal
import threading
import time

import gradino
import numpy as np
import pytest
from flow_in_numpy import log_density
from gradino import Axis, Condition

AXES = [Axis("x", 0, 2, "MeV"), Axis("phi", -np.pi, np.pi, "rad", circle=True)]
CONDITIONS = [Condition("E", 1, 3, "MeV"), Condition("kind", labels=("a", "b"))]
TINY = {"transforms": 2, "bins": 8, "width": 16}
SHORT = {"steps": 150, "batch": 2048, "pool": 8192, "round": 10, "warm_up": 10, "rate": 0.01}


def ramp(points, conditions):
    """x^E with a ripple in phi that is one half for kind a and nothing for kind b."""
    energy, kind = conditions.T
    return points[:, 0] ** energy * (1 + 0.5 * (1 - kind) * np.cos(points[:, 1]))


def exact(points, conditions):
    """The same, normalised."""
    energy = conditions[:, 0]
    return ramp(points, conditions) * (energy + 1) / 2 ** (energy + 1) / (2 * np.pi)


def density(function=ramp):
    return gradino.Density(function, AXES, CONDITIONS)


def of_ramp(count, seed):
    """Points and conditions, by inversion and by rejection."""
    random = np.random.default_rng(seed)
    conditions = np.stack([random.uniform(1, 3, count), random.integers(0, 2, count)], axis=1)
    phi = random.uniform(-np.pi, np.pi, (count, 20))
    keep = random.uniform(0, 1.5, phi.shape) < 1 + 0.5 * (1 - conditions[:, 1:]) * np.cos(phi)
    x = 2 * random.uniform(0, 1, count) ** (1 / (conditions[:, 0] + 1))
    return np.stack([x, phi[np.arange(count), keep.argmax(axis=1)]], axis=1), conditions


@pytest.fixture(scope="module")
def trained():
    return gradino.Flow.train(density(), flow=TINY, **SHORT)


@pytest.mark.parametrize(
    "flow",
    [
        {},
        {"kind": "coupling"},
        {"preset": "small", "transforms": 3, "width": 24},
        {"preset": "small", "transforms": 2, "width": 24, "kind": "coupling", "depth": 1},
    ],
    ids=["compact", "coupling", "masked", "residual coupling"],
)
def test_the_file_means_in_numpy_what_it_means_here(flow, tmp_path):
    path = tmp_path / "flow.safetensors"
    settings = SHORT | {"steps": 30}
    flow = gradino.Flow.train(density(), flow=TINY | flow, **settings)
    flow.save(path)
    again = gradino.Flow.load(path)
    assert len(again) == len(flow) and again.spec == flow.spec and again.notes == flow.notes
    drawn = again.sample(2000, seed=4)
    assert np.array_equal(drawn.points, flow.sample(2000, seed=4).points)
    wanted = log_density(path, drawn.points, drawn.conditions)
    assert wanted.std() > 0.1, "the flow has learned something"
    precise = again.log_density(drawn.points, drawn.conditions, precise=True)
    np.testing.assert_allclose(precise, wanted, rtol=0, atol=1e-11)
    # The fast kernel works in single precision.
    np.testing.assert_allclose(again.log_density(drawn.points, drawn.conditions), wanted, rtol=0, atol=2e-5)
    np.testing.assert_allclose(np.log(drawn.densities), wanted, rtol=0, atol=2e-5)


def test_a_flow_learns_a_function(trained):
    points, conditions = of_ramp(50_000, 1)
    target = np.log(exact(points, conditions))
    distance = (target - trained.log_density(points, conditions)).mean()
    assert distance < 0.01, f"KL(p, q) = {distance}"
    drawn = trained.sample(50_000, {"E": 2.0, "kind": "a"})
    weights = exact(drawn.points, drawn.conditions) / drawn.densities
    assert weights.mean() == pytest.approx(1, abs=0.02) and weights.mean() ** 2 / (weights**2).mean() > 0.97
    first, last = trained.rounds[0], trained.rounds[-1]
    assert last.step == 150 and last.ress > 0.97 > first.ress and last.loss < first.loss and last.efficiency > 0.3


@pytest.mark.parametrize("divergence", ["reverse", "chi2"])
def test_a_flow_learns_by_the_other_divergences(divergence):
    flow = gradino.Flow.train(density(), flow=TINY, divergence=divergence, **SHORT)
    assert flow.rounds[-1].ress > 0.95 > flow.rounds[0].ress


def test_a_flow_learns_events_of_any_table(tmp_path):
    points, conditions = of_ramp(40_000, 2)
    columns = {"x": points[:, 0], "phi": points[:, 1], "E": conditions[:, 0]}
    columns["kind"] = np.array(["a", "b"])[conditions[:, 1].astype(int)]
    arguments = {"axes": AXES, "conditions": CONDITIONS, "flow": TINY} | SHORT | {"steps": 60}
    flow = gradino.Flow.train(columns, **arguments)
    held, under = of_ramp(50_000, 3)
    uniform = -np.log(4 * np.pi)
    gain = flow.log_density(held, under).mean() - uniform
    possible = np.log(exact(held, under)).mean() - uniform
    assert 0.9 * possible < gain < 1.01 * possible
    assert flow.rounds[-1].ress is None
    pyarrow = pytest.importorskip("pyarrow")
    of_arrow = gradino.Flow.train(pyarrow.table(columns), **arguments)
    of_arrays = gradino.Flow.train((points, conditions), **arguments)
    record = np.rec.fromarrays(list(columns.values()), names=list(columns))
    of_records = gradino.Flow.train(record, **arguments)
    for other in (of_arrow, of_arrays, of_records):
        assert np.array_equal(other.log_density(held[:100], under[:100]), flow.log_density(held[:100], under[:100]))


def test_a_flow_learns_events_of_a_data_frame():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    points, conditions = of_ramp(5000, 2)
    kinds = pandas.Categorical.from_codes(conditions[:, 1].astype(int), ["a", "b"])
    frame = pandas.DataFrame({"x": points[:, 0], "phi": points[:, 1], "E": conditions[:, 0], "kind": kinds})
    arguments = {"axes": AXES, "conditions": CONDITIONS, "flow": TINY} | SHORT | {"steps": 10}
    flow = gradino.Flow.train(frame[frame.x > 0.1], **arguments)
    kept = points[:, 0] > 0.1
    other = gradino.Flow.train((points[kept], conditions[kept]), **arguments)
    assert np.array_equal(flow.log_density(points[:50], conditions[:50]), other.log_density(points[:50], conditions[:50]))


def test_a_flow_learns_a_density_and_events_together():
    points, conditions = of_ramp(40_000, 2)
    flow = gradino.Flow.train(density(), events=(points, conditions), flow=TINY, events_share=0.25, **SHORT)
    assert flow.rounds[-1].ress > 0.95
    alone = gradino.Flow.train(density(), flow=TINY, **SHORT)
    assert not np.array_equal(flow.log_density(points[:9], conditions[:9]), alone.log_density(points[:9], conditions[:9]))


def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path, trained):
    def stop(row):
        seen.append(row)
        if row.step >= 50:
            raise RuntimeError("enough")

    seen: list[gradino.Round] = []
    with pytest.raises(RuntimeError, match="enough"):
        gradino.Flow.train(density(), flow=TINY, state=tmp_path / "state", progress=stop, **SHORT)
    told = []
    flow = gradino.Flow.train(
        density(), flow=TINY, state=tmp_path / "state", resume=True, progress=lambda row: told.append(row.step), **SHORT
    )
    assert np.array_equal(flow.sample(100).points, trained.sample(100).points)
    assert flow.rounds == trained.rounds, "all rounds, those before the stop too"
    assert 0 < len(told) < 15 and told[-1] == 150
    with pytest.raises(gradino.ConfigError, match="resume=True"):
        gradino.Flow.train(density(), flow=TINY, state=tmp_path / "state", resume=True, **SHORT | {"rate": 0.02})


def test_ctrl_c_stops_a_training():
    def interrupt():
        time.sleep(1.0)
        os.kill(os.getpid(), signal.SIGINT)

    begun = time.monotonic()
    # Under a shell's background job SIGINT is ignored, and Python leaves it so.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=interrupt).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            gradino.Flow.train(density(), flow=TINY, **SHORT | {"steps": 1_000_000})
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - begun < 30


def test_points_follow_the_conditions_that_are_asked_for(trained):
    drawn = trained.sample(1000, {"E": (1.5, 2.0), "kind": "b"}, seed=7)
    assert drawn.points.shape == drawn.conditions.shape == (1000, 2) and drawn.densities.shape == (1000,)
    assert (drawn.conditions[:, 0] >= 1.5).all() and (drawn.conditions[:, 0] < 2.0).all() and (drawn.conditions[:, 1] == 1).all()
    rows = trained.sample(conditions=drawn.conditions, seed=7)
    assert np.array_equal(rows.points, drawn.points) and np.array_equal(rows.densities, drawn.densities)
    later = trained.sample(10, {"E": (1.5, 2.0), "kind": "b"}, seed=7, first=500)
    assert np.array_equal(later.points, drawn.points[500:510])
    assert not np.array_equal(trained.sample(10, seed=8).points, trained.sample(10, seed=7).points)
    assert set(trained.sample(100).conditions[:, 1]) == {0.0, 1.0}
    assert "x, phi under E, kind" in repr(trained)
    assert trained.axes == tuple(AXES) and trained.conditions == tuple(CONDITIONS)


def test_a_flow_is_assessed_as_a_sampler(trained):
    small = {"events": 50_000, "set": 20_000, "sets": 2, "reference": 500_000, "training": 200_000}
    found = density().sampler(trained).assess(energies=[2.0], **small)
    assert found.ress > 0.97 and "flow on ramp" in repr(found)
    kept = density().sampler(trained, unweighted=True, quantile=0.999).draw(20_000, {"E": 2.0, "kind": "b"})
    # The mean of x / 2 is (E + 1) / (E + 2).
    assert (kept.points[:, 0] / 2).mean() == pytest.approx(0.75, abs=4 * np.sqrt((0.6 - 0.75**2) / 2e4))
    other = gradino.Density(lambda points, conditions: np.ones(len(points)), [Axis("y", 0, 1)])
    with pytest.raises(gradino.ConfigError, match="other axes or conditions"):
        other.sampler(trained)


def test_conditions_outside_the_training_are_refused_unless_asked_for(trained, tmp_path):
    trained.save(tmp_path / "flow.safetensors")
    with pytest.raises(gradino.ConfigError, match="E = 3.5 MeV.*\n.*extrapolate=True"):
        trained.sample(10, {"E": 3.5})
    with pytest.raises(gradino.ConfigError, match="extrapolate=True"):
        trained.log_density([[1.0, 0.0]], [[0.5, 0.0]])
    beyond = gradino.Flow.load(tmp_path / "flow.safetensors", extrapolate=True)
    assert np.isfinite(beyond.sample(10, {"E": 3.5}).densities).all()
    for conditions, match in [
        ({"e": 2.0}, 'did you mean "E"'),
        ({"kind": "c"}, "kind=c"),
        ({"E": (2.0, 1.0)}, "E=2.0:1.0"),
        ([[2.0, 0.0, 1.0]], "rows of 2 numbers"),
    ]:
        with pytest.raises(gradino.ConfigError, match=match):
            trained.sample(None if isinstance(conditions, list) else 10, conditions)
    with pytest.raises(gradino.ConfigError, match="x = 2.5 is outside"):
        trained.log_density([[2.5, 0.0]], [[2.0, 0.0]])


def test_damaged_files_are_refused_with_what_to_do(trained, tmp_path):
    path = tmp_path / "flow.safetensors"
    trained.save(path)
    with pytest.raises(gradino.FileError, match="overwrite=True"):
        trained.save(path)
    trained.save(path, overwrite=True)
    whole = path.read_bytes()
    for damaged, match in [
        (whole[:-7], "end after .* bytes\nhint: the file is damaged"),
        (whole[:-7] + bytes(7), "checksum"),
        (b"PK\x03\x04 and so on, a hundred bytes", "safetensors"),
        (b"", "end after 0 of 8 bytes"),
    ]:
        path.write_bytes(damaged)
        with pytest.raises(gradino.FileError, match=match):
            gradino.Flow.load(path)
    with pytest.raises(gradino.FileError, match="cannot read"):
        gradino.Flow.load(tmp_path / "missing.safetensors")


@pytest.mark.parametrize("bad", [np.nan, -1.0, np.inf])
def test_a_density_that_is_none_ends_the_training_with_its_point(bad):
    broken = density(lambda points, conditions: np.where(points[:, 0] > 1.9, bad, 1.0))
    with pytest.raises(gradino.ConfigError, match="the density is .* at x = 1.9.*phi = .*E = .*kind = "):
        gradino.Flow.train(broken, flow=TINY, **SHORT)


def test_exceptions_of_the_function_end_the_training():
    def broken(points, conditions):
        raise ZeroDivisionError("in the middle of it")

    with pytest.raises(ZeroDivisionError, match="in the middle of it"):
        gradino.Flow.train(density(broken), flow=TINY, **SHORT)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({}, "nothing to learn from"),
        ({"data": density(), "step": 5}, 'did you mean "steps"'),
        ({"data": density(), "steps": 0}, "steps"),
        ({"data": density(), "flow": "compactt"}, "compact"),
        ({"data": density(), "flow": {"bin": 4}}, 'did you mean "bins"'),
        ({"data": density(), "resume": True}, "name the folder"),
        ({"data": density(), "axes": AXES}, "has its own"),
        ({"data": {"x": [1.0]}, "axes": AXES}, "no column 'phi'"),
        ({"data": {"x": [1.0], "phi": [0.0]}}, "say what a point is"),
        ({"data": {"x": [1.0], "phi": [0.0, 1.0]}, "axes": AXES}, "different lengths"),
        ({"data": {"x": [3.0], "phi": [0.0]}, "axes": AXES}, "x = 3 is outside"),
        ({"data": {"x": [], "phi": []}, "axes": AXES}, "nothing to learn"),
        ({"data": {"x": [1.0], "phi": [0.0], "k": ["c"]}, "axes": AXES, "conditions": [("k", 0, 0, "", ("a", "b"))]}, "k is 'c'"),
        ({"data": density(), "config": {"training": {"steps": 5}}, "steps": 3}, "into the configuration"),
    ],
)
def test_mistakes_in_a_training_are_named(arguments, match):
    with pytest.raises(gradino.ConfigError, match=match):
        gradino.Flow.train(**arguments)


def test_the_configuration_of_the_command_is_that_of_python(tmp_path):
    config = {
        "flow": {"transforms": 1, "bins": 4, "width": 8},
        "data": {"density": "lobes"},
        "training": {"steps": 10, "round": 5, "batch": 1024, "pool": 1024},
    }
    flow = gradino.Flow.train(config=config)
    assert [axis.name for axis in flow.axes] == ["cos_theta", "phi"] and 'density = "lobes"' in flow.notes["configuration"]
    same = gradino.Flow.train(gradino.Density.named("lobes"), config=config)
    assert np.array_equal(same.sample(10).points, flow.sample(10).points)
