//! Limits that the responses have to meet: sum rules over all final states, and the Fermi gas of large nuclei.

use crate::Result;
use crate::mean_field::force;
use gradino_core::Nuclide;
use gradino_core::constants::HBAR_C;
use gradino_nuclear::meanfield::continuum::partial_waves;
use gradino_nuclear::meanfield::multipoles::{BesselTable, Couplings, Natural, transition_elements};
use gradino_nuclear::meanfield::{
    AxialCharge, BoxState, Continuum, ContinuumOptions, CoulombExchange, FermiGas, FinalState, MeanField,
    Mesh, Monopole, Nucleon, Options, Orbital, PartialWave, Probe, RadialField, ResponseModel,
    ResponseOptions, ResponseSums, Skyrme, box_states,
};
use gradino_nuclear::quadrature::gauss_legendre;
use std::f64::consts::PI;

/// Waves of the mean field without relativistic kinematics: the eigenstates of one Hamiltonian.
const WAVES: ContinuumOptions = ContinuumOptions { final_state: FinalState::Distorted, relativistic: false };
/// Points of the quadrature of Gauss and Legendre on a panel of energies.
const POINTS: usize = 4;
/// Largest change of the phase k r at the end of the mesh over a panel [rad].
const FREE_PHASE: f64 = 0.5;
/// Largest change of the phase of any wave there [rad].
const PHASE: f64 = 1.0;
/// Lowest energy at which phases are looked at [MeV].
const LOWEST: f64 = 1e-3;
/// Panels are not made narrower than this [MeV].
const NARROWEST: f64 = 1e-10;

/// The phase of every wave at the end of the mesh, n pi + atan(k u/u') with n nodes [rad]: it grows by pi over a resonance, however
/// narrow that is.
fn phases(waves: &Continuum<f64>) -> Vec<f64> {
    let of = |wave: &PartialWave<f64>| {
        let end = wave.u.len() - 1;
        let nodes = wave.u.windows(2).filter(|pair| (pair[0] < 0.0) != (pair[1] < 0.0)).count();
        let angle = (waves.wave_number_fm * wave.u[end]).atan2(wave.du[end]);
        nodes as f64 * PI + angle.rem_euclid(PI)
    };
    waves.waves.iter().map(of).collect()
}

/// Energies above the threshold [MeV] and weights of an integral over them up to `highest`, on panels over which no wave's phase changes
/// by much.
pub fn energies(field: &RadialField<f64>, l_max: u32, highest: f64) -> Result<Vec<[f64; 2]>> {
    let at = |kinetic: f64| -> Result<(f64, Vec<f64>)> {
        Ok((kinetic, phases(&Continuum::new(field, kinetic, l_max, WAVES)?)))
    };
    let step = FREE_PHASE / field.mesh.end_fm();
    let last = (highest / field.b_infinity).sqrt();
    let count = (last / step).ceil();
    let free = |i: usize| field.b_infinity * (last * i as f64 / count).powi(2);
    let mut left = at(LOWEST)?;
    let mut panels = vec![[0.0, LOWEST]];
    for i in 1..=count as usize {
        let mut ahead = vec![at(free(i))?];
        while let Some(right) = ahead.last() {
            let steepest = right.1.iter().zip(&left.1).map(|(b, a)| b - a).fold(0.0, f64::max);
            if steepest > PHASE && right.0 - left.0 > NARROWEST {
                ahead.push(at(0.5 * (left.0 + right.0))?);
            } else {
                panels.push([left.0, right.0]);
                left = ahead.pop().expect("it was looked at");
            }
        }
    }
    let panels = graded(panels);
    let rule = gauss_legendre(POINTS);
    let on = |[low, high]: [f64; 2]| {
        let half = 0.5 * (high - low);
        rule.iter().map(move |(x, weight)| [low + half * (1.0 + x), half * weight]).collect::<Vec<_>>()
    };
    Ok(panels.into_iter().flat_map(on).collect())
}

