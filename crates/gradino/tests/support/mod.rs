//! Events, runs and folders for the tests of files.
#![allow(dead_code, reason = "each test file uses its part")]

use gradino::io::{
    Beam, Citation, EventSource, ParameterValue, ProcessInfo, Provenance, SinkOptions, Spectrum, Summary,
    create, open,
};
use gradino::{Error, Result};
use gradino_core::{
    Event, FourVector, NuclearState, Parity, Particle, Purpose, Status, Stream, Vertex, VertexStatus,
};
use std::path::{Path, PathBuf};

/// Every ending that a file can have.
pub(crate) const ENDINGS: [&str; 4] = ["hepmc3", "hepmc3.gz", "hepmc3.zst", "parquet"];

/// Masses [MeV], rounded: the tests need them consistent, not exact.
const ELECTRON: f64 = 0.510_998_95;
const NEUTRON: f64 = 939.565_42;
const ARGON_40: f64 = 37_224.724;
const POTASSIUM_40: f64 = 37_226.228;
const POTASSIUM_39: f64 = 36_294.463;

/// The provenance of a run over `n_events` events from `first_event`.
pub(crate) fn provenance(first_event: u64, n_events: u64) -> Provenance {
    let mut provenance = Provenance::new(7, first_event, n_events);
    provenance.config_toml =
        "[run]\nname = \"a \\\\ b | c\"\n\n[cascade]\nlevel_density = \"backshifted\"\n".into();
    let parameter =
        |name: &str, value, unit: &str| ParameterValue { name: name.into(), value, unit: unit.into() };
    provenance.parameters = vec![
        parameter("level_density.a", 5.123_456_789_012_345, "1/MeV"),
        parameter("optical.v", -51.3, "MeV"),
    ];
    provenance.gradient_names = vec!["level_density.a".into(), "optical.v".into()];
    provenance.citations = vec![
        citation("gardiner2021", "10.1103/PhysRevC.103.044604", "2010.02393"),
        citation("koning2003", "10.1016/S0375-9474(02)01321-0", ""),
    ];
    let description = "allowed nu_e + 40Ar, gardiner2021".into();
    provenance.processes = vec![ProcessInfo { id: 100, name: "CC nu_e 40Ar".into(), description }];
    provenance.flux_averaged_cross_section_cm2 = 2.345_678_901_234_567e-41;
    provenance.flux_averaged_cross_section_error_cm2 = 1.5e-44;
    provenance.flux_averaged_cross_section_gradient = vec![-1.234_567_890_123_456_7e-43, 0.0];
    let spectrum = Spectrum::Histogram { edges_mev: vec![5.0, 20.0, 55.5], content: vec![0.25, 0.75] };
    provenance.beams = vec![Beam { pdg: 12, mean_energy_mev: 31.5, spectrum }];
    provenance
}

/// The provenance of a run that starts from a fixed state.
pub(crate) fn state_provenance(first_event: u64, n_events: u64) -> Provenance {
    let description = "deexcitation of 40K".into();
    Provenance {
        processes: vec![ProcessInfo { id: 1, name: "deexcitation".into(), description }],
        beams: Vec::new(),
        flux_averaged_cross_section_cm2: 0.0,
        flux_averaged_cross_section_error_cm2: 0.0,
        flux_averaged_cross_section_gradient: Vec::new(),
        ..provenance(first_event, n_events)
    }
}

fn citation(key: &str, doi: &str, arxiv: &str) -> Citation {
    Citation { key: key.into(), what_for: "the test".into(), doi: doi.into(), arxiv: arxiv.into() }
}

