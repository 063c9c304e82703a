//! Statistical errors of the gradient of a binned loss, from sums over groups of events and of data: each group is
//! left out in turn (the jackknife, efron1982).

use super::binned::add_outer;
use super::binned::{Expected, PreparedBinned, Scale};
use super::sums::{GroupSums, Sums};
use super::{Cells, GradientErrors};
use crate::error::Result;
use rayon::prelude::*;

/// Groups of data.
const DATA_GROUPS: usize = 200;
/// Simulated events in a bin where all are in the group that is left out, so that it can hold data.
const LEAST: f64 = 1e-6;

/// Counts of groups of data, `[groups][bins]`, and the sums of their weights.
#[derive(Clone, Debug)]
pub(super) struct DataGroups {
    counts: Vec<Vec<f64>>,
    totals: Vec<f64>,
}

impl PreparedBinned<'_> {
    /// At the point of `sums`, whose expectation is `expected`.
    pub(super) fn errors(&self, sums: &GroupSums, expected: &Expected) -> Result<GradientErrors> {
        let counts = self.counted(sums.linear);
        let whole = self.of_expected(expected, counts, true)?;
        let p = whole.gradient.len();
        let curvature = whole.curvature.unwrap_or_default();
        let n = sums.groups.len() as f64;
        let without = |group: &Sums| {
            let expected = self.expected_above(LEAST, &sums.all.without(group), sums.all.rows, self.total)?;
            self.of_expected(&expected, counts, true)
        };
        let left_out = match sums.groups.len() {
            0 | 1 => Vec::new(),
            _ => sums.groups.par_iter().map(without).collect::<Result<Vec<_>>>()?,
        };
        let mut corrected = curvature.clone();
        if !left_out.is_empty() {
            // The bias of a square goes as one over the number of events.
            for (k, c) in corrected.iter_mut().enumerate() {
                let of = |by: &super::ByParameters| by.curvature.as_ref().map_or(0.0, |c| c[k]);
                let mean = left_out.iter().map(of).sum::<f64>() / n;
                *c = n * *c - (n - 1.0) * mean;
            }
        }
        let gradients: Vec<Vec<f64>> = left_out.into_iter().map(|by| by.gradient).collect();
        let simulation = scatter(&gradients, p, (n - 1.0).powi(2) / n);
        let data = self.errors_of_data(sums, &whole.gradient)?;
        Ok(GradientErrors { simulation, data, curvature: corrected })
    }

    /// Covariance of the gradient from the data.
    fn errors_of_data(&self, sums: &GroupSums, gradient: &[f64]) -> Result<Vec<f64>> {
        let (p, counts) = (gradient.len(), self.counted(sums.linear));
        let groups = self.groups[usize::from(sums.linear)].get_or_init(|| self.data_groups(sums.linear));
        let without = |(group, weight): (&Vec<f64>, &f64)| {
            let rest: Vec<f64> = counts.iter().zip(group).map(|(all, own)| (all - own).max(0.0)).collect();
            let expected = self.expected_above(LEAST, &sums.all, sums.all.rows, self.total - weight)?;
            Ok(self.of_expected(&expected, &rest, false)?.gradient)
        };
        let pairs: Vec<_> = groups.counts.iter().zip(&groups.totals).collect();
        let gradients: Vec<Vec<f64>> = pairs.into_par_iter().map(without).collect::<Result<_>>()?;
        let n = gradients.len() as f64;
        let mut covariance = scatter(&gradients, p, n);
        if matches!(self.loss.scale, Scale::Given(_) | Scale::Expected(_)) {
            // The number of data is not fixed: the share of each group scatters as a whole too.
            let mut sum = vec![0.0; p];
            for left_out in &gradients {
                (0..p).for_each(|k| sum[k] += gradient[k] - left_out[k]);
            }
            add_outer(&mut covariance, &sum, 1.0 / self.total);
        }
        Ok(covariance)
    }

    fn data_groups(&self, linear: bool) -> DataGroups {
        let groups = DATA_GROUPS.min(self.data.len());
        let (binning, data) = (&self.loss.binning, self.data);
        let mut of =
            DataGroups { counts: vec![vec![0.0; binning.bins()]; groups], totals: vec![0.0; groups] };
        let mut cells = Cells::default();
        for (i, weight) in data.weights.iter().enumerate() {
            binning.cells(data.row(i), linear, &mut cells);
            let counts = &mut of.counts[i % groups];
            cells.bins.iter().for_each(|&(bin, fraction)| counts[bin] += weight * fraction);
            of.totals[i % groups] += weight;
        }
        of
    }
}

/// Covariance of one of the vectors of length `p`, times `factor`.
fn scatter(vectors: &[Vec<f64>], p: usize, factor: f64) -> Vec<f64> {
    let n = vectors.len() as f64;
    let mut matrix = vec![0.0; p * p];
    let mean: Vec<f64> = (0..p).map(|k| vectors.iter().map(|v| v[k]).sum::<f64>() / n).collect();
    for vector in vectors {
        let difference: Vec<f64> = vector.iter().zip(&mean).map(|(v, m)| v - m).collect();
        add_outer(&mut matrix, &difference, factor / (n - 1.0).max(1.0));
    }
    matrix
}
