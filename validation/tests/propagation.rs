//! Bands from one sample against draws of the parameters, with few draws.

use gradino_validation::{jobs, propagation};

#[test]
fn bands_from_one_sample_equal_those_of_draws_within_their_errors() {
    let setup = jobs::supernova().expect("the default job");
    let known = propagation::known(&setup, "strength.*").expect("known strengths");
    let histograms = propagation::histograms().expect("bins");
    let brute = propagation::brute_force(&setup, &known, &histograms, 24, 20_000).expect("draws");
    let linear = propagation::linear(&setup, &known, &histograms, 60_000).expect("a sample");
    for (spectrum, bands) in linear.spectra.iter().zip(&brute.bands) {
        for row in propagation::rows(spectrum, bands, 2000.0) {
            println!("{} {row:?} pull {:.2}", spectrum.bin(row.bin), row.pull());
            assert!(row.pull().abs() < 5.0, "{} {row:?}", spectrum.bin(row.bin));
        }
    }
}
