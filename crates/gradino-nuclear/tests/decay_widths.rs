//! Tabulated and interpolated widths against their direct computation, and against published figures.

mod decay_support;

use decay_support::*;
use gradino_core::Nuclide;
use gradino_nuclear::decay::{Cascade, StateAt};
use gradino_nuclear::emission::Fragment;
use gradino_nuclear::structure::masses;

/// Intervals of the direct integral over the continuum: the trapezoid rule in s is converged to 1e-5.
const INTERVALS: usize = 96;
/// Partial widths are compared where the branching is above this.
const SMALLEST: f64 = 1e-4;

fn report(what: &str, nuclide: Nuclide, state: StateAt, worst: f64) {
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
            assert!(worst < 5e-4, "{nuclide} {state:?}: {worst}");
        }
    }
}

/// Largest relative error of a partial width between tabulated energies.
const INTERPOLATION: f64 = 5e-3;

/// The nuclides whose widths are interpolated.
fn interpolated() -> impl Iterator<Item = Nuclide> {
    NUCLIDES.into_iter().chain([SILICON_28])
}

/// Largest error of the interpolated widths of a state, against tabulated ingredients at its very energy.
fn interpolation_error(cascade: &Cascade, state: StateAt) -> f64 {
    largest_difference(&cascade.interpolated_widths(state), &cascade.network().widths(state), SMALLEST)
}

/// Checks that; gives back the error.
fn checked(cascade: &Cascade, nuclide: Nuclide, state: StateAt) -> f64 {
    let error = interpolation_error(cascade, state);
    assert!(error < INTERPOLATION, "{nuclide} {state:?}: {error}");
    error
}

fn summary(what: &str, nuclide: Nuclide, mut errors: Vec<f64>) {
    errors.sort_by(f64::total_cmp);
    let count = errors.len();
    println!(
        "{what} {nuclide}: {count} states, median {:.1e}, largest {:.1e}",
        errors[count / 2],
        errors[count - 1]
    );
}

#[test]
fn widths_between_tabulated_energies_equal_direct_widths() {
    for nuclide in interpolated() {
        let cascade = Cascade::new(network(nuclide, 42.0, &[]));
        let theta = set().values();
        for i in 10..14 {
            let state = random_state(nuclide, i, cut(nuclide) + 0.05, 40.0);
            let exact = cascade.network().direct_widths(&theta, state, INTERVALS);
            let worst = largest_difference(&cascade.interpolated_widths(state), &exact, SMALLEST);
            report("between", nuclide, state, worst);
            assert!(worst < INTERPOLATION, "{nuclide} {state:?}: {worst}");
        }
    }
}

#[test]
fn widths_between_tabulated_energies_are_good_to_half_a_per_cent_anywhere() {
    for nuclide in interpolated() {
        let cascade = Cascade::new(network(nuclide, 42.0, &[]));
        let low = cut(nuclide);
        let ranges = [(low + 1e-3, low + 1.0), (low + 1e-3, low + 12.0), (low + 1e-3, 41.0)];
        let states = ranges.iter().flat_map(|r| (0..600).map(move |i| random_state(nuclide, i, r.0, r.1)));
        summary("anywhere", nuclide, states.map(|s| checked(&cascade, nuclide, s)).collect());
    }
}

#[test]
fn widths_between_tabulated_energies_are_good_to_half_a_per_cent_above_charged_thresholds() {
    for nuclide in interpolated() {
        let cascade = Cascade::new(network(nuclide, 42.0, &[]));
        let theta = set().values();
        for fragment in [Fragment::Proton, Fragment::Deuteron, Fragment::Alpha] {
            let threshold = masses::separation_energy(nuclide, fragment.nuclide()).expect("known masses");
            // Where the barrier lets a branching of 1e-4 through, and up to its top.
            let states = || (0..800).map(|i| random_state(nuclide, i, threshold + 0.05, threshold + 5.0));
            let states = || states().filter(|s| s.excitation > cut(nuclide));
            let errors = states().map(|s| checked(&cascade, nuclide, s)).collect();
            summary(fragment.name(), nuclide, errors);
            let steep = states().max_by(|a, b| {
                interpolation_error(&cascade, *a).total_cmp(&interpolation_error(&cascade, *b))
            });
            let state = steep.expect("hundreds of states");
            let exact = cascade.network().direct_widths(&theta, state, INTERVALS);
            let worst = largest_difference(&cascade.interpolated_widths(state), &exact, SMALLEST);
            report(fragment.name(), nuclide, state, worst);
            assert!(worst < INTERPOLATION, "{nuclide} {state:?}: {worst}");
        }
    }
}

/// S_n with the masses of the kinematics [MeV].
fn neutron_threshold(nuclide: Nuclide) -> f64 {
    let mass = |n| masses::atomic_mass(n).expect("known masses");
    let residue = nuclide.minus(Fragment::Neutron.nuclide()).expect("a nuclide");
    mass(residue) + Fragment::Neutron.nuclear_mass() - mass(nuclide)
}

#[test]
fn widths_between_tabulated_energies_follow_the_power_laws_above_neutron_thresholds() {
    for nuclide in interpolated() {
        let cascade = Cascade::new(network(nuclide, 42.0, &[]));
        let threshold = neutron_threshold(nuclide);
        let state = |i| {
            let x = random_state(nuclide, i, 0.0, 1.0);
            // From 0.1 keV to 0.4 MeV, evenly in the logarithm.
            StateAt { excitation: threshold + 1e-4 * 4000f64.powf(x.excitation), ..x }
        };
        summary("neutron", nuclide, (0..600).map(|i| checked(&cascade, nuclide, state(i))).collect());
    }
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
