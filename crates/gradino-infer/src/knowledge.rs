//! What is known of parameters: a covariance matrix.

use crate::error::{Error, Result};
use nalgebra::{DMatrix, SymmetricEigen};

/// Eigenvalues below minus this share of the largest one are negative, not rounded.
const NEGATIVE: f64 = 1e-10;
/// Elements that differ from their mirror image by more than this share of the diagonal are not symmetric.
const ASYMMETRY: f64 = 1e-8;
/// Components of an eigenvector below this are left out of messages.
const SMALL: f64 = 0.1;

/// Covariance matrix of named parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterCovariance {
    names: Vec<String>,
    matrix: DMatrix<f64>,
}

impl ParameterCovariance {
    /// From a matrix `[names, names]` row by row. It must be finite, symmetric and have no negative
    /// eigenvalue; the error names the eigenvector.
    pub fn new(names: Vec<String>, matrix: &[f64]) -> Result<Self> {
        let n = names.len();
        if matrix.len() != n * n || n == 0 {
            return Err(Error::CovarianceShape { parameters: n, numbers: matrix.len() });
        }
        if let Some(i) = (1..n).find(|i| names[..*i].contains(&names[*i])) {
            return Err(Error::ChosenTwice { name: names[i].clone() });
        }
        let matrix = DMatrix::from_row_slice(n, n, matrix);
        for i in 0..n {
            for j in 0..=i {
                let (a, b) = (matrix[(i, j)], matrix[(j, i)]);
                let scale = (matrix[(i, i)] * matrix[(j, j)]).abs().sqrt();
                let is_finite = a.is_finite() && b.is_finite();
                if !is_finite || (a - b).abs() > ASYMMETRY * scale.max(f64::MIN_POSITIVE) {
                    let (first, second) = (names[i].clone(), names[j].clone());
                    return Err(Error::CovarianceElement { first, second, value: a, mirrored: b });
                }
            }
        }
        let covariance = ParameterCovariance { names, matrix };
        covariance.check_eigenvalues()?;
        Ok(covariance)
    }

    /// From standard deviations, without correlations.
    pub fn uncorrelated(names: Vec<String>, sigmas: &[f64]) -> Result<Self> {
        let n = names.len();
        let mut matrix = vec![0.0; n * n];
        sigmas.iter().take(n).enumerate().for_each(|(i, s)| matrix[i * n + i] = s * s);
        ParameterCovariance::new(names, &matrix)
    }

    /// Eigenvalues in units of the variances, so that the units of parameters do not matter.
    fn check_eigenvalues(&self) -> Result<()> {
        let n = self.names.len();
        let sigma = |i: usize| self.matrix[(i, i)].abs().sqrt().max(f64::MIN_POSITIVE);
        let correlations = DMatrix::from_fn(n, n, |i, j| match self.matrix[(i, j)] {
            0.0 => 0.0,
            c => c / (sigma(i) * sigma(j)),
        });
        let eigen = SymmetricEigen::new(correlations);
        let (k, lowest) = eigen.eigenvalues.argmin();
        if lowest >= -NEGATIVE * eigen.eigenvalues.amax().max(1.0) {
            return Ok(());
        }
        let vector = eigen.eigenvectors.column(k);
        let terms = self.names.iter().zip(vector.iter()).filter(|(_, v)| v.abs() > SMALL);
        let direction: Vec<_> = terms.map(|(name, v)| format!("{v:+.2} {name}")).collect();
        Err(Error::NotPositive { eigenvalue: lowest, direction: direction.join(" ") })
    }

    /// The names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The matrix, in the order of the names.
    pub fn matrix(&self) -> &DMatrix<f64> {
        &self.matrix
    }

    /// The block of the parameters `names`, in their order; unknown parameters have no variance.
    pub fn of(&self, names: &[String]) -> DMatrix<f64> {
        let places: Vec<_> = names.iter().map(|n| self.names.iter().position(|own| own == n)).collect();
        DMatrix::from_fn(names.len(), names.len(), |i, j| match (places[i], places[j]) {
            (Some(a), Some(b)) => self.matrix[(a, b)],
            _ => 0.0,
        })
    }

