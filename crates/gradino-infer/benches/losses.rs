//! Speed of the losses: `cargo bench -p gradino-infer --bench losses`.
//!
//! Prints the best of some evaluations with data prepared, on one thread and on all, and that of the
//! expectation in bins of 1.25 million events with 17 parameters.

use gradino_core::{Purpose, Sample, Stream};
use gradino_infer::loss::{
    Axis, Bandwidth, Binned, Binning, Expectation, Kernel, Loss, Mmd, MonteCarlo, RandomFeatures, Sharing,
    Sliced,
};
use std::hint::black_box;
use std::time::Instant;

const PASSES: usize = 3;

/// Normal features around `shift`.
fn sample(rows: usize, dimension: usize, parameters: usize, shift: f64, seed: u64) -> Sample {
    let mut stream = Stream::new(seed, 0, Purpose::Test);
    let mut sample = Sample::new(dimension, parameters);
    let mut draw = |n: usize| -> Vec<f64> { (0..n).map(|_| stream.normal()).collect() };
    sample.values = draw(rows * dimension).iter().map(|x| x + shift).collect();
    sample.weights = vec![1.0; rows];
    sample.weight_gradient = draw(rows * parameters);
    sample.value_gradient = draw(rows * dimension * parameters);
    sample
}

/// Least time [s] of some passes.
fn best(mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64()
    };
    (0..PASSES).map(time).fold(f64::INFINITY, f64::min)
}

/// Runs `work` on one thread and on all, and prints both times.
fn report(what: &str, work: impl Fn() + Send + Sync) {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let (alone, all) = (best(|| one.install(&work)), best(&work));
    println!("{what:<58} {:>9.2} ms  {:>9.2} ms", 1e3 * alone, 1e3 * all);
}

fn loss(name: &str, loss: &dyn Loss, rows: usize, dimension: usize) {
    let (data, simulated) = (sample(rows, dimension, 0, 0.0, 1), sample(rows, dimension, 0, 0.1, 2));
    let prepared = loss.prepare(&data).expect("good data");
    let what = format!("{name}, {rows} against {rows}, dimension {dimension}");
    report(&what, || {
        black_box(prepared.evaluate(&simulated).expect("a loss"));
    });
}

fn bins() -> Binning {
    Binning::new(vec![Axis::even(0, -3.0, 3.0, 100).expect("edges")]).expect("an axis")
}

fn main() {
    println!("{:<58} {:>12}  {:>12}", "", "one thread", "all threads");
    let octaves = Mmd::default();
    let one = Mmd { kernel: Kernel::Gaussian(Bandwidth::Width(1.0)), ..Mmd::default() };
    let energy = Mmd { kernel: Kernel::Energy, ..Mmd::default() };
    for rows in [1_000, 10_000] {
        for dimension in [1, 3] {
            loss("mmd, one width", &one, rows, dimension);
            loss("mmd, five widths", &octaves, rows, dimension);
        }
        loss("energy", &energy, rows, 3);
    }
    const MANY: usize = 1_000_000;
    loss("energy", &energy, MANY, 1);
    loss("random features, 100 frequencies", &RandomFeatures::default(), MANY, 1);
    loss("sliced-2", &Sliced::default(), MANY, 1);
    loss("sliced-2, 50 directions", &Sliced::default(), 100_000, 3);
    let binned = Binned { sharing: Sharing::Linear, ..Binned::new(bins()) };
    loss("poisson, 100 bins, linear sharing", &binned, MANY, 1);
    loss(
        "poisson-light, 100 bins",
        &Binned { monte_carlo: MonteCarlo::Light, ..Binned::new(bins()) },
        MANY,
        1,
    );
    let events = sample(1_250_000, 1, 17, 0.0, 3);
    for (name, sharing) in [("linear sharing", Sharing::Linear), ("whole", Sharing::NoneThoughFeaturesMove)] {
        report(&format!("expectation, 1.25e6 events, 17 parameters, {name}"), || {
            black_box(Expectation::new(&events, &bins(), sharing, 1.0).expect("an expectation"));
        });
    }
}
