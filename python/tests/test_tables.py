"""Events in other libraries and in files."""

import gradino
import numpy as np
import pytest


@pytest.mark.parametrize("ending", ["parquet", "hepmc3", "hepmc3.gz", "hepmc3.zst"])
def test_a_written_run_is_read_back_to_the_bit(run, tmp_path, ending):
    path = tmp_path / f"events.{ending}"
    run.write(path)
    back = gradino.read(path)
    names = [name for name in dir(type(run._columns)) if not name.startswith("_")]
    for name in names:
        np.testing.assert_array_equal(getattr(back._columns, name), getattr(run._columns, name), err_msg=name)
    assert (back.seed, back.gradient_names, back.parameters) == (run.seed, run.gradient_names, run.parameters)
    assert back.citations == run.citations and back.processes == run.processes
    assert back.cross_section[:2] == run.cross_section[:2]
    np.testing.assert_array_equal(back.cross_section.gradient, run.cross_section.gradient)
    with pytest.raises(gradino.FileError, match="overwrite=True"):
        run.write(path)
    run.write(path, overwrite=True)


def test_a_file_that_is_none_is_an_error(tmp_path):
    for name in ("no.parquet", "no.hepmc3"):
        with pytest.raises(gradino.FileError):
            gradino.read(tmp_path / name)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no events")
    with pytest.raises(gradino.FileError):
        gradino.read(broken)
    with pytest.raises(gradino.FileError, match="names no known format"):
        gradino.run(events=1, seed=1).write(tmp_path / "events.root")


def test_the_report_is_one_page_that_is_not_overwritten_by_chance(run, tmp_path):
    path = tmp_path / "report.html"
    run.report(path)
    page = path.read_text()
    assert "<svg" in page and "level_density.a" in page and "hauser1952" in page
    with pytest.raises(gradino.FileError):
        run.report(path)
    run.report(path, overwrite=True)


def test_the_table_has_the_columns_of_the_parquet_file_without_copies(run, tmp_path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "events.parquet"
    run.write(path)
    table, file = run.table(), parquet.read_table(path)
    assert table.column_names == file.column_names
    for name in file.column_names:
        kind = table.schema.field(name).type
        want = pa.large_list(file[name].type.value_type) if pa.types.is_list(file[name].type) else file[name].type
        assert kind == want, name
        assert table[name].to_pylist() == file[name].to_pylist(), name
    table.validate(full=True)
    memory = table["e"].chunk(0).values.buffers()[1].address
    assert memory == run.e.__array_interface__["data"][0]
    assert table["visible_energy"].chunk(0).buffers()[1].address == run.visible_energy.__array_interface__["data"][0]


def test_awkward_particles_share_the_memory(run):
    ak = pytest.importorskip("awkward")
    particles = run.particles()
    assert len(particles) == len(run) and set(particles.fields) >= {"pdg", "e", "px"}
    assert np.shares_memory(ak.to_numpy(ak.flatten(particles.e)), run.e)
    neutrons = ak.sum((particles.pdg == 2112) & (particles.status == 1), axis=1)
    np.testing.assert_array_equal(ak.to_numpy(neutrons), run.count(2112))
    np.testing.assert_array_equal(ak.to_numpy(ak.from_arrow(run.table()).weight), run.weight)


def test_a_missing_library_is_named(run, monkeypatch):
    import sys

    for library, call in [("awkward", run.particles), ("pyarrow", run.table)]:
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(ImportError, match=f"pip install {library}"):
            call()
