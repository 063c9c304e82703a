//! Propagation against exact values, brute force and the limits where it should warn.

use gradino_core::{Purpose, Sample, Stream};
use gradino_infer::loss::{Axis, Binning, Sharing};
use gradino_infer::propagate::{GROUPS, Histogrammed, Propagation, Warning};
use gradino_infer::{Error, ParameterCovariance};

/// Rows x = shift + width z with weights exp(tilt z - tilt^2 / 2), the derivatives with respect to all three,
/// and with a noise of derivative 1 that has no effect on average.
fn sample(rows: usize, theta: [f64; 3], seed: u64) -> Sample {
    let [shift, width, tilt] = theta;
    let mut stream = Stream::new(seed, 0, Purpose::Test);
    let mut sample = Sample::new(1, 4);
    for _ in 0..rows {
        let (z, noise) = (stream.normal(), stream.normal());
        let weight = (tilt * z - tilt * tilt / 2.0).exp();
        let by_weight = [0.0, 0.0, weight * (z - tilt), weight * noise];
        sample.push(&[shift + width * z], weight, &[1.0, z, 0.0, 0.0], &by_weight);
    }
    sample
}

fn names() -> Vec<String> {
    ["place.shift", "place.width", "shape.tilt", "shape.noise"].map(String::from).to_vec()
}

fn bins() -> Binning {
    Binning::new(vec![Axis::even(0, -3.0, 3.0, 12).expect("edges")]).expect("bins")
}

fn propagate(sample: &Sample, knowledge: &ParameterCovariance) -> Propagation {
    let all = Histogrammed::new(sample, names(), bins(), Sharing::Automatic, 1.0, knowledge);
    all.expect("a good sample").propagate().expect("enough rows")
}

fn only(name: &str, sigma: f64) -> ParameterCovariance {
    ParameterCovariance::uncorrelated(vec![name.into()], &[sigma]).expect("positive")
}

const START: [f64; 3] = [0.1, 1.0, 0.2];

#[test]
fn one_parameter_alone_gives_its_slope_times_its_sigma() {
    let sample = sample(5000, START, 1);
    let result = propagate(&sample, &only("place.shift", 0.3));
    for (b, band) in result.bands().into_iter().enumerate() {
        assert!((band - 0.3 * result.jacobian[(b, 0)].abs()).abs() < 1e-9 * (1.0 + band));
        assert_eq!(result.parameters[0].effect[b], 0.3 * result.jacobian[(b, 0)]);
    }
    assert_eq!((result.parameters.len(), result.parameters[0].name.as_str()), (1, "place.shift"));
    assert!((result.parameters[0].share - 1.0).abs() < 1e-9);
    assert!((result.families[0].share - 1.0).abs() < 1e-9 && result.families[0].name == "place");
}

#[test]
fn slopes_equal_finite_differences_of_the_counts() {
    let knowledge = ParameterCovariance::uncorrelated(names(), &[0.1; 4]).expect("positive");
    let result = propagate(&sample(5000, START, 1), &knowledge);
    for p in 0..3 {
        let [up, down] = [1e-6, -1e-6].map(|step| {
            let mut theta = START;
            theta[p] += step;
            propagate(&sample(5000, theta, 1), &knowledge).content
        });
        for b in 0..12 {
            let slope = (up[b] - down[b]) / 2e-6;
            assert!((slope - result.jacobian[(b, p)]).abs() < 1e-3 * (1.0 + slope.abs()), "{p} {b} {slope}");
        }
    }
}

#[test]
fn correlations_count_and_parameters_without_derivatives_are_named() {
    let sample = sample(5000, START, 2);
    let list = vec!["place.shift".to_string(), "place.width".into(), "other.x".into()];
    let matrix = [0.04, 0.018, 0.0, 0.018, 0.01, 0.0, 0.0, 0.0, 1.0];
    let result = propagate(&sample, &ParameterCovariance::new(list, &matrix).expect("positive"));
    assert_eq!(result.missing, ["other.x"]);
    for b in 0..12 {
        for c in 0..12 {
            let j = |b: usize, p: usize| result.jacobian[(b, p)];
            let exact: f64 = [(0, 0, 0.04), (0, 1, 0.018), (1, 0, 0.018), (1, 1, 0.01)]
                .iter()
                .map(|(p, q, v)| j(b, *p) * v * j(c, *q))
                .sum();
            let scale = (result.systematic[(b, b)] * result.systematic[(c, c)]).sqrt();
            assert!((result.systematic[(b, c)] - exact).abs() < 1e-9 * (1.0 + scale));
        }
    }
}

#[test]
fn rows_in_several_pieces_give_the_same_as_in_one() {
    let whole = sample(3000, START, 3);
    let knowledge = ParameterCovariance::uncorrelated(names(), &[0.1; 4]).expect("positive");
    let one = propagate(&whole, &knowledge);
    let mut pieces =
        Histogrammed::empty(names(), bins(), Sharing::Linear, 1.0, &knowledge).expect("parameters");
    let rows = |range: std::ops::Range<usize>| {
        let mut part = Sample::new(1, 4);
        range.for_each(|i| {
            part.push(whole.row(i), whole.weights[i], whole.value_slope(i, 0), whole.weight_slope(i));
        });
        part
    };
    [0..17, 17..1000, 1000..3000].into_iter().for_each(|r| pieces.add(&rows(r)).expect("a good sample"));
    let other = pieces.propagate().expect("enough rows");
    let close = |a: f64, b: f64| (a - b).abs() < 1e-8 * (1.0 + a.abs());
    assert!(one.content.iter().zip(&other.content).all(|(a, b)| close(*a, *b)));
    assert!(one.systematic.iter().zip(other.systematic.iter()).all(|(a, b)| close(*a, *b)));
    assert!(one.statistical.iter().zip(other.statistical.iter()).all(|(a, b)| close(*a, *b)));
    assert!(one.band_errors.iter().zip(&other.band_errors).all(|(a, b)| close(*a, *b)));
}

