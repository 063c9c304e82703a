//! Replayed cascades: probabilities, ratios and scores at fixed energies.

mod decay_support;

use decay_support::*;
use gradino_core::{Nuclide, ParamSet, Parity, Purpose, Stream};
use gradino_nuclear::decay::{Cascade, CascadeModels, CascadeRecord, Paths, Replay, Start};
use gradino_nuclear::emission::gamma_strength::GammaStrengthModel;

/// One or two parameters of each family, with shifts of some per cent.
const SHIFTS: [(&str, f64); 6] = [
    ("optical.v1_0", 1.02),
    ("optical.rv_0", 0.99),
    ("level_density.a", 1.02),
    ("level_density.spin_cutoff", 0.97),
    ("gamma_strength.e1_sigma", 1.2),
    ("gamma_strength.m1_strength", 0.8),
];

struct Bank {
    params: ParamSet,
    cascade: Cascade,
    start: Start,
    paths: Paths,
}

impl Bank {
    /// `events` cascades of a state with twice the spin 2 and positive parity.
    fn draw(nuclide: Nuclide, excitation: f64, gamma_strength: GammaStrengthModel, events: u64) -> Self {
        let params = set();
        let wanted: Vec<usize> =
            (0..params.len()).filter(|&i| SHIFTS.iter().any(|s| s.0 == params.at(i).name)).collect();
        let models = CascadeModels { gamma_strength, ..CascadeModels::default() };
        let mut cascade = Cascade::new(network_with(nuclide, excitation, models, &params, &wanted));
        let start = cascade.start(excitation, 2, Parity::Plus).expect("an open channel");
        let mut bank = Bank { params, cascade, start, paths: Paths::default() };
        bank.push(0..events);
        bank
    }

    fn push(&mut self, events: std::ops::Range<u64>) {
        let mut record = CascadeRecord::new(0);
        for event in events {
            self.cascade.draw(self.start, &mut Stream::new(5, event, Purpose::Cascade), &mut record);
            self.paths.push(&self.cascade, self.start, &record);
        }
    }

    fn moved(&self, name: &str, factor: f64) -> ParamSet {
        let mut moved = self.params.clone();
        let value = moved.get(name).expect("a parameter").value;
        moved.set(name, value * factor).expect("within the bounds");
        moved
    }

    fn replay(&self, params: &ParamSet) -> Replay {
        Replay::prepare(&self.cascade, &self.paths, params)
    }

    fn probabilities(&self, params: &ParamSet) -> Vec<f64> {
        let (replay, mut record) = (self.replay(params), CascadeRecord::new(0));
        (0..self.paths.len()).map(|i| replay.probability(&self.paths, i, &mut record)).collect()
    }
}