/// The same panels, halved where one is more than twice as wide as a neighbour: a resonance has tails.
fn graded(mut panels: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    loop {
        let width = |panel: &[f64; 2]| panel[1] - panel[0];
        let narrow = |i: usize| {
            let before = i.checked_sub(1).map_or(f64::INFINITY, |k| width(&panels[k]));
            before.min(panels.get(i + 1).map_or(f64::INFINITY, width))
        };
        let halved: Vec<[f64; 2]> = (0..panels.len())
            .flat_map(|i| {
                let [low, high] = panels[i];
                let middle = 0.5 * (low + high);
                match high - low > 2.0001 * narrow(i) {
                    true => vec![[low, middle], [middle, high]],
                    false => vec![[low, high]],
                }
            })
            .collect();
        if halved.len() == panels.len() {
            return panels;
        }
        panels = halved;
    }
}

/// The charge response of all orbitals of one kind at one momentum transfer: energy transfers [MeV] with the strength there.
#[derive(Clone, Debug, Default)]
pub struct Charge {
    /// To the states of a box.
    pub boxed: Vec<[f64; 2]>,
    /// To bound states and waves, those with the weights of the quadrature.
    pub waves: Vec<[f64; 2]>,
    /// The exact sums: of the strength, and of the strength times the energy transfer [MeV].
    pub exact: [f64; 2],
    /// The second without effective mass, N q^2/2M [MeV].
    pub free: f64,
}

/// The sums of strength, and of strength times energy.
pub fn moments(lines: &[[f64; 2]]) -> [f64; 2] {
    lines.iter().fold([0.0; 2], |sum, [energy, strength]| [sum[0] + strength, sum[1] + energy * strength])
}

/// The response folded with a Gaussian of the standard deviation `width` [MeV] at `energy` [1/MeV].
pub fn folded(lines: &[[f64; 2]], energy: f64, width: f64) -> f64 {
    let scale = (width * (2.0 * PI).sqrt()).recip();
    lines.iter().map(|[at, strength]| strength * scale * (-0.5 * ((at - energy) / width).powi(2)).exp()).sum()
}

/// The states number `number` of all partial waves, where they are, as waves.
fn level(states: &[Vec<BoxState>], l_max: u32, number: usize, points: usize) -> Continuum<f64> {
    let none =
        |l, two_j| PartialWave { l, two_j, phase_shift: 0.0, u: vec![0.0; points], du: vec![0.0; points] };
    let of = |(all, (l, two_j)): (&Vec<BoxState>, (u32, u32))| {
        all.get(number).map_or_else(|| none(l, two_j), |state| state.wave.clone())
    };
    let waves = states.iter().zip(partial_waves(l_max)).map(of).collect();
    Continuum { kinetic: 1.0, wave_number_fm: 1.0, eta: 0.0, coulomb_phases: Vec::new(), waves }
}

/// An orbital with its couplings to all waves.
type Hole<'a> = (&'a Orbital<f64>, Couplings);

/// The charge response of the nucleons of one kind at the momentum transfers `momenta` [MeV], to all states up to `highest` [MeV] above
/// the threshold.
pub fn charge(
    field: &MeanField<f64>,
    nucleon: Nucleon,
    momenta: &[f64],
    l_max: u32,
    highest: f64,
) -> Result<Vec<Charge>> {
    let of = &field.fields[nucleon.index()];
    let bessel = BesselTable::new(of.mesh, momenta, l_max + 3);
    let holes: Vec<Hole> = field
        .occupied()
        .filter(|o| o.nucleon == nucleon)
        .map(|o| (o, Couplings::new(o.shell, l_max, AxialCharge::Full)))
        .collect();
    let mut found: Vec<Charge> = momenta.iter().map(|&q| exact(of, &holes, q)).collect();
    let states: Vec<Vec<BoxState>> =
        partial_waves(l_max).map(|(l, two_j)| box_states(of, l, two_j, highest)).collect();
    add_box(&mut found, &holes, &states, &bessel);
    for [kinetic, weight] in energies(of, l_max, highest)? {
        let waves = Continuum::new(of, kinetic, l_max, WAVES)?;
        for (hole, couplings) in &holes {
            let elements = transition_elements(hole, &waves, couplings, &bessel);
            for (k, charge) in found.iter_mut().enumerate() {
                let strength = ResponseSums::new(&elements, hole, k, Monopole::Full).charge;
                charge.waves.push([kinetic - hole.energy, weight * strength]);
            }
        }
    }
    Ok(found)
}

