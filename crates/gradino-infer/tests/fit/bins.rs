//! Binned losses of banks: from sums over groups of events.

use super::support::Mixture;
use super::{TRUTH, poisson, space};
use gradino_core::{Sample, Simulator};
use gradino_infer::fit::{Problem, Settings, State, fit, fit_bank};
use gradino_infer::loss::{Axis, Binned, Binning, Loss, MonteCarlo, Scale, Sharing, Statistic, Wanted};
use nalgebra::DMatrix;

const ALL: Wanted = Wanted { curvature: true, errors: true };
/// Near the truth.
const HERE: [f64; 3] = [0.45, 1.25, 0.43];

#[test]
fn the_loss_of_a_bank_is_that_of_its_sample() {
    let data = Mixture::new(8).data(&TRUTH, 2000);
    let simulator = Mixture::new(3);
    let bank = simulator.draw(&HERE, 0..3000).expect("a bank");
    let sample = bank.at(&TRUTH).expect("a good point");
    for statistic in [Statistic::Poisson, Statistic::Pearson, Statistic::NeymanPearson] {
        for monte_carlo in [MonteCarlo::None, MonteCarlo::Light] {
            for scale in [Scale::DataByRows, Scale::Given(0.7), Scale::Shape, Scale::Expected(2100.0)] {
                for sharing in [Sharing::Linear, Sharing::NoneThoughFeaturesMove, Sharing::Automatic] {
                    let loss = Binned { statistic, monte_carlo, scale, sharing, ..poisson() };
                    let prepared = loss.prepare(&data).expect("good data");
                    let of_bank = prepared.of_bank(bank.as_ref(), &TRUTH, ALL).expect("a loss");
                    let of_bank = of_bank.expect("a binned loss needs sums alone");
                    let of_sample = prepared.by_parameters(&sample, true).expect("a loss");
                    let by_events = loss.evaluate(&sample, &data).expect("a loss");
                    assert_eq!(of_bank.by, of_sample);
                    assert!((of_bank.effective - sample.effective_size() / 3000.0).abs() < 1e-12);
                    assert!((of_sample.value - by_events.value).abs() < 1e-9 * by_events.value);
                    for (a, b) in of_sample.gradient.iter().zip(by_events.gradient(&sample)) {
                        assert!((a - b).abs() < 1e-9 * (a.abs() + b.abs()).max(1.0), "{loss:?} {a} {b}");
                    }
                }
            }
        }
    }
}

/// Covariance of gradients, one for each sample.
fn scatter(gradients: &[Vec<f64>]) -> DMatrix<f64> {
    let (n, p) = (gradients.len() as f64, gradients[0].len());
    let mean: Vec<f64> = (0..p).map(|k| gradients.iter().map(|g| g[k]).sum::<f64>() / n).collect();
    let product =
        |i: usize, j: usize| gradients.iter().map(|g| (g[i] - mean[i]) * (g[j] - mean[j])).sum::<f64>();
    DMatrix::from_fn(p, p, |i, j| product(i, j) / (n - 1.0))
}

#[test]
fn errors_of_gradients_are_their_scatter_over_simulations_and_data() {
    const SEEDS: u64 = 300;
    // No bin has few events: there the gradient is not linear in them.
    let binning = Binning::new(vec![Axis::even(0, -3.0, 9.0, 16).expect("good bins")]).expect("good bins");
    for (scale, fluctuates) in [(Scale::Shape, false), (Scale::Expected(2000.0), true)] {
        let loss = Binned { binning: binning.clone(), monte_carlo: MonteCarlo::Light, scale, ..poisson() };
        let look = |simulation: u64, seed: u64| {
            // The number of data is fixed, or scatters as in nature.
            let count = if fluctuates { poisson_number(seed, 2000.0) } else { 2000 };
            let data = Mixture::new(seed).data(&TRUTH, count);
            let bank = Mixture::new(simulation).draw(&TRUTH, 0..8000).expect("a bank");
            let prepared = loss.prepare(&data).expect("good data");
            prepared.of_bank(bank.as_ref(), &TRUTH, ALL).expect("a loss").expect("a binned loss")
        };
        let mean = |of: &dyn Fn(u64) -> Vec<f64>| {
            let sum = (0..SEEDS).map(of).reduce(|a, b| a.iter().zip(b).map(|(a, b)| a + b).collect());
            DMatrix::from_row_slice(3, 3, &sum.expect("seeds")) / SEEDS as f64
        };
        let errors = |s: u64| look(500 + s, 1500 + s).errors.expect("errors were asked for");
        let gradients = |of: &dyn Fn(u64) -> Vec<f64>| scatter(&(0..SEEDS).map(of).collect::<Vec<_>>());
        for (what, said, seen) in [
            ("simulation", mean(&|s| errors(s).simulation), gradients(&|s| look(500 + s, 1).by.gradient)),
            ("data", mean(&|s| errors(s).data), gradients(&|s| look(1, 1500 + s).by.gradient)),
        ] {
            for k in 0..3 {
                let ratio = (said[(k, k)] / seen[(k, k)]).sqrt();
                println!("{what} {scale:?} {k}: said / seen {ratio}");
                assert!((0.85..1.15).contains(&ratio), "{what} {scale:?} {k}: said / seen {ratio}");
            }
        }
    }
}

