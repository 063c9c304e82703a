//! Samples of the toy and their derivatives against its exact solution, fresh draws and finite differences.

mod toy_support;

use gradino_core::{Bank, Dual, Sample, Simulator};
use gradino_nuclear::decay::tree::Cut;
use gradino_nuclear::toy::{
    DiscretePart, StartEnergy, ToyBank, ToyFeature, ToyLaw, ToyNucleus, ToySimulator,
};
use std::sync::Arc;
use toy_support::*;

const FEATURES: [ToyFeature; 3] =
    [ToyFeature::Multiplicity, ToyFeature::SumOfSquares, ToyFeature::FirstGamma];
const ORIGIN: [f64; 2] = [5.0, 3.0];
const ELSEWHERE: [f64; 2] = [5.6, 2.7];

fn simulator(seed: u64) -> ToySimulator {
    let simulator = ToySimulator::new(ToyNucleus::default(), seed).expect("a nucleus");
    simulator.with_features(&FEATURES).expect("features")
}

fn few_paths(completions: usize) -> DiscretePart {
    DiscretePart::Listed { cut: Cut { coverage: 0.6, ..Cut::default() }, completions }
}

fn everything() -> DiscretePart {
    DiscretePart::Listed { cut: Cut::default(), completions: 0 }
}

fn bank(simulator: &ToySimulator, theta: [f64; 2], events: u64) -> ToyBank {
    simulator.draw_bank(&theta, 0..events).expect("within the bounds")
}

fn sample(bank: &ToyBank, theta: [f64; 2]) -> Sample {
    let sample = bank.at(&theta).expect("within the bounds");
    assert_eq!(sample.check(), Ok(()));
    sample
}

fn solution(theta: [f64; 2]) -> [Dual<f64, 2>; 3] {
    let [alpha, lambda] = [Dual::variable(theta[0], 0), Dual::variable(theta[1], 1)];
    let solved = exact(&ToyNucleus::default(), alpha, lambda, 8.0);
    [solved.multiplicity, solved.squares, solved.first_gamma]
}

/// Means over events of each feature and of its derivatives, with errors. The rows of an event go together.
fn means(bank: &ToyBank, sample: &Sample, centre: [f64; 3]) -> [[(f64, f64); 3]; 3] {
    let per_event = sample.len() as f64 / bank.events() as f64;
    let mut terms = vec![[[0.0; 3]; 3]; bank.events()];
    let mut rows = 0..0;
    for (event, sums) in terms.iter_mut().enumerate() {
        rows = rows.end..rows.end + bank.rows_of(event);
        for i in rows.clone() {
            let (weight, slopes) = (sample.weights[i] / per_event, sample.weight_slope(i));
            for (k, sum) in sums.iter_mut().enumerate() {
                let x = sample.row(i)[k];
                sum[0] += weight * x;
                for p in 0..2 {
                    // The mean of the slope of the weight is zero: a constant may be subtracted.
                    let by_weight = slopes[p] / per_event * (x - centre[k]);
                    sum[1 + p] += by_weight + weight * sample.value_slope(i, k)[p];
                }
            }
        }
    }
    let column = |k: usize, p: usize| moments(&terms.iter().map(|t| t[k][p]).collect::<Vec<_>>());
    std::array::from_fn(|k| std::array::from_fn(|p| column(k, p)))
}

/// Means and gradients of a bank at `theta` against the exact solution there.
fn compare(what: &str, bank: &ToyBank, theta: [f64; 2]) {
    let exact = solution(theta);
    let found = means(bank, &sample(bank, theta), exact.map(|x| x.re));
    for (k, feature) in FEATURES.iter().enumerate() {
        for (p, wanted) in [exact[k].re, exact[k].eps[0], exact[k].eps[1]].into_iter().enumerate() {
            let (mean, error) = found[k][p];
            let z = (mean - wanted) / error;
            println!("{what} {feature:?} {p}: exact {wanted:.6} found {mean:.6} +- {error:.6}, z = {z:.2}");
            assert!(z.abs() < 4.5, "{what} {feature:?} {p}: {wanted} {mean} +- {error}");
            assert!(error < 0.05 * wanted.abs(), "the comparison says something");
        }
    }
}

#[test]
fn the_exact_solution_has_the_derivatives_of_finite_differences() {
    let nucleus = ToyNucleus::default();
    let plain = |alpha, lambda| {
        let solved = exact(&nucleus, alpha, lambda, 8.0);
        [solved.multiplicity, solved.squares, solved.first_gamma]
    };
    let h = 1e-4;
    let ([a, l], exact) = (ORIGIN, solution(ORIGIN));
    let (up, down) = ([plain(a + h, l), plain(a, l + h)], [plain(a - h, l), plain(a, l - h)]);
    for k in 0..3 {
        for p in 0..2 {
            let difference = (up[p][k] - down[p][k]) / (2.0 * h);
            assert!((difference / exact[k].eps[p] - 1.0).abs() < 1e-6, "{difference} {:?}", exact[k]);
        }
    }
}

