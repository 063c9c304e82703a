//! Errors of fitted parameters.

use super::objective::Problem;
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// Eigenvalues of the curvature, in the scales of the parameters, below this share of the largest one
/// belong to directions that the data do not fix.
const DEGENERATE: f64 = 1e-8;

/// Covariance matrices of the free parameters, `[free, free]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariance {
    /// Of a likelihood: 2 H^-1 with the second derivatives H of -2 ln L, from the Fisher matrix where the loss
    /// has one. None for distances between samples, whose size says nothing of errors.
    pub model: Option<DMatrix<f64>>,
    /// H^-1 C H^-1 with the covariance C of the gradient over groups of data and of simulated events: the
    /// sandwich (huber1967, white1982), which also holds where the model is wrong.
    pub sandwich: DMatrix<f64>,
    /// The part of the sandwich that comes from the simulated events, and falls with their number.
    pub simulation: DMatrix<f64>,
    /// Directions that the data do not fix: unit vectors in the scales of the parameters.
    pub degenerate: Vec<DVector<f64>>,
}

impl Covariance {
    pub(super) fn new(
        problem: &Problem<'_>,
        curvature: &DMatrix<f64>,
        simulation: DMatrix<f64>,
        data: DMatrix<f64>,
        x: &[f64],
    ) -> Self {
        let eigen = SymmetricEigen::new(curvature.clone());
        let largest = eigen.eigenvalues.amax();
        let is_fixed = |value: f64| value > DEGENERATE * largest;
        let inverse_values = eigen.eigenvalues.map(|v| if is_fixed(v) { 1.0 / v } else { 0.0 });
        let inverse =
            &eigen.eigenvectors * DMatrix::from_diagonal(&inverse_values) * eigen.eigenvectors.transpose();
        let degenerate = (0..x.len())
            .filter(|k| !is_fixed(eigen.eigenvalues[*k]))
            .map(|k| eigen.eigenvectors.column(k).into_owned())
            .collect();
        let slopes = DMatrix::from_diagonal(&DVector::from_vec(problem.space.slopes(x)));
        let in_parameters = |m: DMatrix<f64>| &slopes * m * &slopes;
        let sandwich = |c: &DMatrix<f64>| in_parameters(&inverse * c * &inverse);
        Covariance {
            model: problem.loss.is_likelihood().then(|| in_parameters(&inverse * 2.0)),
            sandwich: sandwich(&(&simulation + data)),
            simulation: sandwich(&simulation),
            degenerate,
        }
    }

    /// Standard errors: of the model for likelihoods, of the sandwich for distances.
    pub fn errors(&self) -> Vec<f64> {
        let matrix = self.model.as_ref().unwrap_or(&self.sandwich);
        matrix.diagonal().iter().map(|v| v.max(0.0).sqrt()).collect()
    }
}