/// Adds the lines of the states of a box; those below the threshold are the bound states.
fn add_box(found: &mut [Charge], holes: &[Hole], states: &[Vec<BoxState>], bessel: &BesselTable) {
    let l_max = (states.len() / 2) as u32;
    for number in 0..states.iter().map(Vec::len).max().unwrap_or(0) {
        let waves = level(states, l_max, number, bessel.mesh.points);
        for (hole, couplings) in holes {
            let elements = transition_elements(hole, &waves, couplings, bessel);
            let share = 4.0 * PI * hole.occupation / hole.shell.capacity();
            for (k, charge) in found.iter_mut().enumerate() {
                for (channel, e) in elements.at(k).filter(|(c, _)| c.is_natural(hole.shell.l)) {
                    let wave = (channel.l + channel.two_j.div_ceil(2)) as usize - 1;
                    let Some(state) = states[wave].get(number) else { continue };
                    let strength = share * e.natural(Natural::Charge).powi(2);
                    let line = [state.energy - hole.energy, strength];
                    charge.boxed.push(line);
                    charge.waves.extend((state.energy < 0.0).then_some(line));
                }
            }
        }
    }
}

/// The exact sums at the momentum transfer `q` [MeV]: the number of nucleons, and q^2 sum <h|B|h>, the mean of the double commutator of
/// exp(iqz) with -grad B grad; the spin-orbit force, linear in the momentum, has none (lipparini1989).
fn exact(field: &RadialField<f64>, holes: &[Hole], q: f64) -> Charge {
    let q_sq = (q / HBAR_C).powi(2);
    let mut charge = Charge::default();
    for (hole, _) in holes {
        let mean = field.mesh.integral(field.b.iter().zip(&hole.u).map(|(b, u)| b * u * u));
        charge.exact[0] += hole.occupation;
        charge.exact[1] += hole.occupation * q_sq * mean;
        charge.free += hole.occupation * q_sq * field.b_infinity;
    }
    charge
}

/// The responses of protons beside those of their local Fermi gas, at one momentum transfer.
#[derive(Clone, Copy, Debug)]
pub struct Large {
    /// Mass number.
    pub a: u16,
    /// Strength of the charge above the threshold for each nucleon, in the nucleus and in the gas.
    pub strength: [f64; 2],
    /// Its mean energy transfer [MeV].
    pub mean: [f64; 2],
    /// Its width, one standard deviation [MeV].
    pub width: [f64; 2],
    /// The integral of |nucleus - gas| over that of the gas, of the charge and of the transverse current.
    pub distance: [f64; 2],
}

/// Nuclei of N = Z whose shells of one l are all full.
pub const FULL: [u16; 5] = [16, 40, 80, 140, 224];
/// Step of the energy transfers [MeV].
const STEP: f64 = 5.0;
/// From here on no narrow resonance is met [MeV].
const FIRST: f64 = 60.0;
/// Last energy transfer [MeV].
const LAST: f64 = 520.0;