#[test]
fn means_and_gradients_equal_the_exact_solution_at_the_origin_and_elsewhere() {
    let drawn = bank(&simulator(3), ORIGIN, 200_000);
    compare("sampled", &drawn, ORIGIN);
    compare("sampled", &drawn, ELSEWHERE);
    let listed = bank(&simulator(4).with_discrete(everything()), ORIGIN, 20_000);
    compare("listed", &listed, ORIGIN);
    compare("listed", &listed, ELSEWHERE);
    let partly = bank(&simulator(5).with_discrete(few_paths(1)), ORIGIN, 50_000);
    compare("partly listed", &partly, ORIGIN);
    compare("partly listed", &partly, ELSEWHERE);
}

#[test]
fn a_moved_bank_equals_a_fresh_draw() {
    let moved = bank(&simulator(7), ORIGIN, 100_000);
    let fresh = bank(&simulator(8), ELSEWHERE, 100_000);
    let (moved, fresh) = (sample(&moved, ELSEWHERE), sample(&fresh, ELSEWHERE));
    let observables: [fn(&[f64]) -> f64; 6] = [
        |x| x[0],
        |x| x[0] * x[0],
        |x| x[1],
        |x| x[2],
        |x| f64::from(u8::from(x[2] > 4.0)),
        |x| f64::from(u8::from(x[2] < 1.5)),
    ];
    for (k, f) in observables.into_iter().enumerate() {
        let ((a, error_a), (b, error_b)) = (mean(&moved, f), mean(&fresh, f));
        let z = (a - b) / error_a.hypot(error_b);
        println!("observable {k}: moved {a:.5} fresh {b:.5} z = {z:.2}");
        assert!(z.abs() < 4.0, "observable {k}: {a} {b}");
    }
    let (weight, error) = mean(&moved, |_| 1.0);
    assert!((weight - 1.0).abs() < 4.0 * error);
}

#[test]
fn weights_are_one_at_the_origin_and_on_average_if_paths_are_listed() {
    let drawn = sample(&bank(&simulator(1), ORIGIN, 5000), ORIGIN);
    assert!(drawn.weights.iter().all(|w| (w - 1.0).abs() < 1e-14));
    for discrete in [everything(), few_paths(2)] {
        let listed = sample(&bank(&simulator(1).with_discrete(discrete), ORIGIN, 500), ORIGIN);
        assert!(listed.len() > 2000);
        let mean = listed.weights.iter().sum::<f64>() / listed.len() as f64;
        assert!((mean - 1.0).abs() < 1e-12, "{mean}");
    }
    // Without completions the rest is missing.
    let missing = sample(&bank(&simulator(1).with_discrete(few_paths(0)), ORIGIN, 500), ORIGIN);
    let mean = missing.weights.iter().sum::<f64>() / missing.len() as f64;
    assert!((0.6..0.8).contains(&mean), "{mean}");
}

#[test]
fn derivatives_of_rows_are_those_of_finite_differences() {
    let normal = ToyNucleus { start: StartEnergy::Normal { mean: 7.5, sigma: 0.5 }, ..ToyNucleus::default() };
    let spread = ToySimulator::new(normal, 2).expect("a nucleus").with_features(&FEATURES).expect("features");
    let all = [ToyFeature::LargestGamma, ToyFeature::Excitation(1), ToyFeature::Excitation(2)];
    let others = simulator(2).with_features(&all).expect("features");
    for simulator in [simulator(2), simulator(2).with_discrete(few_paths(1)), spread, others] {
        let bank = bank(&simulator, ORIGIN, 400);
        let at = sample(&bank, ELSEWHERE);
        let (h, mut moving, mut weighted) = (1e-4, 0, 0);
        for p in 0..2 {
            let shifted = |d: f64| {
                let mut theta = ELSEWHERE;
                theta[p] += d;
                sample(&bank, theta)
            };
            let (up, down) = (shifted(h), shifted(-h));
            for i in 0..at.len() {
                let by_weight = (up.weights[i] - down.weights[i]) / (2.0 * h);
                let slope = at.weight_slope(i)[p];
                assert!((by_weight - slope).abs() < 1e-6 * (1.0 + at.weights[i] + slope.abs()));
                weighted += usize::from(slope != 0.0);
                for k in 0..3 {
                    let by_value = (up.row(i)[k] - down.row(i)[k]) / (2.0 * h);
                    let slope = at.value_slope(i, k)[p];
                    assert!((by_value - slope).abs() < 1e-6 * (1.0 + at.row(i)[k]), "{by_value} {slope}");
                    moving += usize::from(slope != 0.0);
                }
            }
        }
        assert_eq!(weighted, 2 * at.len());
        assert!(moving > at.len() / 2);
    }
}

