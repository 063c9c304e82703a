//! Inclusive responses of 12C and 40Ar against the independent program of validation/independent.

use gradino_core::Nuclide;
use gradino_nuclear::meanfield::{Convention, FinalState, Probe, ResponseModel, Skyrme};
use gradino_validation::responses::tables_form_factors;

/// Nuclide, probe, momentum and energy transfer [MeV], and CC, CL, LL, T, T' [1/GeV] of that program.
#[rustfmt::skip]
const RESPONSES: [(&str, Probe, f64, f64, [f64; 5]); 12] = [
    ("12C", Probe::Neutrino, 296.27, 60.0, [39.53241, -5.89923, 3.206646, 194.5063, 81.6278]),
    ("12C", Probe::Neutrino, 296.27, 150.0, [4.53608, -1.525168, 0.7198487, 16.54039, 7.051135]),
    ("12C", Probe::Neutrino, 503.75, 150.0, [12.00066, -2.975389, 0.8651958, 87.8086, 43.15087]),
    ("12C", Probe::Antineutrino, 296.27, 60.0, [39.23191, -5.851213, 3.210632, 194.9349, 81.71695]),
    ("12C", Probe::Antineutrino, 296.27, 150.0, [3.098369, -1.031044, 0.485578, 11.36193, 4.852462]),
    ("12C", Probe::Antineutrino, 503.75, 150.0, [12.15012, -3.021954, 0.8788771, 89.4748, 43.9697]),
    ("40Ar", Probe::Neutrino, 296.27, 60.0, [116.9289, -15.90981, 9.552716, 566.479, 237.0066]),
    ("40Ar", Probe::Neutrino, 296.27, 150.0, [23.45725, -8.145517, 3.875634, 81.7216, 34.82303]),
    ("40Ar", Probe::Neutrino, 503.75, 150.0, [37.17725, -8.899112, 2.579935, 271.4012, 133.329]),
    ("40Ar", Probe::Antineutrino, 296.27, 60.0, [101.4631, -14.19463, 8.243472, 492.006, 205.9265]),
    ("40Ar", Probe::Antineutrino, 296.27, 150.0, [12.1975, -4.173143, 1.978553, 43.13019, 18.43321]),
    ("40Ar", Probe::Antineutrino, 503.75, 150.0, [31.93073, -7.68226, 2.227911, 232.306, 114.1415]),
];

#[test]
fn responses_of_carbon_and_argon_equal_those_of_an_independent_program() {
    let tables = Convention::Dolan2022;
    let theta = tables.force().parameters.values();
    for (name, probe, q, omega, expected) in RESPONSES {
        let nuclide: Nuclide = name.parse().expect("a nuclide");
        let field = tables.field(nuclide).solve(&Skyrme::new(&theta)).expect("bound");
        let options = tables.options(FinalState::Distorted);
        let model = ResponseModel::new(&field, probe, options, &[q], omega);
        let found = model.responses(&tables_form_factors(), omega).expect("open")[0].array();
        for (found, expected) in found.map(|x| 1000.0 * x).into_iter().zip(expected) {
            let off = found / expected - 1.0;
            assert!(off.abs() < 2e-5, "{name} {probe:?} {q} {omega}: {found} {expected}, off by {off:e}");
        }
    }
}
