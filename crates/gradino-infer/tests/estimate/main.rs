//! Estimators against a chain that can be solved.

mod chain;

use chain::{PARAMETERS, Walk};
use gradino_infer::Error;
use gradino_infer::estimate::{
    Estimate, Estimator, Settings, Stratified, Stratum, Target, Trajectory, estimate,
};
use gradino_infer::loss::Sharing;

const THETA: [f64; PARAMETERS] = [0.3, 1.5, -0.4, 0.8];

/// d/dtheta_i of `of` by central differences of the exact formulas.
fn slope(of: impl Fn(&Walk) -> f64, i: usize) -> f64 {
    const STEP: f64 = 1e-5;
    let at = |by: f64| {
        let mut theta = THETA;
        theta[i] += by;
        of(&Walk::new(theta))
    };
    (at(STEP) - at(-STEP)) / (2.0 * STEP)
}

fn run(estimator: Estimator, target: &Target, seed: u64) -> Estimate {
    let settings = Settings { events: 200_000, batches: 50, seed, run: 0 };
    estimate(&Walk::new(THETA).with_seed(seed), target, estimator, &settings).expect("a good job")
}

fn pull(value: f64, exact: f64, error: f64) -> f64 {
    if (value - exact).abs() < 1e-9 { 0.0 } else { (value - exact) / error }
}

fn unbiased() -> impl Iterator<Item = Estimator> {
    Estimator::ALL.into_iter().filter(|e| *e != Estimator::Pathwise)
}

#[test]
fn all_but_motion_alone_meet_the_exact_mean_and_its_gradient() {
    let exact = Walk::new(THETA).mean();
    for estimator in unbiased() {
        let found = run(estimator, &Target::Mean, 1);
        let z = pull(found.value[0], exact, found.value_errors[0]);
        assert!(z.abs() < 4.0, "{estimator}: value {} {exact} z = {z:.2}", found.value[0]);
        for i in 0..PARAMETERS {
            let (exact, error) = (slope(Walk::mean, i), found.gradient_errors[i]);
            let z = pull(found.gradient[i], exact, error);
            assert!(z.abs() < 4.0, "{estimator}: {i}: {} {exact} +- {error} z = {z:.2}", found.gradient[i]);
            assert!(error < 0.1 * exact.abs(), "{estimator}: {i}: {exact} +- {error}");
        }
    }
}

#[test]
fn motion_alone_misses_what_choices_do() {
    let found = run(Estimator::Pathwise, &Target::Mean, 1);
    assert!(pull(found.gradient[1], slope(Walk::mean, 1), found.gradient_errors[1]).abs() < 4.0);
    assert_eq!(found.gradient[2], 0.0);
    assert!(slope(Walk::mean, 2) > 0.5);
}

#[test]
fn errors_of_the_estimators_are_honest_over_many_seeds() {
    let exact: Vec<f64> = (0..PARAMETERS).map(|i| slope(Walk::mean, i)).collect();
    for estimator in
        [Estimator::LeaveOneOut, Estimator::ControlVariates, Estimator::Tree, Estimator::Combined]
    {
        let (mut squares, mut sum, mut n) = (0.0, 0.0, 0.0);
        for seed in 0..30 {
            let settings = Settings { events: 20_000, batches: 40, seed, run: 0 };
            let found = estimate(&Walk::new(THETA).with_seed(seed), &Target::Mean, estimator, &settings)
                .expect("good");
            for i in 0..PARAMETERS {
                let z = pull(found.gradient[i], exact[i], found.gradient_errors[i]);
                (squares, sum, n) = (squares + z * z, sum + z, n + 1.0);
            }
        }
        let (mean, width) = (sum / n, f64::sqrt(squares / n));
        assert!(mean.abs() < 0.4 && (0.8..1.25).contains(&width), "{estimator}: {mean:.2} +- {width:.2}");
    }
}

