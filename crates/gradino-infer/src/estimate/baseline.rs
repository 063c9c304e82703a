//! What is expected of an event given its state before a choice: baselines, learnt from pilot events.
//!
//! Any function b of what came before a choice may be taken off the value that multiplies its score, because
//! the score of a choice has mean zero. The variance is least where b is the expectation given that state. Here
//! it is a linear function of the history in each class of states.

use super::target::Share;
use super::trajectory::Trajectory;
use nalgebra::{DMatrix, DVector};

/// Pilot events for each unknown of a linear fit, at least.
const EVENTS_FOR_EACH: usize = 4;
/// Pilot events of a class whose mean is used, at least.
const LEAST: usize = 4;
/// Relative ridge: the numbers of a history may depend on each other.
const RIDGE: f64 = 1e-7;

/// Sums over the pilot events of a class.
#[derive(Clone, Debug)]
struct Moments {
    count: usize,
    /// Numbers of the first event, taken off all: sums of differences keep their digits.
    origin: Vec<f64>,
    history: Vec<f64>,
    squares: Vec<f64>,
    outputs: Vec<f64>,
    /// `[history, outputs]`.
    products: Vec<f64>,
}

impl Moments {
    fn new(first: &[f64], outputs: usize) -> Self {
        let h = first.len();
        Moments {
            count: 0,
            origin: first.to_vec(),
            history: vec![0.0; h],
            squares: vec![0.0; h * h],
            outputs: vec![0.0; outputs],
            products: vec![0.0; h * outputs],
        }
    }

    fn add(&mut self, history: &[f64], shares: &[Share; 2]) {
        let (h, outputs) = (history.len(), self.outputs.len());
        self.count += 1;
        for i in 0..h {
            let x = history[i] - self.origin[i];
            self.history[i] += x;
            for j in 0..=i {
                self.squares[i * h + j] += x * (history[j] - self.origin[j]);
            }
            for (output, y, _) in shares.iter().flatten() {
                self.products[i * outputs + output] += x * y;
            }
        }
        for (output, y, _) in shares.iter().flatten() {
            self.outputs[*output] += y;
        }
    }

    /// The linear fit, or the mean where there are few events.
    fn fit(&self) -> Option<Fit> {
        if self.count < LEAST {
            return None;
        }
        let (h, outputs, n) = (self.history.len(), self.outputs.len(), self.count as f64);
        let mean: Vec<f64> = self.outputs.iter().map(|y| y / n).collect();
        let centre: Vec<f64> = (0..h).map(|i| self.history[i] / n).collect();
        let mut slopes = vec![0.0; h * outputs];
        if self.count >= EVENTS_FOR_EACH * (h + 1) {
            let covariance = |i: usize, j: usize| self.squares[i * h + j] / n - centre[i] * centre[j];
            let scale: Vec<f64> = (0..h).map(|i| covariance(i, i).max(0.0).sqrt()).collect();
            let varies = |i: usize| scale[i] > 1e-9 * (self.origin[i].abs() + 1e-3);
            let kept: Vec<usize> = (0..h).filter(|&i| varies(i)).collect();
            let matrix = DMatrix::from_fn(kept.len(), kept.len(), |a, b| {
                let (i, j) = (kept[a.max(b)], kept[a.min(b)]);
                let own = if a == b { RIDGE } else { 0.0 };
                covariance(i, j) / (scale[i] * scale[j]) + own
            });
            let solver = matrix.cholesky()?;
            for (o, mean) in mean.iter().enumerate() {
                let right = DVector::from_fn(kept.len(), |a, _| {
                    let i = kept[a];
                    (self.products[i * outputs + o] / n - centre[i] * mean) / scale[i]
                });
                let solved = solver.solve(&right);
                kept.iter().zip(solved.iter()).for_each(|(&i, x)| slopes[i * outputs + o] = x / scale[i]);
            }
        }
        let centre = centre.iter().zip(&self.origin).map(|(c, o)| c + o).collect();
        Some(Fit { centre, mean, slopes })
    }
}

/// A linear function of the history.
#[derive(Clone, Debug)]
struct Fit {
    centre: Vec<f64>,
    mean: Vec<f64>,
    /// `[history, outputs]`.
    slopes: Vec<f64>,
}

/// The baselines of all classes.
#[derive(Clone, Debug, Default)]
pub(super) struct Baseline {
    history: usize,
    moments: Vec<Option<Box<Moments>>>,
    fits: Vec<Option<Box<Fit>>>,
    /// Mean outputs of all pilot events, and their number.
    mean: Vec<f64>,
    count: usize,
}

impl Baseline {
    pub(super) fn new(history: usize) -> Self {
        Baseline { history, ..Baseline::default() }
    }

    /// Adds a pilot event.
    pub(super) fn add(&mut self, event: &Trajectory, shares: &[Share; 2], outputs: usize) {
        self.count += 1;
        self.mean.resize(outputs, 0.0);
        shares.iter().flatten().for_each(|&(output, value, _)| self.mean[output] += value);
        for (k, &class) in event.classes.iter().enumerate() {
            let history = &event.history[k * self.history..][..self.history];
            if self.moments.len() <= class {
                self.moments.resize(class + 1, None);
            }
            let moments = &mut self.moments[class];
            moments.get_or_insert_with(|| Box::new(Moments::new(history, outputs))).add(history, shares);
        }
    }

    /// Ends the learning.
    pub(super) fn fit(&mut self) {
        let fit = |m: &Option<Box<Moments>>| m.as_ref().and_then(|m| m.fit()).map(Box::new);
        self.fits = self.moments.iter().map(fit).collect();
        self.moments = Vec::new();
        self.mean.iter_mut().for_each(|m| *m /= self.count as f64);
    }

    /// Writes what is expected before a choice; of classes that are not known nothing is, and `out` stays.
    #[inline]
    pub(super) fn expect(&self, class: usize, history: &[f64], out: &mut [f64]) -> bool {
        let Some(Some(fit)) = self.fits.get(class) else { return false };
        out.copy_from_slice(&fit.mean);
        for (i, x) in history.iter().enumerate() {
            let x = x - fit.centre[i];
            let slopes = &fit.slopes[i * out.len()..][..out.len()];
            out.iter_mut().zip(slopes).for_each(|(o, s)| *o += x * s);
        }
        true
    }

    /// What is expected of an event where nothing is known of its state.
    pub(super) fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Number of numbers in a history.
    pub(super) fn history(&self) -> usize {
        self.history
    }
}
