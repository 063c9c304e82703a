//! Statistical errors of the gradient, from groups of events (efron1982).

use super::objective::Problem;
use crate::error::Result;
use gradino_core::Sample;
use nalgebra::{DMatrix, DVector};

/// Groups into which events are dealt.
const GROUPS: usize = 20;

/// Covariance of the gradient at `x` from the simulated events: they are dealt into groups, each is compared
/// with all data, and the scatter of the gradients over the groups is that of the whole times their number.
pub(super) fn of_simulation(problem: &Problem<'_>, sample: &Sample, x: &[f64]) -> Result<DMatrix<f64>> {
    let groups = GROUPS.min(sample.len());
    let gradients: Vec<_> = (0..groups)
        .map(|g| Ok(problem.evaluate(&sample.every(groups, g), x, false)?.gradient))
        .collect::<Result<_>>()?;
    Ok(scatter(&gradients) / groups as f64)
}

/// Covariance of the gradient at `x` from the data. A likelihood is a sum over the data, a distance a mean.
pub(super) fn of_data(problem: &Problem<'_>, sample: &Sample, x: &[f64]) -> Result<DMatrix<f64>> {
    let groups = GROUPS.min(problem.data.len());
    let gradients: Vec<_> = (0..groups)
        .map(|g| Ok(problem.compare(sample, &problem.data.every(groups, g), x)?.gradient))
        .collect::<Result<_>>()?;
    let scale = if problem.loss.is_likelihood() { groups as f64 } else { 1.0 / groups as f64 };
    Ok(scatter(&gradients) * scale)
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
