//! Statistical errors of the gradient, from groups of events (efron1982).

use super::objective::Problem;
use crate::error::Result;
use gradino_core::Sample;
use nalgebra::{DMatrix, DVector};

/// Groups into which events are dealt.
const GROUPS: usize = 20;

/// Covariance of the gradient at `x` from the simulated events.
///
/// They are dealt into groups. A likelihood, which is not linear in small groups, is computed with each group
/// left out in turn (the jackknife); a distance between samples, whose cost is quadratic, with each group alone.
pub(super) fn of_simulation(problem: &Problem<'_>, sample: &Sample, x: &[f64]) -> Result<DMatrix<f64>> {
    let groups = GROUPS.min(sample.len());
    let left_out = problem.loss.is_likelihood();
    let gradient = |g: usize| {
        let part = if left_out { sample.without(groups, g) } else { sample.every(groups, g) };
        Ok(problem.evaluate(&part, x, false)?.gradient)
    };
    let gradients: Vec<_> = (0..groups).map(gradient).collect::<Result<_>>()?;
    let n = groups as f64;
    Ok(scatter(&gradients) * if left_out { (n - 1.0).powi(2) / n } else { 1.0 / n })
}

/// Covariance of the gradient at `x` from the data: a likelihood is a sum over them, a distance a mean.
pub(super) fn of_data(problem: &Problem<'_>, sample: &Sample, x: &[f64]) -> Result<DMatrix<f64>> {
    let groups = GROUPS.min(problem.data.len());
    let left_out = problem.loss.is_likelihood();
    let gradient = |g: usize| {
        let part = if left_out { problem.data.without(groups, g) } else { problem.data.every(groups, g) };
        Ok(problem.compare(sample, &part, x)?.gradient)
    };
    let gradients: Vec<_> = (0..groups).map(gradient).collect::<Result<_>>()?;
    let n = groups as f64;
    Ok(scatter(&gradients) * if left_out { n } else { 1.0 / n })
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
