//! Statistical errors of the gradient of a distance between samples, whose cost is quadratic and which is a mean:
//! from its gradients for groups of events, each alone.

use super::objective::Problem;
use crate::error::Result;
use gradino_core::Sample;
use nalgebra::{DMatrix, DVector};

/// Groups into which events are dealt.
const GROUPS: usize = 20;

/// Covariance of the gradient at `x` from the simulated events.
pub(super) fn of_simulation(problem: &Problem<'_>, sample: &Sample, x: &[f64]) -> Result<DMatrix<f64>> {
    let groups = GROUPS.min(sample.len());
    let gradient = |g: usize| Ok(problem.evaluate(&sample.every(groups, g), x, false)?.gradient);
    let gradients: Vec<_> = (0..groups).map(gradient).collect::<Result<_>>()?;
    Ok(scatter(&gradients) / groups as f64)
}

/// Covariance of the gradient at `x` from the data.
pub(super) fn of_data(problem: &Problem<'_>, sample: &Sample, x: &[f64]) -> Result<DMatrix<f64>> {
    let groups = GROUPS.min(problem.data.len());
    let gradient = |g: usize| Ok(problem.compare(sample, &problem.data.every(groups, g), x)?.gradient);
    let gradients: Vec<_> = (0..groups).map(gradient).collect::<Result<_>>()?;
    Ok(scatter(&gradients) / groups as f64)
}

/// Covariance of one of the vectors.
fn scatter(vectors: &[DVector<f64>]) -> DMatrix<f64> {
    let (n, m) = (vectors.len() as f64, vectors[0].len());
    let mean = vectors.iter().sum::<DVector<f64>>() / n;
    let mut matrix = DMatrix::zeros(m, m);
    for vector in vectors {
        let d = vector - &mean;
        matrix += &d * d.transpose();
    }
    matrix / (n - 1.0).max(1.0)
}

/// Mean over the coordinates of (gradient / error)^2: about 1 where the gradient is noise.
pub(super) fn signal(gradient: &DVector<f64>, noise: &DMatrix<f64>) -> f64 {
    let ratio = |k: usize| match noise[(k, k)] {
        v if v > 0.0 => gradient[k] * gradient[k] / v,
        _ if gradient[k] == 0.0 => 0.0,
        _ => f64::INFINITY,
    };
    (0..gradient.len()).map(ratio).sum::<f64>() / gradient.len() as f64
}
