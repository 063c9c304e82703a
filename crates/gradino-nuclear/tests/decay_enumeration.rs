//! Cascades against the exact solution of their backward equation.
//!
//! Below the thresholds of fragments the mean of an observable over all cascades from a state obeys
//! X(i) = sum_f p(i -> f) [x(i, f) + X(f)]. Here it is solved downwards in dual numbers, with formulas
//! written anew from level density, gamma strength and level scheme: no table, no sampling.

mod decay_support;

use decay_support::*;
use gradino_core::{Dual, Nuclide, Parity, Purpose, Real, Stream};
use gradino_nuclear::decay::{Cascade, CascadeRecord};
use gradino_nuclear::emission::gamma_strength::{GammaStrength, GammaStrengthModel, Radiation};
use gradino_nuclear::structure::level_density::{
    LevelDensity, LevelDensityModel, NuclideData, spin_fraction,
};
use gradino_nuclear::structure::{LevelScheme, StructureLibrary, masses};

type Real8 = Dual<f64, 8>;
/// Multiplicity, and sum of the squared photon energies [MeV^2].
type Means = [Real8; 2];

const PARAMETERS: [&str; 8] = [
    "level_density.a",
    "level_density.pairing",
    "level_density.spin_cutoff",
    "level_density.spin_cutoff_discrete",
    "gamma_strength.e1_width",
    "gamma_strength.e1_sigma",
    "gamma_strength.m1_energy",
    "gamma_strength.m1_strength",
];
const LARGEST_SPIN: u16 = 12;
const L_MAX: u16 = 5;

struct Exact {
    scheme: LevelScheme,
    density: LevelDensity<Real8>,
    strength: GammaStrength<Real8>,
    levels: Vec<Means>,
    /// Energies [MeV], and the means there by spin and parity.
    nodes: Vec<f64>,
    means: Vec<Vec<[Means; 2]>>,
}

fn zero() -> Means {
    [Real8::zero(); 2]
}

/// Adds p [x + X] of a transition by a photon of energy `e`.
fn add(sum: &mut Means, p: Real8, e: f64, after: &Means) {
    sum[0] += p * (after[0] + 1.0);
    sum[1] += p * (after[1] + e * e);
}

impl Exact {
    fn new(nuclide: Nuclide) -> Self {
        let library = StructureLibrary::builtin();
        let mut scheme = library.scheme(nuclide).expect("an embedded scheme").clone();
        scheme.levels.truncate(scheme.complete());
        let theta = set().seeded(|_, p| match PARAMETERS.iter().position(|n| *n == p.name) {
            Some(slot) => Real8::variable(p.value, slot),
            None => Real8::constant(p.value),
        });
        let neutron = Nuclide::new(0, 1);
        let data = NuclideData {
            nuclide,
            shell_correction: masses::shell_correction(nuclide).expect("a mass"),
            neutron_separation: masses::separation_energy(nuclide, neutron).expect("a mass"),
        };
        let density = LevelDensity::prepare(LevelDensityModel::BackShiftedFermiGas, &data, &theta);
        let strength = GammaStrength::prepare(GammaStrengthModel::StandardLorentzian, nuclide, &theta);
        let mut exact =
            Exact { scheme, density, strength, levels: Vec::new(), nodes: Vec::new(), means: Vec::new() };
        exact.solve_levels();
        exact
    }

    /// T of the multipolarity 2^L between two spins, E or M by parity.
    fn transmission(&self, l: u16, change: Parity, e: f64) -> Real8 {
        let electric = (change == Parity::Plus) == l.is_multiple_of(2);
        let kind = if electric { Radiation::Electric } else { Radiation::Magnetic };
        self.strength.transmission(kind, l, Real8::from(e), Real8::zero())
    }

    fn between(&self, (j, parity): (u16, Parity), (jf, parity_f): (u16, Parity), e: f64) -> Real8 {
        let low = j.abs_diff(jf).max(1);
        (low..=(j + jf).min(L_MAX))
            .fold(Real8::zero(), |sum, l| sum + self.transmission(l, parity.times(parity_f), e))
    }

    fn solve_levels(&mut self) {
        for k in 0..self.scheme.levels.len() {
            let level = &self.scheme.levels[k];
            let (mut sum, mut norm) = (zero(), Real8::zero());
            let lower = self.scheme.levels[..k].iter().enumerate().filter(|(_, f)| f.energy < level.energy);
            if level.transitions.is_empty() {
                for (i, f) in lower {
                    let e = level.energy - f.energy;
                    let p = self.between((level.two_j / 2, level.parity), (f.two_j / 2, f.parity), e);
                    add(&mut sum, p, e, &self.levels[i]);
                    norm += p;
                }
            } else {
                for t in &level.transitions {
                    let p = Real8::from(t.probability);
                    add(&mut sum, p, level.energy - self.scheme.levels[t.to].energy, &self.levels[t.to]);
                    norm += p;
                }
            }
            let solved = if norm.re > 0.0 { sum.map(|s| s / norm) } else { zero() };
            self.levels.push(solved);
        }
    }

