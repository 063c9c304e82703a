//! Counts in bins: likelihood ratio and chi^2.

use super::binning::{Binning, Cells, Sharing};
use super::expectation::Expectation;
use super::groups;
use super::statistic::{MonteCarlo, Statistic, Term};
use super::sums::{GroupSums, Sums};
use super::{AtPoint, ByParameters, Loss, LossValue, Prepared, Wanted};
use crate::error::{Error, Result};
use gradino_core::{Bank, Sample};
use std::sync::OnceLock;

/// How many data a simulated event of weight 1 stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scale {
    /// Sum of the weights of the data by the number of simulated rows: as many simulated events as data.
    #[default]
    DataByRows,
    /// A given number, for example the exposure of the data by that of the simulation.
    Given(f64),
    /// Sum of the weights of the data by that of the simulated ones, in bins or not: only the shapes are compared.
    /// The noise of the simulated rate, which is no information, drops out of the derivatives.
    Shape,
    /// So many data expected for a mean weight of 1: where weights are rates, rate and shape are compared.
    Expected(f64),
}

/// The sum over bins of a [`Statistic`] of the counts of data n_b and the expectation m_b = s sum_i w_i f_ib,
/// with the fraction f of event i in bin b and the scale s. Events outside all bins count nowhere.
///
/// Weights can be zero or negative as long as the expectation is above zero in each bin with data.
#[derive(Clone, Debug, PartialEq)]
pub struct Binned {
    /// The bins.
    pub binning: Binning,
    /// How counts are compared.
    pub statistic: Statistic,
    /// What is done about the limited number of simulated events.
    pub monte_carlo: MonteCarlo,
    /// How events are counted.
    pub sharing: Sharing,
    /// How many data a simulated event stands for.
    pub scale: Scale,
    /// Simulated events that are added to each bin, so that a bin without any can hold data: 0 refuses such
    /// bins. With n simulated events and B bins the shape that is compared has a flat part of
    /// `floor * B / n`; fits take 0.5.
    pub floor: f64,
}

impl Binned {
    /// The likelihood ratio in `binning` with all other settings at their defaults.
    pub fn new(binning: Binning) -> Self {
        Binned {
            binning,
            statistic: Statistic::default(),
            monte_carlo: MonteCarlo::default(),
            sharing: Sharing::default(),
            scale: Scale::default(),
            floor: 0.0,
        }
    }

    /// The loss against `data`, which are counted once.
    pub fn against<'a>(&'a self, data: &'a Sample) -> Result<PreparedBinned<'a>> {
        data.check()?;
        self.binning.check(data.dimension())?;
        let (whole, linear) = (self.binning.fill(data, false).0, self.binning.fill(data, true).0);
        let total = data.weights.iter().sum();
        Ok(PreparedBinned { loss: self, data, whole, linear, total, groups: Default::default() })
    }
}

impl Loss for Binned {
    fn evaluate(&self, sample: &Sample, data: &Sample) -> Result<LossValue> {
        self.against(data)?.evaluate(sample)
    }

    fn is_likelihood(&self) -> bool {
        true
    }

    fn prepare<'a>(&'a self, data: &'a Sample) -> Result<Box<dyn Prepared + 'a>> {
        Ok(Box::new(self.against(data)?))
    }
}

/// [`Binned`] against given data.
#[derive(Clone, Debug)]
pub struct PreparedBinned<'a> {
    pub(super) loss: &'a Binned,
    pub(super) data: &'a Sample,
    whole: Vec<f64>,
    linear: Vec<f64>,
    pub(super) total: f64,
    /// Counts of groups of the data, of whole events and of shared ones.
    pub(super) groups: [OnceLock<groups::DataGroups>; 2],
}

/// Expected counts with the derivatives of their means and variances.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) counts: Expectation,
    /// `[bins, parameters]`.
    pub(super) variance_slopes: Vec<f64>,
}