#[test]
fn statistical_covariance_is_that_of_repeated_samples() {
    let knowledge = only("place.shift", 0.1);
    let first = propagate(&sample(400, START, 10), &knowledge);
    let contents: Vec<Vec<f64>> =
        (0..600).map(|seed| propagate(&sample(400, START, 100 + seed), &knowledge).content).collect();
    let n = contents.len() as f64;
    let mean = |b: usize| contents.iter().map(|c| c[b]).sum::<f64>() / n;
    for (b, c) in [(5, 5), (5, 6), (3, 4)] {
        let (mb, mc) = (mean(b), mean(c));
        let seen = contents.iter().map(|x| (x[b] - mb) * (x[c] - mc)).sum::<f64>() / n;
        // The number of rows is fixed, which takes m_b m_c / N off the Poisson covariance.
        let wanted = first.statistical[(b, c)] - mb * mc / 400.0;
        let size = (first.statistical[(b, b)] * first.statistical[(c, c)]).sqrt();
        assert!((seen - wanted).abs() < 0.2 * size, "{b} {c}: {seen} {wanted}");
    }
}

#[test]
fn errors_and_noise_of_the_band_are_those_of_repeated_samples() {
    let knowledge = ParameterCovariance::uncorrelated(names(), &[0.1, 0.0, 0.0, 0.1]).expect("positive");
    let results: Vec<_> =
        (0..200).map(|seed| propagate(&sample(2000, START, 1000 + seed), &knowledge)).collect();
    let large = propagate(&sample(400_000, START, 5), &knowledge);
    let n = results.len() as f64;
    for b in [3, 5, 8] {
        let mean = |of: &dyn Fn(&Propagation) -> f64| results.iter().map(of).sum::<f64>() / n;
        let band = mean(&|r| r.bands()[b]);
        let spread = mean(&|r| (r.bands()[b] - band).powi(2)).sqrt();
        let told = mean(&|r| r.band_errors[b].powi(2)).sqrt();
        assert!((told / spread - 1.0).abs() < 0.25, "bin {b}: {told} {spread}");
        let truth = (large.systematic[(b, b)] - large.noise[b]) / 200f64.powi(2);
        let unbiased = mean(&|r| r.systematic[(b, b)] - r.noise[b]);
        let error = mean(&|r| (r.systematic[(b, b)] - r.noise[b] - unbiased).powi(2)).sqrt() / n.sqrt();
        // Negative estimates of the noise count as none, which lowers the mean a little.
        assert!((unbiased - truth).abs() < 4.0 * error + 0.05 * truth, "bin {b}: {unbiased} {truth} {error}");
    }
}

#[test]
fn a_derivative_of_noise_alone_is_named() {
    let knowledge = ParameterCovariance::uncorrelated(names(), &[0.01, 0.0, 0.0, 1.0]).expect("positive");
    let warnings = propagate(&sample(2000, START, 7), &knowledge).warnings;
    let is_noise =
        |w: &Warning| matches!(w, Warning::NoisyGradient { parameter, .. } if parameter == "shape.noise");
    assert!(warnings.iter().any(is_noise), "{warnings:?}");
    assert!(warnings.iter().any(|w| matches!(w, Warning::NoisyBins { .. })), "{warnings:?}");
    assert!(warnings.iter().all(|w| !w.to_string().contains("place.shift")));
}

#[test]
fn small_steps_give_no_warning_and_large_ones_do() {
    let sample = sample(20_000, START, 8);
    for (name, small, large) in [("place.shift", 0.03, 0.8), ("shape.tilt", 0.03, 0.8)] {
        assert_eq!(propagate(&sample, &only(name, small)).warnings, [], "{name}");
        let warnings = propagate(&sample, &only(name, large)).warnings;
        let not_linear = |w: &Warning| matches!(w, Warning::NotLinear { direction, .. } if direction == name);
        assert!(warnings.iter().any(not_linear), "{name}: {warnings:?}");
    }
    let warnings = propagate(&sample, &only("shape.tilt", 1.5)).warnings;
    let few = |w: &Warning| matches!(w, Warning::FewEffective { share, .. } if *share < 0.3);
    assert!(warnings.iter().any(few), "{warnings:?}");
}

#[test]
fn samples_that_do_not_fit_are_refused() {
    let knowledge = only("place.shift", 0.1);
    let good = sample(100, START, 1);
    let make = |names: Vec<String>, sample: &Sample, scale: f64| {
        Histogrammed::new(sample, names, bins(), Sharing::Automatic, scale, &knowledge)
    };
    assert!(matches!(make(names()[..2].to_vec(), &good, 1.0), Err(Error::Core(_))));
    assert!(matches!(make(Vec::new(), &good, 1.0), Err(Error::TooFew { .. })));
    assert!(matches!(make(names(), &good, 0.0), Err(Error::BadScale { .. })));
    assert!(matches!(make(names(), &Sample::new(1, 4), 1.0), Err(Error::Core(_))));
    let mut nan = good.clone();
    nan.weight_gradient[2] = f64::NAN;
    assert!(matches!(make(names(), &nan, 1.0), Err(Error::Core(_))));
    let few = make(names(), &sample(GROUPS - 1, START, 1), 1.0).expect("rows");
    assert!(matches!(few.propagate(), Err(Error::TooFew { .. })));
}