/// A number that scatters about `mean` as a Poisson distribution does.
fn poisson_number(seed: u64, mean: f64) -> u64 {
    let mut stream = gradino_core::Stream::new(seed, 0, gradino_core::Purpose::Loss);
    let (mut count, mut sum) = (0, 0.0);
    loop {
        sum -= stream.uniform().ln();
        if sum > mean {
            return count;
        }
        count += 1;
    }
}

#[test]
fn noise_of_the_simulation_is_no_information() {
    let data = Mixture::new(8).data(&TRUTH, 1000);
    let loss = Binned { scale: Scale::Shape, ..poisson() };
    let prepared = loss.prepare(&data).expect("good data");
    let look = |seed: u64, events: u64| {
        let bank = Mixture::new(seed).draw(&TRUTH, 0..events).expect("a bank");
        prepared.of_bank(bank.as_ref(), &TRUTH, ALL).expect("a loss").expect("a binned loss")
    };
    let truth = look(3, 400_000).errors.expect("errors were asked for").curvature;
    const SEEDS: u64 = 100;
    let (mut plain, mut corrected) = (vec![0.0; 9], vec![0.0; 9]);
    for seed in 0..SEEDS {
        let at = look(20 + seed, 600);
        let curvature = at.by.curvature.expect("a likelihood has a curvature");
        let errors = at.errors.expect("errors were asked for");
        for k in 0..9 {
            plain[k] += curvature[k] / SEEDS as f64;
            corrected[k] += errors.curvature[k] / SEEDS as f64;
        }
    }
    for k in [0, 4] {
        let [plain, corrected] = [plain[k], corrected[k]].map(|c| c / truth[k] - 1.0);
        println!("{k}: plain {plain} corrected {corrected}");
        assert!(plain > 0.1 && corrected.abs() < 0.3 * plain, "{k}: plain {plain} corrected {corrected}");
    }
}

#[test]
fn a_bin_whose_events_are_all_in_one_group_has_errors_too() {
    let data = Sample::of_data(1, vec![0.0, 1.0, 5.0]).expect("data");
    let binning = Binning::new(vec![Axis::even(0, -60.0, 60.0, 4).expect("good bins")]).expect("good bins");
    let sharing = Sharing::NoneThoughFeaturesMove;
    let loss = Binned { binning, scale: Scale::Shape, sharing, floor: 0.0, ..poisson() };
    let bank = Mixture::new(3).draw(&TRUTH, 0..1).expect("a bank");
    let origin = bank.at(&TRUTH).expect("a point").values[0];
    let all = Sample::of_data(1, vec![origin; 3]).expect("data");
    for data in [&data, &all] {
        let look = loss.prepare(data).and_then(|p| p.of_bank(bank.as_ref(), &TRUTH, ALL));
        assert!(look.is_ok() || matches!(look, Err(gradino_infer::Error::NoExpectation { .. })), "{look:?}");
    }
    let two = Mixture::new(3).draw(&[0.0, 30.0, 0.001], 0..2).expect("a bank");
    let values = two.at(&[0.0, 30.0, 0.001]).expect("a point").values;
    let data = Sample::of_data(1, values).expect("data");
    let look = loss.prepare(&data).and_then(|p| p.of_bank(two.as_ref(), &[0.0, 30.0, 0.001], ALL));
    let errors = look.expect("a loss").expect("a binned loss").errors.expect("errors were asked for");
    assert!(errors.simulation.iter().chain(&errors.data).all(|x| x.is_finite()));
}

#[test]
fn many_data_are_fitted_over_one_bank_and_one_too_far_away_is_reported() {
    let simulator = Mixture::new(3);
    let bank = simulator.draw(&TRUTH, 0..40_000).expect("a bank");
    let loss = Binned { monte_carlo: MonteCarlo::Light, scale: Scale::Shape, ..poisson() };
    let settings = Settings { events: 40_000, most_events: 40_000, ..Settings::default() };
    for seed in 20..23 {
        let data = Mixture::new(seed).data(&TRUTH, 2000);
        let problem = Problem::new(&simulator, &data, &loss, space(&simulator, TRUTH)).expect("a problem");
        let state = State::start(&problem, &settings);
        let over = fit_bank(&problem, &settings, bank.as_ref(), state).expect("a fit");
        let drawn_anew = fit(&problem, &settings, |_| true).expect("a fit");
        assert!(over.state.converged, "{:?}", over.diagnosis);
        for k in 0..3 {
            let error = over.covariance.errors()[k];
            assert!((over.values[k] - drawn_anew.values[k]).abs() < 0.3 * error, "{k}");
            assert!((over.values[k] - TRUTH[k]).abs() < 4.0 * error, "{k}");
        }
    }
    let far = Mixture::new(8).data(&[0.4, 1.3, 0.97], 2000);
    let problem = Problem::new(&simulator, &far, &loss, space(&simulator, TRUTH)).expect("a problem");
    let settings = Settings { least_effective: 0.9, ..settings };
    let state = State::start(&problem, &settings);
    let result = fit_bank(&problem, &settings, bank.as_ref(), state).expect("a fit");
    assert!(result.effective < 0.99, "{}", result.effective);
    assert!(!result.diagnosis.is_empty());
}
