//! Expected counts in bins with their derivatives with respect to the parameters.

use super::binning::{Binning, Cells, Sharing};
use super::sums::check_but_derivatives;
use crate::error::{Error, Result};
use gradino_core::Sample;
use rayon::prelude::*;

/// Rows of a task at least, and tasks at most; their sums are added in order, whatever the number of threads.
const ROWS: usize = 16_384;
const TASKS: usize = 32;

/// What a simulation expects in each bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// Expected counts s sum_i w_i f_ib with the fraction f of event i in bin b and the scale s, `[bins]`.
    pub mean: Vec<f64>,
    /// Their variance from the limited number of events, s^2 sum_i (w_i f_ib)^2, `[bins]`.
    pub variance: Vec<f64>,
    /// Derivatives of the expected counts, s sum_i [f_ib dw_i + w_i df_ib/dx_i dx_i], `[bins, parameters]`.
    pub jacobian: Vec<f64>,
}

impl Expectation {
    /// Counts of `sample` in bins, times `scale`, in one pass over its rows.
    pub fn new(sample: &Sample, binning: &Binning, sharing: Sharing, scale: f64) -> Result<Self> {
        check_but_derivatives(sample)?;
        binning.check(sample.dimension())?;
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(Error::BadScale { scale });
        }
        let linear = binning.is_linear(sharing, sample)?;
        let rows = ROWS.max(sample.len().div_ceil(TASKS));
        let part = |task: usize| Self::of_rows(sample, binning, linear, task * rows, rows);
        let parts: Vec<Self> = (0..sample.len().div_ceil(rows)).into_par_iter().map(part).collect();
        let mut all = Self::empty(binning.bins(), sample.parameters());
        parts.iter().for_each(|part| all.add(part));
        all.mean.iter_mut().chain(&mut all.jacobian).for_each(|sum| *sum *= scale);
        all.variance.iter_mut().for_each(|sum| *sum *= scale * scale);
        if all.jacobian.iter().any(|slope| !slope.is_finite()) {
            // Names the row.
            sample.check()?;
        }
        Ok(all)
    }

    pub(crate) fn empty(bins: usize, parameters: usize) -> Self {
        let (mean, variance) = (vec![0.0; bins], vec![0.0; bins]);
        Expectation { mean, variance, jacobian: vec![0.0; bins * parameters] }
    }

    /// Sums over at most `rows` rows from row number `first` on.
    fn of_rows(sample: &Sample, binning: &Binning, linear: bool, first: usize, rows: usize) -> Self {
        let mut sums = Self::empty(binning.bins(), sample.parameters());
        let mut cells = Cells::default();
        for i in first..(first + rows).min(sample.len()) {
            binning.cells(sample.row(i), linear, &mut cells);
            sums.add_row(sample, i, binning, linear, &cells);
        }
        sums
    }

    /// Adds row number `i`, shared between `cells`.
    #[inline]
    fn add_row(&mut self, sample: &Sample, i: usize, binning: &Binning, linear: bool, cells: &Cells) {
        let (weight, weight_slope, parameters) =
            (sample.weights[i], sample.weight_slope(i), sample.parameters());
        let axes = binning.axes();
        for (&(bin, fraction), slopes) in cells.bins.iter().zip(cells.slopes.chunks_exact(axes.len())) {
            let part = weight * fraction;
            self.mean[bin] += part;
            self.variance[bin] += part * part;
            let jacobian = &mut self.jacobian[bin * parameters..(bin + 1) * parameters];
            jacobian.iter_mut().zip(weight_slope).for_each(|(sum, dw)| *sum += fraction * dw);
            if !linear {
                continue;
            }
            for (axis, slope) in axes.iter().zip(slopes) {
                let (factor, slopes) = (weight * slope, sample.value_slope(i, axis.feature()));
                jacobian.iter_mut().zip(slopes).for_each(|(sum, dx)| *sum += factor * dx);
            }
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let add = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        add(&mut self.mean, &other.mean);
        add(&mut self.variance, &other.variance);
        add(&mut self.jacobian, &other.jacobian);
    }
}
