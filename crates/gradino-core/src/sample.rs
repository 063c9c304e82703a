//! Weighted samples of an observable, with derivatives.

use crate::error::{Error, Result};

/// Rows of features with weights, and the derivatives of both with respect to some parameters.
///
/// The mean of a function f is sum_i w_i f(x_i) / n with n rows, for samples of a simulator whose weights
/// are 1 on average; its derivative is sum_i [dw_i f(x_i) + w_i df(x_i) dx_i] / n. Data have no parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    dimension: usize,
    parameters: usize,
    /// Features, `[rows, dimension]` row by row.
    pub values: Vec<f64>,
    /// Weights, `[rows]`.
    pub weights: Vec<f64>,
    /// Derivatives of the features, `[rows, dimension, parameters]`.
    pub value_gradient: Vec<f64>,
    /// Derivatives of the weights (not of their logarithms), `[rows, parameters]`.
    pub weight_gradient: Vec<f64>,
}

impl Sample {
    /// An empty sample of rows with `dimension` features and derivatives for `parameters` parameters.
    pub fn new(dimension: usize, parameters: usize) -> Self {
        Sample { dimension, parameters, ..Sample::default() }
    }

    /// Data: rows of `dimension` features with weight 1, without derivatives.
    pub fn of_data(dimension: usize, values: Vec<f64>) -> Result<Self> {
        let rows = values.len() / dimension.max(1);
        let sample =
            Sample { dimension, parameters: 0, values, weights: vec![1.0; rows], ..Sample::default() };
        sample.check()?;
        Ok(sample)
    }