#[test]
fn shares_of_bins_and_their_gradients_meet_the_exact_ones() {
    let edges: Vec<f64> = (0..=12).map(f64::from).collect();
    // Shared linearly, a bin sees the mean of the law over a hat; its integral has no closed form here, but the
    // sum of all bins beyond an edge is an integral of `beyond`, by Simpson's rule.
    let target = Target::bins(edges.clone(), Sharing::Linear).expect("bins");
    let beyond = |walk: &Walk, bin: usize| {
        let (a, n) = (edges[bin] - 0.5, 200);
        let h = 1.0 / n as f64;
        let weight = |k: usize| if k == 0 || k == n { 1.0 } else { 2.0 + 2.0 * (k % 2) as f64 };
        (0..=n).map(|k| weight(k) * walk.beyond(a + h * k as f64) * h / 3.0).sum::<f64>()
    };
    for estimator in unbiased() {
        let found = run(estimator, &target, 5);
        for bin in 1..edges.len() - 1 {
            let share = |walk: &Walk| beyond(walk, bin) - beyond(walk, bin + 1);
            let z = pull(found.value[bin], share(&Walk::new(THETA)), found.value_errors[bin]);
            assert!(z.abs() < 4.5, "{estimator}: bin {bin}: z = {z:.2}");
            for i in 0..PARAMETERS {
                let k = bin * PARAMETERS + i;
                let z = pull(found.gradient[k], slope(share, i), found.gradient_errors[k]);
                assert!(z.abs() < 4.5, "{estimator}: bin {bin}, parameter {i}: z = {z:.2}");
            }
        }
    }
}

#[test]
fn each_estimator_has_less_variance_than_the_one_before() {
    let variance = |e: Estimator| run(e, &Target::Mean, 1).gradient_errors.map_sum();
    let [score, one_out, tree, combined] =
        [Estimator::Score, Estimator::LeaveOneOut, Estimator::Tree, Estimator::Combined].map(variance);
    assert!(one_out < 0.8 * score && tree < one_out, "{score} {one_out} {tree}");
    assert!(combined < 0.1 * one_out, "{one_out} {combined}");
}

trait MapSum {
    fn map_sum(&self) -> f64;
}

impl MapSum for Vec<f64> {
    /// Sum of squares.
    fn map_sum(&self) -> f64 {
        self.iter().map(|e| e * e).sum()
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| Estimator::ALL.map(|e| run(e, &Target::Mean, 9)))
    };
    assert_eq!(on(1), on(2));
}

/// Strata that make no distribution.
struct Broken(Vec<Stratum>);

impl Stratified for Broken {
    type Scratch = ();
    fn parameters(&self) -> usize {
        0
    }
    fn strata(&self) -> &[Stratum] {
        &self.0
    }
    fn history(&self) -> usize {
        0
    }
    fn scratch(&self) {}
    fn draw(&self, _: usize, _: [f64; 2], _: u64, _: bool, _: &mut (), out: &mut Trajectory) {
        out.clear(0);
        out.value = Some(1.0);
    }
}

#[test]
fn bad_input_is_named_with_the_way_out() {
    let settings = Settings::default();
    let broken = Broken(vec![Stratum { probability: 0.7, gradient: vec![] }]);
    let error = estimate(&broken, &Target::Mean, Estimator::Tree, &settings).expect_err("0.7");
    assert_eq!(error, Error::BadStrata { sum: 0.7 });
    let few = Settings { events: 100, ..settings };
    let error = estimate(&Walk::new(THETA), &Target::Mean, Estimator::Tree, &few).expect_err("few");
    assert!(matches!(error, Error::TooFew { what: "events", found: 100, .. }), "{error}");
    let error = "combine".parse::<Estimator>().expect_err("no such name");
    assert_eq!(error.to_string(), "unknown estimator \"combine\"");
    assert_eq!(error.hint().as_deref(), Some("did you mean \"combined\"?"));
    assert!(Target::bins(vec![1.0, 0.0], Sharing::Linear).is_err());
}

#[test]
fn without_parameters_the_value_is_estimated_all_the_same() {
    let sure = Broken(vec![Stratum { probability: 1.0, gradient: vec![] }]);
    for estimator in Estimator::ALL {
        let found = estimate(&sure, &Target::Mean, estimator, &Settings::default()).expect("good");
        assert!((found.value[0] - 1.0).abs() < 1e-12 && found.gradient.is_empty(), "{estimator}");
    }
}
