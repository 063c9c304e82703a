"""Runs in memory: content, reproducibility, memory, interruption."""

import signal
import subprocess
import sys
import time

import gradino
import numpy as np
import pytest

ARRAYS = [
    "event", "process", "weight", "neutrino_energy", "visible_energy", "weight_gradient", "offsets", "pdg",
    "visible_energy_gradient", "status", "e", "px", "py", "pz", "mass", "charge", "excitation", "two_j", "parity",
]  # fmt: skip


def assert_same(a: gradino.Run, b: gradino.Run) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


def joined(name: str, pieces: list[gradino.Run]) -> np.ndarray:
    return np.concatenate([getattr(piece, name) for piece in pieces])


def test_a_run_has_a_row_for_each_event_and_names_for_its_gradients(run):
    assert len(run) == run.n_events == 4000
    assert run.weight_gradient.shape == run.visible_energy_gradient.shape == (4000, 3)
    assert sorted(run.gradient_names) == sorted(["level_density.a", "optical.v1_0", "flux.mean_energy"])
    assert run.seed == 11 and run.parameters["level_density.a"] == 1.0
    assert run.offsets[0] == 0 and run.offsets[-1] == len(run.pdg) == len(run.mass)
    assert set(run.process) == set(run.processes) == {100}
    assert any(c.key == "hauser1952" and c.reference for c in run.citations)
    assert "4000 events, seed 11" in repr(run)


def test_particles_conserve_energy_and_make_the_visible_energy(run):
    event = np.repeat(np.arange(len(run)), np.diff(run.offsets))
    total = lambda chosen: np.bincount(event[chosen], run.e[chosen], minlength=len(run))  # noqa: E731
    np.testing.assert_allclose(total(run.status == 1), total(np.isin(run.status, [4, 20])), atol=1e-8)
    seen = (run.status == 1) & (run.two_j < 0) & ((run.charge != 0) | (run.pdg == 22))
    visible = np.bincount(event[seen], (run.e - run.mass)[seen], minlength=len(run))
    np.testing.assert_allclose(visible, run.visible_energy, atol=1e-10)
    np.testing.assert_array_equal(run.neutrino_energy, run.e[run.status == 4])
    np.testing.assert_allclose(run.energy_gradient(seen), run.visible_energy_gradient, atol=1e-10)


def test_threads_and_slices_change_no_bit(run):
    arguments = {"seed": 11, "gradients": run.gradient_names}
    for threads in (1, 2):
        assert_same(run, gradino.run(events=4000, threads=threads, **arguments))
    pieces = [gradino.run(events=numbers, **arguments) for numbers in (range(0, 1500), range(1500, 4000))]
    for name in ARRAYS:
        if name != "offsets":
            np.testing.assert_array_equal(joined(name, pieces), getattr(run, name))


def test_the_stored_configuration_repeats_the_run(run):
    assert_same(run, gradino.run(run.config))


def test_a_missing_seed_is_drawn_and_kept():
    first = gradino.run(events=20)
    assert_same(first, gradino.run(events=20, seed=first.seed))
    assert first.seed != gradino.run(events=20).seed


def test_arrays_are_the_memory_of_the_run_and_not_copies(run):
    assert run.weight.flags.owndata is False and run.weight.base is not None  # of the vector
    assert run.weight is run._columns.weight
    assert np.shares_memory(run.weight_gradient, run._columns.weight_gradient)
    for name in ARRAYS:
        array = getattr(run, name)
        assert array.flags.c_contiguous and array.flags.aligned and array.flags.writeable


def test_arrays_live_on_without_their_run():
    energy = gradino.run(events=50, seed=1).visible_energy
    assert np.isfinite(energy).all() and len(energy) == 50


def test_a_fixed_state_has_neither_neutrino_nor_cross_section():
    state = {"nuclide": "40K", "excitation": "15 MeV", "spin": "1", "parity": "+"}
    run = gradino.run({"state": state, "events": 200, "seed": 5}, gradients=[])
    assert run.cross_section is None and np.isnan(run.neutrino_energy).all()
    assert run.weight_gradient.shape == (200, 0) and run.expectation().gradient.shape == (0,)
    assert "200" in run._repr_html_()


def test_progress_hears_events_and_may_stop_the_run():
    heard = []
    gradino.run(events=40_000, seed=1, threads=1, progress=lambda done, total: heard.append((done, total)))
    assert heard == sorted(heard) and all(total == 40_000 for _, total in heard)

    def stop(done, total):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        gradino.run(events=10_000_000, progress=stop)


def test_the_notebook_shows_the_run_and_what_moves_it(run):
    page = run._repr_html_()
    assert "4,000" in page and "level_density.a" in page and "<script" not in page


def test_ctrl_c_ends_a_run_with_keyboard_interrupt():
    program = (
        "import signal, gradino\n"
        # Under a shell's background job SIGINT is ignored, and Python leaves it so.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print('ready', flush=True)\n"
        "try:\n"
        "    gradino.run(events=4_000_000, seed=1)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.0)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
        assert process.wait(10) == 0 and time.monotonic() - started < 5.0
