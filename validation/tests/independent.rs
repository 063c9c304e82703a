//! Inclusive responses of 12C and 40Ar against the independent program of validation/independent.

use gradino_core::Nuclide;
use gradino_nuclear::meanfield::{Convention, FinalState, Probe, ResponseModel, Skyrme};
use gradino_validation::responses::tables_form_factors;

/// Nuclide, probe, momentum and energy transfer [MeV], and CC, CL, LL, T, T' [1/GeV] of that program.
#[rustfmt::skip]
const RESPONSES: [(&str, Probe, f64, f64, [f64; 5]); 12] = [
    ("12C", Probe::Neutrino, 296.27, 60.0, [39.55046, -5.909351, 3.205423, 194.0075, 81.51121]),
    ("12C", Probe::Neutrino, 296.27, 150.0, [4.51061, -1.517819, 0.7168036, 16.42711, 7.01026]),
    ("12C", Probe::Neutrino, 503.75, 150.0, [11.99492, -2.975763, 0.8657408, 87.57308, 43.05628]),
    ("12C", Probe::Antineutrino, 296.27, 60.0, [39.20283, -5.854136, 3.205293, 194.1829, 81.49588]),
    ("12C", Probe::Antineutrino, 296.27, 150.0, [3.106146, -1.034767, 0.487657, 11.37466, 4.862729]),
    ("12C", Probe::Antineutrino, 503.75, 150.0, [12.12914, -3.018238, 0.8782304, 89.10903, 43.81158]),
    ("40Ar", Probe::Neutrino, 296.27, 60.0, [116.9392, -15.93689, 9.546272, 564.9054, 236.6235]),
    ("40Ar", Probe::Neutrino, 296.27, 150.0, [23.32768, -8.10715, 3.859429, 81.16046, 34.62051]),
    ("40Ar", Probe::Neutrino, 503.75, 150.0, [37.15127, -8.89867, 2.581262, 270.6458, 133.0229]),
    ("40Ar", Probe::Antineutrino, 296.27, 60.0, [101.3599, -14.20011, 8.228814, 490.0634, 205.3516]),
    ("40Ar", Probe::Antineutrino, 296.27, 150.0, [12.23185, -4.189278, 1.98741, 43.18688, 18.47582]),
    ("40Ar", Probe::Antineutrino, 503.75, 150.0, [31.87189, -7.673014, 2.226468, 231.3949, 113.7496]),
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