    /// Means at an energy between the nodes that are solved; above the last one its own.
    fn at(&self, e: f64, j: u16, parity: Parity) -> Means {
        let known = self.means.len();
        let get = |k: usize| &self.means[k][usize::from(j)][parity.index()];
        let k = self.nodes[..known].partition_point(|&n| n <= e);
        if k == known || k == 0 {
            return *get(k.saturating_sub(1).min(known - 1));
        }
        let w = (e - self.nodes[k - 1]) / (self.nodes[k] - self.nodes[k - 1]);
        let (a, b) = (get(k - 1), get(k));
        std::array::from_fn(|x| a[x] * (1.0 - w) + b[x] * w)
    }

    /// The means from one state of the continuum.
    fn state(&self, e: f64, j: u16, parity: Parity, steps: usize) -> Means {
        let (mut sum, mut norm) = (zero(), Real8::zero());
        for (level, after) in self.scheme.levels.iter().zip(&self.levels) {
            let p = self.between((j, parity), (level.two_j / 2, level.parity), e - level.energy);
            add(&mut sum, p, e - level.energy, after);
            norm += p;
        }
        let cut = self.scheme.continuum_from;
        let range = e - cut;
        // Gauss-Legendre with two points to the interval.
        for m in 0..2 * steps {
            let offset = [0.5 - 1.0 / 12f64.sqrt(), 0.5 + 1.0 / 12f64.sqrt()][m % 2];
            let e_final = cut + range * ((m / 2) as f64 + offset) / steps as f64;
            let e_out = e - e_final;
            let rho = self.density.total(Real8::from(e_final)) * (0.5 * range * 0.5 / steps as f64);
            let cutoff = self.density.spin_cutoff_sq(Real8::from(e_final));
            for jf in j.saturating_sub(L_MAX)..=(j + L_MAX).min(LARGEST_SPIN) {
                let part = rho * spin_fraction(cutoff, 2 * jf);
                for parity_f in [Parity::Plus, Parity::Minus] {
                    let p = part * self.between((j, parity), (jf, parity_f), e_out);
                    if p.re > 0.0 {
                        add(&mut sum, p, e_out, &self.at(e_final, jf, parity_f));
                        norm += p;
                    }
                }
            }
        }
        if norm.re > 0.0 { sum.map(|s| s / norm) } else { zero() }
    }

    /// Solves upwards to `top`, then the state itself.
    fn solve(&mut self, top: f64, two_j: u16, parity: Parity) -> Means {
        const STEP: f64 = 0.05; // MeV
        let cut = self.scheme.continuum_from;
        let count = ((top - cut) / STEP).ceil() as usize;
        self.nodes = (0..=count).map(|k| cut + 1e-9 + (top - cut) * k as f64 / count as f64).collect();
        for k in 0..count {
            let e = self.nodes[k];
            let spins = (0..=LARGEST_SPIN).map(|j| {
                [Parity::Plus, Parity::Minus].map(|parity| {
                    let mean = if k == 0 { self.first(e, j, parity) } else { self.state(e, j, parity, 10) };
                    // 0 -> 0 alone is left: one transition to the ground state.
                    if mean[0].re > 0.0 { mean } else { [Real8::one(), Real8::from(e * e)] }
                })
            });
            let solved = spins.collect();
            self.means.push(solved);
        }
        self.state(top, two_j / 2, parity, 60)
    }

    /// At the start of the continuum only levels are open.
    fn first(&self, e: f64, j: u16, parity: Parity) -> Means {
        let (mut sum, mut norm) = (zero(), Real8::zero());
        for (level, after) in self.scheme.levels.iter().zip(&self.levels).filter(|(l, _)| l.energy + 1e-6 < e)
        {
            let p = self.between((j, parity), (level.two_j / 2, level.parity), e - level.energy);
            add(&mut sum, p, e - level.energy, after);
            norm += p;
        }
        if norm.re > 0.0 { sum.map(|s| s / norm) } else { zero() }
    }
}

/// Running mean and its error.
#[derive(Clone, Copy, Default)]
struct Moments {
    n: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, x: f64) {
        self.n += 1.0;
        self.sum += x;
        self.squares += x * x;
    }
    fn mean(&self) -> f64 {
        self.sum / self.n
    }
    fn error(&self) -> f64 {
        ((self.squares / self.n - self.mean().powi(2)) / self.n).sqrt()
    }
}

