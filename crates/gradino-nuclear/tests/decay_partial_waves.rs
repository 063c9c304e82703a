//! The number of partial waves, and its convergence.

mod decay_support;

use decay_support::*;
use gradino_core::Parity;
use gradino_nuclear::decay::{CascadeModels, L_TOLERANCE, Network, PartialWaves, StateAt};
use gradino_nuclear::emission::transmission::L_MAX;
use gradino_nuclear::structure::StructureLibrary;

fn with(max_excitation: f64, l_max: PartialWaves) -> Network {
    let models = CascadeModels { l_max, ..CascadeModels::default() };
    network_with(POTASSIUM_40, max_excitation, models, &set(), &[])
}

#[test]
fn converged_partial_waves_rise_with_the_energy_and_stay_below_the_end_of_the_tables() {
    let of = |e| with(e, PartialWaves::Converged).l_max();
    let [low, high, highest] = [15.0, 55.0, 63.0].map(of);
    println!("l up to {low} at 15 MeV, {high} at 55 MeV, {highest} at 63 MeV");
    assert!(low <= 5 && (8..L_MAX).contains(&high) && (high..L_MAX).contains(&highest));
    assert_eq!(with(15.0, PartialWaves::UpTo(7)).l_max(), 7);
}

#[test]
fn widths_with_converged_partial_waves_equal_those_with_all_of_them() {
    for excitation in [15.0, 30.0, 55.0] {
        let (some, all) =
            (with(excitation, PartialWaves::Converged), with(excitation, PartialWaves::UpTo(L_MAX)));
        let fewer = with(excitation, PartialWaves::UpTo(some.l_max() - 1));
        let mut without = 0.0f64;
        for two_j in (0..=12).step_by(2) {
            for parity in [Parity::Plus, Parity::Minus] {
                let state = StateAt { excitation, two_j, parity };
                let off = |n: &Network| (n.widths(state).total() / all.widths(state).total() - 1.0).abs();
                println!(
                    "{excitation} MeV 2J = {two_j}{parity}, l up to {}: {:.1e}",
                    some.l_max(),
                    off(&some)
                );
                assert!(off(&some) < 1.05 * L_TOLERANCE, "{state:?}: {}", off(&some));
                without = without.max(off(&fewer));
            }
        }
        assert!(without > 0.95 * L_TOLERANCE, "one l less would do: {without}");
    }
}

#[test]
fn partial_waves_outside_the_tables_are_refused() {
    for l in [0, L_MAX + 1] {
        let models = CascadeModels { l_max: PartialWaves::UpTo(l), ..CascadeModels::default() };
        let library = StructureLibrary::builtin();
        let error =
            Network::prepare(POTASSIUM_40, 10.0, models, &library, &set(), &[]).expect_err("no such l");
        assert!(error.to_string().contains("orbital angular momentum"), "{error}");
    }
}
