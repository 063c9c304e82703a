//! Every loss against finite differences, exact values, limits and bad samples.

mod bins;
mod distances;
mod gradients;
mod refusals;

use gradino_core::{Purpose, Sample, Stream};
use gradino_infer::Error;
use gradino_infer::loss::{
    Axis, Bandwidth, Binned, Binning, Kernel, Loss, LossValue, MODELS, Mmd, MonteCarlo, Normalise, Power,
    RandomFeatures, Scale, Sharing, Sliced, Statistic, by_name,
};

/// Rows x_k = shift + scale (z_k + shift z_k^2 / 5) with weights exp(tilt z_0 - shift tilt^2): everything
/// moves with theta = (shift, scale, tilt).
fn moving(rows: usize, dimension: usize, theta: [f64; 3], seed: u64) -> Sample {
    let [shift, scale, tilt] = theta;
    let mut stream = Stream::new(seed, 0, Purpose::Test);
    let mut sample = Sample::new(dimension, 3);
    for _ in 0..rows {
        let z: Vec<f64> = (0..dimension).map(|_| stream.normal()).collect();
        let values: Vec<f64> = z.iter().map(|z| shift + scale * (z + shift * z * z / 5.0)).collect();
        let slopes: Vec<f64> =
            z.iter().flat_map(|z| [1.0 + scale * z * z / 5.0, z + shift * z * z / 5.0, 0.0]).collect();
        let weight = (tilt * z[0] - shift * tilt * tilt).exp();
        let by_weight = [-tilt * tilt * weight, 0.0, (z[0] - 2.0 * shift * tilt) * weight];
        sample.push(&values, weight, &slopes, &by_weight);
    }
    sample
}

fn gaussian(rows: usize, dimension: usize, shift: f64, seed: u64) -> Sample {
    let mut stream = Stream::new(seed, 0, Purpose::Test);
    let values = (0..rows * dimension).map(|_| shift + stream.normal()).collect();
    Sample::of_data(dimension, values).expect("a sample")
}

fn grid(dimension: usize) -> Binning {
    let axes = (0..dimension).map(|feature| match feature {
        0 => Axis::even(0, -6.0, 6.0, 5),
        _ => Axis::new(feature, vec![-7.0, -1.0, 0.5, 6.0]),
    });
    Binning::new(axes.collect::<Result<_, _>>().expect("edges")).expect("axes")
}

/// Losses of all kinds, with their names.
fn losses(dimension: usize) -> Vec<(String, Box<dyn Loss>)> {
    let mut all: Vec<(String, Box<dyn Loss>)> = Vec::new();
    for model in MODELS.iter().filter(|model| model.name != "neyman") {
        all.push((model.name.into(), by_name(model.name, Some(grid(dimension))).expect("a known name")));
    }
    for (name, normalise) in [("weights", Normalise::Weights), ("rows", Normalise::Rows)] {
        for kernel in [
            Kernel::Energy,
            Kernel::Gaussian(Bandwidth::Width(0.8)),
            Kernel::Gaussian(Bandwidth::Widths(vec![2.0, 0.7])),
        ] {
            all.push((format!("{kernel:?} {name}"), Box::new(Mmd { kernel, normalise })));
        }
        all.push((format!("features {name}"), Box::new(RandomFeatures { normalise, ..Default::default() })));
    }
    for statistic in [Statistic::Poisson, Statistic::Neyman, Statistic::Pearson, Statistic::NeymanPearson] {
        let light = Binned { statistic, monte_carlo: MonteCarlo::Light, ..Binned::new(grid(dimension)) };
        for scale in [Scale::Given(0.7), Scale::Shape, Scale::Expected(350.0)] {
            all.push((format!("{scale:?} {statistic:?} light"), Box::new(Binned { scale, ..light.clone() })));
        }
    }
    all
}

fn value(loss: &dyn Loss, sample: &Sample, data: &Sample) -> f64 {
    loss.evaluate(sample, data).expect("a loss").value
}

/// The derivative of `f` at `x` by central differences of fourth order.
fn slope(x: f64, step: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let mut half = |h: f64| f(x + h) - f(x - h);
    (8.0 * half(step) - half(2.0 * step)) / (12.0 * step)
}
