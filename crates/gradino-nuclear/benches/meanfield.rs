//! Speed of the mean field: `cargo bench -p gradino-nuclear --bench meanfield`.
//!
//! Prints the best of some solutions on one core, in numbers and with eight derivatives.

use gradino_core::{Nuclide, Real};
use gradino_nuclear::meanfield::{MeanField, Options, Skyrme, SkyrmeForce};
use std::hint::black_box;
use std::time::Instant;

const PASSES: usize = 10;

/// Least time of some solutions [ms], and the steps of one.
fn best<D: Real>(nuclide: Nuclide, force: &Skyrme<D>) -> (f64, usize) {
    let solve = || MeanField::solve(nuclide, force, &Options::default()).expect("a bound nucleus");
    let time = |_| {
        let begun = Instant::now();
        black_box(solve());
        begun.elapsed().as_secs_f64()
    };
    (1e3 * (0..PASSES).map(time).fold(f64::INFINITY, f64::min), solve().steps)
}

fn main() {
    println!("{:<20} {:>6} {:>12} {:>18}", "", "steps", "values", "8 derivatives");
    for (name, force) in
        [("12C", "SLy4"), ("16O", "SLy4"), ("16O", "SkE2"), ("40Ar", "SLy4"), ("56Fe", "SkM*")]
    {
        let nuclide: Nuclide = name.parse().expect("a nuclide");
        let set = SkyrmeForce::named(force).expect("built in").parameters;
        let (values, steps) = best(nuclide, &Skyrme::new(&set.values()));
        let (derivatives, _) = best(nuclide, &Skyrme::new(&set.chunk::<8>(0)));
        println!("{:<20} {steps:>6} {values:>9.1} ms {derivatives:>15.1} ms", format!("{name} {force}"));
    }
}
