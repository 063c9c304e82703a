//! Counts in bins: likelihood ratio and chi^2.

use super::binning::{Binning, Cells, Sharing};
use super::expectation::Expectation;
use super::statistic::{MonteCarlo, Statistic, Term};
use super::{ByParameters, Loss, LossValue, Prepared};
use crate::error::{Error, Result};
use gradino_core::Sample;

/// How many data a simulated event of weight 1 stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Scale {
    /// Sum of the weights of the data by the number of simulated rows: as many simulated events as data.
    #[default]
    DataByRows,
    /// A given number, for example the exposure of the data by that of the simulation.
    Given(f64),
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
        Ok(PreparedBinned { loss: self, data, whole, linear, total: data.weights.iter().sum() })
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
    loss: &'a Binned,
    data: &'a Sample,
    whole: Vec<f64>,
    linear: Vec<f64>,
    total: f64,
}

impl PreparedBinned<'_> {
    /// Counts of the data, shared as the events of `sample` are.
    pub fn counts(&self, sample: &Sample) -> Result<&[f64]> {
        let linear = self.loss.binning.is_linear(self.loss.sharing, sample)?;
        Ok(if linear { &self.linear } else { &self.whole })
    }

    /// How many data an event of `sample` stands for.
    pub fn scale(&self, sample: &Sample) -> Result<f64> {
        let scale = match self.loss.scale {
            Scale::Given(scale) => scale,
            Scale::DataByRows => self.total / sample.len() as f64,
        };
        if scale > 0.0 && scale.is_finite() { Ok(scale) } else { Err(Error::BadScale { scale }) }
    }

    /// Expected counts with their derivatives, for fits by least squares.
    pub fn expectation(&self, sample: &Sample) -> Result<Expectation> {
        let scale = self.scale(sample)?;
        let mut expected = Expectation::new(sample, &self.loss.binning, self.loss.sharing, scale)?;
        expected.mean.iter_mut().for_each(|m| *m += self.loss.floor * scale);
        Ok(expected)
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
        let mut by_weight = vec![0.0; sample.len()];
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
        let expected = self.expectation(sample)?;
        let counts = self.counts(sample)?;
        let terms = self.terms(counts, &expected.mean, &expected.variance)?;
        let p = sample.parameters();
        let mut by = ByParameters { gradient: vec![0.0; p], ..ByParameters::default() };
        let mut curvature = vec![0.0; if wanted { p * p } else { 0 }];
        for (bin, (term, row)) in terms.iter().zip(expected.jacobian.chunks_exact(p.max(1))).enumerate() {
            by.value += term.value;
            by.gradient.iter_mut().zip(row).for_each(|(g, j)| *g += term.by_mean * j);
            if wanted {
                let (mean, simulated) = (expected.mean[bin], expected.variance[bin]);
                let variance =
                    self.loss.statistic.variance(self.loss.monte_carlo, counts[bin], mean, simulated);
                add_outer(&mut curvature, row, if variance > 0.0 { 2.0 / variance } else { 0.0 });
            }
        }
        if self.loss.monte_carlo != MonteCarlo::None {
            // The variances of the expectation move too: event by event.
            by.gradient = self.evaluate(sample)?.gradient(sample);
        }
        by.curvature = wanted.then_some(curvature);
        Ok(by)
    }
}

/// matrix += factor row row^T.
fn add_outer(matrix: &mut [f64], row: &[f64], factor: f64) {
    for (line, a) in matrix.chunks_exact_mut(row.len().max(1)).zip(row) {
        line.iter_mut().zip(row).for_each(|(m, b)| *m += factor * a * b);
    }
}
