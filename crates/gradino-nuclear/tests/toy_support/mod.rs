//! What the tests of the toy share.

#![allow(dead_code)]

use gradino_core::{ParamSet, Sample};
use gradino_nuclear::toy::{ALPHA, LAMBDA, parameters};

pub(crate) fn set(alpha: f64, lambda: f64) -> ParamSet {
    let mut set = ParamSet::new(parameters());
    set.set(ALPHA, alpha).expect("within the bounds");
    set.set(LAMBDA, lambda).expect("within the bounds");
    set
}

/// Mean of `f` of a feature over a sample, with its error.
pub(crate) fn mean(sample: &Sample, f: impl Fn(&[f64]) -> f64) -> (f64, f64) {
    let terms: Vec<f64> = (0..sample.len()).map(|i| sample.weights[i] * f(sample.row(i))).collect();
    moments(&terms)
}

/// Mean and its error.
pub(crate) fn moments(terms: &[f64]) -> (f64, f64) {
    let n = terms.len() as f64;
    let mean = terms.iter().sum::<f64>() / n;
    let variance = terms.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}
