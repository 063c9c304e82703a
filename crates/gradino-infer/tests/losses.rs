//! Every loss against finite differences, exact values, limits and bad samples.

use gradino_core::{Purpose, Sample, Stream};
use gradino_infer::Error;
use gradino_infer::loss::{
    Axis, Bandwidth, Binned, Binning, Kernel, Loss, LossValue, MODELS, Mmd, MonteCarlo, Normalise, Power,
    RandomFeatures, Scale, Sharing, Sliced, Statistic, by_name,
};
use proptest::prelude::*;

fn normal(stream: &mut Stream) -> f64 {
    (-2.0 * stream.uniform().ln()).sqrt() * (std::f64::consts::TAU * stream.uniform()).cos()
}

/// Rows x_k = shift + scale (z_k + shift z_k^2 / 5) with weights exp(tilt z_0 - shift tilt^2): everything
/// moves with theta = (shift, scale, tilt).
fn moving(rows: usize, dimension: usize, theta: [f64; 3], seed: u64) -> Sample {
    let [shift, scale, tilt] = theta;
    let mut stream = Stream::new(seed, 0, Purpose::Test);
    let mut sample = Sample::new(dimension, 3);
    for _ in 0..rows {
        let z: Vec<f64> = (0..dimension).map(|_| normal(&mut stream)).collect();
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
    let values = (0..rows * dimension).map(|_| shift + normal(&mut stream)).collect();
    Sample::of_data(dimension, values).expect("a sample")
}

fn bins(dimension: usize) -> Binning {
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
        all.push((model.name.into(), by_name(model.name, Some(bins(dimension))).expect("a known name")));
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
        let light = Binned { statistic, monte_carlo: MonteCarlo::Light, ..Binned::new(bins(dimension)) };
        all.push((format!("{statistic:?} light"), Box::new(Binned { scale: Scale::Given(0.7), ..light })));
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

#[test]
fn gradients_by_parameters_are_finite_differences_for_every_loss() {
    const ROWS: usize = 300;
    let theta = [0.3, 1.2, 0.4];
    for dimension in [1, 2] {
        let data = gaussian(30, dimension, 0.0, 11);
        let sample = moving(ROWS, dimension, theta, 3);
        for (name, loss) in losses(dimension) {
            let found = loss.evaluate(&sample, &data).expect("a loss").gradient(&sample);
            for p in 0..3 {
                let exact = slope(theta[p], 1e-6, |x| {
                    let mut at = theta;
                    at[p] = x;
                    value(loss.as_ref(), &moving(ROWS, dimension, at, 3), &data)
                });
                let error = (found[p] - exact).abs();
                assert!(error < 1e-6 * (1.0 + exact.abs()), "{name}: {} {exact}", found[p]);
            }
        }
    }
}

#[test]
fn derivatives_by_single_weights_and_features_are_finite_differences_for_every_loss() {
    for dimension in [1, 2] {
        let data = gaussian(21, dimension, 0.2, 5);
        let mut sample = moving(13, dimension, [0.1, 1.1, 0.2], 7);
        for (name, loss) in losses(dimension) {
            let LossValue { by_weight, by_value, .. } = loss.evaluate(&sample, &data).expect("a loss");
            for i in 0..sample.len() {
                let at = sample.weights[i];
                let exact = slope(at, 1e-5, |x| {
                    sample.weights[i] = x;
                    value(loss.as_ref(), &sample, &data)
                });
                sample.weights[i] = at;
                assert!(
                    (by_weight[i] - exact).abs() < 1e-7 * (1.0 + exact.abs()),
                    "{name} weight {i}: {exact}"
                );
            }
            for k in 0..sample.values.len() {
                let at = sample.values[k];
                let exact = slope(at, 1e-5, |x| {
                    sample.values[k] = x;
                    value(loss.as_ref(), &sample, &data)
                });
                sample.values[k] = at;
                assert!(
                    (by_value[k] - exact).abs() < 1e-7 * (1.0 + exact.abs()),
                    "{name} value {k}: {exact}"
                );
            }
        }
    }
}

#[test]
fn at_ties_the_symmetric_derivative_is_given() {
    // Rows of the simulation on rows of data, equal weights, equal quantile levels.
    let data = Sample::of_data(1, vec![-1.0, 0.0, 0.5, 2.0]).expect("a sample");
    let mut sample = Sample::of_data(1, vec![-1.0, 0.3, 0.5, 1.5]).expect("a sample");
    let energy = Mmd { kernel: Kernel::Energy, ..Mmd::default() };
    let one = Sliced { power: Power::One, ..Sliced::default() };
    for loss in [&energy as &dyn Loss, &one, &Sliced::default()] {
        let found = loss.evaluate(&sample, &data).expect("a loss");
        for i in 0..4 {
            let x = sample.values[i];
            let exact = slope(x, 1e-6, |x| {
                sample.values[i] = x;
                value(loss, &sample, &data)
            });
            sample.values[i] = x;
            assert!((found.by_value[i] - exact).abs() < 1e-8, "{i}: {} {exact}", found.by_value[i]);
            let exact = slope(1.0, 1e-6, |w| {
                sample.weights[i] = w;
                value(loss, &sample, &data)
            });
            sample.weights[i] = 1.0;
            assert!((found.by_weight[i] - exact).abs() < 1e-6, "{i}: {} {exact}", found.by_weight[i]);
        }
    }
}

#[test]
fn rows_of_the_simulation_that_meet_have_the_symmetric_derivative_of_kernels() {
    let data = Sample::of_data(2, vec![0.0, 1.0, 2.0, -1.0]).expect("a sample");
    let mut sample = Sample::of_data(2, vec![0.5, 0.5, 0.5, 0.5, 0.0, 1.0]).expect("a sample");
    for kernel in [Kernel::Energy, Kernel::Gaussian(Bandwidth::Width(1.0))] {
        let loss = Mmd { kernel, ..Mmd::default() };
        let found = loss.evaluate(&sample, &data).expect("a loss");
        for k in 0..6 {
            let x = sample.values[k];
            let exact = slope(x, 1e-5, |x| {
                sample.values[k] = x;
                value(&loss, &sample, &data)
            });
            sample.values[k] = x;
            assert!((found.by_value[k] - exact).abs() < 1e-7, "{k}: {} {exact}", found.by_value[k]);
        }
    }
}

#[test]
fn shared_counts_are_continuous_and_keep_the_sum_at_centres_and_edges() {
    let loss = Binned { sharing: Sharing::Linear, scale: Scale::Given(1.0), ..Binned::new(bins(1)) };
    let data = gaussian(10, 1, 0.0, 1);
    let prepared = loss.against(&data).expect("good data");
    let counts = |x: f64| {
        prepared.expectation(&Sample::of_data(1, vec![x]).expect("a sample")).expect("an expectation").mean
    };
    // Edges are -6, -3.6, -1.2, ... 6; centres -4.8, -2.4, 0, ...
    for x in [-7.2, -6.0, -4.8, -3.6, 0.0, 1.2, 4.8, 6.0, 7.2] {
        let (left, right) = (counts(x - 1e-9), counts(x + 1e-9));
        assert!(left.iter().zip(&right).all(|(a, b)| (a - b).abs() < 1e-8), "{x}: {left:?} {right:?}");
    }
    let sum = |x: f64| counts(x).iter().sum::<f64>();
    assert!((sum(1.0) - 1.0).abs() < 1e-12 && (sum(6.0) - 0.5).abs() < 1e-12 && sum(7.3) == 0.0);
    assert_eq!(counts(0.0)[2], 1.0);
}

#[test]
fn on_a_centre_the_derivative_to_the_right_is_given() {
    let loss = Binned { sharing: Sharing::Linear, scale: Scale::Given(1.0), ..Binned::new(bins(1)) };
    let data = gaussian(30, 1, 0.0, 1);
    let mut sample = gaussian(100, 1, 0.0, 2);
    sample.values[0] = 0.0;
    let found = loss.evaluate(&sample, &data).expect("a loss");
    let before = found.value;
    sample.values[0] = 1e-6;
    let exact = (value(&loss, &sample, &data) - before) / 1e-6;
    assert!((found.by_value[0] - exact).abs() < 1e-4, "{} {exact}", found.by_value[0]);
}

#[test]
fn whole_events_that_move_are_refused_unless_asked_for() {
    let (data, sample) = (gaussian(30, 1, 0.0, 1), moving(200, 1, [0.1, 1.0, 0.2], 2));
    let whole = Binned { sharing: Sharing::None, ..Binned::new(bins(1)) };
    assert!(matches!(whole.evaluate(&sample, &data), Err(Error::MovingFeatures { row: 0, feature: 0 })));
    let asked = Binned { sharing: Sharing::NoneThoughFeaturesMove, ..whole.clone() };
    assert!(asked.evaluate(&sample, &data).expect("a loss").by_value.iter().all(|s| *s == 0.0));
    let mut still = sample.clone();
    still.value_gradient.fill(0.0);
    let automatic = Binned { sharing: Sharing::Automatic, ..whole.clone() };
    assert_eq!(whole.evaluate(&still, &data), automatic.evaluate(&still, &data));
    let linear = Binned { sharing: Sharing::Linear, ..whole };
    assert_eq!(linear.evaluate(&sample, &data), automatic.evaluate(&sample, &data));
}

#[test]
fn expectations_have_the_moments_and_derivatives_of_the_sample() {
    let theta = [0.2, 1.1, 0.3];
    let data = gaussian(50, 2, 0.0, 1);
    let loss = Binned::new(bins(2));
    let prepared = loss.against(&data).expect("good data");
    let at = |theta| prepared.expectation(&moving(3000, 2, theta, 4)).expect("an expectation");
    let found = at(theta);
    for bin in 0..loss.binning.bins() {
        for p in 0..3 {
            let exact = slope(theta[p], 1e-6, |x| {
                let mut at_x = theta;
                at_x[p] = x;
                at(at_x).mean[bin]
            });
            // An event on either side of a centre within the step.
            assert!((found.jacobian[bin * 3 + p] - exact).abs() < 1e-3, "{bin} {p}: {exact}");
        }
    }
    // The gradient of the loss is the chain rule through the expectation.
    let sample = moving(3000, 2, theta, 4);
    let gradient = loss.evaluate(&sample, &data).expect("a loss").gradient(&sample);
    let counts = prepared.counts(&sample).expect("counts");
    for p in 0..3 {
        let by_bin = |b: usize| 2.0 * (1.0 - counts[b] / found.mean[b]) * found.jacobian[b * 3 + p];
        let chain: f64 = (0..counts.len()).filter(|&b| found.mean[b] > 0.0).map(by_bin).sum();
        assert!((gradient[p] - chain).abs() < 1e-9, "{} {chain}", gradient[p]);
    }
    let total: f64 = found.mean.iter().sum();
    let weights: f64 = sample.weights.iter().sum::<f64>() * 50.0 / 3000.0;
    assert!((total - weights).abs() < 0.01 * weights, "{total} {weights}");
}

#[test]
fn the_variance_of_whole_counts_is_the_sum_of_squared_weights() {
    let data = Sample::of_data(1, vec![0.5, 0.6, 1.5]).expect("a sample");
    let mut sample = Sample::of_data(1, vec![0.1, 0.2, 1.1, 5.0]).expect("a sample");
    sample.weights = vec![2.0, -0.5, 3.0, 7.0];
    let binning = Binning::new(vec![Axis::even(0, 0.0, 2.0, 2).expect("edges")]).expect("an axis");
    let loss = Binned::new(binning);
    let found = loss.against(&data).and_then(|p| p.expectation(&sample)).expect("an expectation");
    assert_eq!(found.mean, [1.5 * 0.75, 3.0 * 0.75]);
    assert_eq!(found.variance, [4.25 * 0.5625, 9.0 * 0.5625]);
    let terms = |n: f64, m: f64| 2.0 * (m - n + n * (n / m).ln());
    let exact = terms(2.0, 1.125) + terms(1.0, 2.25);
    assert!((value(&loss, &sample, &data) - exact).abs() < 1e-12);
}

/// Squared discrepancy between normals of deviation 1 whose means are `shift` apart, for a Gaussian kernel.
fn exact_mmd(shift: f64, width: f64) -> f64 {
    let variance = width * width + 2.0;
    2.0 * width / variance.sqrt() * (1.0 - (-0.5 * shift * shift / variance).exp())
}

#[test]
fn the_discrepancy_of_small_samples_is_unbiased() {
    let kernel = Kernel::Gaussian(Bandwidth::Width(1.0));
    let features = RandomFeatures {
        bandwidth: Bandwidth::Width(1.0),
        frequencies: 2000,
        normalise: Normalise::Rows,
        ..RandomFeatures::default()
    };
    for (shift, normalise) in [(0.0, Normalise::Weights), (0.7, Normalise::Weights), (0.7, Normalise::Rows)] {
        let loss = Mmd { kernel: kernel.clone(), normalise };
        for (loss, runs, bias) in [(&loss as &dyn Loss, 20_000, 0.0), (&features, 2_000, 0.01)] {
            let values: Vec<f64> = (0..runs)
                .map(|run| value(loss, &gaussian(5, 1, shift, 2 * run), &gaussian(4, 1, 0.0, 2 * run + 1)))
                .collect();
            let n = runs as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let (exact, error) = (exact_mmd(shift, 1.0), (variance / n).sqrt());
            assert!((mean - exact).abs() < 4.0 * error + bias, "{mean} +- {error}, exact {exact}");
        }
    }
}

#[test]
fn weighted_rows_and_their_gradients_are_unbiased_by_rows() {
    // Draws at 0 with weights of a normal at theta, near the origin: d/dtheta of the exact discrepancy.
    let loss = Mmd { kernel: Kernel::Gaussian(Bandwidth::Width(1.0)), normalise: Normalise::Rows };
    let (theta, centre, runs) = (0.3_f64, -0.4, 20_000);
    let (mut values, mut slopes) = (Vec::new(), Vec::new());
    for run in 0..runs {
        let mut sample = Sample::new(1, 1);
        for z in gaussian(6, 1, 0.0, 2 * run).values {
            let weight = (theta * z - 0.5 * theta * theta).exp();
            sample.push(&[z], weight, &[0.0], &[(z - theta) * weight]);
        }
        let found = loss.evaluate(&sample, &gaussian(5, 1, centre, 2 * run + 1)).expect("a loss");
        slopes.push(found.gradient(&sample)[0]);
        values.push(found.value);
    }
    let exact_slope = slope(theta, 1e-4, |t| exact_mmd(t - centre, 1.0));
    for (numbers, exact) in [(values, exact_mmd(theta - centre, 1.0)), (slopes, exact_slope)] {
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let error = (numbers.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n * (n - 1.0))).sqrt();
        assert!((mean - exact).abs() < 4.0 * error, "{mean} +- {error}, exact {exact}");
    }
}

/// The unbiased statistic by a plain sum over pairs.
fn by_pairs(sample: &Sample, data: &Sample, kernel: impl Fn(&[f64], &[f64]) -> f64) -> f64 {
    let mean = |a: &Sample, b: &Sample, same: bool| {
        let (mut sum, mut weights) = (0.0, 0.0);
        for i in 0..a.len() {
            for j in (0..b.len()).filter(|&j| !(same && i == j)) {
                sum += a.weights[i] * b.weights[j] * kernel(a.row(i), b.row(j));
                weights += a.weights[i] * b.weights[j];
            }
        }
        sum / weights
    };
    mean(sample, sample, true) - 2.0 * mean(sample, data, false) + mean(data, data, true)
}

fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

#[test]
fn blocked_and_sorted_sums_are_sums_over_pairs() {
    for dimension in [1, 3] {
        // More rows than a block, also with weights of zero and below.
        let (mut sample, mut data) = (gaussian(700, dimension, 0.3, 1), gaussian(523, dimension, 0.0, 2));
        for (i, w) in sample.weights.iter_mut().chain(&mut data.weights).enumerate() {
            *w = (i % 7) as f64 - 1.0;
        }
        let energy = Mmd { kernel: Kernel::Energy, ..Mmd::default() };
        let exact = by_pairs(&sample, &data, |x, y| -distance(x, y));
        assert!((value(&energy, &sample, &data) - exact).abs() < 1e-11, "{exact}");
        let octaves =
            Mmd { kernel: Kernel::Gaussian(Bandwidth::Widths(vec![0.5, 2.0, 1.0])), ..Mmd::default() };
        let kernel = |x: &[f64], y: &[f64]| {
            let term = |s: f64| (-0.5 * (distance(x, y) / s).powi(2)).exp();
            (term(0.5) + term(1.0) + term(2.0)) / 3.0
        };
        let exact = by_pairs(&sample, &data, kernel);
        assert!((value(&octaves, &sample, &data) - exact).abs() < 1e-11, "{exact}");
    }
}

#[test]
fn the_median_heuristic_follows_the_data() {
    let data = gaussian(2500, 1, 0.0, 8);
    let widths = Bandwidth::Median { octaves: 1 }.widths(&data).expect("widths");
    // The median of |x - y| for normals is 0.6745 sqrt(2).
    assert!((widths[1] - 0.9539).abs() < 0.05, "{widths:?}");
    assert_eq!((widths[0], widths[2]), (2.0 * widths[1], 0.5 * widths[1]));
}

#[test]
fn random_features_converge_to_the_kernel() {
    let (sample, data) = (gaussian(60, 2, 0.5, 1), gaussian(50, 2, 0.0, 2));
    let widths = Bandwidth::Widths(vec![2.0, 1.0, 0.3]);
    let exact = value(&Mmd { kernel: Kernel::Gaussian(widths.clone()), ..Mmd::default() }, &sample, &data);
    let mut errors = Vec::new();
    for frequencies in [100, 10_000] {
        let errors_of_seeds = (0..10).map(|seed| {
            let features =
                RandomFeatures { bandwidth: widths.clone(), frequencies, seed, ..Default::default() };
            (value(&features, &sample, &data) - exact).powi(2)
        });
        errors.push((errors_of_seeds.sum::<f64>() / 10.0).sqrt());
    }
    println!("exact {exact}, errors {errors:?}");
    assert!(errors[1] < 0.2 * errors[0] && errors[1] < 0.02 * exact, "{errors:?} {exact}");
}

#[test]
fn wasserstein_distances_of_shifted_samples_are_the_shift() {
    let data = gaussian(1000, 1, 0.0, 3);
    let mut sample = data.clone();
    sample.values.iter_mut().for_each(|x| *x += 0.7);
    let (one, two) = (Sliced { power: Power::One, ..Sliced::default() }, Sliced::default());
    let found = one.evaluate(&sample, &data).expect("a loss");
    assert!((found.value - 0.7).abs() < 1e-12);
    assert!((found.by_value.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert!((value(&two, &sample, &data) - 0.49).abs() < 1e-12);
    // Independent normals, with half as many data.
    let (sample, data) = (gaussian(20_000, 1, 0.5, 4), gaussian(10_000, 1, 0.0, 5));
    assert!((value(&one, &sample, &data) - 0.5).abs() < 0.05);
    assert!((value(&two, &sample, &data) - 0.25).abs() < 0.05);
    // In three dimensions W_2^2 along a direction is (t . shift)^2, on average shift^2 / 3.
    let sliced = Sliced { directions: 2000, ..Sliced::default() };
    let data = gaussian(200, 3, 0.0, 6);
    let mut sample = data.clone();
    sample.values.iter_mut().step_by(3).for_each(|x| *x += 0.9);
    assert!((value(&sliced, &sample, &data) - 0.27).abs() < 0.02);
}

#[test]
fn a_row_of_twice_the_weight_is_two_rows() {
    let data = gaussian(9, 1, 0.0, 3);
    let double = |values: Vec<f64>, weights: Vec<f64>| {
        let mut sample = Sample::of_data(1, values).expect("a sample");
        sample.weights = weights;
        sample
    };
    let (a, b) = (double(vec![0.1, 0.1, 0.9], vec![1.0; 3]), double(vec![0.1, 0.9], vec![2.0, 1.0]));
    for power in [Power::One, Power::Two] {
        let loss = Sliced { power, ..Sliced::default() };
        assert!((value(&loss, &a, &data) - value(&loss, &b, &data)).abs() < 1e-14);
    }
}

#[test]
fn equal_samples_have_no_loss_and_far_ones_the_largest() {
    let data = gaussian(400, 2, 0.0, 3);
    let far = gaussian(400, 2, 1e4, 4);
    let same_scale = |name: &str| !name.ends_with("light") || name == "poisson-light";
    for (name, loss) in losses(2).into_iter().filter(|(name, _)| same_scale(name)) {
        let near = value(loss.as_ref(), &data, &data);
        // Without the pairs of a row with itself the same rows give less than zero.
        assert!(near < 1e-9 && near > -0.1, "{name}: {near}");
        match loss.evaluate(&far, &data) {
            Ok(found) => assert!(found.value > 0.3, "{name}: {}", found.value),
            Err(error) => assert!(matches!(error, Error::NoExpectation { .. }), "{name}: {error}"),
        }
    }
    let one = Mmd { kernel: Kernel::Gaussian(Bandwidth::Width(1.0)), ..Mmd::default() };
    let self_terms = by_pairs(&far, &data, |x, y| (-0.5 * distance(x, y).powi(2)).exp());
    assert!((value(&one, &far, &data) - self_terms).abs() < 1e-12);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let (data, sample) = (gaussian(900, 2, 0.0, 1), moving(20_000, 2, [0.1, 1.1, 0.1], 2));
    let mut few = Sample::new(2, 3);
    (0..1500).for_each(|i| {
        let gradient: Vec<f64> = (0..2).flat_map(|k| sample.value_slope(i, k).to_vec()).collect();
        few.push(sample.row(i), sample.weights[i], &gradient, sample.weight_slope(i));
    });
    let on = |threads: usize, work: &(dyn Fn() -> Vec<LossValue> + Sync)| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(work)
    };
    let all = || -> Vec<LossValue> {
        losses(2).iter().map(|(_, loss)| loss.evaluate(&few, &data).expect("a loss")).collect()
    };
    assert_eq!(on(1, &all), on(2, &all));
    let loss = Binned::new(bins(2));
    let many = || {
        let prepared = loss.against(&data).expect("good data");
        let expectation = prepared.expectation(&sample).expect("an expectation");
        let features = RandomFeatures::default().evaluate(&sample, &data).expect("a loss");
        vec![
            features,
            LossValue { value: 0.0, by_weight: expectation.jacobian, by_value: expectation.variance },
        ]
    };
    assert_eq!(on(1, &many), on(2, &many));
}

#[test]
fn preparing_the_data_changes_nothing() {
    let (data, sample) = (gaussian(70, 2, 0.0, 1), moving(60, 2, [0.1, 1.1, 0.1], 2));
    for (name, loss) in losses(2) {
        let prepared = loss.prepare(&data).expect("good data");
        assert_eq!(prepared.evaluate(&sample), loss.evaluate(&sample, &data), "{name}");
    }
}

#[test]
fn bad_settings_and_samples_are_named_with_hints() {
    let (one, two) = (gaussian(5, 1, 0.0, 1), gaussian(5, 2, 0.0, 1));
    let single = gaussian(1, 1, 0.0, 1);
    let mut cancelling = one.clone();
    cancelling.weights = vec![1.0, -1.0, 0.0, 1.0, -1.0];
    let mut nan = one.clone();
    nan.weights[3] = f64::NAN;
    for (name, loss) in losses(1) {
        let mixed = loss.evaluate(&two, &one).expect_err("other dimensions");
        assert!(matches!(mixed, Error::Core(gradino_core::Error::DifferentDimensions { .. })), "{name}");
        let core = |s: &Sample| matches!(loss.evaluate(s, &one), Err(Error::Core(_)));
        assert!(core(&nan) && core(&Sample::new(1, 0)), "{name}");
        assert!(matches!(loss.evaluate(&one, &nan), Err(Error::Core(_))), "{name}");
    }
    let refused = |loss: &dyn Loss, sample: &Sample, data: &Sample| {
        let error = loss.evaluate(sample, data).expect_err("something bad");
        assert!(error.hint().is_some_and(|hint| !hint.is_empty()), "{error}");
        error
    };
    let mmd = Mmd::default();
    assert!(matches!(refused(&mmd, &single, &one), Error::NoPairs { rows: 1, .. }));
    assert!(matches!(refused(&mmd, &cancelling, &one), Error::NoWeight { sum: 0.0 }));
    assert!(matches!(refused(&mmd, &one, &single), Error::BadBandwidth { width: 0.0 }));
    for width in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-200] {
        let kernel = Kernel::Gaussian(Bandwidth::Width(width));
        assert!(matches!(refused(&Mmd { kernel, ..mmd.clone() }, &one, &one), Error::BadBandwidth { .. }));
    }
    let none = Mmd { kernel: Kernel::Gaussian(Bandwidth::Widths(Vec::new())), ..mmd.clone() };
    assert!(matches!(refused(&none, &one, &one), Error::TooFew { what: "widths", .. }));
    let features = RandomFeatures { frequencies: 2, ..RandomFeatures::default() };
    assert!(matches!(refused(&features, &one, &one), Error::TooFew { least: 5, .. }));
    let sliced = Sliced { directions: 0, ..Sliced::default() };
    assert!(matches!(refused(&sliced, &two, &two), Error::TooFew { what: "directions", .. }));
    assert!(matches!(refused(&sliced, &cancelling, &one), Error::NegativeWeight { row: 1, .. }));
    assert!(matches!(Axis::new(2, vec![0.0]), Err(Error::TooFew { found: 1, .. })));
    assert!(matches!(Axis::even(2, 0.0, 1.0, 0), Err(Error::TooFew { .. })));
    assert!(matches!(Axis::new(2, vec![0.0, 1.0, 1.0]), Err(Error::BadEdges { position: 2, .. })));
    assert!(matches!(Axis::new(2, vec![f64::NAN, 1.0]), Err(Error::BadEdges { position: 0, .. })));
    assert!(matches!(Binning::new(Vec::new()), Err(Error::TooFew { .. })));
    assert!(matches!(refused(&Binned::new(bins(2)), &one, &one), Error::NoSuchFeature { feature: 1, .. }));
    let scaled = Binned { scale: Scale::Given(-1.0), ..Binned::new(bins(1)) };
    assert!(matches!(refused(&scaled, &one, &one), Error::BadScale { scale: -1.0 }));
    let far = gaussian(5, 1, 4.0, 1);
    assert!(matches!(refused(&Binned::new(bins(1)), &far, &one), Error::NoExpectation { .. }));
    assert!(matches!(by_name("mdm", None).map(|_| ()), Err(Error::UnknownLoss { .. })));
    assert!(matches!(by_name("poisson", None).map(|_| ()), Err(Error::NoBinning { name: "poisson" })));
}

#[test]
fn a_bad_derivative_is_named_by_the_expectation() {
    let data = gaussian(50, 1, 0.0, 1);
    let mut sample = moving(100, 1, [0.1, 1.0, 0.1], 2);
    sample.weight_gradient[3 * 42 + 1] = f64::NAN;
    let loss = Binned::new(bins(1));
    let error = loss.against(&data).and_then(|p| p.expectation(&sample)).expect_err("a bad derivative");
    assert!(matches!(error, Error::Core(gradino_core::Error::NotFinite { row: 42, .. })), "{error}");
}

#[test]
fn every_source_named_in_the_room_is_in_the_literature() {
    let literature = include_str!("../data/literature.bib");
    let of_models = MODELS.iter().flat_map(|model| model.sources.iter().copied());
    for key in of_models.chain(["box1958", "hockney1988"]) {
        assert!(literature.contains(&format!("{{{key},")), "{key}");
    }
}

fn weighted(dimension: usize) -> impl Strategy<Value = Sample> {
    let weight = prop_oneof![3 => 0.0..3.0, 1 => Just(0.0), 1 => Just(1.0), 1 => -1.0..0.0];
    let feature = prop_oneof![3 => -4.0..4.0, 1 => Just(0.0), 1 => Just(1.2), 1 => -1e6..1e6];
    (1usize..12).prop_flat_map(move |rows| {
        let features = prop::collection::vec(feature.clone(), rows * dimension);
        (features, prop::collection::vec(weight.clone(), rows)).prop_map(move |(values, weights)| {
            let mut sample = Sample::of_data(dimension, values).expect("a sample");
            sample.weights = weights;
            sample
        })
    })
}

proptest! {
    #[test]
    fn any_weights_give_numbers_or_an_error(
        sample in weighted(1), data in weighted(1), sample2 in weighted(2), data2 in weighted(2),
    ) {
        for (dimension, sample, data) in [(1, &sample, &data), (2, &sample2, &data2)] {
            for (name, loss) in losses(dimension) {
                if let Ok(found) = loss.evaluate(sample, data) {
                    let numbers = found.by_weight.iter().chain(&found.by_value).chain([&found.value]);
                    prop_assert!(numbers.into_iter().all(|x| x.is_finite()), "{} {:?}", name, found);
                    prop_assert_eq!(found.by_weight.len(), sample.len());
                    prop_assert_eq!(found.by_value.len(), sample.values.len());
                }
            }
        }
    }
}