/// A nucleus of `a` nucleons with SLy4, without Coulomb field and spin-orbit force, beside its Fermi gas at the momentum transfer `q`
/// [MeV], by the charge and the transverse current of protons with the magnetisation of unit moment.
pub fn large(a: u16, q: f64) -> Result<Large> {
    let options = Options { coulomb: false, centre_of_mass: false, ..Options::default() };
    let force = Skyrme { w0: 0.0, ..force("SLy4")? };
    let field = MeanField::solve(Nuclide::new((a / 2) as u8, a), &force, &options)?;
    let options = ResponseOptions { continuum: WAVES, ..ResponseOptions::default() };
    let model = ResponseModel::new(&field, Probe::Antineutrino, options, &[q], LAST);
    let protons = &field.fields[Nucleon::Proton.index()];
    let gas = FermiGas::holding(protons, 0.5 * f64::from(a))?;
    let parts = |s: &ResponseSums<f64>| [s.charge, s.transverse_convection + s.magnetisation];
    let mut rows: Vec<(f64, [f64; 2], [f64; 2])> = Vec::new();
    for omega in (0..).map(|i| FIRST + STEP * f64::from(i)).take_while(|&omega| omega < LAST) {
        let holes = model.sums(omega)?;
        let add = |sum: [f64; 2], h: [f64; 2]| [sum[0] + h[0], sum[1] + h[1]];
        let ours = holes.iter().map(|h| parts(&h.sums[0])).fold([0.0; 2], add);
        rows.push((omega, ours, parts(&gas.sums(omega, q))));
    }
    let both = [0, 1].map(|who| {
        let lines: Vec<[f64; 2]> =
            rows.iter().map(|r| [r.0, STEP * [r.1, r.2][who][0] * 2.0 / f64::from(a)]).collect();
        let [strength, energy] = moments(&lines);
        let mean = energy / strength;
        let spread: f64 = lines.iter().map(|l| l[1] * (l[0] - mean).powi(2)).sum();
        [strength, mean, (spread / strength).sqrt()]
    });
    let distance = [0, 1].map(|k| {
        let off: f64 = rows.iter().map(|r| (r.1[k] - r.2[k]).abs()).sum();
        off / rows.iter().map(|r| r.2[k]).sum::<f64>()
    });
    let [strength, mean, width] = [0, 1, 2].map(|k| both.map(|x| x[k]));
    Ok(Large { a, strength, mean, width, distance })
}

/// Prints all tables.
pub fn print() -> Result<()> {
    print_sums()?;
    print_gas()
}

/// Mesh of the sum rules: 40 fm.
pub const MESH: Mesh = Mesh { step_fm: 0.05, points: 800 };
/// Width of the windows in which box and waves are compared [MeV].
pub const WINDOW: f64 = 5.0;

/// The largest difference of both ways folded with [`WINDOW`], over the largest value.
pub fn windows(charge: &Charge) -> f64 {
    let at = |lines: &[[f64; 2]]| -> Vec<f64> {
        (0..80).map(|i| folded(lines, 0.5 * WINDOW * f64::from(i), WINDOW)).collect()
    };
    let (boxed, waves) = (at(&charge.boxed), at(&charge.waves));
    let off = boxed.iter().zip(&waves).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    off / boxed.iter().copied().fold(0.0, f64::max)
}

fn print_sums() -> Result<()> {
    println!("\nCharge response of 16O to all final states up to 500 MeV: sum / exact - 1\n");
    println!(
        "| force | | q [MeV] | kappa | strength, box | waves | energy-weighted, box | waves | windows |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for name in ["SLy4", "SkE2"] {
        let options = Options { mesh: MESH, exchange: CoulombExchange::None, ..Options::default() };
        let field = MeanField::solve(Nuclide::new(8, 16), &force(name)?, &options)?;
        for nucleon in Nucleon::BOTH {
            let momenta = [60.0, 120.0, 300.0];
            for (q, c) in momenta.iter().zip(charge(&field, nucleon, &momenta, 16, 500.0)?) {
                let [b, w] = [&c.boxed, &c.waves].map(|lines| {
                    let found = moments(lines);
                    [found[0] / c.exact[0] - 1.0, found[1] / c.exact[1] - 1.0]
                });
                println!(
                    "| {name} | {nucleon} | {q} | {:.3} | {:.0e} | {:.0e} | {:.0e} | {:.0e} | {:.0e} |",
                    c.exact[1] / c.free - 1.0,
                    b[0],
                    w[0],
                    b[1],
                    w[1],
                    windows(&c)
                );
            }
        }
    }
    Ok(())
}

fn print_gas() -> Result<()> {
    println!("\nSLy4 without Coulomb field and spin-orbit force beside its local Fermi gas, above 60 MeV\n");
    println!("| q [MeV] | A | strength, gas | mean [MeV], gas | width [MeV], gas | charge | transverse |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for q in [400.0, 600.0] {
        for a in FULL {
            let Large { strength: s, mean: m, width: w, distance: d, .. } = large(a, q)?;
            println!(
                "| {q} | {a} | {:.3} {:.3} | {:.1} {:.1} | {:.1} {:.1} | {:.1} % | {:.1} % |",
                s[0],
                s[1],
                m[0],
                m[1],
                w[0],
                w[1],
                100.0 * d[0],
                100.0 * d[1]
            );
        }
    }
    Ok(())
}
