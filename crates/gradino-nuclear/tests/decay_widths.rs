//! Tabulated and interpolated widths against their direct computation, and against published figures.

mod decay_support;

use decay_support::*;
use gradino_core::Parity;
use gradino_nuclear::decay::{Cascade, StateAt, Widths};
use gradino_nuclear::emission::Fragment;

/// Intervals of the direct integral over the continuum: the trapezoid rule in s is converged to 1e-5.
const INTERVALS: usize = 96;
/// Partial widths are compared where the branching is above this.
const SMALLEST: f64 = 1e-4;

fn report(what: &str, nuclide: gradino_core::Nuclide, state: StateAt, worst: f64) {
    let StateAt { excitation, two_j, parity } = state;
    println!("{what} {nuclide} {excitation:7.3} MeV 2J = {two_j}{parity}: {worst:.1e}");
}

#[test]
fn tabulated_widths_equal_direct_widths() {
    for nuclide in NUCLIDES {
        let network = network(nuclide, 42.0, &[]);
        let theta = set().values();
        for i in 0..4 {
            let state = random_state(nuclide, i, cut(nuclide) + 0.05, 40.0);
            let worst = largest_difference(
                &network.widths(state),
                &network.direct_widths(&theta, state, INTERVALS),
                SMALLEST,
            );
            report("table", nuclide, state, worst);
            assert!(worst < 5e-3, "{nuclide} {state:?}: {worst}");
        }
    }
}

#[test]
fn widths_between_tabulated_energies_equal_direct_widths() {
    for nuclide in NUCLIDES {
        let cascade = Cascade::new(network(nuclide, 42.0, &[]));
        let theta = set().values();
        for i in 10..14 {
            let state = random_state(nuclide, i, cut(nuclide) + 0.05, 40.0);
            let exact = cascade.network().direct_widths(&theta, state, INTERVALS);
            let worst = largest_difference(&cascade.interpolated_widths(state), &exact, SMALLEST);
            report("between", nuclide, state, worst);
            assert!(worst < 5e-3, "{nuclide} {state:?}: {worst}");
        }
    }
}

fn neutron(widths: &Widths) -> f64 {
    widths.partial.iter().filter(|p| p.fragment == Some(Fragment::Neutron)).map(whole).sum()
}

#[test]
fn widths_between_tabulated_energies_follow_the_square_root_above_the_neutron_threshold() {
    let cascade = Cascade::new(network(POTASSIUM_40, 12.0, &[]));
    let theta = set().values();
    let threshold = neutron_threshold();
    for above in [1e-4, 7e-4, 3e-3, 8e-3, 0.02, 0.045, 0.08, 0.13] {
        for (two_j, parity) in [(2, Parity::Plus), (4, Parity::Plus), (2, Parity::Minus)] {
            let state = StateAt { excitation: threshold + above, two_j, parity };
            let exact = cascade.network().direct_widths(&theta, state, INTERVALS);
            let ours = cascade.interpolated_widths(state);
            let total = ours.total() / exact.total() - 1.0;
            let by_neutron = (neutron(&ours) - neutron(&exact)) / exact.total();
            println!(
                "{above:.0e} MeV, 2J = {two_j}{parity}: total {total:.1e}, neutron {by_neutron:.1e} of it"
            );
            // Between the nodes of the graded grid a chord stands for E^(l + 1/2).
            let tolerance = 0.005;
            assert!(total.abs() < tolerance, "{above} {total}");
        }
    }
}

/// S_n of 40K with the masses of the kinematics [MeV].
fn neutron_threshold() -> f64 {
    use gradino_nuclear::structure::masses::separation_energy;
    separation_energy(POTASSIUM_40, Fragment::Neutron.nuclide()).expect("known masses")
}

#[test]
fn widths_sum_to_the_total_and_are_positive() {
    for nuclide in NUCLIDES {
        let network = network(nuclide, 42.0, &[]);
        for i in 20..60 {
            let state = random_state(nuclide, i, cut(nuclide) + 0.01, 41.0);
            let widths = network.widths(state);
            let sum: f64 = widths.partial.iter().map(whole).sum();
            assert!((sum / widths.total() - 1.0).abs() < 1e-12);
            assert!(widths.total() > 0.0 && widths.partial.iter().all(|p| whole(p) >= 0.0));
        }
    }
}