#[test]
fn first_photons_follow_the_distribution() {
    let law = ToyLaw::prepare(&Arc::new(ToyNucleus::default()), &set(5.0, 3.0).values());
    let drawn = sample(&bank(&simulator(11), ORIGIN, 200_000), ORIGIN);
    let edges: Vec<f64> = (0..=40).map(|m| 4.0 + 0.1 * f64::from(m)).collect();
    let mut expected: Vec<f64> = (0..10).map(|k| law.level_probability(8.0, k)).collect();
    expected.extend(edges.windows(2).map(|pair| law.cdf(8.0, pair[1]) - law.cdf(8.0, pair[0])));
    let mut counts = vec![0.0; expected.len()];
    for i in 0..drawn.len() {
        let next = 8.0 - drawn.row(i)[2];
        let bin = match law.nucleus().levels.iter().position(|level| (level - next).abs() < 1e-9) {
            Some(k) => k,
            None => 10 + (((next - 4.0) / 0.1) as usize).min(39),
        };
        counts[bin] += 1.0;
    }
    let n = drawn.len() as f64;
    let filled = expected.iter().zip(&counts).filter(|(p, _)| **p * n > 5.0);
    let (chi2, bins) =
        filled.fold((0.0, 0.0), |(chi2, bins), (p, c)| (chi2 + (c - p * n).powi(2) / (p * n), bins + 1.0));
    println!("chi2 = {chi2:.1} of {bins} bins");
    assert!(bins > 40.0 && chi2 < bins + 4.0 * f64::sqrt(2.0 * bins), "{chi2} {bins}");
}

#[test]
fn start_energies_have_their_distribution_and_are_shared_by_the_photons() {
    let start = StartEnergy::Normal { mean: 7.5, sigma: 0.5 };
    let nucleus = ToyNucleus { start, ..ToyNucleus::default() };
    let features = [ToyFeature::Excitation(0), ToyFeature::MeanGamma, ToyFeature::Multiplicity];
    let spread =
        ToySimulator::new(nucleus, 6).expect("a nucleus").with_features(&features).expect("features");
    let drawn = sample(&bank(&spread, ORIGIN, 50_000), ORIGIN);
    let ((energy, error), (square, square_error)) =
        (mean(&drawn, |x| x[0]), mean(&drawn, |x| (x[0] - 7.5).powi(2)));
    assert!((energy - 7.5).abs() < 4.0 * error);
    // The cut at four standard deviations takes 1e-3 of the variance.
    assert!((square - 0.25).abs() < 4.0 * square_error + 3e-4);
    for i in 0..drawn.len() {
        let x = drawn.row(i);
        assert!((x[1] * x[2] - x[0]).abs() < 1e-12);
        assert!((5.5..=9.5).contains(&x[0]) && drawn.value_slope(i, 0) == [0.0; 2]);
    }
}

#[test]
fn an_event_depends_on_its_number_alone() {
    let simulator = simulator(9);
    let all = sample(&bank(&simulator, ORIGIN, 100), ELSEWHERE);
    let part = simulator.draw(&ORIGIN, 60..100).expect("events").at(&ELSEWHERE).expect("a point");
    assert_eq!(
        (0..40).map(|i| part.row(i)).collect::<Vec<_>>(),
        (60..100).map(|i| all.row(i)).collect::<Vec<_>>()
    );
    assert_eq!(part.weights, all.weights[60..]);
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let simulator = simulator(1);
    assert!(simulator.draw(&ORIGIN, 5..5).is_err());
    assert!(simulator.draw(&[5.0], 0..5).is_err());
    assert!(simulator.draw(&[100.0, 3.0], 0..5).is_err());
    assert!(simulator.draw(&[f64::NAN, 3.0], 0..5).is_err());
    assert!(simulator.clone().with_features(&[]).is_err());
    assert!(bank(&simulator, ORIGIN, 5).at(&[5.0, 0.0]).is_err());
    let nucleus = |levels: &[f64], edge, start| ToyNucleus { levels: levels.to_vec(), edge, start };
    let from = StartEnergy::Fixed;
    for bad in [
        nucleus(&[], 4.0, from(8.0)),
        nucleus(&[0.1, 1.0], 4.0, from(8.0)),
        nucleus(&[0.0, 2.0, 1.0], 4.0, from(8.0)),
        nucleus(&[0.0, 1.0], 0.5, from(8.0)),
        nucleus(&[0.0, 1.0], 4.0, from(4.0)),
        nucleus(&[0.0, 1.0], 4.0, from(f64::INFINITY)),
        nucleus(&[0.0, 1.0], 4.0, StartEnergy::Normal { mean: 8.0, sigma: 1.5 }),
    ] {
        assert!(ToySimulator::new(bad, 1).is_err());
    }
}
