use super::*;
use crate::reaction::strengths::StrengthSet;
use gradino_core::constants::ATOMIC_MASS_UNIT;
use gradino_core::{Dual, ParamSet, Purpose, Stream};
use proptest::prelude::*;

const ARGON_40: f64 = 39.962_383_122_0 * ATOMIC_MASS_UNIT; // wang2021 (AME2020)
const POTASSIUM_40: f64 = 39.963_998_165 * ATOMIC_MASS_UNIT; // wang2021 (AME2020)

fn reaction(set: StrengthSet, mode: CoulombMode) -> AllowedReaction {
    AllowedReaction::argon40(set.strengths(), mode)
}

fn prepared(mode: CoulombMode) -> PreparedAllowed<f64> {
    let reaction = reaction(StrengthSet::Bhattacharya2009, mode);
    reaction.prepare(&ParamSet::new(reaction.parameters()).values(), ARGON_40, POTASSIUM_40)
}

#[test]
fn cross_sections_equal_marley_for_each_coulomb_mode() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/marley_xs_cc_nue_ar40.csv");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("reference figures are absent, nothing compared");
        return;
    };
    let modes = [CoulombMode::FermiMema, CoulombMode::None, CoulombMode::Fermi, CoulombMode::FermiEma];
    for row in text.lines().skip(1) {
        let numbers: Vec<f64> = row.split(',').skip(1).map(|x| x.parse().expect("a number")).collect();
        let energy = numbers[0];
        for (mode, reference) in modes.iter().zip(&numbers[1..]) {
            let ours = prepared(*mode).total_at(energy) * 1e42;
            let off = ours / reference - 1.0;
            println!("{mode} at {energy} MeV: {off:.1e}");
            assert!(off.abs() < 1e-5, "{mode} at {energy} MeV: {ours} against {reference}");
        }
        let default = prepared(CoulombMode::FermiMema);
        let fermi = default.levels.iter().position(|l| l.kind == Transition::Fermi).expect("one");
        assert!((default.level_total(fermi, energy) * 1e42 / numbers[5] - 1.0).abs() < 1e-5);
        let ground = Masses { residue: POTASSIUM_40 - ELECTRON_MASS, ..default.levels[0].masses };
        assert!((ground.threshold() - numbers[6]).abs() < 1e-5);
    }
}

#[test]
fn cross_section_is_zero_at_the_threshold_and_rises_above_it() {
    let p = prepared(CoulombMode::Smooth);
    for level in 0..p.levels.len() {
        let threshold = p.levels[level].threshold();
        assert_eq!(p.level_total(level, threshold), 0.0);
        assert!(p.level_total(level, threshold + 0.1) > 0.0);
        assert!(p.level_total(level, threshold + 1.0) > p.level_total(level, threshold + 0.1));
    }
    assert!((p.threshold() - p.levels[0].threshold()).abs() < 1e-12);
    let sum: f64 = (0..p.levels.len()).map(|i| p.level_total(i, 25.0)).sum();
    assert!((p.total(25.0) / sum - 1.0).abs() < 1e-14);
}

#[test]
fn each_strength_and_the_radius_move_the_cross_section_as_finite_differences_say() {
    for set in StrengthSet::ALL {
        let reaction = reaction(set, CoulombMode::Smooth);
        let params = ParamSet::new(reaction.parameters());
        let energy = 42.0;
        let value = |params: &ParamSet| -> f64 {
            reaction.prepare(&params.values(), ARGON_40, POTASSIUM_40).total_at(energy)
        };
        for first in (0..params.len()).step_by(8) {
            let dual = reaction
                .prepare(&params.chunk::<8>(first), ARGON_40, POTASSIUM_40)
                .total_at(Dual::from(energy));
            for slot in 0..8.min(params.len() - first) {
                let p = params.at(first + slot);
                let h = 1e-4 * p.value.max(1e-3);
                let at = |x: f64| {
                    let mut moved = params.clone();
                    moved.set(&p.name, x).expect("within bounds");
                    value(&moved)
                };
                let low = (p.value - h).max(0.0);
                let difference = (at(p.value + h) - at(low)) / (p.value + h - low);
                let scale = dual.re;
                assert!((dual.eps[slot] - difference).abs() < 1e-6 * scale, "{}", p.name);
            }
        }
    }
}

#[test]
fn cross_section_moves_with_energy_as_finite_differences_say() {
    let p = prepared(CoulombMode::Smooth);
    for energy in [6.0, 15.0, 44.0, 80.0] {
        let dual = p.total(Dual::<f64, 1>::variable(energy, 0));
        let h = 1e-4;
        let difference = (p.total(energy + h) - p.total(energy - h)) / (2.0 * h);
        assert!((dual.eps[0] / difference - 1.0).abs() < 1e-6, "{energy}");
    }
}

#[test]
fn sampled_cosines_have_the_mean_of_their_law() {
    for a in [-0.95, -0.3, 0.0, 1e-9, 0.99] {
        let mut stream = Stream::new(11, 0, Purpose::Test);
        let n = 40_000;
        let sum: f64 = (0..n).map(|_| sample_cosine(a, stream.uniform())).sum();
        let error = (1.0 / 3.0 / f64::from(n)).sqrt();
        assert!((sum / f64::from(n) - a / 3.0).abs() < 4.0 * error, "{a}");
    }
}

proptest! {
    #[test]
    fn a_sampled_cosine_inverts_its_cdf_and_moves_with_the_asymmetry(a in -0.99..0.99f64, u in 0.001..0.999f64) {
        let c = sample_cosine(a, u);
        prop_assert!((-1.0..=1.0).contains(&c));
        prop_assert!(((c + 1.0) / 2.0 + a * (c * c - 1.0) / 4.0 - u).abs() < 1e-14);
        // Implicit derivative: -(dF/da) / f.
        let exact = -((c * c - 1.0) / 4.0) / ((1.0 + a * c) / 2.0);
        let dual = sample_cosine(Dual::<f64, 1>::variable(a, 0), u);
        prop_assert!((dual.eps[0] - exact).abs() < 1e-10 * exact.abs().max(1.0));
    }
}
