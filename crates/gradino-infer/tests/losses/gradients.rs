//! Derivatives against finite differences; threads and preparation change nothing.

use super::*;

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
    let loss = Binned::new(grid(2));
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
