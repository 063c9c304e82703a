//! Discrepancies and distances against exact values and limits.

use super::*;

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