impl PreparedBinned<'_> {
    /// Counts of the data, shared as the events of `sample` are.
    pub fn counts(&self, sample: &Sample) -> Result<&[f64]> {
        Ok(self.counted(self.loss.binning.is_linear(self.loss.sharing, sample)?))
    }

    /// Counts of the data, shared or whole.
    pub(super) fn counted(&self, linear: bool) -> &[f64] {
        if linear { &self.linear } else { &self.whole }
    }

    /// How many data an event of `sample` stands for.
    pub fn scale(&self, sample: &Sample) -> Result<f64> {
        self.scale_of(sample.len(), sample.weights.iter().sum(), self.total)
    }

    fn scale_of(&self, rows: usize, weight: f64, total: f64) -> Result<f64> {
        let scale = match self.loss.scale {
            Scale::Given(scale) => scale,
            Scale::DataByRows => total / rows as f64,
            Scale::Shape => total / weight,
            Scale::Expected(count) => count / rows as f64,
        };
        if scale > 0.0 && scale.is_finite() { Ok(scale) } else { Err(Error::BadScale { scale }) }
    }

    /// Expected counts with their derivatives, for fits by least squares.
    pub fn expectation(&self, sample: &Sample) -> Result<Expectation> {
        let sums = GroupSums::of_sample(sample, &self.loss.binning, self.loss.sharing)?;
        Ok(self.expected(&sums.all)?.counts)
    }

    /// The expectation of `total` data from sums over events; a given scale is that of `rows` events. At least
    /// `floor` events are added to each bin.
    pub(super) fn expected_above(
        &self,
        floor: f64,
        sums: &Sums,
        rows: usize,
        total: f64,
    ) -> Result<Expected> {
        let floor = self.loss.floor.max(floor);
        let mut scale = self.scale_of(sums.rows, sums.weight, total)?;
        if let Scale::Given(_) = self.loss.scale {
            scale *= rows as f64 / sums.rows as f64;
        }
        let mut counts = sums.bins.clone();
        counts.mean.iter_mut().for_each(|m| *m = scale * (*m + floor));
        counts.variance.iter_mut().for_each(|v| *v *= scale * scale);
        counts.jacobian.iter_mut().for_each(|j| *j *= scale);
        let mut variance_slopes: Vec<f64> = sums.square_slopes.iter().map(|s| scale * scale * s).collect();
        if self.loss.scale == Scale::Shape {
            // The scale falls as the weights rise.
            let drift: Vec<f64> = sums.weight_slopes.iter().map(|slope| slope / sums.weight).collect();
            let n = drift.len().max(1);
            let add = |rows: &mut [f64], values: &[f64], factor: f64| {
                for (row, value) in rows.chunks_exact_mut(n).zip(values) {
                    row.iter_mut().zip(&drift).for_each(|(r, d)| *r -= factor * value * d);
                }
            };
            add(&mut counts.jacobian, &counts.mean, 1.0);
            add(&mut variance_slopes, &counts.variance, 2.0);
        }
        Ok(Expected { counts, variance_slopes })
    }

    /// The expectation of the data from sums over all events.
    fn expected(&self, sums: &Sums) -> Result<Expected> {
        self.expected_above(0.0, sums, sums.rows, self.total)
    }

    /// The loss with its derivatives, from sums over events.
    pub(super) fn of_expected(
        &self,
        expected: &Expected,
        counts: &[f64],
        wanted: bool,
    ) -> Result<ByParameters> {
        let Expected { counts: Expectation { mean, variance, jacobian }, variance_slopes } = expected;
        let terms = self.terms(counts, mean, variance)?;
        let p = jacobian.len() / mean.len().max(1);
        let mut by = ByParameters { gradient: vec![0.0; p], ..ByParameters::default() };
        let mut curvature = vec![0.0; if wanted { p * p } else { 0 }];
        let rows = jacobian.chunks_exact(p.max(1)).zip(variance_slopes.chunks_exact(p.max(1)));
        for (bin, (term, (row, squares))) in terms.iter().zip(rows).enumerate() {
            let slopes = row.iter().zip(squares);
            let slopes = slopes.map(|(j, v)| term.by_mean * j + term.by_variance * v);
            by.gradient.iter_mut().zip(slopes).for_each(|(g, slope)| *g += slope);
            if wanted {
                let (m, v) = (mean[bin], variance[bin]);
                let variance = self.loss.statistic.variance(self.loss.monte_carlo, counts[bin], m, v);
                add_outer(&mut curvature, row, if variance > 0.0 { 2.0 / variance } else { 0.0 });
            }
        }
        by.value = terms.iter().map(|term| term.value).sum();
        by.curvature = wanted.then_some(curvature);
        Ok(by)
    }

    /// The term of each bin, expecting `means` with the variances `variances`.
    fn terms(&self, counts: &[f64], means: &[f64], variances: &[f64]) -> Result<Vec<Term>> {
        let bins = counts.iter().zip(means).zip(variances).enumerate();
        bins.map(|(bin, ((&n, &m), &v))| self.loss.statistic.term(self.loss.monte_carlo, bin, n, m, v))
            .collect()
    }
}