/// nu_e + 40Ar -> e- + 40K*, 40K* -> n + 39K*, then gammas to the ground state or one too many to
/// be true; energy and momentum hold at each vertex. Every third event stays in 40K.
pub(crate) fn sample_event(number: u64) -> Event {
    let mut stream = Stream::new(7, number, Purpose::Test);
    let mut event = Event::new();
    event.clear(number);
    event.process = 100;
    event.weight = 0.5 + stream.uniform();
    let energy = 20.0 + 30.0 * stream.uniform();
    let excitation = 12.0 + stream.uniform();
    push(&mut event, 12, Status::Beam, FourVector::new(energy, 0.0, 0.0, energy), 0.0, 0, None);
    let rest = FourVector::new(ARGON_40, 0.0, 0.0, 0.0);
    push(&mut event, 1_000_180_400, Status::Target, rest, ARGON_40, 0, state(0.0, 0, 1));
    primary(&mut event, &mut stream, excitation);
    let emits_neutron = !number.is_multiple_of(3);
    if emits_neutron {
        decay(
            &mut event,
            &mut stream,
            VertexStatus::Statistical,
            (2112, NEUTRON),
            (1_000_190_390, POTASSIUM_39),
            3.01,
        );
    }
    let levels: &[f64] = if emits_neutron { &[2.52, 0.0] } else { &[4.25, 1.64, 0.03, 0.0] };
    let ground = if emits_neutron { (1_000_190_390, POTASSIUM_39) } else { (1_000_190_400, POTASSIUM_40) };
    for level in levels {
        decay(&mut event, &mut stream, VertexStatus::Gamma, (22, 0.0), ground, *level);
    }
    event.particles.last_mut().expect("an event has particles").status = Status::Final;
    event.weight_gradient.extend([0.1 * stream.uniform(), -stream.uniform()]);
    if number.is_multiple_of(2) {
        let coordinates = 3;
        event.coordinate_gradient.extend((0..2 * coordinates).map(|_| stream.uniform() - 0.5));
        let entries = coordinates * event.particles.len();
        event.energy_jacobian.extend((0..entries).map(|_| stream.uniform() - 0.5));
    }
    event
}

/// 40K* at rest -> n + 39K*, then gammas. Every third event is 40K in its ground state, and nothing
/// happens.
pub(crate) fn state_event(number: u64) -> Event {
    let mut stream = Stream::new(7, number, Purpose::Test);
    let mut event = Event::new();
    event.clear(number);
    event.process = 1;
    event.weight_gradient.extend([0.1 * stream.uniform(), -stream.uniform()]);
    let excitation = if number.is_multiple_of(3) { 0.0 } else { 12.0 + stream.uniform() };
    let status = if excitation > 0.0 { Status::Residue } else { Status::Final };
    let mass = POTASSIUM_40 + excitation;
    let rest = FourVector::new(mass, 0.0, 0.0, 0.0);
    push(&mut event, 1_000_190_400, status, rest, mass, 0, state(excitation, 2, 1));
    if excitation > 0.0 {
        let heavy = (1_000_190_390, POTASSIUM_39);
        decay(&mut event, &mut stream, VertexStatus::Statistical, (2112, NEUTRON), heavy, 2.52);
        decay(&mut event, &mut stream, VertexStatus::Gamma, (22, 0.0), heavy, 0.0);
        event.coordinate_gradient.extend([0.25, -0.5]);
        event.energy_jacobian.extend(event.particles.iter().map(|p| p.momentum.z));
    }
    event
}

fn state(excitation: f64, two_j: u16, parity: i32) -> Option<NuclearState> {
    let parity = if parity > 0 { Parity::Plus } else { Parity::Minus };
    Some(NuclearState { excitation, two_j, parity })
}

fn push(
    event: &mut Event,
    pdg: i32,
    status: Status,
    momentum: FourVector,
    mass: f64,
    charge: i32,
    state: Option<NuclearState>,
) {
    event.particles.push(Particle { pdg, status, momentum, mass, charge, state });
}

/// A direction on the unit sphere.
fn direction(stream: &mut Stream) -> [f64; 3] {
    let cos = 2.0 * stream.uniform() - 1.0;
    let (sin, phi) = ((1.0 - cos * cos).sqrt(), std::f64::consts::TAU * stream.uniform());
    [sin * phi.cos(), sin * phi.sin(), cos]
}

