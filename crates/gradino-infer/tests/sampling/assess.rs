//! Assessments of samplers whose faults are known.

use crate::support::{Inverse, Known};
use gradino_core::Density;
use gradino_infer::sampling::assess::{Benchmark, Likelihood, Settings, overall};
use gradino_infer::sampling::{Law, Uniform};

const SMALL: Settings = Settings {
    events: 200_000,
    quantile: 0.9999,
    set: 50_000,
    sets: 4,
    reference: 1_000_000,
    training: 500_000,
    seed: 6,
};

#[test]
fn the_effective_size_of_uniform_points_is_the_exact_one_under_fixed_conditions() {
    let known = Known::new(0.6);
    let uniform = Uniform::new(known.space());
    for condition in [[1.0, 0.0], [1.7, 1.0]] {
        let law = Law::at(known.space(), &condition).unwrap();
        let found = overall(&known, &uniform, &law, &SMALL).unwrap().figures[0].1.clone();
        let exact = known.uniform_ress(&condition);
        assert!((found.ress.value - exact).abs() < 4.0 * found.ress.error, "{:?} {exact}", found.ress);
        // The largest weight: (1 + b) (a + 1).
        let largest = 1.6 * (condition[0] + condition[1] + 1.0);
        assert!(found.largest < 1.01 * largest && found.largest > 0.95 * largest);
    }
}

#[test]
fn weights_are_divided_by_the_integral_under_their_own_conditions() {
    // Without the angle the weights of the exact power are constant under each condition, though the integral goes
    // from 1/3 to 2/3 over all of them.
    let known = Known::new(0.0);
    let exact = Inverse { known: &known, off: 0.0 };
    let found = overall(&known, &exact, &Law::uniform(known.space()), &SMALL).unwrap();
    let labels: Vec<&str> = found.figures.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(labels, ["all", "low", "high"]);
    for (label, figures) in &found.figures {
        assert!(figures.ress.value > 0.99999 && figures.largest < 1.001, "{label}: {figures:?}");
    }
    assert_eq!(found.weights.len(), SMALL.events);
}

#[test]
fn points_of_the_density_itself_cannot_be_told_from_the_benchmark_and_others_can() {
    let known = Known::new(0.0);
    let condition = [1.5, 1.0];
    let benchmark = Benchmark::prepare(&known, &condition, &SMALL).unwrap();
    let exact = Known::integral(&condition);
    assert!((benchmark.integral.value - exact).abs() < 4.0 * benchmark.integral.error);
    let compare = |off| benchmark.compare(&known, &Inverse { known: &known, off }).unwrap();
    let right = compare(0.0);
    assert!(right.likelihood.z.abs() < 4.0, "{:?}", right.likelihood);
    let Likelihood { excess, chance, .. } = right.likelihood;
    assert!(excess.abs() < 4.0 * chance && chance < 1.0, "{:?}", right.likelihood);
    assert_eq!(right.projections.len(), 4);
    for p in &right.projections {
        assert!(p.z.abs() < 4.5 && (p.benchmark - 1.0).abs() < 0.2, "{p:?}");
    }
    assert!(right.moments.iter().all(|d| d.pull().abs() < 4.5), "{:?}", right.moments);
    let wrong = compare(-0.4);
    println!("{:?} {:?}", wrong.likelihood, wrong.projections[0]);
    assert!(wrong.likelihood.excess > 5.0, "{:?}", wrong.likelihood);
    assert!(wrong.likelihood.z > 5.0 && wrong.projections[0].z > 5.0);
    assert!(wrong.moments[0].pull() < -5.0, "x is too small: {:?}", wrong.moments);
    // In x alone the error shows, in phi alone not.
    assert!(wrong.projections[1].z.abs() < 4.5);
}

#[test]
fn z_values_of_the_likelihood_are_normal_over_seeds() {
    let known = Known::new(0.4);
    let settings = Settings { events: 20_000, set: 20_000, ..SMALL };
    let benchmark = Benchmark::prepare(&known, &[1.2, 0.0], &settings).unwrap();
    let grid = gradino_infer::sampling::AdaptiveGrid::train(&known, &Default::default()).unwrap();
    let kept = gradino_infer::sampling::Unweighted::new(&known, &grid, &Default::default()).unwrap();
    let z: Vec<f64> = (100..196)
        .map(|seed| benchmark.with_seed(seed).compare(&known, &kept).unwrap().likelihood.z)
        .collect();
    let n = z.len() as f64;
    let mean = z.iter().sum::<f64>() / n;
    let width = (z.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    println!("mean {mean:.2}, width {width:.2}");
    // All share one benchmark, whose own error moves them together by up to one half.
    assert!(mean.abs() < 1.8 && (0.6..1.5).contains(&width), "mean {mean}, width {width}: {z:?}");
}
