//! The decay against itself: tables, interpolation, sampling, partial waves.

use crate::Result;
use crate::agreement::Agreement;
use crate::jobs::{self, POTASSIUM_40, Schemes};
use gradino_core::{Nuclide, Parity, Purpose, Stream};
use gradino_nuclear::decay::{Cascade, CascadeModels, CascadeRecord, Network, PartialWaves, StateAt, Widths};
use gradino_nuclear::emission::Fragment;
use gradino_nuclear::emission::transmission::L_MAX;
use gradino_nuclear::structure::{StructureLibrary, masses};

/// Partial widths are compared where their branching is above this.
const SMALLEST: f64 = 1e-4;
/// Intervals of the direct integrals.
const INTERVALS: usize = 128;

/// Nuclides that the deexcitation of 40K passes.
const NUCLIDES: [Nuclide; 5] =
    [POTASSIUM_40, Nuclide::new(19, 39), Nuclide::new(18, 39), Nuclide::new(17, 36), Nuclide::new(18, 38)];

/// State number `i`: energy from `range` [MeV], spin up to 6, any parity.
fn random_state(nuclide: Nuclide, i: usize, range: [f64; 2]) -> StateAt {
    let [x, y, z] =
        [0.618_033_988_749_895, 2f64.sqrt(), 3f64.sqrt()].map(|step| ((i + 1) as f64 * step).fract());
    StateAt {
        excitation: range[0] + (range[1] - range[0]) * x,
        two_j: 2 * (y * 7.0) as u16 + nuclide.a % 2,
        parity: if z < 0.5 { Parity::Plus } else { Parity::Minus },
    }
}

fn network(nuclide: Nuclide) -> Result<Network> {
    let library = StructureLibrary::builtin();
    let params = jobs::decay_parameters();
    Ok(Network::prepare(nuclide, 42.0, CascadeModels::default(), &library, &params, &[])?)
}

fn compare(agreement: &mut Agreement, ours: &Widths, exact: &Widths, name: &str) {
    agreement.add(ours.total(), exact.total(), name);
    for e in &exact.partial {
        let Some(o) = ours.partial.iter().find(|o| o.fragment == e.fragment) else { continue };
        for (a, b) in [(o.discrete, e.discrete), (o.continuum, e.continuum)] {
            if b > SMALLEST * exact.total() {
                agreement.add(a, b, name);
            }
        }
    }
}

/// Widths from the tables of ingredients, and those interpolated between tabulated energies, against the
/// direct computation: `count` states of each nuclide anywhere, and the interpolated ones for `count` states
/// of each within 5 MeV above the thresholds of p, d and alpha.
pub fn widths(count: usize) -> Result<[Agreement; 3]> {
    let mut agreements: [Agreement; 3] = Default::default();
    let theta = jobs::decay_parameters().values();
    for nuclide in NUCLIDES {
        let cascade = Cascade::new(network(nuclide)?);
        let mut compared = |state: StateAt, [tables, between]: [Option<usize>; 2]| {
            let exact = cascade.network().direct_widths(&theta, state, INTERVALS);
            let name =
                format!("{nuclide}, {:.2} MeV, 2J = {}{}", state.excitation, state.two_j, state.parity);
            if let Some(k) = tables {
                compare(&mut agreements[k], &cascade.network().widths(state), &exact, &name);
            }
            if let Some(k) = between {
                compare(&mut agreements[k], &cascade.interpolated_widths(state), &exact, &name);
            }
        };
        let cut = StructureLibrary::builtin().scheme(nuclide).map_or(0.0, |s| s.continuum_from);
        for i in 0..count {
            compared(random_state(nuclide, i, [cut + 0.05, 40.0]), [Some(0), Some(1)]);
        }
        for fragment in [Fragment::Proton, Fragment::Deuteron, Fragment::Alpha] {
            let threshold = masses::separation_energy(nuclide, fragment.nuclide())?;
            for i in 0..count {
                let state = random_state(nuclide, i, [(threshold + 0.05).max(cut), threshold + 5.0]);
                compared(state, [None, Some(2)]);
            }
        }
    }
    Ok(agreements)
}

/// Ways out of the first step of `draws` decays of 40K* against the widths: chi^2 and degrees of freedom.
pub fn sampling(state: StateAt, draws: u64) -> Result<(f64, usize)> {
    let mut cascade =
        Cascade::new(jobs::network(state.excitation, CascadeModels::default(), Schemes::Completeness)?);
    let start = cascade.start(state.excitation, state.two_j, state.parity)?;
    let widths = cascade.network().widths(state);
    // Each way out twice: to levels and, told by their energies, to the continuum.
    let library = StructureLibrary::builtin();
    let cuts: Vec<f64> = (cascade.network().nuclides())
        .map(|nuclide| library.scheme(nuclide).map_or(0.0, |s| s.continuum_from))
        .collect();
    let mut counts = vec![[0u64; 2]; widths.partial.len()];
    let mut record = CascadeRecord::new(0);
    for number in 0..draws {
        cascade.draw(start, &mut Stream::new(11, number, Purpose::Cascade), &mut record);
        let first = &record.steps[0];
        let way = widths.partial.iter().position(|p| p.fragment == first.fragment);
        let way = way.ok_or("a fragment without a width")?;
        counts[way][usize::from(first.excitation > cuts[first.entry])] += 1;
    }
    let mut chi = (0.0, 0);
    for (partial, count) in widths.partial.iter().zip(&counts) {
        for (width, n) in [partial.discrete, partial.continuum].into_iter().zip(count) {
            let p = width / widths.total();
            let expected = p * draws as f64;
            if expected > 20.0 {
                chi.0 += (*n as f64 - expected).powi(2) / (expected * (1.0 - p));
                chi.1 += 1;
            }
        }
    }
    Ok((chi.0, chi.1))
}

/// Total widths of 40K* with partial waves up to l = 5, and with as many as are needed at each energy, against
/// those with all tabulated ones, 10 to 60 MeV; and how many were needed at the highest energy.
pub fn partial_waves() -> Result<([Agreement; 2], u32)> {
    let mut agreements: [Agreement; 2] = Default::default();
    let mut needed = 0;
    for excitation in [10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0] {
        let with = |l_max| {
            let models = CascadeModels { l_max, ..CascadeModels::default() };
            jobs::network(excitation, models, Schemes::Completeness)
        };
        let five = with(PartialWaves::UpTo(5))?;
        let (converged, all) = (with(PartialWaves::Converged)?, with(PartialWaves::UpTo(L_MAX))?);
        needed = converged.l_max();
        for two_j in [2, 8] {
            let state = StateAt { excitation, two_j, parity: Parity::Plus };
            let name = format!("{excitation} MeV, 2J = {two_j}");
            let exact = all.widths(state).total();
            agreements[0].add(five.widths(state).total(), exact, name.clone());
            agreements[1].add(converged.widths(state).total(), exact, name);
        }
    }
    Ok((agreements, needed))
}
