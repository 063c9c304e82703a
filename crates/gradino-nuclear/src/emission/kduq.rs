//! The KDUQ posterior of the Koning-Delaroche parameters (pruitt2023), which is their prior here.

use std::sync::OnceLock;

/// The table, made by `tools/kduq_table.py`.
const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/Kduq2023.csv"));

/// Mean, standard deviation and correlation of the 46 parameters.
#[derive(Debug, Default)]
struct Posterior {
    names: Vec<&'static str>,
    means: Vec<f64>,
    sigmas: Vec<f64>,
    covariance: Vec<f64>,
}

/// Names of the parameters, in the order of [`covariance`].
pub fn names() -> &'static [&'static str] {
    &posterior().names
}

/// Posterior mean of a parameter, in its own unit; `None` for a name that is not in the table.
pub fn mean(name: &str) -> Option<f64> {
    position(name).map(|i| posterior().means[i])
}

/// Posterior standard deviation of a parameter, in its own unit; `None` for a name that is not in the table.
pub fn sigma(name: &str) -> Option<f64> {
    position(name).map(|i| posterior().sigmas[i])
}

/// Posterior covariance, row by row, in the order of [`names`].
pub fn covariance() -> &'static [f64] {
    &posterior().covariance
}

fn position(name: &str) -> Option<usize> {
    posterior().names.iter().position(|n| *n == name)
}

fn posterior() -> &'static Posterior {
    static POSTERIOR: OnceLock<Posterior> = OnceLock::new();
    POSTERIOR.get_or_init(|| {
        let mut table = Posterior::default();
        let correlations: Vec<Vec<f64>> = rows().map(|(name, numbers)| table.push(name, &numbers)).collect();
        table.covariance = covariance_of(&table.sigmas, &correlations);
        table
    })
}

/// Name and numbers of each row of the table.
fn rows() -> impl Iterator<Item = (&'static str, Vec<f64>)> {
    TABLE.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| {
        let mut fields = line.split(',');
        let name = fields.next().expect("a split has a first part");
        (name, fields.map(|f| f.parse().expect("the table that is built in holds numbers")).collect())
    })
}

impl Posterior {
    /// Takes one row, and gives back its correlations.
    fn push(&mut self, name: &'static str, numbers: &[f64]) -> Vec<f64> {
        self.names.push(name);
        self.means.push(numbers[0]);
        self.sigmas.push(numbers[1]);
        numbers[2..].to_vec()
    }
}

/// The full matrix sigma_i r_ij sigma_j from the lower triangle of r.
fn covariance_of(sigmas: &[f64], correlations: &[Vec<f64>]) -> Vec<f64> {
    let n = sigmas.len();
    (0..n * n)
        .map(|at| {
            let (i, j) = (at / n, at % n);
            correlations[i.max(j)][i.min(j)] * sigmas[i] * sigmas[j]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_covariance_is_positive_definite() {
        // Cholesky decomposition of the correlation matrix.
        let n = names().len();
        let scaled = |i: usize, j: usize| {
            covariance()[i * n + j] / (covariance()[i * n + i] * covariance()[j * n + j]).sqrt()
        };
        let mut lower = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let dot: f64 = (0..j).map(|k| lower[i * n + k] * lower[j * n + k]).sum();
                let rest = scaled(i, j) - dot;
                lower[i * n + j] = if i == j { rest.sqrt() } else { rest / lower[j * n + j] };
            }
            assert!(lower[i * n + i] > 1e-3, "{}: {}", names()[i], lower[i * n + i]);
        }
    }

    #[test]
    fn published_widths_are_read() {
        // Mean and standard deviation of v1_0 over the 416 samples, computed apart from the table.
        assert!((mean("optical.v1_0").expect("in the table") - 59.12).abs() < 0.01);
        assert!((sigma("optical.v1_0").expect("in the table") - 2.397).abs() < 0.001);
        assert_eq!(sigma("optical.v9"), None);
    }
}
