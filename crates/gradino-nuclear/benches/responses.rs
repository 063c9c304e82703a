//! Speed of the reduced elements: `cargo bench -p gradino-nuclear --bench responses`.
//!
//! Prints the time of all shells of a nucleus at one energy transfer and 250 momentum transfers on one core, and what a
//! table of 300 energy transfers takes at that rate.

use gradino_core::Nuclide;
use gradino_nuclear::meanfield::{
    MeanField, Options, Probe, ResponseModel, ResponseOptions, Skyrme, SkyrmeForce,
};
use std::hint::black_box;
use std::time::Instant;

const ENERGIES: f64 = 300.0;
const MOMENTA: usize = 250;
const LARGEST_Q: f64 = 1200.0;

fn main() {
    let theta = SkyrmeForce::named("SLy4").expect("built in").parameters.values();
    let momenta: Vec<f64> = (1..=MOMENTA).map(|i| LARGEST_Q * i as f64 / MOMENTA as f64).collect();
    println!("{:<8} {:>14} {:>16} {:>22}", "", "energy [MeV]", "all shells", "table of 300 energies");
    for name in ["16O", "40Ar"] {
        let nuclide: Nuclide = name.parse().expect("a nuclide");
        let field = MeanField::solve(nuclide, &Skyrme::new(&theta), &Options::default()).expect("bound");
        let model = ResponseModel::new(&field, Probe::Neutrino, ResponseOptions::default(), &momenta, 800.0);
        for omega in [60.0, 200.0, 600.0] {
            let begun = Instant::now();
            black_box(model.sums(omega).expect("open"));
            let time = begun.elapsed().as_secs_f64();
            println!("{name:<8} {omega:>14} {:>13.1} ms {:>20.1} s", 1e3 * time, ENERGIES * time);
        }
    }
}