fn banks(events: u64) -> [(&'static str, Bank); 4] {
    use GammaStrengthModel::{GeneralisedLorentzian, StandardLorentzian};
    [
        ("40K below thresholds", Bank::draw(POTASSIUM_40, 7.0, StandardLorentzian, events)),
        ("40K", Bank::draw(POTASSIUM_40, 18.0, StandardLorentzian, events)),
        ("40K, glo", Bank::draw(POTASSIUM_40, 18.0, GeneralisedLorentzian, events)),
        ("28Si, statistical schemes", Bank::draw(SILICON_28, 22.0, StandardLorentzian, events)),
    ]
}

#[test]
fn scores_equal_finite_differences_of_probabilities() {
    for (what, bank) in banks(400) {
        for shift in [1.0, 1.01] {
            // Derivatives at the origin and away from it.
            let here = bank.moved("level_density.a", shift);
            let (replay, mut record) = (bank.replay(&here), CascadeRecord::new(SHIFTS.len()));
            let names: Vec<&str> =
                here.names().into_iter().filter(|n| SHIFTS.iter().any(|s| s.0 == *n)).collect();
            let mut worst = 0.0f64;
            for (k, name) in names.iter().enumerate() {
                let value = here.get(name).expect("a parameter").value;
                let h = 1e-5 * value.abs();
                let [up, down] = [h, -h].map(|by| {
                    let mut moved = here.clone();
                    moved.set(name, value + by).expect("within the bounds");
                    bank.probabilities(&moved)
                });
                let mut size = 0.0;
                for i in 0..bank.paths.len() {
                    let p = replay.probability(&bank.paths, i, &mut record);
                    let difference = (up[i] - down[i]) / (2.0 * h * p) * value;
                    let score = record.score[k] * value;
                    let off = (score - difference).abs() / (1.0 + score.abs());
                    worst = worst.max(off);
                    size = f64::max(size, score.abs());
                    assert!(off < 1e-6, "{what} {name} cascade {i}: {score} {difference}");
                }
                println!("{what} {name}: largest score {size:.1e}, off by {worst:.1e} so far");
                assert!(size > 1e-4 || what.contains("below"), "{what} {name}: no cascade depends on it");
            }
        }
    }
}

#[test]
fn where_no_energy_moves_the_score_is_that_of_the_draw() {
    let mut compared = 0;
    for (what, bank) in banks(3000) {
        let (mut drawn, mut replayed) = (CascadeRecord::new(SHIFTS.len()), CascadeRecord::new(SHIFTS.len()));
        let replay = bank.replay(&bank.params);
        let (mut still, mut deep) = (0, 0);
        for i in 0..bank.paths.len() {
            bank.cascade.draw(bank.start, &mut Stream::new(5, i as u64, Purpose::Cascade), &mut drawn);
            if drawn.moves.iter().any(|d| *d != 0.0) {
                continue;
            }
            still += 1;
            deep += usize::from(drawn.moves_len() > 0);
            replay.probability(&bank.paths, i, &mut replayed);
            for (a, b) in drawn.score.iter().zip(&replayed.score) {
                assert!((a - b).abs() < 1e-9 * (1.0 + a.abs()), "{what} {i}: {a} {b}");
            }
        }
        println!("{what}: {still} cascades compared, {deep} through the continuum");
        compared += deep;
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn mean_ratios_are_one_for_shifts_of_each_family() {
    for (what, bank) in banks(20_000) {
        let origin = bank.probabilities(&bank.params);
        assert!(origin.iter().all(|p| *p > 0.0 && p.is_finite()));
        for (name, factor) in SHIFTS {
            let moved = bank.probabilities(&bank.moved(name, factor));
            let ratios: Vec<f64> = moved.iter().zip(&origin).map(|(p, q)| p / q).collect();
            let n = ratios.len() as f64;
            let mean = ratios.iter().sum::<f64>() / n;
            let spread = (ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n).sqrt();
            let z = (mean - 1.0) / (spread / n.sqrt()).max(1e-12);
            println!("{what} {name}: mean {mean:.5}, spread {spread:.4}, z = {z:.2}");
            assert!(z.abs() < 4.0, "{what} {name}: {mean} {spread}");
            assert!(spread > 1e-4 || what.contains("below"), "{what} {name}: nothing moves");
        }
    }
}

#[test]
fn appended_paths_are_those_of_one_list() {
    let mut one = Bank::draw(POTASSIUM_40, 18.0, GammaStrengthModel::StandardLorentzian, 300);
    let whole = one.probabilities(&one.params);
    one.paths = Paths::default();
    let mut joined = Paths::default();
    for block in [0..100, 100..101, 101..300] {
        one.push(block);
        joined.append(std::mem::take(&mut one.paths));
    }
    one.paths = joined;
    assert_eq!((one.paths.len(), one.paths.is_empty()), (300, false));
    assert_eq!(one.probabilities(&one.params), whole);
    assert_eq!(one.probabilities(&one.params), whole, "and again, to the bit");
}

#[test]
fn a_cascade_that_cannot_happen_has_probability_and_score_zero() {
    let bank = Bank::draw(POTASSIUM_40, 18.0, GammaStrengthModel::StandardLorentzian, 2000);
    // Where the optical potential does not absorb, nothing but photons leaves the nucleus.
    let list = bank.params.iter().cloned().map(|mut parameter| {
        if ["optical.w", "optical.d"].iter().any(|depth| parameter.name.starts_with(depth)) {
            parameter.value = 0.0;
        }
        parameter
    });
    let moved = ParamSet::new(list.collect());
    let (replay, mut record) = (bank.replay(&moved), CascadeRecord::new(SHIFTS.len()));
    let mut closed = 0;
    for i in 0..bank.paths.len() {
        let p = replay.probability(&bank.paths, i, &mut record);
        assert!(p.is_finite() && record.score.iter().all(|s| s.is_finite()), "{i} {p}");
        if p == 0.0 {
            closed += 1;
            assert!(record.score.iter().all(|s| *s == 0.0));
        }
    }
    println!("{closed} of {} cascades are closed", bank.paths.len());
    assert!(closed > 0);
}