impl Prepared for PreparedBinned<'_> {
    fn evaluate(&self, sample: &Sample) -> Result<LossValue> {
        sample.check_pair(self.data)?;
        let (binning, scale) = (&self.loss.binning, self.scale(sample)?);
        let linear = binning.is_linear(self.loss.sharing, sample)?;
        let (mut means, mut variances) = binning.fill(sample, linear);
        means.iter_mut().for_each(|m| *m = scale * (*m + self.loss.floor));
        variances.iter_mut().for_each(|v| *v *= scale * scale);
        let counts = if linear { &self.linear } else { &self.whole };
        let terms = self.terms(counts, &means, &variances)?;
        let value = terms.iter().map(|term| term.value).sum();
        let by_scale = || {
            let bins = terms.iter().zip(&means).zip(&variances);
            bins.map(|((term, m), v)| term.by_mean * m + 2.0 * term.by_variance * v).sum::<f64>()
        };
        let total = match self.loss.scale {
            Scale::Shape => -by_scale() / sample.weights.iter().sum::<f64>(),
            _ => 0.0,
        };
        let mut by_weight = vec![total; sample.len()];
        let mut by_value = vec![0.0; sample.values.len()];
        let (axes, mut cells) = (binning.axes(), Cells::default());
        for (i, by_weight) in by_weight.iter_mut().enumerate() {
            let weight = sample.weights[i];
            binning.cells(sample.row(i), linear, &mut cells);
            for (&(bin, fraction), slopes) in cells.bins.iter().zip(cells.slopes.chunks_exact(axes.len())) {
                // Derivative with respect to the part w f of the event in this bin.
                let by_part =
                    scale * (terms[bin].by_mean + 2.0 * scale * weight * fraction * terms[bin].by_variance);
                *by_weight += by_part * fraction;
                for (axis, slope) in axes.iter().zip(slopes) {
                    by_value[i * sample.dimension() + axis.feature()] += by_part * weight * slope;
                }
            }
        }
        Ok(LossValue { value, by_weight, by_value })
    }

    /// In one pass over the events. The curvature is 2 sum_b J_b J_b^T / V_b with the derivatives J_b of the
    /// expectation and its variance V_b: the Fisher matrix of counts.
    fn by_parameters(&self, sample: &Sample, wanted: bool) -> Result<ByParameters> {
        sample.check_pair(self.data)?;
        let sums = GroupSums::of_sample(sample, &self.loss.binning, self.loss.sharing)?;
        let expected = self.expected(&sums.all)?;
        self.of_expected(&expected, self.counted(sums.linear), wanted)
    }

    /// The same without keeping the events, with the errors from sums over groups of them.
    fn of_bank(&self, bank: &dyn Bank, theta: &[f64], wanted: Wanted) -> Result<Option<AtPoint>> {
        let sums = GroupSums::of_bank(bank, theta, &self.loss.binning, self.loss.sharing)?;
        let expected = self.expected(&sums.all)?;
        let by = self.of_expected(&expected, self.counted(sums.linear), wanted.curvature)?;
        let errors = wanted.errors.then(|| self.errors(&sums, &expected)).transpose()?;
        Ok(Some(AtPoint { by, effective: sums.all.effective(), errors }))
    }
}

/// matrix += factor row row^T.
pub(super) fn add_outer(matrix: &mut [f64], row: &[f64], factor: f64) {
    for (line, a) in matrix.chunks_exact_mut(row.len().max(1)).zip(row) {
        line.iter_mut().zip(row).for_each(|(m, b)| *m += factor * a * b);
    }
}
