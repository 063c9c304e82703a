"""Event files of gradino as other programs read them.

The files are written by `cargo test -p gradino --test files` into `target/test-files`, or where
the variable GRADINO_TEST_FILES says.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest

pyhepmc = pytest.importorskip("pyhepmc")
pq = pytest.importorskip("pyarrow.parquet")

FOLDER = Path(os.environ.get("GRADINO_TEST_FILES", Path(__file__).parents[2] / "target" / "test-files"))
N_EVENTS = 50
GRADIENTS = ["level_density.a", "optical.v"]

pytestmark = pytest.mark.skipif(
    not (FOLDER / "sample.parquet").exists(),
    reason=f"no sample files in {FOLDER}; run `cargo test -p gradino --test files`",
)


@pytest.fixture(scope="module")
def events():
    with pyhepmc.open(str(FOLDER / "sample.hepmc3")) as file:
        return list(file)


@pytest.fixture(scope="module")
def table():
    return pq.read_table(FOLDER / "sample.parquet")


def text(attribute) -> str:
    """The text of an attribute, whether it was parsed already or not."""
    return attribute.astype(str) if hasattr(attribute, "astype") else str(attribute)


def components(particle):
    p = particle.momentum
    return np.array([p.e, p.px, p.py, p.pz])


def test_hepmc3_has_all_events_and_particles(events, table):
    assert [event.event_number for event in events] == list(range(N_EVENTS))
    counts = [len(row) for row in table["pdg"].to_pylist()]
    assert [len(event.particles) for event in events] == counts
    assert [len(event.vertices) for event in events] == [len(row) for row in table["vertex_status"].to_pylist()]


def test_energy_and_momentum_are_conserved_at_each_vertex(events):
    for event in events:
        assert event.momentum_unit == pyhepmc.Units.MEV
        assert event.length_unit == pyhepmc.Units.CM
        for vertex in event.vertices:
            incoming = sum(components(p) for p in vertex.particles_in)
            outgoing = sum(components(p) for p in vertex.particles_out)
            np.testing.assert_allclose(incoming, outgoing, atol=1e-9)


def test_each_event_has_one_beam_one_target_and_one_primary_vertex(events):
    for event in events:
        statuses = [particle.status for particle in event.particles]
        assert statuses.count(4) == 1 and statuses.count(20) == 1
        assert [vertex.status for vertex in event.vertices].count(1) == 1
        ends = {p.status for p in event.particles if p.end_vertex is None}
        assert ends == {1}


def test_run_information_follows_nuhepmc(events):
    info = events[0].run_info
    attributes = {name: text(value) for name, value in info.attributes.items()}
    version = [int(attributes[f"NuHepMC.Version.{part}"]) for part in ("Major", "Minor", "Patch")]
    assert version == [1, 0, 0]
    assert [tool.name for tool in info.tools] == ["gradino"]
    assert info.tools[0].version
    assert set(attributes["NuHepMC.Conventions"].split()) == {"G.C.2", "G.C.3", "G.C.4", "G.S.1", "G.S.2", "E.C.1"}
    assert attributes["NuHepMC.Units.CrossSection.Unit"] == "pb"
    assert attributes["NuHepMC.Units.CrossSection.TargetScale"] == "PerAtom"
    pb = float(attributes["NuHepMC.FluxAveragedTotalCrossSection"])
    assert pb == pytest.approx(2.345678901234567e-41 * 1e36, rel=1e-14)
    gradient = [float(word) for word in attributes["gradino.FluxAveragedTotalCrossSectionGradient"].split()]
    assert gradient == pytest.approx([-1.2345678901234567e-43 * 1e36, 0.0], rel=1e-14)
    assert "gradino.NuHepMC.Requirements" not in attributes
    for kind, used in [
        ("Process", {100}),
        ("VertexStatus", {v.status for e in events for v in e.vertices}),
        ("ParticleStatus", {p.status for e in events for p in e.particles}),
    ]:
        declared = {int(word) for word in attributes[f"NuHepMC.{kind}IDs"].split()}
        assert used <= declared
        for code in declared:
            assert attributes[f"NuHepMC.{kind}Info[{code}].Name"]
            assert attributes[f"NuHepMC.{kind}Info[{code}].Description"]
    assert attributes["NuHepMC.AdditionalParticleNumbers"].strip() == ""
    assert attributes["NuHepMC.Citations.Generator.DOI"].split()[0] == "10.1103/PhysRevC.103.044604"
    assert attributes["NuHepMC.Beam[12].Type"] == "Histogram"


def test_provenance_is_whole_in_both_formats(events, table):
    attributes = {name: text(value) for name, value in events[0].run_info.attributes.items()}
    metadata = pq.read_metadata(FOLDER / "sample.parquet").metadata
    provenance = json.loads(attributes["gradino.provenance"])
    assert provenance == json.loads(metadata[b"gradino.provenance"])
    assert provenance["flux_averaged_cross_section_gradient"] == [-1.2345678901234567e-43, 0.0]
    assert provenance["seed"] == 7 and provenance["n_events"] == N_EVENTS
    config = '[run]\nname = "a \\\\ b | c"\n\n[cascade]\nlevel_density = "backshifted"\n'
    assert provenance["config_toml"] == config
    assert metadata[b"gradino.config"].decode() == config
    assert attributes["NuHepMC.Provenance.gradino.config"] == config
    assert metadata[b"gradino.gradient_names"].decode().split() == GRADIENTS
    assert metadata[b"gradino.seed"] == b"7"


def test_weights_and_their_derivatives_have_names(events, table):
    names = ["CV"] + [f"d_ln_w/d_{name}" for name in GRADIENTS]
    assert list(events[0].weight_names) == names
    gradients = table["weight_gradient"].to_pylist()
    for event, weight, gradient in zip(events, table["weight"].to_pylist(), gradients, strict=True):
        assert list(event.weights) == [weight, *gradient]


def test_both_formats_hold_the_same_numbers(events, table):
    rows = table.to_pylist()
    for event, row in zip(events, rows, strict=True):
        particles = sorted(event.particles, key=lambda p: p.id)
        assert [p.pid for p in particles] == row["pdg"]
        assert [p.status for p in particles] == row["status"]
        for i, name in enumerate(["e", "px", "py", "pz"]):
            assert [components(p)[i] for p in particles] == row[name]
        assert [p.generated_mass for p in particles] == row["mass"]
        assert int(text(event.attributes["signal_process_id"])) == row["process"] == 100
        assert [float(word) for word in text(event.attributes["lab_pos"]).split()] == [0, 0, 0]
        for name in ("coordinate_gradient", "energy_jacobian"):
            words = text(event.attributes[name]).split() if name in event.attributes else []
            assert [float(word) for word in words] == row[name]


def test_nuclear_states_are_attributes_of_particles(events, table):
    for event, row in zip(events, table.to_pylist(), strict=True):
        for particle in event.particles:
            i = particle.id - 1
            attributes = {name: text(value) for name, value in particle.attributes.items()}
            if row["excitation"][i] is None:
                assert "Ex" not in attributes
            else:
                assert float(attributes["Ex"]) == row["excitation"][i]
                assert int(attributes["twoJ"]) == row["two_j"][i]
                assert int(attributes["parity"]) == row["parity"][i]


def test_vertex_links_are_those_of_the_graph(events, table):
    for event, row in zip(events, table.to_pylist(), strict=True):
        for i, vertex in enumerate(sorted(event.vertices, key=lambda v: -v.id)):
            assert vertex.status == row["vertex_status"][i]
            first, count = row["vertex_first_out"][i], row["vertex_count_out"][i]
            assert sorted(p.id - 1 for p in vertex.particles_out) == list(range(first, first + count))
            into = [row["vertex_in"][i], row["vertex_in_second"][i]]
            assert [p.id - 1 for p in vertex.particles_in] == [j for j in into if j is not None]


def test_every_column_says_what_it_is(table):
    units = {
        "neutrino_energy": b"MeV", "visible_energy": b"MeV", "px": b"MeV", "py": b"MeV", "pz": b"MeV", "e": b"MeV",
        "mass": b"MeV", "excitation": b"MeV", "charge": b"e", "weight_gradient": b"1/parameter",
        "coordinate_gradient": b"MeV/parameter",
    }
    for field in table.schema:
        assert field.metadata[b"description"]
        assert field.metadata.get(b"unit") == units.get(field.name), field.name
    gradient = table.schema.field("coordinate_gradient").metadata
    assert json.loads(gradient[b"parameters"]) == GRADIENTS
    assert json.loads(gradient[b"parameter_units"]) == ["1/MeV", "MeV"]


def test_energies_follow_from_the_particles(table):
    for row in table.to_pylist():
        pdg, status = np.array(row["pdg"]), np.array(row["status"])
        kinetic = np.array(row["e"]) - np.array(row["mass"])
        seen = (status == 1) & np.isin(pdg, [11, 22])
        assert row["neutrino_energy"] == row["e"][0]
        assert row["visible_energy"] == pytest.approx(kinetic[seen].sum(), rel=1e-14)


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_compressed_files_are_the_same_text(ending):
    plain = (FOLDER / "sample.hepmc3").read_bytes()
    packed = (FOLDER / f"sample.hepmc3.{ending}").read_bytes()
    if ending == "gz":
        import gzip

        assert gzip.decompress(packed) == plain
    else:
        zstd = pytest.importorskip("backports.zstd")
        assert zstd.decompress(packed) == plain


@pytest.fixture(scope="module", params=["states.hepmc3", "states.hepmc3.gz"])
def states(request):
    with pyhepmc.open(str(FOLDER / request.param)) as file:
        return list(file)


def test_events_from_a_fixed_state_are_read(states):
    rows = pq.read_table(FOLDER / "states.parquet").to_pylist()
    assert [event.event_number for event in states] == list(range(9))
    for event, row in zip(states, rows, strict=True):
        particles = sorted(event.particles, key=lambda p: p.id)
        assert [p.pid for p in particles] == row["pdg"]
        assert [p.status for p in particles] == row["status"]
        assert [v.status for v in sorted(event.vertices, key=lambda v: -v.id)] == row["vertex_status"]
        assert set(row["vertex_status"]) <= {22, 23}
        first = particles[0]
        assert first.status == (23 if event.vertices else 1)
        assert components(first)[1:].tolist() == [0, 0, 0]
        assert float(text(first.attributes["Ex"])) == row["excitation"][0]
        outgoing = sum(components(p) for p in particles if p.status == 1)
        np.testing.assert_allclose(outgoing, components(first), atol=1e-9)
        assert row["neutrino_energy"] is None
    assert [len(event.vertices) for event in states] == [0, 2, 2] * 3


def test_files_from_a_fixed_state_say_what_holds_of_nuhepmc(states):
    attributes = {name: text(value) for name, value in states[0].run_info.attributes.items()}
    assert not [name for name in attributes if name.startswith("NuHepMC.Version")]
    assert not [name for name in attributes if "CrossSection" in name]
    assert set(attributes["NuHepMC.Conventions"].split()) == {"G.C.3", "G.S.1", "G.S.2"}
    held = set(attributes["gradino.NuHepMC.Requirements"].split())
    assert {"E.R.2", "E.R.3", "E.R.8"} <= held
    assert not held & {"G.R.2", "G.R.5", "G.R.6", "E.R.6", "E.R.7", "P.R.1"}
