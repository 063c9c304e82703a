//! A believable sample for the tests: nu_e on 40Ar with a small level scheme and invented gradients.

use super::accumulate::AccumulatorConfig;
use gradino_core::particle::pdg;
use gradino_core::*;

const E_MAX: f64 = 60.0;
/// 40K levels: excitation [MeV], twice the spin, positive parity.
const LEVELS: [(f64, u16, bool); 12] = [
    (0.0, 8, false),
    (0.0298, 6, false),
    (0.8001, 4, false),
    (0.8914, 10, false),
    (1.6436, 0, true),
    (2.0470, 4, false),
    (2.0699, 6, false),
    (2.2899, 2, true),
    (2.7304, 2, true),
    (3.1097, 2, true),
    (3.7979, 2, true),
    (4.3837, 0, true),
];
/// 39K levels, likewise.
const DAUGHTER: [(f64, u16, bool); 4] =
    [(0.0, 3, true), (2.5225, 1, true), (2.8142, 7, false), (3.0189, 3, false)];

/// The invented gradient parameters.
pub(super) fn config() -> AccumulatorConfig {
    let gradient_parameters = (0..12)
        .map(|i| {
            let name = ["optical.v1_0", "level_density.a", "gamma_strength.e1", "gt.strength"][i % 4];
            let value = 1.0 + i as f64;
            let parameter = Parameter::new(&format!("{name}_{i}"), value, "MeV", "invented2026", "made up");
            if i % 3 == 0 { parameter } else { parameter.with_sigma(0.05 * value) }
        })
        .collect();
    AccumulatorConfig { gradient_parameters, e_max: E_MAX }
}

/// Makes event `number` of the sample.
pub(super) fn fill(event: &mut Event, number: u64) {
    let mut stream = Stream::new(11, number, Purpose::Test);
    event.clear(number);
    let e_nu = (4.0 - 4.5 * (stream.uniform() * stream.uniform() * stream.uniform()).ln()).min(E_MAX - 0.1);
    let roll = stream.uniform();
    event.process = u32::from(roll > 0.97);
    let continuum = roll < 0.25 && e_nu > 16.0;
    let level = [11, 8, 7, 10, 9][(stream.uniform().powi(2) * 5.0) as usize];
    let excitation = if continuum { 8.5 + 5.0 * stream.uniform() } else { LEVELS[level].0 };
    let electron = (e_nu - 1.5 - excitation).max(0.3);
    let cosine = 2.0 * stream.uniform().powf(0.9) - 1.0;
    push(event, pdg::NU_E, Status::Beam, (e_nu, 0.0), (0.0, 1.0), None);
    push(event, pdg::ELECTRON, Status::Final, (electron, 0.511), (-1.0, cosine), None);
    let parent = Nuclide::new(19, 40);
    let (nuclide, scheme, start) = if continuum {
        let fragment = stream.uniform();
        let left = 0.2 + (excitation - 8.5) * stream.uniform();
        let (number, mass, residue) = match fragment {
            f if f < 0.75 => (pdg::NEUTRON, 939.6, Nuclide::new(19, 39)),
            f if f < 0.92 => (pdg::PROTON, 938.3, Nuclide::new(18, 39)),
            _ => (pdg::ALPHA, 3727.4, Nuclide::new(17, 36)),
        };
        let charge = f64::from(19 - residue.z);
        push(event, number, Status::Final, (left, mass), (charge, 0.1), None);
        let start = (stream.uniform() * 4.0) as usize;
        (residue, &DAUGHTER[..], start)
    } else {
        (parent, &LEVELS[..], level)
    };
    cascade(event, &mut stream, nuclide, scheme, start);
    gradients(event, e_nu, continuum);
}

/// Kinetic energy and mass, charge and cosine.
fn push(
    event: &mut Event,
    pdg: i32,
    status: Status,
    (t, mass): (f64, f64),
    (charge, c): (f64, f64),
    state: Option<NuclearState>,
) {
    let p = (t * (t + 2.0 * mass)).sqrt();
    let momentum = FourVector::new(t + mass, p * (1.0 - c * c).max(0.0).sqrt(), 0.0, p * c);
    event.particles.push(Particle { pdg, status, momentum, mass, charge: charge as i32, state });
}

fn cascade(
    event: &mut Event,
    stream: &mut Stream,
    nuclide: Nuclide,
    scheme: &[(f64, u16, bool)],
    start: usize,
) {
    let state = |i: usize| {
        let (excitation, two_j, plus) = scheme[i];
        Some(NuclearState { excitation, two_j, parity: if plus { Parity::Plus } else { Parity::Minus } })
    };
    let mass = 37_000.0;
    let mut level = start;
    push(event, nuclide.pdg(), Status::Decayed, (0.01, mass), (1.0, 0.0), state(level));
    while level > 0 {
        let next = ((level as f64) * stream.uniform().powf(1.3)) as usize;
        let next = if stream.uniform() < 0.5 && level > 4 { next.max(4) } else { next };
        let incoming = event.particles.len() as u32 - 1;
        let energy = scheme[level].0 - scheme[next].0;
        push(event, pdg::PHOTON, Status::Final, (energy, 0.0), (0.0, 0.3), None);
        push(event, nuclide.pdg(), Status::Decayed, (0.01, mass), (1.0, 0.0), state(next));
        let first_out = event.particles.len() as u32 - 2;
        let incoming = (incoming, None);
        event.vertices.push(Vertex { status: VertexStatus::Gamma, incoming, first_out, count_out: 2 });
        level = next;
    }
    event.particles.last_mut().expect("the residue was pushed").status = Status::Final;
}

fn gradients(event: &mut Event, e_nu: f64, continuum: bool) {
    for i in 0..12 {
        let emission = if continuum { 1.0 } else { -0.2 };
        let score = [0.6 * emission, 0.04 * (e_nu - 17.0), 0.2 * (0.3 * e_nu).sin(), 0.0][i % 4];
        event.weight_gradient.push(score / (1.0 + i as f64));
    }
    event.coordinate_gradient.extend((0..12).map(|i| if i % 4 == 3 { 0.8 / f64::from(i) } else { 0.0 }));
    let slopes = event.particles.iter().map(|p| if p.pdg == pdg::ELECTRON { 1.0 } else { 0.0 });
    event.energy_jacobian.extend(slopes);
}