    /// Both together, without correlations between them.
    pub fn with(&self, other: &ParameterCovariance) -> Result<Self> {
        let (n, m) = (self.names.len(), other.names.len());
        let names: Vec<_> = self.names.iter().chain(&other.names).cloned().collect();
        let mut matrix = DMatrix::zeros(n + m, n + m);
        matrix.view_mut((0, 0), (n, n)).copy_from(&self.matrix);
        matrix.view_mut((n, n), (m, m)).copy_from(&other.matrix);
        ParameterCovariance::new(names, matrix.as_slice())
    }

    /// Columns sigma_k v_k of the principal directions: the matrix is the sum of their squares. Those with
    /// the largest variance, in units of the parameters' own, come first.
    pub fn directions(&self) -> Vec<Vec<f64>> {
        let n = self.names.len();
        let sigma: Vec<f64> = (0..n).map(|i| self.matrix[(i, i)].max(0.0).sqrt()).collect();
        let correlations = DMatrix::from_fn(n, n, |i, j| match self.matrix[(i, j)] {
            0.0 => 0.0,
            c => c / (sigma[i] * sigma[j]),
        });
        let eigen = SymmetricEigen::new(correlations);
        let mut order: Vec<usize> = (0..n).filter(|k| eigen.eigenvalues[*k] > 0.0).collect();
        order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
        let column = |k: usize| {
            let root = eigen.eigenvalues[k].sqrt();
            (0..n).map(|i| root * sigma[i] * eigen.eigenvectors[(i, k)]).collect()
        };
        order.into_iter().map(column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("a.p{i}")).collect()
    }

    #[test]
    fn bad_covariances_are_named_with_their_eigenvector() {
        let error =
            ParameterCovariance::new(names(2), &[1.0, 2.0, 2.0, 1.0]).expect_err("negative").to_string();
        assert!(error.contains("a.p0") && error.contains("a.p1") && error.contains("-1"), "{error}");
        // Units of the parameters do not matter.
        assert!(ParameterCovariance::new(names(2), &[1.0, 2e-9, 2e-9, 1e-18]).is_err());
        assert!(ParameterCovariance::new(names(2), &[1.0, 0.9e-9, 0.9e-9, 1e-18]).is_ok());
        assert!(ParameterCovariance::new(names(2), &[1.0, 0.0, 0.1, 1.0]).is_err());
        assert!(ParameterCovariance::new(names(2), &[1.0, f64::NAN, 0.1, 1.0]).is_err());
        assert!(ParameterCovariance::new(names(2), &[1.0]).is_err());
        assert!(ParameterCovariance::new(vec!["a".into(), "a".into()], &[1.0, 0.0, 0.0, 1.0]).is_err());
        assert!(ParameterCovariance::new(names(1), &[-1.0]).is_err());
    }

    #[test]
    fn principal_directions_give_back_the_matrix() {
        let matrix = [4.0, 1.2, -0.3, 1.2, 1.0, 0.2, -0.3, 0.2, 0.25];
        let covariance = ParameterCovariance::new(names(3), &matrix).expect("positive");
        let directions = covariance.directions();
        for i in 0..3 {
            for j in 0..3 {
                let sum: f64 = directions.iter().map(|d| d[i] * d[j]).sum();
                assert!((sum - matrix[3 * i + j]).abs() < 1e-12);
            }
        }
        let both = covariance
            .with(&ParameterCovariance::uncorrelated(vec!["b.q".into()], &[0.5]).expect("positive"))
            .expect("positive");
        let part = both.of(&["b.q".into(), "a.p1".into(), "c.r".into()]);
        assert_eq!((part[(0, 0)], part[(1, 1)], part[(2, 2)], part[(0, 1)]), (0.25, 1.0, 0.0, 0.0));
    }
}
