//! Counts in bins and expected counts.

use super::*;

#[test]
fn shared_counts_are_continuous_and_keep_the_sum_at_centres_and_edges() {
    let loss = Binned { sharing: Sharing::Linear, scale: Scale::Given(1.0), ..Binned::new(grid(1)) };
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
    let loss = Binned { sharing: Sharing::Linear, scale: Scale::Given(1.0), ..Binned::new(grid(1)) };
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
    let whole = Binned { sharing: Sharing::None, ..Binned::new(grid(1)) };
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
    let loss = Binned::new(grid(2));
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

#[test]
fn a_bad_derivative_is_named_by_the_expectation() {
    let data = gaussian(50, 1, 0.0, 1);
    let mut sample = moving(100, 1, [0.1, 1.0, 0.1], 2);
    sample.weight_gradient[3 * 42 + 1] = f64::NAN;
    let loss = Binned::new(grid(1));
    let error = loss.against(&data).and_then(|p| p.expectation(&sample)).expect_err("a bad derivative");
    assert!(matches!(error, Error::Core(gradino_core::Error::NotFinite { row: 42, .. })), "{error}");
}