/// Sum of the squared photon energies [MeV^2] of a cascade from `excitation` [MeV], and its motion with
/// each parameter.
fn squared_energies(record: &CascadeRecord, excitation: f64) -> (f64, [f64; 8]) {
    let (mut squares, mut moving) = (0.0, [0.0; 8]);
    let mut before = (excitation, None);
    for step in &record.steps {
        assert!(step.fragment.is_none(), "only photons are open");
        let e = before.0 - step.excitation;
        squares += e * e;
        for (row, sign) in [(before.1, 2.0), (step.moved, -2.0)] {
            if let Some(row) = row {
                moving.iter_mut().zip(record.moved(row)).for_each(|(m, d)| *m += sign * e * d);
            }
        }
        before = (step.excitation, step.moved);
    }
    (squares, moving)
}

/// Draws cascades and compares means and gradients.
fn compare(nuclide: Nuclide, excitation: f64, two_j: u16, parity: Parity, events: u64) {
    let exact = Exact::new(nuclide).solve(excitation, two_j, parity);
    let params = set();
    let wanted: Vec<usize> = PARAMETERS.iter().map(|n| params.position(n).expect("declared")).collect();
    let mut cascade = Cascade::new(network(nuclide, excitation + 0.01, &wanted));
    let start = cascade.start(excitation, two_j, parity).expect("a state of the continuum");
    let mut record = CascadeRecord::new(8);
    let mut values = [Moments::default(); 2];
    let mut gradients = [[Moments::default(); 8]; 2];
    for number in 0..events {
        cascade.draw(start, &mut Stream::new(5, number, Purpose::Cascade), &mut record);
        let (squares, moving) = squared_energies(&record, excitation);
        let drawn = [(record.steps.len() as f64, [0.0; 8]), (squares, moving)];
        for (x, (f, motion)) in drawn.into_iter().enumerate() {
            values[x].add(f);
            for i in 0..8 {
                gradients[x][i].add((f - exact[x].re) * record.score[i] + motion[i]);
            }
        }
    }
    for (x, what) in ["multiplicity", "sum of squares"].into_iter().enumerate() {
        judge(what, exact[x].re, &values[x], exact[x].re);
        for i in 0..8 {
            judge(PARAMETERS[i], exact[x].eps[i], &gradients[x][i], exact[x].re / params.at(wanted[i]).value);
        }
    }
}

/// Four errors, and what the interpolation between tabulated energies may do: 5e-4 of the scale.
fn judge(what: &str, exact: f64, drawn: &Moments, scale: f64) {
    let z = (drawn.mean() - exact) / drawn.error();
    println!(
        "{what:36} exact {exact:12.5e}  drawn {:12.5e} +- {:.1e}  z = {z:.2}",
        drawn.mean(),
        drawn.error()
    );
    let allowed = 4.0 * drawn.error() + 5e-4 * scale.abs();
    assert!((drawn.mean() - exact).abs() < allowed, "{what}: {exact} {} z = {z}", drawn.mean());
}

#[test]
fn gamma_cascades_of_40k_and_their_gradients_equal_the_backward_equation() {
    compare(POTASSIUM_40, 6.3, 2, Parity::Plus, 1_000_000);
}

#[test]
fn gamma_cascades_of_high_spin_and_negative_parity_equal_the_backward_equation() {
    compare(POTASSIUM_40, 5.6, 8, Parity::Minus, 1_000_000);
}

#[test]
fn cascades_from_a_level_without_measured_photons_equal_the_completion_rule() {
    let scheme = StructureLibrary::builtin();
    let scheme = scheme.scheme(POTASSIUM_40).expect("an embedded scheme");
    let levels = &scheme.levels[..scheme.complete()];
    let level = levels.iter().rposition(|l| l.transitions.is_empty() && l.energy > 0.0);
    let Some(level) = level else {
        println!("every level has measured photons");
        return;
    };
    let (energy, two_j, parity) =
        (scheme.levels[level].energy, scheme.levels[level].two_j, scheme.levels[level].parity);
    let exact = Exact::new(POTASSIUM_40).levels[level];
    let params = set();
    let wanted: Vec<usize> = PARAMETERS.iter().map(|n| params.position(n).expect("declared")).collect();
    let mut cascade = Cascade::new(network(POTASSIUM_40, 6.0, &wanted));
    let start = cascade.start(energy, two_j, parity).expect("a level");
    let mut record = CascadeRecord::new(8);
    let mut value = Moments::default();
    let mut gradients = [Moments::default(); 8];
    for number in 0..1_000_000 {
        cascade.draw(start, &mut Stream::new(6, number, Purpose::Cascade), &mut record);
        let f = record.steps.len() as f64;
        value.add(f);
        (0..8).for_each(|i| gradients[i].add((f - exact[0].re) * record.score[i]));
    }
    judge("multiplicity", exact[0].re, &value, exact[0].re);
    for i in 4..8 {
        judge(PARAMETERS[i], exact[0].eps[i], &gradients[i], exact[0].re / params.at(wanted[i]).value);
    }
}