/// The electron and the excited ion; the ion takes up what is left.
fn primary(event: &mut Event, stream: &mut Stream, excitation: f64) {
    let total = event.particles[0].momentum + event.particles[1].momentum;
    let mass = POTASSIUM_40 + excitation;
    two_body(
        event,
        stream,
        total,
        (11, ELECTRON, -1, None),
        (1_000_190_400, mass, 1, state(excitation, 2, 1)),
    );
    event.particles[3].status = Status::Residue;
    let vertex = Vertex { status: VertexStatus::Primary, incoming: (0, Some(1)), first_out: 2, count_out: 2 };
    event.vertices.push(vertex);
}

/// The last particle decays to a light one and a nucleus at `excitation` [MeV].
fn decay(
    event: &mut Event,
    stream: &mut Stream,
    status: VertexStatus,
    light: (i32, f64),
    heavy: (i32, f64),
    excitation: f64,
) {
    let parent = event.particles.len() - 1;
    let total = event.particles[parent].momentum;
    if event.particles[parent].status == Status::Final {
        event.particles[parent].status = Status::Decayed;
    }
    let heavy = (heavy.0, heavy.1 + excitation, 1, state(excitation, 3, -1));
    two_body(event, stream, total, (light.0, light.1, 0, None), heavy);
    let first_out = parent as u32 + 1;
    event.vertices.push(Vertex { status, incoming: (parent as u32, None), first_out, count_out: 2 });
}

type Product = (i32, f64, i32, Option<NuclearState>);

/// Two bodies of total momentum `total`, back to back in their rest frame.
fn two_body(event: &mut Event, stream: &mut Stream, total: FourVector, light: Product, heavy: Product) {
    let mass = total.mass_sq().sqrt();
    let (a, b) = (light.1, heavy.1);
    let momentum =
        ((mass.powi(2) - (a + b).powi(2)) * (mass.powi(2) - (a - b).powi(2))).sqrt() / (2.0 * mass);
    let [x, y, z] = direction(stream).map(|component| momentum * component);
    let rest = FourVector::new((momentum.powi(2) + a * a).sqrt(), x, y, z);
    let moved = rest.boosted(total, mass);
    push(event, light.0, Status::Final, moved, a, light.2, light.3);
    push(event, heavy.0, Status::Final, total - moved, b, heavy.2, heavy.3);
}

/// A fresh folder for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the folder of tests can be written");
    folder
}

/// Writes a run.
pub(crate) fn write(path: &Path, first_event: u64, n_events: u64) -> Result<Summary> {
    write_run(path, &provenance(first_event, n_events), sample_event)
}

/// Writes a run that starts from a fixed state.
pub(crate) fn write_states(path: &Path, first_event: u64, n_events: u64) -> Result<Summary> {
    write_run(path, &state_provenance(first_event, n_events), state_event)
}

/// Writes the run of a provenance.
fn write_run(path: &Path, provenance: &Provenance, event: impl Fn(u64) -> Event) -> Result<Summary> {
    let mut sink = create(path, provenance, SinkOptions::default())?;
    for number in provenance.first_event..provenance.first_event + provenance.n_events {
        sink.write(&event(number))?;
    }
    sink.finish()
}

/// Reads all events.
pub(crate) fn read_all(path: &Path) -> Result<Vec<Event>> {
    let mut source = open(path)?;
    let mut events = Vec::new();
    let mut event = Event::new();
    while source.read(&mut event)? {
        events.push(event.clone());
    }
    Ok(events)
}

/// The error of an operation that must fail, with its hint.
pub(crate) fn message(error: &Error) -> String {
    format!("{error}\n{}", error.hint().unwrap_or_default())
}

/// The error of opening a file.
pub(crate) fn open_error(path: &Path) -> Option<Error> {
    open(path).map(|source: Box<dyn EventSource>| drop(source)).err()
}