    /// Number of features of a row.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of parameters with derivatives.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// Features of row `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.dimension..(i + 1) * self.dimension]
    }

    /// Derivatives of feature `k` of row `i`.
    pub fn value_slope(&self, i: usize, k: usize) -> &[f64] {
        let first = (i * self.dimension + k) * self.parameters;
        &self.value_gradient[first..first + self.parameters]
    }

    /// Derivatives of the weight of row `i`.
    pub fn weight_slope(&self, i: usize) -> &[f64] {
        &self.weight_gradient[i * self.parameters..(i + 1) * self.parameters]
    }

    /// Adds a row: features, weight, derivatives of the features (feature by feature) and of the weight.
    pub fn push(&mut self, values: &[f64], weight: f64, value_gradient: &[f64], weight_gradient: &[f64]) {
        debug_assert_eq!(values.len(), self.dimension);
        debug_assert_eq!(value_gradient.len(), self.dimension * self.parameters);
        debug_assert_eq!(weight_gradient.len(), self.parameters);
        self.values.extend_from_slice(values);
        self.weights.push(weight);
        self.value_gradient.extend_from_slice(value_gradient);
        self.weight_gradient.extend_from_slice(weight_gradient);
    }

    /// The rows `first`, `first + step`, ... as a sample of their own.
    pub fn every(&self, step: usize, first: usize) -> Sample {
        self.selected(|i| i >= first && (i - first).is_multiple_of(step.max(1)))
    }

    /// All rows but `first`, `first + step`, ... as a sample of their own.
    pub fn without(&self, step: usize, first: usize) -> Sample {
        self.selected(|i| i < first || !(i - first).is_multiple_of(step.max(1)))
    }

    fn selected(&self, is_wanted: impl Fn(usize) -> bool) -> Sample {
        let mut part = Sample::new(self.dimension, self.parameters);
        let width = self.dimension * self.parameters;
        for i in (0..self.len()).filter(|i| is_wanted(*i)) {
            let slopes = &self.value_gradient[i * width..(i + 1) * width];
            part.push(self.row(i), self.weights[i], slopes, self.weight_slope(i));
        }
        part
    }

    /// The same rows without parameters.
    pub fn without_derivatives(self) -> Sample {
        let Sample { dimension, values, weights, .. } = self;
        Sample { dimension, values, weights, ..Sample::default() }
    }

    /// Number of unweighted rows with the same statistical power, (sum w)^2 / sum w^2 (kish1965).
    pub fn effective_size(&self) -> f64 {
        let sum: f64 = self.weights.iter().sum();
        let squares: f64 = self.weights.iter().map(|w| w * w).sum();
        if squares > 0.0 { sum * sum / squares } else { 0.0 }
    }

    /// The chain rule: derivatives with respect to the parameters of something whose derivatives with respect
    /// to the weights `[rows]` and to the features `[rows, dimension]` are given.
    pub fn pull_back(&self, by_weight: &[f64], by_value: &[f64]) -> Vec<f64> {
        let mut gradient = vec![0.0; self.parameters];
        let rows = by_weight.iter().zip(self.weight_gradient.chunks_exact(self.parameters.max(1)));
        let features = by_value.iter().zip(self.value_gradient.chunks_exact(self.parameters.max(1)));
        for (factor, slopes) in rows.chain(features) {
            gradient.iter_mut().zip(slopes).for_each(|(g, s)| *g += factor * s);
        }
        gradient
    }

    /// Refuses a sample without rows, with lengths that do not fit, or with numbers that are not finite.
    pub fn check(&self) -> Result<()> {
        let rows = self.len();
        if rows == 0 || self.dimension == 0 {
            return Err(Error::EmptySample);
        }
        let lengths = [
            ("features", self.values.len(), rows * self.dimension),
            ("derivatives of features", self.value_gradient.len(), rows * self.dimension * self.parameters),
            ("derivatives of weights", self.weight_gradient.len(), rows * self.parameters),
        ];
        if let Some(&(what, found, wanted)) = lengths.iter().find(|(_, found, wanted)| found != wanted) {
            return Err(Error::WrongLength { what, found, wanted });
        }
        let columns = [
            ("weight", &self.weights, 1),
            ("feature", &self.values, self.dimension),
            ("derivative of a feature", &self.value_gradient, self.dimension * self.parameters),
            ("derivative of a weight", &self.weight_gradient, self.parameters),
        ];
        for (what, column, width) in columns {
            if let Some(i) = column.iter().position(|x| !x.is_finite()) {
                return Err(Error::NotFinite { what, row: i / width, value: column[i] });
            }
        }
        Ok(())
    }

    /// Refuses two samples that cannot be compared.
    pub fn check_pair(&self, other: &Sample) -> Result<()> {
        self.check()?;
        other.check()?;
        if self.dimension != other.dimension {
            return Err(Error::DifferentDimensions { first: self.dimension, second: other.dimension });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_rule_sums_over_weights_and_features() {
        let mut sample = Sample::new(2, 2);
        sample.push(&[1.0, 2.0], 1.0, &[1.0, 0.0, 0.5, 2.0], &[0.1, -0.2]);
        sample.push(&[3.0, 4.0], 2.0, &[0.0, 1.0, 1.0, 1.0], &[0.0, 0.3]);
        assert_eq!(sample.check(), Ok(()));
        let gradient = sample.pull_back(&[10.0, 20.0], &[1.0, 2.0, 3.0, 4.0]);
        let exact = [10.0 * 0.1 + 1.0 + 2.0 * 0.5 + 4.0, -10.0 * 0.2 + 20.0 * 0.3 + 2.0 * 2.0 + 3.0 + 4.0];
        assert!(gradient.iter().zip(exact).all(|(a, b)| (a - b).abs() < 1e-12), "{gradient:?} {exact:?}");
        assert_eq!(sample.effective_size(), 9.0 / 5.0);
        assert_eq!((sample.row(1), sample.value_slope(0, 1)), (&[3.0, 4.0][..], &[0.5, 2.0][..]));
        assert_eq!(sample.weight_slope(1), &[0.0, 0.3]);
        let plain = sample.clone().without_derivatives();
        assert_eq!((plain.check(), plain.parameters(), plain.row(1)), (Ok(()), 0, sample.row(1)));
        let second = sample.every(2, 1);
        assert_eq!(
            (second.len(), second.row(0), second.value_slope(0, 1)),
            (1, sample.row(1), sample.value_slope(1, 1))
        );
    }

    #[test]
    fn bad_samples_are_named() {
        assert_eq!(Sample::of_data(1, Vec::new()), Err(Error::EmptySample));
        let short = Sample::of_data(2, vec![1.0; 5]);
        assert!(matches!(short, Err(Error::WrongLength { what: "features", found: 5, wanted: 4 })));
        let mut nan = Sample::of_data(1, vec![1.0; 3]).expect("a sample");
        nan.weights[2] = f64::NAN;
        assert!(matches!(nan.check(), Err(Error::NotFinite { what: "weight", row: 2, .. })));
        let two = Sample::of_data(2, vec![1.0; 4]).expect("a sample");
        let one = Sample::of_data(1, vec![1.0; 4]).expect("a sample");
        assert_eq!(two.check_pair(&one), Err(Error::DifferentDimensions { first: 2, second: 1 }));
    }
}
